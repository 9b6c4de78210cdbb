"""What lives beside tables in one Region: DAX clusters, autoscaling, consumers of streams, Kinesis data streams.

Fields rest on `DescribeClusters` and `DescribeSubnetGroups` of the DAX service model, `DescribeScalableTargets` and
`DescribeScalingPolicies` of Application Auto Scaling, Lambda's `ListEventSourceMappings` and Kinesis' `DescribeStreamSummary`.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from dynasec.model.fact import NOT_COLLECTED, Fact, Gap, Listing, unlisted, unread
from dynasec.model.shape import AwsShape, Resource, Shape


class DaxSse(AwsShape):
    """`SSEDescription` of a cluster: ENABLING, ENABLED, DISABLING or DISABLED."""

    status: str | None = None


class DaxSecurityGroup(AwsShape):
    """A security group of a cluster's nodes."""

    security_group_identifier: str
    status: str | None = None


class DaxDescription(AwsShape):
    """`DescribeClusters`. AWS sends encryption at rest and in transit (NONE or TLS) of every cluster: None is not "off"."""

    cluster_name: str
    cluster_arn: str
    status: str | None = None
    iam_role_arn: str | None = None
    subnet_group: str | None = None
    security_groups: tuple[DaxSecurityGroup, ...] = ()
    sse: DaxSse | None = Field(default=None, alias="SSEDescription")
    cluster_endpoint_encryption_type: str | None = None


class DaxSubnet(AwsShape):
    """A subnet in which nodes may be."""

    subnet_identifier: str
    subnet_availability_zone: str | None = None


class DaxSubnetGroup(AwsShape):
    """`DescribeSubnetGroups`: the network of a cluster."""

    subnet_group_name: str
    vpc_id: str
    subnets: tuple[DaxSubnet, ...] = ()


class DaxCluster(Resource):
    """A DAX cluster. Whoever may use it acts on tables with the rights of its role."""

    aws_type: ClassVar[str] = "AWS::DAX::Cluster"

    name: str
    description: DaxDescription
    subnet_group: Fact[DaxSubnetGroup] = unread("dax:DescribeSubnetGroups")

    @property
    def label(self) -> str:
        """The cluster's name."""
        return self.name


class SuspendedState(AwsShape):
    """Which scaling is suspended; nothing is where the member is absent."""

    dynamic_scaling_in_suspended: bool = False
    dynamic_scaling_out_suspended: bool = False
    scheduled_scaling_suspended: bool = False


class ScalableTarget(AwsShape):
    """Something whose capacity may be scaled: `resource_id` is "table/NAME" or "table/NAME/index/INDEX"."""

    resource_id: str
    scalable_dimension: str
    min_capacity: int
    max_capacity: int
    suspended_state: SuspendedState | None = None


class ScalingPolicy(AwsShape):
    """A policy that scales such a target. A target without a policy is never scaled."""

    policy_name: str
    policy_type: str
    resource_id: str
    scalable_dimension: str


class EventFilter(AwsShape):
    """One pattern of a mapping; records that match none are dropped."""

    pattern: str | None = None


class EventFilters(AwsShape):
    """`FilterCriteria`."""

    filters: tuple[EventFilter, ...] = ()


class Destination(AwsShape):
    """`OnFailure`: the ARN to which what cannot be processed is sent."""

    destination: str | None = None


class Destinations(AwsShape):
    """`DestinationConfig`."""

    on_failure: Destination | None = None


class EventSourceMapping(AwsShape):
    """A Lambda function that consumes a DynamoDB or Kinesis stream. `state` is Enabled only while it does.

    Filter criteria that are encrypted, with the key `kms_key_arn`, are left out of the listing.
    """

    uuid: str = Field(alias="UUID")
    event_source_arn: str
    function_arn: str
    state: str
    last_processing_result: str | None = None
    filter_criteria: EventFilters | None = None
    kms_key_arn: str | None = Field(default=None, alias="KMSKeyArn")
    destination_config: Destinations | None = None

    @property
    def may_drop_records(self) -> bool:
        """Whether it has filters, known or encrypted."""
        return self.kms_key_arn is not None or bool(self.filter_criteria and self.filter_criteria.filters)

    @property
    def failure_destination(self) -> str | None:
        """The ARN to which failed batches are sent; None where they are lost."""
        config = self.destination_config
        return config.on_failure.destination if config is not None and config.on_failure is not None else None


class KinesisSummary(AwsShape):
    """`StreamDescriptionSummary`: NONE or KMS, and by which key: an ARN, an id or an alias."""

    stream_arn: str = Field(alias="StreamARN")
    stream_status: str
    retention_period_hours: int
    encryption_type: str | None = None
    key_id: str | None = None


class KinesisStream(Shape):
    """A Kinesis data stream to which some table sends its changes."""

    arn: str
    summary: Fact[KinesisSummary] = unread("kinesis:DescribeStreamSummary")


class Companions(Shape):
    """The things themselves. `kinesis_streams` is incomplete where some table's destinations are not known."""

    dax_clusters: Listing[DaxCluster] = unlisted("dax:DescribeClusters")
    scalable_targets: Listing[ScalableTarget] = unlisted("application-autoscaling:DescribeScalableTargets")
    scaling_policies: Listing[ScalingPolicy] = unlisted("application-autoscaling:DescribeScalingPolicies")
    event_source_mappings: Listing[EventSourceMapping] = unlisted("lambda:ListEventSourceMappings")
    kinesis_streams: Listing[KinesisStream] = unlisted("kinesis:DescribeStreamSummary")

    def kinesis_stream(self, arn: str) -> Fact[KinesisSummary]:
        """Return what was read of a stream that a table of this Region sends to."""
        found = next((stream.summary for stream in self.kinesis_streams.items if stream.arn == arn), None)
        if found is not None:
            return found
        missing = Gap("kinesis:DescribeStreamSummary", NOT_COLLECTED, f"{arn} was not read")
        return Fact(gap=self.kinesis_streams.gap or missing)
