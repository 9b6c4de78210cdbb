from datetime import timedelta

import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact, Gap, Listing
from dynasec.model.stack import (
    DETECT,
    DRIFTS,
    RESOURCES,
    DriftDetection,
    PropertyDifference,
    ResourceDrift,
    StackDrift,
    StackResourceDrift,
)
from dynasec.settings import Settings
from tests.support.accounts import NOW, denied, denied_listing, region, registry, snapshot, table, verdict
from tests.support.recording import recording, stack

CONTROL = "stack-in-sync"
NO_STACKS = "cloudformation:DescribeStacks"


def judge(*stacks, settings=None, listing=None):
    account = snapshot(region(table(), recording=recording(stacks=listing or Listing(stacks))))
    return verdict(CONTROL, account, settings)


def checked(status="IN_SYNC", *, days=1):
    return StackDrift(stack_drift_status=status, last_check_timestamp=NOW - timedelta(days=days))


def looked_at(status="IN_SYNC", *, days=1):
    return StackResourceDrift(
        stack_resource_drift_status=status, last_check_timestamp=NOW - timedelta(days=days)
    )


def known(drift, own=None, settings=None):
    """Judged without `--deep`."""
    return judge(stack(drift=drift, table=own or looked_at()), settings=settings)


def test_a_stack_in_sync_passes():
    found = known(checked())
    assert (found.status, found.reason) == (Status.PASS, "stack shop was in sync on 2026-01-14")


@pytest.mark.parametrize(
    ("drift", "own", "says"),
    [
        (checked("DRIFTED"), looked_at(), "stack shop has drifted"),
        (checked("DRIFTED"), looked_at("MODIFIED"), "the table has drifted from stack shop"),
        (checked("UNKNOWN"), looked_at("DELETED"), "the table has drifted from stack shop"),
        (StackDrift(stack_drift_status="NOT_CHECKED"), None, "stack shop was never checked for drift"),
        (checked(days=31), None, "stack shop was last checked for drift on 2025-12-15"),
        (checked(), looked_at("NOT_CHECKED"), "stack shop was checked for drift, but not the table"),
        # a detection on one other resource is the stack's latest check, and tells nothing new of the table
        (checked(), looked_at(days=31), "stack shop was last checked for drift on 2025-12-15"),
    ],
)
def test_failures(drift, own, says):
    found = known(drift, own)
    assert (found.status, found.reason) == (Status.FAIL, says)


def test_how_old_a_check_may_be_is_configured():
    strict = Settings.model_validate({"thresholds": {"stack_drift_days": 1}})
    assert known(checked(days=1), settings=strict).status is Status.PASS
    assert known(checked(days=2), settings=strict).status is Status.FAIL


def test_a_table_of_no_stack_cannot_drift():
    other = stack("other", drift=None, resources=Fact(()))
    assert judge(other).status is Status.NOT_APPLICABLE
    assert judge().status is Status.NOT_APPLICABLE


def test_a_tag_makes_no_owner():
    """CloudFormation puts no tags of its own on tables; what a table once was tagged with counts for nothing."""
    tagged = table(tags={"aws:cloudformation:stack-id": stack(drift=None).stack_id})
    own = stack(drift=checked("DRIFTED"), resources=Fact(()))
    account = snapshot(region(tagged, recording=recording(stacks=Listing((own,)))))
    assert verdict(CONTROL, account).status is Status.NOT_APPLICABLE


def test_a_stack_that_cannot_be_read_may_own_the_table():
    hidden = stack("other", drift=None, resources=denied(RESOURCES))
    own = stack(drift=checked(), table=looked_at())
    assert judge(hidden).status is Status.UNKNOWN
    assert judge(listing=denied_listing(NO_STACKS)).status is Status.UNKNOWN
    assert judge(hidden, own).status is Status.PASS
    assert judge(listing=denied_listing(NO_STACKS, own)).status is Status.PASS


@pytest.mark.parametrize(
    ("drift", "own"),
    [
        (None, looked_at()),
        (StackDrift(stack_drift_status="UNKNOWN"), looked_at()),
        (StackDrift(stack_drift_status="IN_SYNC"), looked_at()),
        (checked(), looked_at("UNKNOWN")),
        (checked(), looked_at("UNSUPPORTED")),
        (checked(), StackResourceDrift(stack_resource_drift_status="IN_SYNC")),
    ],
)
def test_what_cloudformation_does_not_tell_is_unknown(drift, own):
    assert known(drift, own).status is Status.UNKNOWN


