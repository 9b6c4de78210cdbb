import pytest

from dynasec.check import Status
from tests.support.accounts import judge, snapshot, verdict
from tests.support.trails import trail, trails

CONTROL = "trail-encrypted"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.parametrize(("key", "status"), [(KEY, Status.PASS), (None, Status.FAIL), ("", Status.FAIL)])
def test_status(key, status):
    assert verdict(CONTROL, snapshot(trails=trails(trail(kms_key_id=key)))).status is status


def test_a_pass_names_the_key():
    found = verdict(CONTROL, snapshot(trails=trails(trail(kms_key_id=KEY))))
    assert found.evidence["key"] == KEY
    assert "key/1234abcd" in found.reason


def test_trails_that_cannot_be_listed_are_unknown():
    account = snapshot(trails=trails(trails_denied_in=["us-east-1"]))
    assert [one.status for one in judge(CONTROL, account)] == [Status.UNKNOWN]
