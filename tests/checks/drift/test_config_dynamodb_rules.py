import pytest

from dynasec.check import Status
from dynasec.model.fact import Listing
from dynasec.model.recording import (
    EvaluationMode,
    Exclusions,
    RecordingGroup,
    RecordingMode,
    RecordingStrategy,
    RuleScope,
)
from tests.support.accounts import denied_listing, region, snapshot, table, verdict
from tests.support.recording import recorder, recording, rule

CONTROL = "config-dynamodb-rules"
PITR = "DYNAMODB_PITR_ENABLED"
OTHERS = tuple(
    rule(identifier)
    for identifier in (
        "DYNAMODB_TABLE_ENCRYPTED_KMS",
        "DYNAMODB_TABLE_DELETION_PROTECTION_ENABLED",
        "DYNAMODB_AUTOSCALING_ENABLED",
        "DYNAMODB_IN_BACKUP_PLAN",
    )
)
ALL = (rule(PITR), *OTHERS)
NO_RULES = denied_listing("config:DescribeConfigRules")
BACKUPS = "DYNAMODB_RESOURCES_PROTECTED_BY_BACKUP_PLAN"


def judge(*rules, **how):
    return verdict(CONTROL, snapshot(region(table(), recording=recording(*rules, **how))))


def test_all_rules_and_a_recorder_pass():
    assert judge(*ALL).status is Status.PASS


def test_a_pass_tells_how_often_tables_are_recorded():
    daily = recorder(recording_mode=RecordingMode(recording_frequency="DAILY"))
    assert judge(*ALL).evidence["records"] == "CONTINUOUS"
    assert judge(*ALL, of=daily).evidence["records"] == "DAILY"


def test_either_rule_about_backup_plans_will_do():
    assert judge(rule(PITR), *OTHERS[:-1], rule(BACKUPS)).status is Status.PASS


def test_a_region_without_tables_needs_no_rules():
    assert verdict(CONTROL, snapshot(region(recording=recording()))).status is Status.NOT_APPLICABLE


def test_what_was_not_collected_is_unknown():
    assert verdict(CONTROL, snapshot(region(table()))).status is Status.UNKNOWN


def test_each_missing_rule_is_named():
    finding = judge(*OTHERS[:-1])
    assert finding.status is Status.FAIL
    assert finding.evidence["missing"] == [PITR, f"DYNAMODB_IN_BACKUP_PLAN or {BACKUPS}"]


def test_missing_rules_do_not_hide_a_missing_recorder():
    assert judge(*OTHERS, on=False).reason.endswith("; and recorder default is off")
    assert judge(*OTHERS).reason.endswith(PITR)


def test_rules_are_matched_by_identifier_not_by_name():
    impostor = rule("DYNAMODB_TABLE_ENCRYPTION_ENABLED", name="dynamodb-pitr-enabled")
    custom = rule(PITR, owner="CUSTOM_LAMBDA")
    assert judge(impostor, custom, *OTHERS).status is Status.FAIL
    assert judge(rule(PITR, name="securityhub-x-1a2b"), *OTHERS).status is Status.PASS


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"config_rule_state": "DELETING"}, "is DELETING"),
        ({"scope": RuleScope(compliance_resource_id="orders")}, "watches orders only"),
        ({"scope": RuleScope(tag_key="env", tag_value="prod")}, "watches resources tagged env=prod only"),
        (
            {"scope": RuleScope(compliance_resource_types=("AWS::S3::Bucket",))},
            "watches AWS::S3::Bucket only",
        ),
        ({"input_parameters": '{"resourceId": "orders"}'}, "watches resourceId=orders only"),
        (
            {"evaluation_modes": (EvaluationMode(mode="PROACTIVE"),)},
            "only evaluates what is about to be deployed",
        ),
    ],
)
def test_a_rule_that_does_not_watch_every_table_does_not_count(members, says):
    finding = judge(rule(PITR, **members), *OTHERS)
    assert finding.status is Status.FAIL
    assert f"{PITR} (dynamodb-pitr-enabled {says})" in finding.reason
    assert judge(rule(PITR, name="x", **members), *ALL).status is Status.PASS


@pytest.mark.parametrize(
    "members",
    [
        {"config_rule_state": "EVALUATING"},
        {"config_rule_state": "DELETING_RESULTS"},
        {"scope": RuleScope(compliance_resource_types=("AWS::DynamoDB::Table",))},
        {"scope": RuleScope()},
        {"input_parameters": "{}"},
        {"input_parameters": '{"resourceId": ""}'},
        {"evaluation_modes": (EvaluationMode(mode="PROACTIVE"), EvaluationMode(mode="DETECTIVE"))},
    ],
)
def test_a_rule_that_watches_every_table_counts(members):
    assert judge(rule(PITR, **members), *OTHERS).status is Status.PASS


@pytest.mark.parametrize("parameters", ["{", "[]"])
def test_parameters_that_cannot_be_read_are_unknown(parameters):
    broken = rule(PITR, name="x", input_parameters=parameters)
    assert judge(broken, *OTHERS).status is Status.UNKNOWN
    assert judge(broken, *ALL).status is Status.PASS


def test_rules_that_could_not_be_listed_may_be_there():
    assert judge(rules=NO_RULES).status is Status.UNKNOWN
    assert judge(rules=denied_listing("config:DescribeConfigRules", *ALL)).status is Status.PASS


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"on": False}, "recorder default is off"),
        ({"recorders": Listing()}, "AWS Config has no recorder here"),
        (
            {"of": recorder("AWSConfigurationRecorderForX", service_principal="x.amazonaws.com")},
            "no recorder here",
        ),
        (
            {"of": recorder(group=RecordingGroup(resource_types=("AWS::S3::Bucket",)))},
            "recorder default does not record AWS::DynamoDB::Table",
        ),
        (
            {
                "of": recorder(
                    group=RecordingGroup(
                        exclusion_by_resource_types=Exclusions(resource_types=("AWS::DynamoDB::Table",)),
                        recording_strategy=RecordingStrategy(use_only="EXCLUSION_BY_RESOURCE_TYPES"),
                    )
                )
            },
            "recorder default does not record AWS::DynamoDB::Table",
        ),
    ],
)
def test_rules_that_nothing_wakes_up_fail(how, says):
    finding = judge(*ALL, **how)
    assert finding.status is Status.FAIL
    assert says in finding.reason


@pytest.mark.parametrize(
    "how",
    [
        {"recorders": denied_listing("config:DescribeConfigurationRecorders")},
        {"recorder_statuses": denied_listing("config:DescribeConfigurationRecorderStatus")},
        {"recorder_statuses": Listing()},
        {"of": recorder(group=None)},
    ],
)
def test_a_recorder_that_cannot_be_read_is_unknown(how):
    assert judge(*ALL, **how).status is Status.UNKNOWN
    assert judge(*OTHERS, **how).status is Status.FAIL
