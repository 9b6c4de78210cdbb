import boto3
import pytest

from dynasec.collect.item_samples import Sampling
from dynasec.model.fact import Gap, Unknown
from dynasec.model.snapshot import Snapshot
from tests.support.emulated import collect_emulated
from tests.support.scripted import AwsError

READS = {"dynamodb:ListTables", "dynamodb:Scan"}


@pytest.fixture
def items(aws):  # noqa: ARG001 - it opens the account
    """Put items into a table, a number of them."""
    dynamodb = boto3.client("dynamodb")
    dynamodb.create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def put(number):
        for one in range(number):
            item = {"pk": {"S": f"order-{one}"}, "pan": {"S": "4111111111111111"}}
            dynamodb.put_item(TableName="orders", Item=item)

    return put


def sample(script=None, reads=READS):
    found, made = collect_emulated(reads, script=script)
    assert Snapshot.model_validate_json(found.model_dump_json()) == found
    assert "4111" not in found.model_dump_json()
    (table,) = found.regions[0].tables.items
    return table.item_sample, made


@pytest.mark.parametrize(
    ("there", "read", "whole"), [(0, 0, True), (3, 3, True), (9, 9, True), (11, 10, False)]
)
def test_so_many_items_are_read_and_none_is_kept(items, there, read, whole):
    items(there)
    found, made = sample()
    assert (found.known().items, found.known().whole) == (read, whole)
    assert [one.attribute for one in found.known().sightings] == (["pan"] if read else [])
    assert made["dynamodb:Scan"] == 1


def test_without_being_asked_nothing_is_read(items):
    items(1)
    found, made = sample(reads={"dynamodb:ListTables"})
    assert found.gap.code == "NotCollected"
    assert "dynamodb:Scan" not in made


def page(*names, more=True):
    answer = {"Items": [{"pk": {"S": name}} for name in names], "Count": len(names)}
    return {**answer, **({"LastEvaluatedKey": {"pk": {"S": names[-1]}}} if more and names else {})}


def test_pages_are_followed_until_there_are_enough_items_or_pages(items):
    items(0)
    asked = []

    def answer(given):
        asked.append((given["Limit"], given.get("ExclusiveStartKey")))
        return page(f"item-{len(asked)}")

    found, _ = sample({"dynamodb:Scan": answer})
    assert (found.known().items, found.known().whole) == (4, False)
    assert asked == [
        (10, None),
        (9, {"pk": {"S": "item-1"}}),
        (8, {"pk": {"S": "item-2"}}),
        (7, {"pk": {"S": "item-3"}}),
    ]


@pytest.mark.parametrize(
    ("answer", "gap"),
    [
        (AwsError("AccessDeniedException"), ("AccessDeniedException", None)),
        (
            AwsError("ProvisionedThroughputExceededException"),
            ("ProvisionedThroughputExceededException", None),
        ),
        (AwsError("ResourceNotFoundException"), ("ResourceNotFoundException", None)),
        ({"Count": 0}, ("Malformed", "KeyError")),
        ({"Items": [{"pan": {"S": "4111111111111111", "N": "1"}}]}, ("Malformed", "ValueError")),
    ],
)
def test_what_cannot_be_read_is_a_gap_of_that_sample_alone(items, answer, gap):
    items(1)
    found, _ = sample({"dynamodb:Scan": answer})
    code, message = gap
    assert found.gap.code == code
    assert message in {None, found.gap.message}


def test_a_page_that_fails_after_another_leaves_no_sample(items):
    items(0)
    answers = iter([page("one"), AwsError("InternalServerError")])
    found, _ = sample({"dynamodb:Scan": lambda _: next(answers)})
    assert found.gap is not None


def test_only_wanted_tables_are_read(items):
    items(1)
    unsaid = Gap("tag:GetResources", "AccessDenied")

    def cannot_tell(_):
        raise Unknown(unsaid)

    for wanted, gap in ((lambda _: False, "dynamodb:Scan"), (cannot_tell, "tag:GetResources")):
        found, made = collect_emulated(READS, sampling=Sampling(10, wanted))
        (table,) = found.regions[0].tables.items
        assert table.item_sample.gap.operation == gap
        assert "dynamodb:Scan" not in made
