"""DynamoDB tables and what hangs on them.

Fields rest on `DescribeTable`, `DescribeContinuousBackups`, `GetResourcePolicy`, `DescribeTimeToLive`,
`DescribeKinesisStreamingDestination`, `ListContributorInsights`, `ListBackups`, `DescribeBackup`, `ListExports` and
`ListGlobalTables` of the DynamoDB service model.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from pydantic import Field

from dynasec.model.fact import Fact, unread
from dynasec.model.item_sample import SCAN, ItemSample
from dynasec.model.shape import AwsShape, Resource, Shape

Tags = Mapping[str, str]


class Sse(AwsShape):
    """`SSEDescription`. Absent from a table under the key that AWS owns; present for AWS managed and customer managed keys."""

    status: str | None = None
    sse_type: str | None = Field(default=None, alias="SSEType")
    kms_master_key_arn: str | None = Field(default=None, alias="KMSMasterKeyArn")
    inaccessible_encryption_date_time: datetime | None = None


class BillingMode(AwsShape):
    """`BillingModeSummary`."""

    billing_mode: str


class Throughput(AwsShape):
    """`ProvisionedThroughput`: units per second; zero on demand."""

    read_capacity_units: int = 0
    write_capacity_units: int = 0


class KeyElement(AwsShape):
    """One attribute of a key schema; `key_type` is HASH or RANGE."""

    attribute_name: str
    key_type: str


class Index(AwsShape):
    """A secondary index; a local one shares its table's capacity."""

    index_name: str
    key_schema: tuple[KeyElement, ...] = ()


class GlobalIndex(Index):
    """A global secondary index, with capacity of its own."""

    provisioned_throughput: Throughput | None = None


class StreamSpecification(AwsShape):
    """Whether changes are streamed, and what a record holds."""

    stream_enabled: bool
    stream_view_type: str | None = None


class ReplicaDescription(AwsShape):
    """A replica as another replica of the global table names it. `replica_arn` shows whose account it is in."""

    region_name: str
    replica_arn: str | None = None
    replica_status: str | None = None
    kms_master_key_id: str | None = Field(default=None, alias="KMSMasterKeyId")

    def belongs_to(self, account: str) -> bool:
        """Whether the replica is in this account: AWS names it by ARN since a global table can span accounts."""
        return self.replica_arn is None or self.replica_arn.split(":")[4:5] == [account]


class Archival(AwsShape):
    """`ArchivalSummary`: why DynamoDB put a table away."""

    archival_date_time: datetime | None = None
    archival_reason: str | None = None


class TableDescription(AwsShape):
    """`DescribeTable`. Members that the service leaves out for some tables are None."""

    table_name: str
    table_arn: str
    table_status: str
    table_id: str | None = None
    creation_date_time: datetime | None = None
    item_count: int | None = None
    table_size_bytes: int | None = None
    key_schema: tuple[KeyElement, ...] = ()
    global_secondary_indexes: tuple[GlobalIndex, ...] = ()
    local_secondary_indexes: tuple[Index, ...] = ()
    billing_mode_summary: BillingMode | None = None
    provisioned_throughput: Throughput | None = None
    sse: Sse | None = Field(default=None, alias="SSEDescription")
    stream_specification: StreamSpecification | None = None
    latest_stream_arn: str | None = None
    deletion_protection_enabled: bool | None = None
    replicas: tuple[ReplicaDescription, ...] = ()
    global_table_version: str | None = None
    archival: Archival | None = Field(default=None, alias="ArchivalSummary")

    @property
    def on_demand(self) -> bool:
        """Whether capacity is paid per request. `BillingModeSummary` is absent on tables that were always provisioned."""
        return (
            self.billing_mode_summary is not None
            and self.billing_mode_summary.billing_mode == "PAY_PER_REQUEST"
        )


class ContinuousBackups(Shape):
    """Point-in-time recovery; `ContinuousBackupsStatus` is ENABLED for every table and says nothing."""

    enabled: bool
    window_days: int | None = None


class TimeToLive(AwsShape):
    """`TimeToLiveDescription`."""

    time_to_live_status: str
    attribute_name: str | None = None


class ResourcePolicy(Shape):
    """A policy as AWS returned it: text, unparsed, so that nothing is lost, and the revision it had."""

    text: str
    revision_id: str | None = None


class KinesisDestination(AwsShape):
    """One stream that receives a copy of every change."""

    stream_arn: str
    destination_status: str


class ContributorInsights(AwsShape):
    """`ContributorInsightsSummary`: of the table itself, or of the index named. Without a mode, AWS does not say which keys it shows."""

    index_name: str | None = None
    contributor_insights_status: str
    contributor_insights_mode: str | None = None


class Table(Resource):
    """A table in one Region; replicas of a global table are tables of their own.

    `contributor_insights` has an entry for the table and for each index where they were ever switched; none where they never were.
    """

    aws_type: ClassVar[str] = "AWS::DynamoDB::Table"

    name: str
    account: str
    description: Fact[TableDescription] = unread("dynamodb:DescribeTable")
    tags: Fact[Tags] = unread("tag:GetResources")
    policy: Fact[ResourcePolicy | None] = unread("dynamodb:GetResourcePolicy")
    stream_policy: Fact[ResourcePolicy | None] = unread("dynamodb:GetResourcePolicy")
    continuous_backups: Fact[ContinuousBackups] = unread("dynamodb:DescribeContinuousBackups")
    time_to_live: Fact[TimeToLive] = unread("dynamodb:DescribeTimeToLive")
    kinesis_destinations: Fact[tuple[KinesisDestination, ...]] = unread(
        "dynamodb:DescribeKinesisStreamingDestination"
    )
    contributor_insights: Fact[tuple[ContributorInsights, ...]] = unread("dynamodb:ListContributorInsights")
    item_sample: Fact[ItemSample] = unread(SCAN)

    @property
    def label(self) -> str:
        """The table's name."""
        return self.name


class TableBackup(AwsShape):
    """An on-demand backup, `BackupSummary` of `ListBackups`; `encryption` is the table's as it was then, `DescribeBackup`."""

    table_arn: str
    backup_arn: str
    backup_name: str
    backup_status: str
    backup_type: str
    backup_creation_date_time: datetime
    encryption: Fact[Sse | None] = unread("dynamodb:DescribeBackup")


class LegacyReplica(AwsShape):
    """One Region of a global table of version 2017.11.29."""

    region_name: str


class LegacyGlobalTable(AwsShape):
    """A global table of version 2017.11.29, which `DescribeTable` does not tell from an ordinary table."""

    global_table_name: str
    replication_group: tuple[LegacyReplica, ...] = ()

    def holds(self, table: Table) -> bool:
        """Whether a table is one of its replicas."""
        return self.global_table_name == table.name and any(
            one.region_name == table.region for one in self.replication_group
        )


class TableExport(AwsShape):
    """An export to S3, `DescribeExport`. `S3BucketOwner` must be given for a foreign bucket: absent, the bucket is the account's."""

    export_arn: str
    export_status: str
    table_arn: str
    start_time: datetime | None = None
    s3_bucket: str
    s3_bucket_owner: str | None = None
    s3_sse_algorithm: str | None = Field(default=None, alias="S3SseAlgorithm")
    s3_sse_kms_key_id: str | None = Field(default=None, alias="S3SseKmsKeyId")
