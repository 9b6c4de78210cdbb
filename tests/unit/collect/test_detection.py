import io
import json
import zipfile

import boto3
import pytest

from dynasec.model.snapshot import Snapshot
from dynasec_checks.detection.guardduty_alert_wired import check
from tests.support.emulated import collect_emulated
from tests.support.scripted import AwsError

READS = check.reads
PATTERN = json.dumps({"source": ["aws.guardduty"]})
NO_FILTERS = {"guardduty:ListFilters": {"FilterNames": []}}
FEATURES = [{"Name": name, "Status": "ENABLED"} for name in ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")]


def _detect(script=None, *, reads=READS, regions=("us-east-1",)):
    found, made = collect_emulated(reads, regions=regions, script={**NO_FILTERS, **(script or {})})
    assert Snapshot.model_validate_json(found.model_dump_json()) == found
    return found.regions[0].detection, made


def _rule(name, *targets, region="us-east-1"):
    events = boto3.client("events", region)
    events.put_rule(Name=name, EventPattern=PATTERN)
    if targets:
        events.put_targets(
            Rule=name, Targets=[{"Id": str(number), "Arn": arn} for number, arn in enumerate(targets)]
        )


def _function(name):
    role = boto3.client("iam").create_role(RoleName="run", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("main.py", "def handle(event, context): ...")
    functions = boto3.client("lambda")
    arn = functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="main.handle",
        Code={"ZipFile": code.getvalue()},
    )["FunctionArn"]
    functions.add_permission(
        FunctionName=name,
        StatementId="events",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )
    return arn


@pytest.mark.usefixtures("aws")
def test_an_empty_region_costs_two_calls():
    found, made = _detect()
    assert (found.detectors.complete(), found.rules.complete(), found.topics) == ((), (), ())
    assert set(made) == {"guardduty:ListDetectors", "events:ListRules", "sts:GetCallerIdentity"}


@pytest.mark.usefixtures("aws")
def test_a_detector_is_read_with_its_sources():
    identifier = boto3.client("guardduty").create_detector(Enable=True)["DetectorId"]
    answer = {"Status": "ENABLED", "ServiceRole": "role", "Features": FEATURES}
    found, _ = _detect({"guardduty:GetDetector": answer})
    (detector,) = found.detectors.complete()
    described = detector.description.known()
    assert detector.arn == f"arn:aws:guardduty:us-east-1:123456789012:detector/{identifier}"
    assert [feature.status for feature in described.features] == ["ENABLED"] * 3
    assert detector.administrator.known() is None
    assert detector.filters.complete() == ()


@pytest.mark.usefixtures("aws")
def test_older_sources_are_read_where_features_are_missing():
    boto3.client("guardduty").create_detector(Enable=True)
    found, _ = _detect()
    described = found.detectors.complete()[0].description.known()
    assert (described.features, described.data_sources.dns_logs.status) == ((), "DISABLED")


@pytest.mark.usefixtures("aws")
def test_the_administrator_and_the_filters_of_a_member():
    boto3.client("guardduty").create_detector(Enable=True)
    criteria = {"Criterion": {"severity": {"Gte": 1}}}
    found, _ = _detect(
        {
            "guardduty:GetAdministratorAccount": {
                "Administrator": {"AccountId": "111122223333", "RelationshipStatus": "Enabled"}
            },
            "guardduty:ListFilters": {"FilterNames": ["noise"]},
            "guardduty:GetFilter": {"Name": "noise", "Action": "ARCHIVE", "FindingCriteria": criteria},
        }
    )
    (detector,) = found.detectors.complete()
    assert detector.administrator.known().account_id == "111122223333"
    assert [json.loads(one.criteria) for one in detector.filters.complete()] == [criteria]


@pytest.mark.usefixtures("aws")
def test_a_filter_that_cannot_be_read_leaves_the_filters_incomplete():
    boto3.client("guardduty").create_detector(Enable=True)
    found, _ = _detect(
        {
            "guardduty:ListFilters": {"FilterNames": ["noise"]},
            "guardduty:GetFilter": AwsError("AccessDeniedException"),
        }
    )
    (detector,) = found.detectors.complete()
    assert detector.filters.gap.code == "AccessDeniedException"
    assert detector.description.observed


@pytest.mark.usefixtures("aws")
def test_a_rule_leads_to_a_topic_and_its_subscribers():
    sns = boto3.client("sns")
    key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    topic = sns.create_topic(Name="alerts", Attributes={"KmsMasterKeyId": key})["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="alerts@example.com")
    _rule("findings", topic)
    _rule("more-findings", topic)
    found, made = collect_emulated(READS, script=NO_FILTERS)
    here = found.regions[0].detection
    assert [(rule.name, rule.state) for rule in here.rules.complete()] == [
        ("findings", "ENABLED"),
        ("more-findings", "ENABLED"),
    ]
    read = here.topic(topic)
    (subscription,) = read.subscriptions.complete()
    assert (subscription.confirmed, subscription.filter_policy.known()) == (True, None)
    assert "SNS:Publish" in read.attributes.known().policy
    assert found.key(key).metadata.observed
    assert made["sns:GetTopicAttributes"] == 1
    assert "alerts@example.com" not in found.model_dump_json()


@pytest.mark.usefixtures("aws")
def test_a_filter_policy_is_kept():
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    sns.subscribe(
        TopicArn=topic,
        Protocol="email",
        Endpoint="alerts@example.com",
        Attributes={"FilterPolicy": '{"kind":["x"]}'},
    )
    _rule("findings", topic)
    found, _ = _detect()
    (subscription,) = found.topic(topic).subscriptions.complete()
    assert json.loads(subscription.filter_policy.known()) == {"kind": ["x"]}


@pytest.mark.usefixtures("aws")
def test_an_unconfirmed_subscription_is_not_asked_for_its_attributes():
    topic = boto3.client("sns").create_topic(Name="alerts")["TopicArn"]
    _rule("findings", topic)
    pending = {"SubscriptionArn": "PendingConfirmation", "Protocol": "email", "TopicArn": topic}
    found, made = _detect({"sns:ListSubscriptionsByTopic": {"Subscriptions": [pending]}})
    assert [one.confirmed for one in found.topic(topic).subscriptions.complete()] == [False]
    assert made["sns:GetSubscriptionAttributes"] == 0


@pytest.mark.usefixtures("aws")
def test_a_rule_leads_to_a_function():
    arn = _function("pager")
    boto3.client("lambda").put_function_concurrency(FunctionName="pager", ReservedConcurrentExecutions=0)
    _rule("findings", arn)
    found, _ = _detect()
    read = found.function(arn)
    assert read.configuration.known().state == "Active"
    assert "events.amazonaws.com" in read.policy.known()
    assert read.reserved_concurrency.known() == 0


@pytest.mark.usefixtures("aws")
def test_concurrency_is_asked_for_the_function_of_an_alias():
    asked = []
    arn = "arn:aws:lambda:us-east-1:123456789012:function:pager"
    _rule("findings", f"{arn}:live")

    def concurrency(sent):
        asked.append(sent["url_path"])
        return {}

    _detect({"lambda:GetFunctionConcurrency": concurrency})
    assert [path.rsplit("pager", 1)[-1] for path in asked] == ["/concurrency"]


@pytest.mark.usefixtures("aws")
def test_a_rule_leads_to_a_queue():
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="alerts", Attributes={"KmsMasterKeyId": "alias/alerts"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    _rule("findings", arn)
    found, _ = _detect()
    attributes = found.queue(arn).attributes.known()
    assert (attributes.policy, attributes.kms_master_key_id) == (None, "alias/alerts")


@pytest.mark.usefixtures("aws")
def test_targets_that_do_not_exist_are_known_not_to():
    arns = [
        f"arn:aws:{middle}"
        for middle in (
            "sns:us-east-1:123456789012:gone",
            "lambda:us-east-1:123456789012:function:gone",
            "sqs:us-east-1:123456789012:gone",
        )
    ]
    _rule("findings", *arns)
    found, _ = _detect()
    facts = (
        found.topic(arns[0]).attributes,
        found.function(arns[1]).configuration,
        found.queue(arns[2]).attributes,
    )
    assert [(fact.observed, fact.value) for fact in facts] == [(True, None)] * 3


@pytest.mark.usefixtures("aws")
def test_what_belongs_elsewhere_is_not_read():
    _rule(
        "findings",
        "arn:aws:sns:eu-west-1:123456789012:alerts",
        "arn:aws:sns:us-east-1:111122223333:alerts",
        "arn:aws:events:us-east-1:123456789012:event-bus/central",
    )
    found, made = _detect()
    assert len(found.rules.complete()[0].targets.complete()) == 3
    assert (found.topics, made["sns:GetTopicAttributes"]) == ((), 0)


@pytest.mark.usefixtures("aws")
def test_a_rule_that_runs_by_the_clock_is_not_followed():
    boto3.client("events").put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    found, made = _detect()
    assert found.rules.complete()[0].event_pattern is None
    assert made["events:ListTargetsByRule"] == 0


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("operation", "fact"),
    [
        ("sns:GetTopicAttributes", lambda topic: topic.attributes),
        ("sns:ListSubscriptionsByTopic", lambda topic: topic.subscriptions),
        (
            "sns:GetSubscriptionAttributes",
            lambda topic: topic.subscriptions.complete()[0].filter_policy,
        ),
    ],
)
def test_one_refusal_is_one_gap(operation, fact):
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="alerts@example.com")
    _rule("findings", topic)
    found, _ = _detect({operation: AwsError("AuthorizationError")})
    assert found.rules.complete()[0].targets.gap is None
    read = found.topic(topic)
    assert fact(read).gap.code == "AuthorizationError"
    gaps = [read.attributes.gap, read.subscriptions.gap]
    gaps += [one.filter_policy.gap for one in read.subscriptions.items]
    assert len([gap for gap in gaps if gap is not None]) == 1


@pytest.mark.usefixtures("aws")
def test_a_refused_queue_address_is_a_gap_of_the_queue():
    arn = "arn:aws:sqs:us-east-1:123456789012:alerts"
    _rule("findings", arn)
    found, _ = _detect({"sqs:GetQueueUrl": AwsError("AccessDenied")})
    assert found.queue(arn).attributes.gap.code == "AccessDenied"


@pytest.mark.usefixtures("aws")
def test_each_region_has_wiring_of_its_own():
    _rule("findings", region="eu-west-1")
    found, _ = collect_emulated(READS, regions=("us-east-1", "eu-west-1"), script=NO_FILTERS)
    assert [len(region.detection.rules.complete()) for region in found.regions] == [0, 1]


FINDING_READS = ("guardduty:ListDetectors", "guardduty:ListFindings", "guardduty:GetFindings")


def _finding(name, severity):
    return {
        "AccountId": "123456789012",
        "Arn": f"arn:aws:guardduty:us-east-1:123456789012:detector/d/finding/{name}",
        "Id": name,
        "Region": "us-east-1",
        "Resource": {},
        "SchemaVersion": "2.0",
        "Severity": severity,
        "Type": "Exfiltration:IAMUser/AnomalousBehavior",
        "CreatedAt": "2026-01-15T10:32:07.000Z",
        "UpdatedAt": "2026-01-15T10:32:07.000Z",
        "Service": {"Action": {"AwsApiCallAction": {"Api": "Scan", "ServiceName": "dynamodb.amazonaws.com"}}},
    }


def _findings(listed, got):
    boto3.client("guardduty").create_detector(Enable=True)
    script = {"guardduty:ListFindings": listed, "guardduty:GetFindings": got}
    found, made = _detect(script, reads=FINDING_READS)
    return found.detectors.complete()[0].findings, made


@pytest.mark.usefixtures("aws")
def test_grave_open_findings_are_read_the_gravest_first():
    sent = {}

    def listed(body):
        sent.update(body)
        return {"FindingIds": ["a", "b"]}

    got = {"Findings": [_finding("a", 7.5), _finding("b", 9.0)]}
    found, _ = _findings(listed, got)
    assert [one.id for one in found.complete()] == ["b", "a"]
    assert found.items[0].service.action.aws_api_call_action.service_name == "dynamodb.amazonaws.com"
    assert sent["findingCriteria"]["criterion"] == {
        "severity": {"gte": 7},
        "service.archived": {"eq": ["false"]},
    }


@pytest.mark.usefixtures("aws")
def test_without_grave_findings_nothing_is_asked_for():
    found, made = _findings({"FindingIds": []}, AwsError("InternalServerErrorException"))
    assert (found.complete(), made["guardduty:GetFindings"]) == ((), 0)


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("listed", "got", "code"),
    [
        (AwsError("AccessDeniedException"), {"Findings": []}, "AccessDeniedException"),
        ({"FindingIds": ["a"]}, AwsError("AccessDeniedException"), "AccessDeniedException"),
        ({"FindingIds": ["a"]}, {"Findings": []}, "Malformed"),
        ({"FindingIds": ["a"], "NextToken": "more"}, {"Findings": [_finding("a", 8.0)]}, "Truncated"),
    ],
)
def test_findings_that_were_not_read_leave_the_listing_incomplete(listed, got, code):
    found, _ = _findings(listed, got)
    assert found.gap.code == code
