import pytest
from pydantic import ValidationError

from dynasec.model.fact import Fact, Gap, Listing
from dynasec.model.key import Key, KeyMetadata
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import ContinuousBackups, ReplicaDescription, ResourcePolicy, Sse
from tests.support.accounts import ACCOUNT, denied, denied_listing, description, region, snapshot, table

KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234"


def _key(**members):
    return Key(**{"arn": KEY, "region": "us-east-1", "references": ("alias/orders", "1234"), **members})


def _rich():
    """An account with every kind of fact: observed, observed to be absent, and unread."""
    orders = table(
        tags={"data-class": "restricted", "ünï": "✓"},
        description=description(
            sse=Sse(status="ENABLED", kms_master_key_arn=KEY),
            replicas=(ReplicaDescription(region_name="eu-west-1"),),
        ),
        continuous_backups=ContinuousBackups(enabled=True, window_days=7),
        policy=ResourcePolicy(text='{"Statement":[]}', revision_id="1"),
        stream_policy=None,
        time_to_live=denied("dynamodb:DescribeTimeToLive"),
    )
    far = region(
        name="eu-west-1", tables=denied_listing("dynamodb:ListTables", table("a", region="eu-west-1"))
    )
    key = _key(
        tables=(orders.arn,), metadata=Fact(KeyMetadata(arn=KEY, key_manager="CUSTOMER", key_state="Enabled"))
    )
    return snapshot(
        region(orders),
        far,
        replicas=(table("orders", region="ap-south-1"),),
        keys=(key,),
        reads=("dynamodb:ListTables",),
        calls={"dynamodb:ListTables": 2},
    )


def test_a_snapshot_survives_json_unchanged():
    before = _rich()
    after = Snapshot.model_validate_json(before.model_dump_json())
    assert after == before
    assert after.model_dump_json() == before.model_dump_json()


def test_a_gap_is_still_a_gap_after_json():
    after = Snapshot.model_validate_json(_rich().model_dump_json())
    orders = next(after.tables())
    assert orders.time_to_live.gap == Gap(
        "dynamodb:DescribeTimeToLive", "AccessDeniedException", "not authorized", "us-east-1"
    )
    assert orders.stream_policy == Fact(None)
    assert orders.contributor_insights.gap is not None


def test_a_snapshot_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        snapshot().tool_version = "1"


def test_things_are_found_by_their_names():
    account = _rich()
    orders, a = account.tables()
    assert account.region("eu-west-1").tables.items == (a,)
    assert account.table(orders.arn) == orders
    assert account.table(f"arn:aws:dynamodb:ap-south-1:{ACCOUNT}:table/orders") == account.replicas[0]
    assert account.table("arn:aws:dynamodb:us-east-1:999999999999:table/orders") is None
    with pytest.raises(KeyError):
        account.region("ap-south-1")


def test_a_key_is_found_by_its_arn_anywhere_and_by_other_names_in_its_region():
    account = _rich()
    assert account.key(KEY) == account.key(KEY, "eu-west-1") == account.keys[0]
    assert account.key("alias/orders", "us-east-1") == account.keys[0]
    assert account.key("alias/orders", "eu-west-1") is None
    assert account.key("alias/orders") is None


def test_the_keys_of_tables():
    orders, other = table(description=description()), _key(arn=f"{KEY}5", references=())
    account = snapshot(region(orders), keys=(_key(tables=(orders.arn,)), other))
    assert account.table_keys(account.regions[0]).complete() == (account.keys[0],)


@pytest.mark.parametrize(
    "where",
    [
        region(table(description=denied("dynamodb:DescribeTable"))),
        region(tables=denied_listing("dynamodb:ListTables")),
    ],
)
def test_the_keys_of_tables_are_incomplete_when_a_table_is(where):
    account = snapshot(where, keys=(_key(),))
    assert account.table_keys(where).gap.code == "AccessDeniedException"


def test_a_region_is_empty_only_when_it_is_known_to_be():
    assert region().is_empty
    assert not region(table()).is_empty
    assert not region(tables=denied_listing("dynamodb:ListTables")).is_empty
    assert region(name="eu-west-1").label == "eu-west-1"


def test_nothing_is_known_of_a_region_that_was_not_read():
    bare = region(tables=Listing(gap=Gap("dynamodb:ListTables", "NotCollected")))
    assert not bare.is_empty
    assert bare.table_backups.gap is not None
    assert bare.table_exports.gap is not None
