import boto3
import pytest

from tests.support.emulated import collect_emulated
from tests.support.scripted import AwsError

READS = (
    "config:DescribeConfigurationRecorders",
    "config:DescribeConfigurationRecorderStatus",
    "config:DescribeDeliveryChannels",
    "config:DescribeDeliveryChannelStatus",
    "config:DescribeConfigRules",
    "config:DescribeComplianceByConfigRule",
    "config:GetComplianceDetailsByConfigRule",
    "cloudformation:DescribeStacks",
)
PITR = {
    "ConfigRuleName": "pitr",
    "Source": {"Owner": "AWS", "SourceIdentifier": "DYNAMODB_PITR_ENABLED"},
    "ConfigRuleState": "ACTIVE",
}
BUCKETS = {
    "ConfigRuleName": "buckets",
    "Source": {"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_VERSIONING_ENABLED"},
    "ConfigRuleState": "ACTIVE",
}


def _evaluated(table, compliance):
    qualifier = {"ConfigRuleName": "pitr", "ResourceType": "AWS::DynamoDB::Table", "ResourceId": table}
    return {
        "EvaluationResultIdentifier": {"EvaluationResultQualifier": qualifier},
        "ComplianceType": compliance,
    }


LACKING = {
    "config:DescribeDeliveryChannelStatus": {
        "DeliveryChannelsStatus": [
            {
                "name": "default",
                "configStreamDeliveryInfo": {"lastStatus": "Failure", "lastErrorCode": "AccessDenied"},
            }
        ]
    },
    "config:DescribeComplianceByConfigRule": {
        "ComplianceByConfigRules": [
            {"ConfigRuleName": "pitr", "Compliance": {"ComplianceType": "NON_COMPLIANT"}},
            {"ConfigRuleName": "new"},
        ]
    },
    "config:GetComplianceDetailsByConfigRule": {
        "EvaluationResults": [_evaluated("orders", "NON_COMPLIANT"), _evaluated("carts", "COMPLIANT")]
    },
    "config:DescribeConfigRules": {"ConfigRules": [PITR, BUCKETS]},
}


def _read(**script):
    found, made = collect_emulated(
        READS, script={**LACKING, **{k.replace("__", ":"): v for k, v in script.items()}}
    )
    return found.regions[0].recording, made


def _set_up_config():
    config = boto3.client("config")
    config.put_configuration_recorder(
        ConfigurationRecorder={
            "name": "default",
            "roleARN": "arn:aws:iam::123456789012:role/config",
            "recordingGroup": {"allSupported": False, "resourceTypes": ["AWS::DynamoDB::Table"]},
        }
    )
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "history"})
    return config


@pytest.mark.usefixtures("aws")
def test_an_account_without_config_has_nothing_and_no_gap():
    found, _ = _read(config__DescribeConfigRules={"ConfigRules": []})
    assert found.recorders.complete() == ()
    assert found.recorder_statuses.complete() == ()
    assert found.delivery_channels.complete() == ()
    assert found.rules.complete() == ()
    assert found.stacks.complete() == ()


@pytest.mark.usefixtures("aws")
def test_recorder_and_channel_are_read():
    config = _set_up_config()
    off, _ = _read()
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    on, _ = _read()
    recorder = on.customer_recorder()
    assert recorder is not None
    assert recorder.role_arn == "arn:aws:iam::123456789012:role/config"
    assert recorder.recording_group.resource_types == ("AWS::DynamoDB::Table",)
    assert [one.recording for found in (off, on) for one in found.recorder_statuses.complete()] == [
        False,
        True,
    ]
    assert [one.s3_bucket_name for one in on.delivery_channels.complete()] == ["history"]


