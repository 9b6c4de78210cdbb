"""SNS, EventBridge and Security Hub: on an emulator, and on scripted answers that botocore's service models have checked."""

import json

import boto3
import pytest

from dynasec.errors import CredentialsError
from dynasec.notify.aws_targets import AwsTargets
from dynasec.notify.message import UndeliveredError
from tests.support.histories import seen
from tests.support.notices import BUS, TOPIC, eventbridge, keep, queued, security_hub, sns, waiting
from tests.support.scripted import AwsError, clients

IDENTITY = {"Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/x", "UserId": "x"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "history.db"


def _send(path, target, script=None):
    """Deliver everything that waits; returns the parameters of the calls, where a script takes them."""
    made, session = clients(script or {})
    targets = AwsTargets(lambda: made)
    for message, items in queued(path):
        targets.deliver(target, message, items)
    return session.made


def _kept(answers):
    """A script that answers so, one after the other, and keeps what was sent."""
    sent = []

    def answer(parameters):
        sent.append(parameters)
        return answers[min(len(sent), len(answers)) - 1]

    return sent, answer


@pytest.mark.parametrize("fifo", [False, True])
def test_sns_takes_a_digest(aws, path, fifo):
    del aws
    keep(path, 0, seen("F", "<b>&é"), targets=(sns(),))
    sqs, topics = boto3.client("sqs", "eu-west-1"), boto3.client("sns", "eu-west-1")
    suffix, attributes = (".fifo", {"FifoTopic": "true"}) if fifo else ("", {})
    topic = topics.create_topic(Name=f"alerts{suffix}", Attributes=attributes)["TopicArn"]
    fifo_queue = {"FifoQueue": "true"} if fifo else {}
    queue = sqs.create_queue(QueueName=f"q{suffix}", Attributes=fifo_queue)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topics.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    target = sns(topic=topic)
    _send(path, target)
    (got,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    body = json.loads(got["Body"])
    assert body["Subject"] == "dynasec: 1 new in account 123456789012"
    assert "NEW MEDIUM some-control: <b>&é (us-east-1): for a reason" in body["Message"]


def test_a_fifo_topic_is_told_what_is_the_same(path):
    keep(path, 0, seen("F"), targets=(sns(),))
    sent, answer = _kept([{"MessageId": "1"}])
    for _ in range(2):
        _send(path, sns(topic=f"{TOPIC}.fifo"), {"sns:Publish": answer})
    assert sent[0]["MessageDeduplicationId"] == sent[1]["MessageDeduplicationId"]
    assert sent[0]["MessageGroupId"] == "dynasec"


def test_eventbridge_takes_events_in_calls_of_ten(aws, path):
    del aws
    boto3.client("events", "eu-west-1").create_event_bus(Name="security")
    keep(path, 0, *(seen("F", f"t{n}") for n in range(15)), targets=(eventbridge(),))
    sent = []
    made = _send(path, eventbridge(), {"events:PutEvents": sent.append})
    assert made["events:PutEvents"] == 2
    assert [len(one["Entries"]) for one in map(_body, sent)] == [10, 5]
    assert {entry["EventBusName"] for one in map(_body, sent) for entry in one["Entries"]} == {BUS}


def _body(parameters):
    return (
        parameters if "Entries" in parameters or "Findings" in parameters else json.loads(parameters["body"])
    )


def test_entries_that_are_not_taken_are_left(path):
    keep(path, 0, *(seen("F", f"t{n}") for n in range(3)), targets=(eventbridge(),))
    entries = [
        {"EventId": "1"},
        {"ErrorCode": "ThrottlingException", "ErrorMessage": "slowly"},
        {"EventId": "3"},
    ]
    with pytest.raises(
        UndeliveredError, match="1 of 3 were not taken: ThrottlingException: slowly"
    ) as caught:
        _send(path, eventbridge(), {"events:PutEvents": {"FailedEntryCount": 1, "Entries": entries}})
    ((_, items),) = queued(path)
    assert caught.value.left == (items[1],)


def test_where_it_is_not_said_which_all_are_left(path):
    keep(path, 0, *(seen("F", f"t{n}") for n in range(3)), targets=(eventbridge(), security_hub()))
    ((_, events), (message, findings)) = queued(path)
    made, _ = clients(
        {
            "events:PutEvents": {"FailedEntryCount": 1, "Entries": []},
            "sts:GetCallerIdentity": IDENTITY,
            "securityhub:BatchImportFindings": {"FailedCount": 1, "SuccessCount": 2},
        }
    )
    for target, items in ((eventbridge(), events), (security_hub(), findings)):
        with pytest.raises(UndeliveredError, match="were not taken") as caught:
            AwsTargets(lambda: made).deliver(target, message, items)
        assert caught.value.left is None


def test_security_hub_takes_findings(aws, path):
    del aws
    hub = boto3.client("securityhub")
    hub.enable_security_hub()
    keep(
        path,
        0,
        *(seen("F", f"t{n}") for n in range(120)),
        seen("S", "s"),
        seen("U", "u"),
        targets=(security_hub(),),
    )
    assert _send(path, security_hub())["securityhub:BatchImportFindings"] == 2
    pages = hub.get_paginator("get_findings").paginate()
    assert len({one["Id"] for page in pages for one in page["Findings"]}) == 122


def test_findings_that_are_not_taken_are_left(path):
    keep(path, 0, *(seen("F", f"t{n}") for n in range(3)), targets=(security_hub(),))
    ((_, items),) = queued(path)
    failed = {"Id": items[1]["Id"], "ErrorCode": "InvalidInput", "ErrorMessage": "bad"}
    answer = {"FailedCount": 1, "SuccessCount": 2, "FailedFindings": [failed]}
    script = {"sts:GetCallerIdentity": IDENTITY, "securityhub:BatchImportFindings": answer}
    with pytest.raises(UndeliveredError, match="1 of 3 were not taken: InvalidInput: bad") as caught:
        _send(path, security_hub(), script)
    assert caught.value.left == (items[1],)
    assert not caught.value.lasting


def test_findings_of_another_account_are_not_sent(path):
    keep(path, 0, seen("F"), targets=(security_hub(),))
    script = {"sts:GetCallerIdentity": {**IDENTITY, "Account": "999999999999"}}
    with pytest.raises(
        UndeliveredError, match="it is for account 123456789012, and the credentials are of 9"
    ) as caught:
        _send(path, security_hub(), script)
    assert not caught.value.lasting


@pytest.mark.parametrize(
    ("code", "lasting"),
    [("AuthorizationError", True), ("NotFound", True), ("ExpiredToken", True), ("InvalidParameter", False)],
)
def test_what_aws_refuses_is_told(path, code, lasting):
    keep(path, 0, seen("F"), targets=(sns(),))
    with pytest.raises(UndeliveredError, match=f"sns:Publish: {code}: .*refused") as caught:
        _send(path, sns(), {"sns:Publish": AwsError(code)})
    assert caught.value.lasting is lasting


def test_without_credentials():
    def none():
        msg = "no AWS credentials"
        raise CredentialsError(msg)

    with pytest.raises(UndeliveredError, match="no AWS credentials") as caught:
        AwsTargets(none).deliver(sns(), waiting(sns()), ({"Message": "x"},))
    assert caught.value.lasting
