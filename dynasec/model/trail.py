"""CloudTrail: trails, event data stores and the buckets they write to, over all audited Regions.

Fields rest on `DescribeTrails`, `GetTrailStatus`, `GetEventSelectors`, `ListEventDataStores`, `GetEventDataStore` of the CloudTrail service
model and on the bucket operations of S3's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from pydantic import Field

from dynasec.model.fact import Fact, Gap, Listing, unlisted, unread
from dynasec.model.shape import AwsShape, JsonObject, Resource, Shape


class TrailDescription(AwsShape):
    """One entry of `DescribeTrails`. A trail of all Regions is shown in each of them, always with the same home Region."""

    name: str
    trail_arn: str = Field(alias="TrailARN")
    home_region: str
    is_multi_region_trail: bool
    is_organization_trail: bool
    s3_bucket_name: str
    s3_key_prefix: str | None = None
    log_file_validation_enabled: bool | None = None
    kms_key_id: str | None = None
    include_global_service_events: bool | None = None
    has_custom_event_selectors: bool | None = None
    cloud_watch_logs_log_group_arn: str | None = None


class TrailStatus(AwsShape):
    """`GetTrailStatus`. The errors are what S3 and CloudWatch Logs answered to the latest deliveries; absent when these went well."""

    is_logging: bool
    latest_delivery_error: str | None = None
    latest_delivery_time: datetime | None = None
    latest_digest_delivery_error: str | None = None
    latest_cloud_watch_logs_delivery_error: str | None = None
    start_logging_time: datetime | None = None
    stop_logging_time: datetime | None = None


class EventSelectors(Shape):
    """What a trail or a store selects, as AWS tells it. A trail has basic or advanced selectors, a store advanced ones only."""

    basic: tuple[JsonObject, ...] = ()
    advanced: tuple[JsonObject, ...] = ()


class Trail(Resource):
    """A trail, whoever owns it; `region` is its home Region, `account` its owner (an organization trail's is the management account)."""

    aws_type: ClassVar[str] = "AWS::CloudTrail::Trail"

    account: str
    description: TrailDescription
    status: Fact[TrailStatus] = unread("cloudtrail:GetTrailStatus")
    selectors: Fact[EventSelectors] = unread("cloudtrail:GetEventSelectors")


class EventDataStoreDescription(AwsShape):
    """`GetEventDataStore`; `status` is ENABLED while events are taken in."""

    event_data_store_arn: str
    name: str
    status: str
    advanced_event_selectors: tuple[JsonObject, ...]
    multi_region_enabled: bool
    organization_enabled: bool
    kms_key_id: str | None = None
    retention_period: int | None = None
    termination_protection_enabled: bool | None = None


class EventDataStore(Resource):
    """A store of CloudTrail Lake, listed in its home Region alone even when it takes in the events of all."""

    aws_type: ClassVar[str] = "AWS::CloudTrail::EventDataStore"

    name: str
    description: Fact[EventDataStoreDescription] = unread("cloudtrail:GetEventDataStore")

    @property
    def label(self) -> str:
        """The store's name; the ARN ends in a number."""
        return self.name


class PublicAccessBlock(AwsShape):
    """`PublicAccessBlockConfiguration`; a switch that is left out is off."""

    block_public_acls: bool = False
    ignore_public_acls: bool = False
    block_public_policy: bool = False
    restrict_public_buckets: bool = False


class PolicyStatus(AwsShape):
    """Whether S3 takes a bucket's policy for public."""

    is_public: bool


class DefaultEncryption(AwsShape):
    """`ServerSideEncryptionByDefault`: AES256, aws:kms or aws:kms:dsse, and the key; without one the AWS managed key is meant."""

    sse_algorithm: str = Field(alias="SSEAlgorithm")
    kms_master_key_id: str | None = Field(default=None, alias="KMSMasterKeyID")


class EncryptionRule(AwsShape):
    """`ServerSideEncryptionRule`."""

    apply_server_side_encryption_by_default: DefaultEncryption | None = None


class Versioning(AwsShape):
    """`GetBucketVersioning`. Both members are absent on a bucket that never was versioned."""

    status: str | None = None
    mfa_delete: str | None = Field(default=None, alias="MFADelete")


class LogBucket(Resource):
    """A bucket that trails deliver to. It may belong to another account, which then refuses most of this."""

    aws_type: ClassVar[str] = "AWS::S3::Bucket"

    name: str
    policy: Fact[str | None] = unread("s3:GetBucketPolicy")
    policy_is_public: Fact[bool] = unread("s3:GetBucketPolicyStatus")
    public_access_block: Fact[PublicAccessBlock | None] = unread("s3:GetPublicAccessBlock")
    encryption: Fact[tuple[EncryptionRule, ...]] = unread("s3:GetBucketEncryption")
    versioning: Fact[Versioning] = unread("s3:GetBucketVersioning")


class Trails(Shape):
    """All that was found from the audited Regions.

    `visible` tells, per Region that was asked, the ARNs of the trails that CloudTrail shows there: its own, and those of all Regions
    wherever their home is. `stores` are the event data stores whose home a Region is.
    """

    trails: tuple[Trail, ...] = ()
    visible: Mapping[str, Listing[str]] = {}
    stores: Mapping[str, Listing[EventDataStore]] = {}
    buckets: tuple[LogBucket, ...] = ()
    account_public_access_block: Fact[PublicAccessBlock | None] = unread("s3control:GetPublicAccessBlock")

    def trails_in(self, region: str) -> Listing[Trail]:
        """Return the trails that log events of a Region, with the gap if the Region could not say which these are.

        Trails of all Regions are known from any Region that answers; a Region that was not asked is a gap.
        """
        items = (one for one in self.trails if one.description.is_multi_region_trail or one.region == region)
        return Listing(tuple(items), self.visible.get(region, unlisted("cloudtrail:DescribeTrails")).gap)

    def trail_gaps(self) -> tuple[tuple[str, Gap], ...]:
        """Return the Regions whose trails could not be listed, each with the reason."""
        return _gaps(self.visible, "cloudtrail:DescribeTrails")

    def store_gaps(self) -> tuple[tuple[str, Gap], ...]:
        """Return the Regions whose event data stores could not be listed, each with the reason."""
        return _gaps(self.stores, "cloudtrail:ListEventDataStores")

    def bucket(self, name: str) -> LogBucket | None:
        """Return a bucket by its name; None when no trail that was found delivers to it."""
        return next((bucket for bucket in self.buckets if bucket.name == name), None)


def _gaps(
    listings: Mapping[str, Listing[str]] | Mapping[str, Listing[EventDataStore]], operation: str
) -> tuple[tuple[str, Gap], ...]:
    if not listings:
        return tuple(("", gap) for gap in (unlisted(operation).gap,) if gap is not None)
    return tuple((region, one.gap) for region, one in listings.items() if one.gap is not None)
