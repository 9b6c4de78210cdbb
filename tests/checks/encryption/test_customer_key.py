import pytest

from dynasec.check import Status
from tests.support.accounts import denied, description, region, snapshot, table, verdict
from tests.support.keys import encrypted, key, metadata

CONTROL = "customer-key"
RESTRICTED = {"data-class": "restricted"}
INTERNAL = {"data-class": "internal"}
UNREAD = denied("tag:GetResources")


def judged(one, *keys):
    return verdict(CONTROL, snapshot(region(one), keys=keys))


def owned(**facts):
    return table(description=description(), **facts)


CUSTOMER = key(aliases=("alias/orders",))
MANAGED = key(metadata=metadata(key_manager="AWS"))


@pytest.mark.parametrize(
    ("one", "keys", "status"),
    [
        (encrypted(tags=RESTRICTED), (CUSTOMER,), Status.PASS),
        (encrypted(tags=RESTRICTED), (key(aliases=()),), Status.PASS),
        (encrypted(tags=RESTRICTED), (key(aliases=denied("kms:ListAliases")),), Status.PASS),
        (encrypted(tags=RESTRICTED), (MANAGED,), Status.FAIL),
        (owned(tags=RESTRICTED), (), Status.FAIL),
        (owned(), (), Status.FAIL),
        (owned(tags={"data-class": "nonsense"}), (), Status.FAIL),
        (owned(tags=INTERNAL), (), Status.NOT_APPLICABLE),
        (encrypted(tags=INTERNAL), (CUSTOMER,), Status.NOT_APPLICABLE),
        (encrypted(tags=RESTRICTED), (), Status.UNKNOWN),
        (encrypted(tags=RESTRICTED), (key(metadata=denied("kms:DescribeKey")),), Status.UNKNOWN),
        (table(description=denied("dynamodb:DescribeTable")), (), Status.UNKNOWN),
    ],
)
def test_status(one, keys, status):
    assert judged(one, *keys).status is status


def test_sse_type_kms_is_no_proof_of_a_customer_key():
    """Wrong answer 1."""
    one = encrypted(tags=RESTRICTED)
    assert one.description.known().sse.sse_type == "KMS"
    finding = judged(one, MANAGED)
    assert finding.status is Status.FAIL
    assert finding.evidence["key_class"] == "AWS managed"


def test_the_target_of_dynamodbs_own_alias_is_no_customer_key_whatever_its_manager_is_said_to_be():
    """Wrong answer 1."""
    emulated = key(metadata=metadata(key_manager="CUSTOMER"), aliases=("alias/aws/dynamodb",))
    assert judged(encrypted(tags=RESTRICTED), emulated).status is Status.FAIL


def test_where_tags_are_unread_only_a_customer_key_gives_an_answer():
    """Wrong answer 10."""
    assert judged(encrypted(tags=UNREAD), CUSTOMER).status is Status.PASS
    for one, keys in ((encrypted(tags=UNREAD), (MANAGED,)), (owned(tags=UNREAD), ())):
        finding = judged(one, *keys)
        assert finding.status is Status.UNKNOWN
        assert [gap.operation for gap in finding.gaps] == ["tag:GetResources"]
