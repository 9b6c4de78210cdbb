import json
import time
from collections import Counter
from datetime import UTC, datetime
from urllib.parse import unquote

import boto3
import pytest

from dynasec.collect import drift
from dynasec.collect.caller import resolve
from dynasec.collect.collector import Request, collect
from dynasec.collect.drift import STATUS
from dynasec.model.snapshot import Snapshot
from dynasec.model.stack import DETECT, DRIFTS, RESOURCES
from tests.support.emulated import collect_emulated, emulated
from tests.support.scripted import AwsError

LIST = "cloudformation:DescribeStacks"
USUAL = (LIST, RESOURCES)
DEEP = (*USUAL, DETECT, STATUS, DRIFTS)
ACCOUNT = "arn:aws:cloudformation:us-east-1:123456789012:stack"
STARTED, LOOKED = datetime(2026, 1, 15, 12, tzinfo=UTC), datetime(2026, 1, 15, 12, 0, 9, tzinfo=UTC)
REFUSED = AwsError("AccessDenied", "not authorized")
RUNNING = AwsError("ValidationError", f"Drift detection is already in progress for stack [{ACCOUNT}/shop/1]")
GONE = AwsError("ValidationError", f"Stack with id {ACCOUNT}/shop/1 does not exist")

pytestmark = pytest.mark.usefixtures("aws")


def stack(name="shop", **members):
    return {
        "StackId": f"{ACCOUNT}/{name}/1",
        "StackName": name,
        "StackStatus": "UPDATE_COMPLETE",
        "CreationTime": STARTED,
        "DriftInformation": {"StackDriftStatus": "IN_SYNC", "LastCheckTimestamp": STARTED},
        **members,
    }


def resource(name="orders", kind="AWS::DynamoDB::Table", status="CREATE_COMPLETE", **members):
    return {
        "LogicalResourceId": name.title(),
        "PhysicalResourceId": name,
        "ResourceType": kind,
        "LastUpdatedTimestamp": STARTED,
        "ResourceStatus": status,
        **members,
    }


def status(detection="DETECTION_COMPLETE", whole="IN_SYNC", **members):
    return {
        "StackId": f"{ACCOUNT}/shop/1",
        "StackDriftDetectionId": "d-1",
        "DetectionStatus": detection,
        "StackDriftStatus": whole,
        "Timestamp": STARTED,
        **members,
    }


def found(name="orders", drift="IN_SYNC", **members):
    return {
        "StackId": f"{ACCOUNT}/shop/1",
        "LogicalResourceId": name.title(),
        "PhysicalResourceId": name,
        "ResourceType": "AWS::DynamoDB::Table",
        "StackResourceDriftStatus": drift,
        "Timestamp": LOOKED,
        **members,
    }


SCRIPT = {
    LIST: {"Stacks": [stack()]},
    RESOURCES: {"StackResourceSummaries": [resource(), resource("jobs", "AWS::SQS::Queue")]},
    DETECT: {"StackDriftDetectionId": "d-1"},
    STATUS: status(),
    DRIFTS: {"StackResourceDrifts": [found()]},
}


def read(reads=DEEP, **script):
    """The stacks, and the calls that were made."""
    answers = {**SCRIPT, **{f"cloudformation:{name}": answer for name, answer in script.items()}}
    account, made = collect_emulated(reads, script=answers)
    assert Snapshot.model_validate_json(account.model_dump_json()) == account
    return account.regions[0].recording.stacks, Counter(made)


def detected(**script):
    """The detection of the one stack, and the calls that were made."""
    listing, made = read(**script)
    (one,) = listing.complete()
    return one.detection, made


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(drift, "PAUSES", (0.0, 0.0, 0.0))


