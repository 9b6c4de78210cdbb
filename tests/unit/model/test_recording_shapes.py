import pytest

from dynasec.model import recording as model
from dynasec.model.fact import Listing
from dynasec.model.snapshot import Snapshot
from tests.support.accounts import denied_listing, region, snapshot, table
from tests.support.recording import recorder, recording, rule
from tests.support.shapes import assert_shape


@pytest.mark.parametrize(
    ("kind", "service", "shape"),
    [
        (model.Recorder, "config", "ConfigurationRecorder"),
        (model.RecorderStatus, "config", "ConfigurationRecorderStatus"),
        (model.DeliveryChannel, "config", "DeliveryChannel"),
        (model.DeliveryChannelStatus, "config", "DeliveryChannelStatus"),
        (model.Delivery, "config", "ConfigStreamDeliveryInfo"),
        (model.ConfigRule, "config", "ConfigRule"),
        (model.RuleCompliance, "config", "ComplianceByConfigRule"),
        (model.Evaluation, "config", "EvaluationResult"),
    ],
)
def test_shapes_match_the_service_model(kind, service, shape):
    assert_shape(kind, service, shape)


def test_recording_survives_a_round_trip_through_json():
    found = recording(
        rule("DYNAMODB_PITR_ENABLED"),
        compliance=denied_listing("config:DescribeComplianceByConfigRule"),
    )
    taken = snapshot(region(table(), recording=found))
    assert Snapshot.model_validate_json(taken.model_dump_json()) == taken


def test_recorders_of_services_are_kept_apart():
    linked = recorder("AWSConfigurationRecorderForX", service_principal="x.amazonaws.com")
    cloud = recorder("other-cloud", connector_arn="arn:aws:config:us-east-1:123456789012:connector/1")
    own = recorder()
    found = model.Recording(recorders=Listing((linked, cloud, own)))
    assert found.customer_recorder() == own
    assert model.Recording(recorders=Listing((linked, cloud))).customer_recorder() is None


def test_a_status_belongs_to_the_recorder_of_the_same_owner():
    linked = model.RecorderStatus(name="default", recording=True, service_principal="x.amazonaws.com")
    own = model.RecorderStatus(name="default", recording=False)
    found = model.Recording(recorder_statuses=Listing((linked, own)))
    assert found.status_of(recorder()) == own
    assert found.status_of(recorder("other")) is None


def test_only_aws_rules_have_a_managed_identifier():
    assert rule("DYNAMODB_PITR_ENABLED").rule.managed_identifier == "DYNAMODB_PITR_ENABLED"
    assert (
        rule(
            "arn:aws:lambda:us-east-1:123456789012:function:f", owner="CUSTOM_LAMBDA"
        ).rule.managed_identifier
        is None
    )