def test_a_table_whose_drift_is_not_told_is_unknown():
    assert judge(stack(drift=checked(), table=None)).status is Status.UNKNOWN


# with `--deep`


def found(name="orders", status="IN_SYNC", *, seconds=9, kind="AWS::DynamoDB::Table", **members):
    return ResourceDrift(
        logical_resource_id=name.title(),
        physical_resource_id=name,
        resource_type=kind,
        stack_resource_drift_status=status,
        timestamp=NOW + timedelta(seconds=seconds),
        **members,
    )


def detected(*resources, status="IN_SYNC", gap=None):
    """Judged with `--deep`, in a stack that was in sync when it was last checked."""
    detection = DriftDetection(status=status, started=NOW, resources=Listing(resources, gap))
    return judge(stack(drift=checked(), table=looked_at(), detection=Fact(detection)))


def test_a_new_detection_without_drift_passes():
    verdict = detected(found(), found("jobs", kind="AWS::SQS::Queue"))
    assert verdict.status is Status.PASS
    assert verdict.evidence == {"stack": "shop", "detected": NOW.isoformat(), "drifted": {}}


def test_a_table_that_has_drifted_is_told_with_what_differs():
    differing = PropertyDifference(property_path="/SSESpecification", difference_type="REMOVE")
    verdict = detected(found(status="MODIFIED", property_differences=(differing,)), status="DRIFTED")
    assert verdict.status is Status.FAIL
    assert verdict.reason == "the table has drifted from stack shop: /SSESpecification REMOVE"
    assert verdict.evidence["drifted"] == {"Orders": ["/SSESpecification REMOVE"]}


def test_drift_elsewhere_in_the_stack_is_told_as_such():
    queue = found("jobs", "DELETED", kind="AWS::SQS::Queue")
    verdict = detected(found(), queue, status="DRIFTED")
    assert (verdict.status, verdict.reason) == (Status.FAIL, "stack shop has drifted in Jobs")
    unread = detected(status="DRIFTED", gap=Gap(DRIFTS, "Throttling"))
    assert (unread.status, unread.reason) == (Status.FAIL, "stack shop has drifted")


def test_an_older_pass_is_never_taken_for_a_new_one():
    refused = judge(stack(drift=checked(), table=looked_at(), detection=denied(DETECT)))
    assert refused.status is Status.UNKNOWN
    assert refused.reason == "drift of stack shop could not be detected: not authorized"
    assert refused.gaps[0].operation == DETECT


@pytest.mark.parametrize(
    ("resources", "status"),
    [
        ((), "IN_SYNC"),
        ((found("other"),), "IN_SYNC"),
        ((found(kind="AWS::SQS::Queue"),), "IN_SYNC"),
        ((found(status="NOT_CHECKED"),), "IN_SYNC"),
        ((found(status="UNSUPPORTED"),), "IN_SYNC"),
        ((found(status="UNKNOWN", drift_status_reason="no permission"),), "UNKNOWN"),
        ((found(seconds=-1),), "IN_SYNC"),
        ((found(status="MODIFIED", seconds=-1),), "IN_SYNC"),
    ],
)
def test_a_table_that_was_not_looked_at_is_unknown(resources, status):
    verdict = detected(*resources, status=status)
    assert verdict.status is Status.UNKNOWN
    assert verdict.reason == "the drift detection of stack shop did not cover the table"


@pytest.mark.parametrize("status", ["UNKNOWN", "NOT_CHECKED", "SOMETHING_NEW"])
def test_a_stack_that_was_not_looked_at_whole_is_unknown(status):
    assert detected(found(), status=status).status is Status.UNKNOWN


def test_results_that_cannot_all_be_read_are_unknown():
    gap = Gap(DRIFTS, "Throttling")
    assert detected(found(), gap=gap).status is Status.UNKNOWN
    assert detected(gap=gap).status is Status.UNKNOWN


def test_detections_are_started_under_deep_alone():
    check = registry().get(CONTROL).check
    assert not check.deep
    assert DETECT in check.all_reads
    assert DETECT not in check.usual_reads