@pytest.mark.usefixtures("aws")
def test_recording_strategy_and_mode_are_read():
    recorder = {
        "name": "default",
        "recordingGroup": {
            "allSupported": False,
            "exclusionByResourceTypes": {"resourceTypes": ["AWS::KMS::Key"]},
            "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
        },
        "recordingMode": {
            "recordingFrequency": "DAILY",
            "recordingModeOverrides": [
                {"resourceTypes": ["AWS::DynamoDB::Table"], "recordingFrequency": "CONTINUOUS"}
            ],
        },
    }
    linked = {"name": "AWSConfigurationRecorderForX", "servicePrincipal": "x.amazonaws.com"}
    found, _ = _read(config__DescribeConfigurationRecorders={"ConfigurationRecorders": [recorder, linked]})
    own = found.customer_recorder()
    assert own.recording_group.recording_strategy.use_only == "EXCLUSION_BY_RESOURCE_TYPES"
    assert own.recording_group.exclusion_by_resource_types.resource_types == ("AWS::KMS::Key",)
    assert own.recording_mode.recording_frequency == "DAILY"
    assert own.recording_mode.recording_mode_overrides[0].recording_frequency == "CONTINUOUS"
    assert len(found.recorders.complete()) == 2


@pytest.mark.usefixtures("aws")
def test_rules_are_read_and_those_of_dynamodb_with_their_results():
    found, made = _read()
    buckets, pitr = found.rules.complete()
    assert [(one.resource_id, one.compliance_type) for one in pitr.evaluations.complete()] == [
        ("carts", "COMPLIANT"),
        ("orders", "NON_COMPLIANT"),
    ]
    assert pitr.evaluations.items[0].resource_type == "AWS::DynamoDB::Table"
    assert buckets.evaluations.gap is not None
    assert made["config:GetComplianceDetailsByConfigRule"] == 1


@pytest.mark.usefixtures("aws")
def test_rules_of_the_emulator_are_read():
    _set_up_config().put_config_rule(ConfigRule={k: v for k, v in PITR.items() if k != "ConfigRuleState"})
    found, _ = _read(config__DescribeConfigRules=lambda _: None)
    assert [one.rule.managed_identifier for one in found.rules.complete()] == ["DYNAMODB_PITR_ENABLED"]


@pytest.mark.usefixtures("aws")
def test_compliance_and_deliveries_are_read():
    found, _ = _read()
    new, pitr = found.compliance.complete()
    assert pitr.compliance.compliance_type == "NON_COMPLIANT"
    assert new.compliance is None
    assert found.delivery_statuses.complete()[0].config_stream_delivery_info.last_status == "Failure"


@pytest.mark.usefixtures("aws")
def test_results_that_are_denied_are_a_gap_of_that_rule_alone():
    found, _ = _read(config__GetComplianceDetailsByConfigRule=AwsError("AccessDeniedException"))
    assert found.rules.gap is None
    assert found.rules.items[1].evaluations.gap.code == "AccessDeniedException"


@pytest.mark.usefixtures("aws")
def test_a_rule_without_a_state_makes_the_listing_incomplete():
    stateless = {k: v for k, v in PITR.items() if k != "ConfigRuleState"}
    found, _ = _read(config__DescribeConfigRules={"ConfigRules": [stateless, BUCKETS]})
    assert [one.rule.config_rule_name for one in found.rules.items] == ["buckets"]
    assert found.rules.gap.code == "Malformed"


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("operation", "field"),
    [
        ("config:DescribeConfigurationRecorders", "recorders"),
        ("config:DescribeConfigurationRecorderStatus", "recorder_statuses"),
        ("config:DescribeDeliveryChannels", "delivery_channels"),
        ("config:DescribeDeliveryChannelStatus", "delivery_statuses"),
        ("config:DescribeConfigRules", "rules"),
        ("config:DescribeComplianceByConfigRule", "compliance"),
        ("cloudformation:DescribeStacks", "stacks"),
    ],
)
def test_what_is_denied_is_one_gap(operation, field):
    found, _ = collect_emulated(READS, script={**LACKING, operation: AwsError("AccessDeniedException")})
    recording = found.regions[0].recording
    fields = type(recording).model_fields
    assert [name for name in fields if getattr(recording, name).gap is not None] == [field]


@pytest.mark.usefixtures("aws")
def test_nothing_is_called_that_nobody_reads():
    found, made = collect_emulated(("config:DescribeConfigRules",), script=LACKING)
    assert not {name for name in made if name.startswith(("config:", "cloudformation:"))} - {
        "config:DescribeConfigRules"
    }
    assert found.regions[0].recording.rules.items[1].evaluations.gap.code == "NotCollected"
