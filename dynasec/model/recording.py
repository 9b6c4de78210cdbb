"""AWS Config in one Region, with CloudFormation's stacks.

Fields rest on `DescribeConfigurationRecorders`, `DescribeConfigurationRecorderStatus`, `DescribeDeliveryChannels`,
`DescribeDeliveryChannelStatus`, `DescribeConfigRules`, `DescribeComplianceByConfigRule` and `GetComplianceDetailsByConfigRule` of AWS
Config's service model, whose recorders and channels are in camel case and whose rules are in pascal case.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from dynasec.model.fact import Gap, Listing, Unknown, unlisted
from dynasec.model.shape import AwsShape, Shape
from dynasec.model.stack import Stack


class _CamelShape(AwsShape):
    model_config = ConfigDict(alias_generator=to_camel)


class RecordingStrategy(_CamelShape):
    """ALL_SUPPORTED_RESOURCE_TYPES, INCLUSION_BY_RESOURCE_TYPES or EXCLUSION_BY_RESOURCE_TYPES."""

    use_only: str | None = None


class Exclusions(_CamelShape):
    """The types that are left out under EXCLUSION_BY_RESOURCE_TYPES."""

    resource_types: tuple[str, ...] = ()


class RecordingGroup(_CamelShape):
    """What is recorded. Recorders older than strategies have `all_supported` or `resource_types` alone."""

    all_supported: bool | None = None
    include_global_resource_types: bool | None = None
    resource_types: tuple[str, ...] = ()
    exclusion_by_resource_types: Exclusions | None = None
    recording_strategy: RecordingStrategy | None = None


class RecordingModeOverride(_CamelShape):
    """Types that are recorded at another frequency."""

    resource_types: tuple[str, ...]
    recording_frequency: str
    description: str | None = None


class RecordingMode(_CamelShape):
    """CONTINUOUS (each change) or DAILY (at most one state a day)."""

    recording_frequency: str
    recording_mode_overrides: tuple[RecordingModeOverride, ...] = ()


class Recorder(_CamelShape):
    """A configuration recorder. AWS services have recorders of their own, which record for them alone."""

    name: str
    arn: str | None = None
    role_arn: str | None = Field(default=None, alias="roleARN")
    recording_group: RecordingGroup | None = None
    recording_mode: RecordingMode | None = None
    service_principal: str | None = None
    connector_arn: str | None = None

    @property
    def is_customer_managed(self) -> bool:
        """Whether it is the account's own: neither linked to a service nor to another provider's cloud. There is one at most."""
        return self.service_principal is None and self.connector_arn is None


class RecorderStatus(_CamelShape):
    """Whether a recorder is on, and how its latest delivery went: Pending, Success, Failure or NotApplicable."""

    name: str
    recording: bool
    last_status: str | None = None
    last_error_code: str | None = None
    last_error_message: str | None = None
    last_status_change_time: datetime | None = None
    service_principal: str | None = None


class DeliveryChannel(_CamelShape):
    """Where configuration items go."""

    name: str
    s3_bucket_name: str | None = Field(default=None, alias="s3BucketName")
    s3_kms_key_arn: str | None = Field(default=None, alias="s3KmsKeyArn")
    sns_topic_arn: str | None = Field(default=None, alias="snsTopicARN")


class Delivery(_CamelShape):
    """How the latest delivery of one sort went: Success, Failure or Not_Applicable."""

    last_status: str | None = None
    last_error_code: str | None = None
    last_error_message: str | None = None


class DeliveryChannelStatus(_CamelShape):
    """How a channel delivers snapshots, history and the stream of changes."""

    name: str
    config_snapshot_delivery_info: Delivery | None = None
    config_history_delivery_info: Delivery | None = None
    config_stream_delivery_info: Delivery | None = None


class RuleSource(AwsShape):
    """AWS for managed rules, which the identifier names; CUSTOM_LAMBDA or CUSTOM_POLICY else."""

    owner: str
    source_identifier: str | None = None


class RuleScope(AwsShape):
    """What a rule looks at, if not at everything."""

    compliance_resource_types: tuple[str, ...] = ()
    tag_key: str | None = None
    tag_value: str | None = None
    compliance_resource_id: str | None = None


class EvaluationMode(AwsShape):
    """DETECTIVE (what exists) or PROACTIVE (what is about to be deployed)."""

    mode: str


class ConfigRule(AwsShape):
    """A rule as deployed. `input_parameters` is JSON in text; `created_by` the service whose rule it is, Security Hub for instance."""

    config_rule_name: str
    config_rule_arn: str | None = None
    source: RuleSource
    config_rule_state: str
    scope: RuleScope | None = None
    input_parameters: str | None = None
    evaluation_modes: tuple[EvaluationMode, ...] = ()
    created_by: str | None = None

    @property
    def managed_identifier(self) -> str | None:
        """The identifier of AWS's managed rule that this is; None for custom rules, whatever they are called."""
        return self.source.source_identifier if self.source.owner == "AWS" else None


