import pytest

from dynasec.check import Status
from dynasec.model.table import Sse
from dynasec.settings import Settings, Trust
from tests.support.access import EVERYTHING, ORDERS, PEOPLE, REFUSED, STREAM, account, orders, organization
from tests.support.accounts import ACCOUNT, REGION, denied, description, verdict
from tests.support.identity import REFUSED as NO_DETAILS
from tests.support.identity import allow, deny, role

CONTROL = "exports-limited"


def judged(*people, exporters=(), administrators=(), **account_facts):
    trust = Trust(administrators=administrators, exporters=exporters)
    return verdict(CONTROL, account(*people, **account_facts), Settings(trust=trust))


@pytest.mark.parametrize(
    "action",
    [
        "ExportTableToPointInTime",
        "CreateBackup",
        "StartAwsBackupJob",
        "RestoreTableToPointInTime",
        "RestoreTableFromBackup",
        "RestoreTableFromAwsBackup",
        "EnableKinesisStreamingDestination",
        "UpdateKinesisStreamingDestination",
        "CreateTableReplica",
        "CreateGlobalTable",
        "UpdateGlobalTable",
        "GetRecords",
        "*",
    ],
)
def test_who_can_carry_data_away_undeclared_fails(action):
    app = role(inline={"p": [allow(f"dynamodb:{action}")]})
    finding = judged(app)
    assert finding.status is Status.FAIL
    assert finding.reason.startswith("role/app may dynamodb:")
    assert judged(app, exporters=("*:role/app",)).status is Status.PASS
    assert judged(app, administrators=("*:role/app",)).status is Status.PASS
    assert judged(app, exporters=("*:role/other",)).status is Status.FAIL


@pytest.mark.parametrize(
    "statements",
    [
        [allow("dynamodb:GetItem", "dynamodb:Scan", "dynamodb:DescribeStream", "dynamodb:ListExports")],
        [allow("dynamodb:ImportTable", "dynamodb:DescribeExport")],
        [allow("dynamodb:GetRecords", resource=ORDERS)],
        [allow("dynamodb:Export*", resource=f"{ORDERS}/export/*")],
        [allow("dynamodb:CreateBackup"), deny("dynamodb:Create*")],
    ],
)
def test_nobody_who_can_passes(statements):
    assert judged(role(inline={"p": statements})).status is Status.PASS


def test_a_table_without_stream_has_no_records():
    app = role(inline={"p": [allow("dynamodb:GetRecords")]})
    assert judged(app, of=orders(description=description())).status is Status.PASS
    assert judged(app, of=orders(description=denied("dynamodb:DescribeTable"))).status is Status.UNKNOWN


def test_records_need_the_key_that_others_do_not():
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    sse = Sse(status="ENABLED", sse_type="KMS", kms_master_key_arn=arn)
    under_unread_key = orders(description=description(latest_stream_arn=STREAM, sse=sse))
    reader = role(inline={"p": [allow("dynamodb:GetRecords")]})
    assert judged(reader, of=under_unread_key).status is Status.UNKNOWN
    exporter = role(inline={"p": [allow("dynamodb:ExportTableToPointInTime")]})
    assert judged(exporter, of=under_unread_key).status is Status.FAIL


def test_exporters_do_not_stand_in_for_administrators():
    chief = role("chief", trust=PEOPLE, inline={"all": EVERYTHING})
    assert judged(chief, exporters=("*:role/app",)).status is Status.PASS
    assert judged(chief, administrators=("*:role/app",)).status is Status.FAIL


def test_what_cannot_be_read_is_unknown():
    assert judged(gaps={"roles": NO_DETAILS}).status is Status.UNKNOWN
    assert (
        judged(role(), of=orders(stream_policy=denied("dynamodb:GetResourcePolicy"))).status is Status.UNKNOWN
    )
    app = role(inline={"p": [allow("dynamodb:CreateBackup")]})
    assert judged(app, organization=organization(gap=REFUSED)).status is Status.UNKNOWN
