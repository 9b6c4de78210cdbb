import pytest

from dynasec.model import companion
from dynasec.model.companion import Companions, EventSourceMapping, KinesisStream, KinesisSummary
from dynasec.model.fact import Fact, Listing
from tests.support.accounts import denied_listing, region, snapshot
from tests.support.shapes import assert_shape

ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/changes"


@pytest.mark.parametrize(
    ("kind", "service", "shape"),
    [
        (companion.DaxDescription, "dax", "Cluster"),
        (companion.DaxSubnetGroup, "dax", "SubnetGroup"),
        (companion.ScalableTarget, "application-autoscaling", "ScalableTarget"),
        (companion.ScalingPolicy, "application-autoscaling", "ScalingPolicy"),
        (companion.EventSourceMapping, "lambda", "EventSourceMappingConfiguration"),
        (companion.KinesisSummary, "kinesis", "StreamDescriptionSummary"),
    ],
)
def test_fields_are_members_of_the_aws_shape(kind, service, shape):
    assert_shape(kind, service, shape)


@pytest.mark.parametrize(
    ("config", "destination"),
    [
        (None, None),
        ({}, None),
        ({"OnFailure": {}}, None),
        ({"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:1:q"}}, "arn:aws:sqs:us-east-1:1:q"),
    ],
)
def test_the_failure_destination(config, destination):
    raw = {"UUID": "u", "EventSourceArn": "a", "FunctionArn": "f", "State": "Enabled"}
    mapping = EventSourceMapping.model_validate({**raw, "DestinationConfig": config})
    assert mapping.failure_destination == destination


def test_a_stream_that_was_not_read_is_a_gap():
    summary = KinesisSummary(stream_arn=ARN, stream_status="ACTIVE", retention_period_hours=24)
    found = Companions(kinesis_streams=Listing((KinesisStream(arn=ARN, summary=Fact(summary)),)))
    assert found.kinesis_stream(ARN).known() == summary
    assert found.kinesis_stream(ARN + "2").gap.code == "NotCollected"
    blind = Companions(kinesis_streams=denied_listing("dynamodb:DescribeKinesisStreamingDestination"))
    assert blind.kinesis_stream(ARN).gap.code == "AccessDeniedException"


def test_nothing_is_lost_in_json():
    summary = KinesisSummary(stream_arn=ARN, stream_status="ACTIVE", retention_period_hours=24)
    one = snapshot(
        region(
            companions=Companions(
                kinesis_streams=Listing((KinesisStream(arn=ARN, summary=Fact(summary)),)),
                event_source_mappings=denied_listing("lambda:ListEventSourceMappings"),
            )
        )
    )
    assert type(one).model_validate_json(one.model_dump_json()) == one
