import pytest

from dynasec.check import Status
from dynasec.model.table import Sse
from tests.support.accounts import denied, description, region, snapshot, table, verdict
from tests.support.keys import encrypted, key_arn

CONTROL = "kms-encrypted"


def judged(one):
    return verdict(CONTROL, snapshot(region(one)))


def sse(status, kind="KMS", arn=None):
    return encrypted(sse=Sse(status=status, sse_type=kind, kms_master_key_arn=arn))


@pytest.mark.parametrize(
    ("one", "status"),
    [
        (encrypted(), Status.PASS),
        (sse("DISABLED"), Status.FAIL),
        (sse("ENABLED", kind="AES256"), Status.FAIL),
        (sse("DISABLING", arn=key_arn()), Status.FAIL),
        (sse("ENABLING", arn=key_arn()), Status.UNKNOWN),
        (sse("UPDATING", arn=key_arn()), Status.UNKNOWN),
        (sse(None, arn=key_arn()), Status.UNKNOWN),
        (sse("ENABLED"), Status.UNKNOWN),
        (sse("SOMETHING_NEW", arn=key_arn()), Status.UNKNOWN),
        (table(description=denied("dynamodb:DescribeTable")), Status.UNKNOWN),
    ],
)
def test_status(one, status):
    assert judged(one).status is status


def test_an_absent_sse_description_is_the_aws_owned_key_and_never_called_unencrypted():
    """Wrong answer 1."""
    finding = judged(table(description=description()))
    assert finding.status is Status.FAIL
    assert finding.reason.startswith("is encrypted with a key that AWS owns")
    assert "unencrypted" not in finding.reason


def test_a_change_in_progress_says_so():
    finding = judged(sse("UPDATING", arn=key_arn()))
    assert [gap.code for gap in finding.gaps] == ["InTransition"]
