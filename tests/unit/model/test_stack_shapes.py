from datetime import UTC, datetime, timedelta

import pytest

from dynasec.model import stack as model
from dynasec.model.fact import Fact, Gap, Listing, Unknown
from dynasec.model.recording import Recording
from dynasec.model.snapshot import Snapshot
from tests.support.accounts import denied, denied_listing, region, snapshot, table
from tests.support.recording import held, recording, stack
from tests.support.shapes import assert_shape

TABLES = "dynamodb"

STARTED = datetime(2026, 1, 15, 12, 0, 5, 900_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        (model.Stack, "Stack"),
        (model.StackResource, "StackResourceSummary"),
        (model.ResourceDrift, "StackResourceDrift"),
    ],
)
def test_shapes_match_the_service_model(kind, shape):
    assert_shape(kind, "cloudformation", shape, ours=frozenset({"resources", "detection"}))


def drift(name="orders", status="MODIFIED", *, at=STARTED, kind="AWS::DynamoDB::Table", **members):
    return model.ResourceDrift(
        logical_resource_id=name.title(),
        physical_resource_id=name,
        resource_type=kind,
        stack_resource_drift_status=status,
        timestamp=at,
        **members,
    )


def detection(*found, gap=None, status="DRIFTED"):
    return model.DriftDetection(status=status, started=STARTED, resources=Listing(found, gap))


def test_stacks_survive_a_round_trip_through_json():
    differing = drift(
        property_differences=(model.PropertyDifference(property_path="/A", difference_type="ADD"),)
    )
    own = stack(drift=None, detection=Fact(detection(differing)))
    hidden = stack("other", drift=None, resources=denied(model.RESOURCES))
    taken = snapshot(region(table(), recording=recording(stacks=Listing((hidden, own)))))
    again = Snapshot.model_validate_json(taken.model_dump_json())
    assert again == taken
    assert [one.was_to_be_checked for one in again.regions[0].recording.stacks.items] == [False, True]


def test_what_was_not_asked_for_differs_from_what_was_refused():
    assert not stack(drift=None).was_to_be_checked
    assert stack(drift=None, detection=denied(model.DETECT)).was_to_be_checked
    half = Fact(gap=Gap("cloudformation:DescribeStackDriftDetectionStatus", "NotCollected"))
    assert stack(drift=None, detection=half).was_to_be_checked


@pytest.mark.parametrize(
    ("kind", "status", "is_table"),
    [
        ("AWS::DynamoDB::Table", "CREATE_COMPLETE", True),
        ("AWS::DynamoDB::GlobalTable", "UPDATE_COMPLETE", True),
        ("AWS::IAM::Role", "CREATE_COMPLETE", False),
    ],
)
def test_what_is_a_table_of_the_stack(kind, status, is_table):
    one = held("orders").model_copy(update={"resource_type": kind, "resource_status": status})
    assert one.is_table is is_table


@pytest.mark.parametrize(
    ("kind", "status", "is_held"),
    [
        ("AWS::DynamoDB::Table", "CREATE_COMPLETE", True),
        ("AWS::IAM::ManagedPolicy", "UPDATE_COMPLETE", True),
        ("AWS::DynamoDB::Table", "DELETE_SKIPPED", False),
        ("AWS::DynamoDB::Table", "DELETE_COMPLETE", False),
        ("AWS::Cognito::UserPool", "CREATE_COMPLETE", True),
        ("AWS::SSM::Parameter", "CREATE_COMPLETE", False),
        ("Custom::Thing", "CREATE_COMPLETE", False),
    ],
)
def test_what_a_stack_holds_of_what_concerns_us(kind, status, is_held):
    one = held("orders").model_copy(update={"resource_type": kind, "resource_status": status})
    assert one.is_held is is_held


def test_a_resource_is_known_by_each_part_of_its_id():
    one = held("acl|0123|REGIONAL").model_copy(update={"resource_type": "AWS::WAFv2::WebACL"})
    found = Recording(stacks=Listing((stack(drift=None, resources=Fact((one,))),)))
    assert found.stack_of("wafv2", "arn", "0123").stack_name == "shop"
    assert found.stack_of(TABLES, "0123") is None


def test_the_stack_of_a_table():
    own, other = stack(drift=None), stack("other", drift=None, resources=Fact((held("carts"),)))
    found = Recording(stacks=Listing((other, own)))
    assert found.stack_of(TABLES, "orders") == own
    assert found.stack_of(TABLES, "carts") == other
    assert found.stack_of(TABLES, "nobodys") is None
    assert own.table("orders") == held("orders")
    assert own.table("carts") is None


def test_a_stack_that_cannot_be_read_may_hold_any_table():
    own, hidden = stack(drift=None), stack("other", drift=None, resources=denied(model.RESOURCES))
    for found in (
        Recording(stacks=Listing((own, hidden))),
        Recording(stacks=denied_listing("cloudformation:DescribeStacks", own)),
    ):
        assert found.stack_of(TABLES, "orders") == own
        with pytest.raises(Unknown):
            found.stack_of(TABLES, "carts")


def test_results_of_older_detections_do_not_count():
    old, cut = drift(at=STARTED - timedelta(seconds=1)), drift(at=STARTED.replace(microsecond=0))
    assert detection(old).drifted == ()
    assert detection(cut).drifted == (cut,)
    assert detection(drift(status="IN_SYNC"), drift(status="UNKNOWN")).drifted == ()
    assert detection(drift(status="DELETED")).drifted


def test_what_is_said_of_a_table():
    queue, own = drift(kind="AWS::SQS::Queue"), drift(kind="AWS::DynamoDB::GlobalTable")
    assert detection(queue, own).of_table("orders") == own
    assert detection(queue).of_table("orders") is None
    gap = Gap(model.DRIFTS, "Throttling")
    assert detection(own, gap=gap).of_table("orders") == own
    with pytest.raises(Unknown):
        detection(queue, gap=gap).of_table("orders")


def test_differences_in_words():
    differing = drift(
        property_differences=(
            model.PropertyDifference(
                property_path="/SSESpecification/SSEEnabled", difference_type="NOT_EQUAL"
            ),
        )
    )
    assert differing.differences == ["/SSESpecification/SSEEnabled NOT_EQUAL"]
    assert drift(status="DELETED").differences == ["DELETED"]
