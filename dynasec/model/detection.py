"""GuardDuty and the wiring of alerts in one Region: rules of the default event bus and what they deliver to.

Fields rest on `ListDetectors`, `GetDetector`, `GetAdministratorAccount`, `GetFilter` and `GetFindings` of GuardDuty, `ListRules` and
`ListTargetsByRule` of EventBridge, and on what SNS, Lambda and SQS tell of the topics, functions and queues that rules target.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from dynasec.model.fact import Fact, Listing, unlisted, unread
from dynasec.model.shape import AwsShape, Resource, Shape


class DetectorFeature(AwsShape):
    """One protection of a detector: ENABLED or DISABLED."""

    name: str
    status: str


class SourceStatus(AwsShape):
    """The state of one source in `DataSources`."""

    status: str


class DataSources(AwsShape):
    """`DataSources`: what older answers say in place of `Features`."""

    cloud_trail: SourceStatus
    dns_logs: SourceStatus = Field(alias="DNSLogs")
    flow_logs: SourceStatus


class DetectorDescription(AwsShape):
    """`GetDetector`. Live detectors always have `Features`; that they are optional is the service model's caution."""

    status: str
    service_role: str
    finding_publishing_frequency: str | None = None
    features: tuple[DetectorFeature, ...] | None = None
    data_sources: DataSources | None = None


class Administrator(AwsShape):
    """The account that administers this one's GuardDuty and receives its findings while the relationship is `Enabled`."""

    account_id: str
    relationship_status: str


class SuppressionFilter(AwsShape):
    """`GetFilter`: findings that it matches are archived, and told to nobody, where the action is ARCHIVE. `criteria` is JSON text."""

    name: str
    action: str
    criteria: str


class ApiCallAction(AwsShape):
    """The call that a finding is about; `service_name` is "dynamodb.amazonaws.com" for one of DynamoDB's."""

    api: str | None = None
    service_name: str | None = None


class FindingAction(AwsShape):
    """What was done. Only calls of APIs are kept."""

    aws_api_call_action: ApiCallAction | None = None


class FindingService(AwsShape):
    """What GuardDuty adds to a finding."""

    action: FindingAction | None = None
    archived: bool | None = None


class OpenFinding(AwsShape):
    """A finding that nobody archived, without the resource it is about."""

    id: str
    type: str
    severity: float
    created_at: datetime
    updated_at: datetime
    service: FindingService | None = None


class Detector(Resource):
    """A Region's detector; there is one at most. `administrator` is None for an account that administers itself.

    `findings` are the grave ones that nobody archived, the gravest first; incomplete where there are more than one page of them.
    """

    aws_type: ClassVar[str] = "AWS::GuardDuty::Detector"

    id: str
    description: Fact[DetectorDescription] = unread("guardduty:GetDetector")
    administrator: Fact[Administrator | None] = unread("guardduty:GetAdministratorAccount")
    filters: Listing[SuppressionFilter] = unlisted("guardduty:ListFilters")
    findings: Listing[OpenFinding] = unlisted("guardduty:ListFindings")


class DeadLetterConfig(AwsShape):
    """The queue that keeps events which could not be delivered."""

    arn: str | None = None


class SqsParameters(AwsShape):
    """What a FIFO queue as a target needs."""

    message_group_id: str | None = None


class RuleTarget(AwsShape):
    """One target of a rule. `input` and `input_path` replace the event; `role_arn` is whom EventBridge then acts as."""

    id: str
    arn: str
    role_arn: str | None = None
    input: str | None = None
    input_path: str | None = None
    dead_letter_config: DeadLetterConfig | None = None
    sqs_parameters: SqsParameters | None = None


class Rule(Resource):
    """A rule of the default event bus. The pattern is JSON text; a rule without one runs by the clock."""

    aws_type: ClassVar[str] = "AWS::Events::Rule"

    name: str
    state: str
    event_pattern: str | None = None
    managed_by: str | None = None
    targets: Listing[RuleTarget] = unlisted("events:ListTargetsByRule")

    @property
    def label(self) -> str:
        """The rule's name."""
        return self.name


class Subscription(Shape):
    """A subscription to a topic. `arn` is no ARN before it is confirmed and after it is deleted.

    `filter_policy` is JSON text, None where every message is delivered. The endpoint is left out: a web address may hold a token.
    """

    arn: str
    protocol: str
    filter_policy: Fact[str | None] = unread("sns:GetSubscriptionAttributes")

    @property
    def confirmed(self) -> bool:
        """Whether the subscriber agreed: else "PendingConfirmation" or "Deleted" stands in place of the ARN."""
        return self.arn.startswith("arn:")


class TopicAttributes(AwsShape):
    """Of `GetTopicAttributes`: the policy as text, and the key of an encrypted topic."""

    policy: str
    kms_master_key_id: str | None = None


class Topic(Resource):
    """A topic that a rule targets. Its attributes are None where there is no such topic."""

    aws_type: ClassVar[str] = "AWS::SNS::Topic"

    attributes: Fact[TopicAttributes | None] = unread("sns:GetTopicAttributes")
    subscriptions: Listing[Subscription] = unlisted("sns:ListSubscriptionsByTopic")


class FunctionConfiguration(AwsShape):
    """Of `GetFunctionConfiguration`: whether the function can run."""

    state: str


class Function(Resource):
    """A function that a rule targets, qualifier included. The configuration is None where there is no such function.

    `policy` is text, None where nobody was ever admitted; `reserved_concurrency` None where nothing is reserved, 0 where it may not run.
    """

    aws_type: ClassVar[str] = "AWS::Lambda::Function"

    configuration: Fact[FunctionConfiguration | None] = unread("lambda:GetFunctionConfiguration")
    policy: Fact[str | None] = unread("lambda:GetPolicy")
    reserved_concurrency: Fact[int | None] = unread("lambda:GetFunctionConcurrency")

    @property
    def label(self) -> str:
        """The function's name, with its qualifier where the rule names one."""
        return self.arn.partition(":function:")[2]


class QueueAttributes(AwsShape):
    """Of `GetQueueAttributes`: the policy as text, absent where only the account itself may send, and the key."""

    policy: str | None = None
    kms_master_key_id: str | None = None


class Queue(Resource):
    """A queue that a rule targets. Its attributes are None where there is no such queue."""

    aws_type: ClassVar[str] = "AWS::SQS::Queue"

    attributes: Fact[QueueAttributes | None] = unread("sqs:GetQueueAttributes")


class Detection(Shape):
    """Detectors, rules of the default bus, and the topics, functions and queues of this account and Region that rules target."""

    detectors: Listing[Detector] = unlisted("guardduty:ListDetectors")
    rules: Listing[Rule] = unlisted("events:ListRules")
    topics: tuple[Topic, ...] = ()
    functions: tuple[Function, ...] = ()
    queues: tuple[Queue, ...] = ()

    def topic(self, arn: str) -> Topic | None:
        """Return a targeted topic; None when it was not read."""
        return next((topic for topic in self.topics if topic.arn == arn), None)

    def function(self, arn: str) -> Function | None:
        """Return a targeted function; None when it was not read."""
        return next((function for function in self.functions if function.arn == arn), None)

    def queue(self, arn: str) -> Queue | None:
        """Return a targeted queue; None when it was not read."""
        return next((queue for queue in self.queues if queue.arn == arn), None)
