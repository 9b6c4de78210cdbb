from datetime import timedelta

import pytest

from dynasec.check import Status
from dynasec.model.fact import Listing
from dynasec.model.recording import StackDrift
from dynasec.settings import Settings
from tests.support.accounts import NOW, denied, denied_listing, region, snapshot, table, verdict
from tests.support.recording import recording, stack

CONTROL = "stack-in-sync"
OWNED = {"aws:cloudformation:stack-id": "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1"}
NO_STACKS = "cloudformation:DescribeStacks"


def judge(drift=None, tags=OWNED, settings=None, stacks=None):
    found = stacks or Listing((stack("other", drift=None), stack(drift=drift)))
    account = snapshot(region(table(tags=tags), recording=recording(stacks=found)))
    return verdict(CONTROL, account, settings)


def checked(status="IN_SYNC", *, days=1):
    return StackDrift(stack_drift_status=status, last_check_timestamp=NOW - timedelta(days=days))


def test_a_stack_in_sync_passes():
    assert judge(checked()).status is Status.PASS


@pytest.mark.parametrize(
    ("drift", "says"),
    [
        (checked("DRIFTED"), "stack shop has drifted"),
        (StackDrift(stack_drift_status="NOT_CHECKED"), "stack shop was never checked for drift"),
        (checked(days=31), "stack shop was last checked for drift on 2025-12-15"),
    ],
)
def test_failures(drift, says):
    found = judge(drift)
    assert (found.status, found.reason) == (Status.FAIL, says)


def test_how_old_a_check_may_be_is_configured():
    strict = Settings.model_validate({"thresholds": {"stack_drift_days": 1}})
    assert judge(checked(days=1), settings=strict).status is Status.PASS
    assert judge(checked(days=2), settings=strict).status is Status.FAIL


def test_a_table_of_no_stack_cannot_drift():
    assert judge(tags={}).status is Status.NOT_APPLICABLE


def test_a_table_that_outlived_its_stack():
    assert judge(stacks=Listing((stack("other", drift=None),))).status is Status.NOT_APPLICABLE
    assert judge(stacks=denied_listing(NO_STACKS)).status is Status.UNKNOWN
    assert judge(stacks=denied_listing(NO_STACKS, stack(drift=checked()))).status is Status.PASS


@pytest.mark.parametrize(
    "drift",
    [None, StackDrift(stack_drift_status="UNKNOWN"), StackDrift(stack_drift_status="IN_SYNC")],
)
def test_what_cloudformation_does_not_tell_is_unknown(drift):
    assert judge(drift).status is Status.UNKNOWN


def test_tags_that_cannot_be_read_hide_the_owner():
    assert judge(checked(), tags=denied("tag:GetResources")).status is Status.UNKNOWN
