import pytest

from dynasec.check import Status
from dynasec.model.companion import Companions, KinesisStream, KinesisSummary
from dynasec.model.fact import Fact, Listing
from dynasec.model.table import KinesisDestination
from dynasec.settings import Settings, Trust
from tests.support.accounts import ACCOUNT, denied, region, snapshot, table, verdict

CONTROL = "kinesis-destination-safe"
FOREIGN = "999988887777"
OWN = f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/changes"
THEIRS = f"arn:aws:kinesis:us-east-1:{FOREIGN}:stream/changes"


def destination(arn=OWN, status="ACTIVE"):
    return KinesisDestination(stream_arn=arn, destination_status=status)


def summary(kind, arn=OWN):
    return KinesisSummary(
        stream_arn=arn, stream_status="ACTIVE", retention_period_hours=24, encryption_type=kind
    )


def judged(destinations, found, arn=OWN, settings=None):
    fact = found if isinstance(found, Fact) else Fact(summary(found, arn))
    streams = Listing((KinesisStream(arn=arn, summary=fact),))
    one = table(kinesis_destinations=destinations)
    account = snapshot(region(one, companions=Companions(kinesis_streams=streams)))
    return verdict(CONTROL, account, settings)


@pytest.mark.parametrize(
    ("destinations", "found", "status"),
    [
        ((destination(),), "KMS", Status.PASS),
        ((destination(status="ENABLING"),), "KMS", Status.PASS),
        ((destination(),), "NONE", Status.FAIL),
        ((destination(status="UPDATING"),), "NONE", Status.FAIL),
        ((destination(),), None, Status.UNKNOWN),
        ((destination(),), denied("kinesis:DescribeStreamSummary"), Status.UNKNOWN),
        ((destination(), destination(THEIRS)), denied("kinesis:DescribeStreamSummary"), Status.FAIL),
        ((), "KMS", Status.NOT_APPLICABLE),
        ((destination(status="DISABLED"),), "NONE", Status.NOT_APPLICABLE),
        ((destination(status="ENABLE_FAILED"),), "NONE", Status.NOT_APPLICABLE),
        (denied("dynamodb:DescribeKinesisStreamingDestination"), "KMS", Status.UNKNOWN),
    ],
)
def test_status(destinations, found, status):
    assert judged(destinations, found).status is status


def test_a_stream_of_another_account_fails_however_it_is_encrypted():
    finding = judged((destination(THEIRS),), "KMS", THEIRS)
    assert finding.status is Status.FAIL
    assert f"belongs to account {FOREIGN}" in finding.reason
    trusted = Settings(trust=Trust(accounts=(FOREIGN,)))
    assert judged((destination(THEIRS),), "KMS", THEIRS, trusted).status is Status.PASS