class Compliance(AwsShape):
    """COMPLIANT, NON_COMPLIANT, NOT_APPLICABLE or INSUFFICIENT_DATA; absent before the first evaluation."""

    compliance_type: str | None = None


class RuleCompliance(AwsShape):
    """What a rule says of all its resources together."""

    config_rule_name: str
    compliance: Compliance | None = None


class EvaluationQualifier(AwsShape):
    """Which resource was evaluated; a table by its name."""

    config_rule_name: str
    resource_type: str
    resource_id: str


class EvaluationIdentifier(AwsShape):
    """What was evaluated, and when."""

    evaluation_result_qualifier: EvaluationQualifier


class Evaluation(AwsShape):
    """What a rule says of one resource."""

    evaluation_result_identifier: EvaluationIdentifier
    compliance_type: str
    result_recorded_time: datetime | None = None
    annotation: str | None = None

    @property
    def resource_type(self) -> str:
        """`AWS::DynamoDB::Table` for a table."""
        return self.evaluation_result_identifier.evaluation_result_qualifier.resource_type

    @property
    def resource_id(self) -> str:
        """The name of a table."""
        return self.evaluation_result_identifier.evaluation_result_qualifier.resource_id


class DeployedRule(Shape):
    """A rule and, where it is a managed rule about DynamoDB, what it says of each resource."""

    rule: ConfigRule
    evaluations: Listing[Evaluation] = unlisted("config:GetComplianceDetailsByConfigRule")


class Recording(Shape):
    """AWS Config in one Region, and the stacks there. Statuses name their recorder or channel."""

    recorders: Listing[Recorder] = unlisted("config:DescribeConfigurationRecorders")
    recorder_statuses: Listing[RecorderStatus] = unlisted("config:DescribeConfigurationRecorderStatus")
    delivery_channels: Listing[DeliveryChannel] = unlisted("config:DescribeDeliveryChannels")
    delivery_statuses: Listing[DeliveryChannelStatus] = unlisted("config:DescribeDeliveryChannelStatus")
    rules: Listing[DeployedRule] = unlisted("config:DescribeConfigRules")
    compliance: Listing[RuleCompliance] = unlisted("config:DescribeComplianceByConfigRule")
    stacks: Listing[Stack] = unlisted("cloudformation:DescribeStacks")

    def customer_recorder(self) -> Recorder | None:
        """Return the account's own recorder; None when it has none.

        Raises:
            Unknown: the recorders could not be listed.

        """
        return next((one for one in self.recorders.complete() if one.is_customer_managed), None)

    def status_of(self, recorder: Recorder) -> RecorderStatus | None:
        """Return the status of a recorder, found by name and owner; None when AWS Config gave none.

        Raises:
            Unknown: the statuses could not be listed.

        """
        wanted = (recorder.name, recorder.service_principal)
        statuses = self.recorder_statuses.complete()
        return next((one for one in statuses if (one.name, one.service_principal) == wanted), None)

    def stack_of(self, service: str, *names: str) -> Stack | None:
        """Return the stack of this Region that holds something of a service (`dynamodb`) by one of its names; None when none does.

        Raises:
            Unknown: some stack, or what it holds, could not be read, and none of the others holds it.

        """
        owner = next((self._owners[service, one] for one in names if (service, one) in self._owners), None)
        if owner is None and self._hidden is not None:
            raise Unknown(self._hidden)
        return owner

    @cached_property
    def _owners(self) -> Mapping[tuple[str, str], Stack]:
        return {
            (one.service, name): stack
            for stack in self.stacks.items
            for one in stack.resources.value or ()
            for name in one.names
        }

    @cached_property
    def _hidden(self) -> Gap | None:
        """What may hide the stack of something; one gap stands for all."""
        return self.stacks.gap or next(
            (stack.resources.gap for stack in self.stacks.items if stack.resources.gap is not None), None
        )