def one_after_another(*answers):
    """Each answer once, then the last again and again."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def test_stacks_are_read_with_their_tables_and_without_parameters():
    secret = stack(Parameters=[{"ParameterKey": "Password", "ParameterValue": "hunter2"}])
    held = resource(DriftInformation={"StackResourceDriftStatus": "MODIFIED", "LastCheckTimestamp": LOOKED})
    listing, made = read(
        USUAL,
        DescribeStacks={"Stacks": [secret]},
        ListStackResources={
            "StackResourceSummaries": [
                resource("left", status="DELETE_SKIPPED"),
                resource("jobs", "AWS::SSM::Parameter"),
                resource("role", "AWS::IAM::Role"),
                held,
                resource("carts", "AWS::DynamoDB::GlobalTable"),
            ]
        },
    )
    (one,) = listing.complete()
    assert one.drift_information.stack_drift_status == "IN_SYNC"
    assert [table.physical_resource_id for table in one.tables] == ["carts", "orders"]
    assert [held.physical_resource_id for held in one.resources.known()] == ["carts", "orders", "role"]
    assert one.table("orders").drift_information.last_check_timestamp == LOOKED
    assert "hunter2" not in one.model_dump_json()
    assert not one.was_to_be_checked
    assert not {DETECT, STATUS, DRIFTS}.intersection(made)


def test_stacks_of_the_emulator_are_read():
    table = {
        "TableName": "carts",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }
    template = {"Resources": {"Carts": {"Type": "AWS::DynamoDB::Table", "Properties": table}}}
    boto3.client("cloudformation").create_stack(StackName="made", TemplateBody=json.dumps(template))
    account, _ = collect_emulated(USUAL)
    assert account.regions[0].recording.stack_of("dynamodb", "carts").stack_name == "made"


def test_tables_that_cannot_be_listed_are_a_gap_of_that_stack_alone():
    listing, made = read(
        DescribeStacks={"Stacks": [stack("b"), stack("a")]},
        ListStackResources=lambda sent: REFUSED if "/a/" in sent_stack(sent) else SCRIPT[RESOURCES],
    )
    first, second = listing.complete()
    assert first.resources.gap.code == "AccessDenied"
    assert second.resources.observed
    assert second.detection.observed
    assert made[DETECT] == 1


def sent_stack(sent):
    return unquote(str(sent["StackName"]))


def test_a_stack_that_was_deleted_meanwhile_holds_nothing():
    listing, made = read(ListStackResources=GONE)
    assert listing.complete()[0].resources.known() == ()
    assert made[DETECT] == 0


def test_detections_are_started_for_stacks_with_tables_only():
    _, made = read(ListStackResources={"StackResourceSummaries": [resource("jobs", "AWS::SQS::Queue")]})
    assert made[DETECT] == made[STATUS] == made[DRIFTS] == 0


def test_a_detection_is_started_and_its_result_read():
    differing = {
        "PropertyPath": "/A",
        "ExpectedValue": "hunter2",
        "ActualValue": "x",
        "DifferenceType": "ADD",
    }
    fact, made = detected(
        DescribeStackResourceDrifts={
            "StackResourceDrifts": [
                found("tokens"),
                found(drift="MODIFIED", PropertyDifferences=[differing], ActualProperties='{"A": "hunter2"}'),
            ]
        },
        DescribeStackDriftDetectionStatus=status(whole="DRIFTED"),
    )
    detection = fact.known()
    assert (detection.status, detection.started) == ("DRIFTED", STARTED)
    assert [one.logical_resource_id for one in detection.resources.complete()] == ["Orders", "Tokens"]
    assert detection.of_table("orders").differences == ["/A ADD"]
    assert "hunter2" not in detection.model_dump_json()
    assert made[DETECT] == made[STATUS] == made[DRIFTS] == 1


def test_a_detection_under_way_is_asked_for_again():
    under_way = status("DETECTION_IN_PROGRESS", "NOT_CHECKED")
    fact, made = detected(DescribeStackDriftDetectionStatus=one_after_another(under_way, under_way, status()))
    assert fact.known().status == "IN_SYNC"
    assert (made[STATUS], made[DETECT]) == (3, 1)


def test_a_detection_that_does_not_end_is_a_gap():
    fact, made = detected(DescribeStackDriftDetectionStatus=status("DETECTION_IN_PROGRESS"))
    assert (fact.gap.operation, fact.gap.code) == (STATUS, "NotReady")
    assert made[STATUS] == 4
    assert made[DRIFTS] == 0


def test_a_detection_that_fails_is_a_gap_with_its_reason():
    failed = status("DETECTION_FAILED", "DRIFTED", DetectionStatusReason="Failed to read [Jobs]")
    fact, made = detected(DescribeStackDriftDetectionStatus=failed)
    assert (fact.gap.code, fact.gap.message) == ("DETECTION_FAILED", "Failed to read [Jobs]")
    assert made[DRIFTS] == 0
    unexplained, _ = detected(DescribeStackDriftDetectionStatus=status("DETECTION_FAILED"))
    assert unexplained.gap.message == "no reason is given"


def test_a_detection_of_somebody_else_is_waited_for_and_then_ours_is_started():
    fact, made = detected(DetectStackDrift=one_after_another(RUNNING, RUNNING, SCRIPT[DETECT]))
    assert fact.known().status == "IN_SYNC"
    assert made[DETECT] == 3


def test_a_detection_of_somebody_else_that_does_not_end_is_a_gap():
    fact, made = detected(DetectStackDrift=RUNNING)
    assert (fact.gap.operation, fact.gap.code) == (DETECT, "NotReady")
    assert "another detection" in fact.gap.message
    assert (made[DETECT], made[STATUS]) == (4, 0)


@pytest.mark.parametrize(
    "error",
    [
        REFUSED,
        GONE,
        AwsError("Throttling", "Rate exceeded"),
        AwsError(
            "ValidationError",
            "Drift detection cannot be performed on stack [x] while it is in [ROLLBACK_COMPLETE] state",
        ),
        NotImplementedError("The detect_stack_drift action has not been implemented"),
    ],
    ids=["denied", "deleted", "throttled", "impossible", "missing"],
)
def test_a_detection_that_cannot_be_started_is_a_gap_that_says_why(error, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda _: None)  # what botocore waits before it asks again
    fact, made = detected(DetectStackDrift=error)
    assert fact.gap.operation == DETECT
    assert fact.gap.message
    assert made[STATUS] == made[DRIFTS] == 0


@pytest.mark.parametrize("error", [REFUSED, GONE], ids=["denied", "deleted"])
def test_a_state_that_cannot_be_read_is_a_gap(error):
    fact, made = detected(DescribeStackDriftDetectionStatus=error)
    assert fact.gap.operation == STATUS
    assert made[DRIFTS] == 0


def test_a_state_of_unknown_shape_is_a_gap():
    bare = {key: value for key, value in status().items() if key != "StackDriftStatus"}
    fact, _ = detected(DescribeStackDriftDetectionStatus=bare)
    assert (fact.gap.operation, fact.gap.code) == (STATUS, "Malformed")


@pytest.mark.parametrize("error", [REFUSED, GONE], ids=["denied", "deleted"])
def test_results_that_cannot_be_read_are_a_gap_of_the_results_alone(error):
    fact, _ = detected(DescribeStackResourceDrifts=error)
    assert fact.known().status == "IN_SYNC"
    assert fact.known().resources.gap.operation == DRIFTS


def test_few_detections_run_at_once():
    running = most = 0

    def detect(sent):
        nonlocal running, most
        running += 1
        most = max(most, running)
        return {"StackDriftDetectionId": sent_stack(sent).split("/")[1]}

    def ended(_):
        nonlocal running
        time.sleep(0.01)
        running -= 1
        return status()

    names = [f"stack-{n:02}" for n in range(20)]
    listing, made = read(
        DescribeStacks={"Stacks": [stack(name) for name in names]},
        DetectStackDrift=detect,
        DescribeStackDriftDetectionStatus=ended,
    )
    assert [one.stack_name for one in listing.complete()] == names
    assert all(one.detection.observed for one in listing.items)
    assert most <= 5
    assert made[DETECT] == 20


def test_the_deadline_ends_the_waiting(monkeypatch):
    monkeypatch.setattr(drift, "PAUSES", (60.0,) * 9)
    clients, session, _ = emulated()
    session.answer_with({**SCRIPT, STATUS: status("DETECTION_IN_PROGRESS")})
    scope = resolve(clients, ("us-east-1",), all_regions=False)
    began = time.monotonic()
    account = collect(clients, scope, Request(frozenset(DEEP), deadline=time.monotonic() + 2))
    assert time.monotonic() - began < 20
    (one,) = account.regions[0].recording.stacks.complete()
    assert (one.detection.gap.operation, one.detection.gap.code) == (STATUS, "DeadlineExceeded")
