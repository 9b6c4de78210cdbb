import pytest

from dynasec.check import Status
from dynasec.model.fact import Listing
from dynasec.model.table import TableExport
from dynasec.settings import Settings, Trust
from tests.support.accounts import ACCOUNT, denied_listing, region, snapshot, table, verdict

CONTROL = "exports-safe"
FOREIGN = "999988887777"
READ = "dynamodb:DescribeExport"


def export(*, owner=None, sse="KMS", status="COMPLETED", name="orders"):
    return TableExport(
        export_arn=f"{table(name).arn}/export/1",
        export_status=status,
        table_arn=table(name).arn,
        s3_bucket="lake",
        s3_bucket_owner=owner,
        s3_sse_algorithm=sse,
    )


def judged(exports, settings=None):
    listing = exports if isinstance(exports, Listing) else Listing(tuple(exports))
    return verdict(CONTROL, snapshot(region(table(), table_exports=listing)), settings)


@pytest.mark.parametrize(
    ("exports", "status"),
    [
        ((export(),), Status.PASS),
        ((export(owner=ACCOUNT), export(status="IN_PROGRESS")), Status.PASS),
        ((export(owner=FOREIGN),), Status.FAIL),
        ((export(), export(owner=FOREIGN, status="IN_PROGRESS")), Status.FAIL),
        ((export(sse="AES256"),), Status.FAIL),
        ((export(sse=None),), Status.UNKNOWN),
        ((export(sse=None, owner=FOREIGN),), Status.FAIL),
        ((), Status.NOT_APPLICABLE),
        ((export(owner=FOREIGN, name="others"),), Status.NOT_APPLICABLE),
        ((export(owner=FOREIGN, status="FAILED"),), Status.NOT_APPLICABLE),
        (denied_listing(READ), Status.UNKNOWN),
        (denied_listing(READ, export()), Status.UNKNOWN),
        (denied_listing(READ, export(owner=FOREIGN)), Status.FAIL),
    ],
)
def test_status(exports, status):
    assert judged(exports).status is status


def test_a_failure_names_bucket_and_account():
    assert judged((export(owner=FOREIGN),)).reason == f"an export went to bucket lake of account {FOREIGN}"


def test_a_trusted_account_may_receive_exports():
    trusted = Settings(trust=Trust(accounts=(FOREIGN,)))
    assert judged((export(owner=FOREIGN),), trusted).status is Status.PASS
