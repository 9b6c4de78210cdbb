import pytest

from dynasec.check import Status
from dynasec.model.table import ReplicaDescription, Sse
from tests.support.accounts import denied, description, judge, region, snapshot, table, verdict
from tests.support.keys import key, key_arn, metadata

CONTROL = "replica-keys"
HERE, THERE = "us-east-1", "eu-west-1"
AWS = "AWS"
CUSTOMER = "CUSTOMER"


def replica(where, other, *, manager=CUSTOMER, **members):
    """A replica and its key; AWS owns the key where no manager is given."""
    arn = key_arn(region=where)
    sse = None if manager is None else Sse(status="ENABLED", sse_type="KMS", kms_master_key_arn=arn)
    replicas = (ReplicaDescription(region_name=where), ReplicaDescription(region_name=other))
    described = description(region=where, sse=sse, replicas=members.pop("replicas", replicas), **members)
    return table(region=where, description=described), key(
        arn=arn, aliases=(), metadata=metadata(arn=arn, key_manager=manager or CUSTOMER)
    )


def judged(mine, theirs, *, audited=False):
    one, own = replica(HERE, THERE, manager=mine)
    other, their = replica(THERE, HERE, manager=theirs)
    if audited:
        found = judge(CONTROL, snapshot(region(one), region(other, name=THERE), keys=(own, their)))
        return [finding.status for finding in found]
    return verdict(CONTROL, snapshot(region(one), replicas=(other,), keys=(own, their)))


@pytest.mark.parametrize(
    ("mine", "theirs", "status"),
    [
        (CUSTOMER, CUSTOMER, Status.PASS),
        (AWS, AWS, Status.PASS),
        (None, None, Status.PASS),
        (CUSTOMER, AWS, Status.FAIL),
        (CUSTOMER, None, Status.FAIL),
        (AWS, None, Status.FAIL),
        (None, CUSTOMER, Status.FAIL),
    ],
)
def test_the_class_of_the_keys_must_be_the_same(mine, theirs, status):
    """Wrong answer 7."""
    assert judged(mine, theirs).status is status
    assert judged(mine, theirs, audited=True) == [status, status]


def test_a_failure_names_class_and_region():
    assert judged(CUSTOMER, None).reason == "its key is customer managed here, but AWS owned in eu-west-1"


def test_a_table_without_replicas():
    assert (
        verdict(CONTROL, snapshot(region(table(description=description())))).status is Status.NOT_APPLICABLE
    )
    legacy = table(description=description(global_table_version="2017.11.29"))
    assert verdict(CONTROL, snapshot(region(legacy))).status is Status.UNKNOWN


def test_a_replica_that_was_not_read_is_unknown():
    one, own = replica(HERE, THERE)
    assert verdict(CONTROL, snapshot(region(one), keys=(own,))).status is Status.UNKNOWN
    unread = table(region=THERE, description=denied("dynamodb:DescribeTable"))
    assert verdict(CONTROL, snapshot(region(one), replicas=(unread,), keys=(own,))).status is Status.UNKNOWN


def test_a_replica_of_another_account_is_unknown():
    foreign = ReplicaDescription(
        region_name=THERE, replica_arn=f"arn:aws:dynamodb:{THERE}:999999999999:table/orders"
    )
    one, own = replica(HERE, THERE, replicas=(foreign,))
    assert verdict(CONTROL, snapshot(region(one), keys=(own,))).status is Status.UNKNOWN


def test_a_key_that_was_not_described_is_unknown():
    one, own = replica(HERE, THERE)
    other, _ = replica(THERE, HERE)
    hidden = key(arn=key_arn(region=THERE), metadata=denied("kms:DescribeKey"))
    assert (
        verdict(CONTROL, snapshot(region(one), replicas=(other,), keys=(own, hidden))).status
        is Status.UNKNOWN
    )
