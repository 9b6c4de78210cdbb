"""CloudFormation's stacks in one Region: what they hold of what this program deals with, and whether their tables drifted.

Fields rest on `DescribeStacks`, `ListStackResources`, `DescribeStackDriftDetectionStatus` and `DescribeStackResourceDrifts` of
CloudFormation's service model. DynamoDB's tables never carry the `aws:cloudformation:` tags, so that a stack is known by what it lists.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from dynasec.model.fact import Fact, Listing, unlisted, unread
from dynasec.model.shape import AwsShape, Shape

RESOURCES: Final = "cloudformation:ListStackResources"
DETECT: Final = "cloudformation:DetectStackDrift"
DRIFTS: Final = "cloudformation:DescribeStackResourceDrifts"

_TABLES: Final = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
"""Types whose physical id is the name of a table; both support drift detection."""
_LET_GO: Final = ("DELETE_COMPLETE", "DELETE_SKIPPED")
"""Statuses of what a stack holds no more: deleted with it or by an update, or kept by its deletion policy."""
_DRIFTED: Final = ("MODIFIED", "DELETED")


_OTHERWISE: Final = {
    "applicationautoscaling": "application-autoscaling",
    "cognito": "cognito-idp",
    "elasticloadbalancingv2": "elasticloadbalancing",
}
"""Services that resource types name otherwise than ARNs do."""
_SERVICES: Final = frozenset(
    {
        "apigateway",
        "application-autoscaling",
        "appsync",
        "backup",
        "cloudfront",
        "cloudtrail",
        "cognito-idp",
        "config",
        "dax",
        "dynamodb",
        "ec2",
        "elasticloadbalancing",
        "events",
        "guardduty",
        "iam",
        "kinesis",
        "kms",
        "lambda",
        "logs",
        "s3",
        "sns",
        "sqs",
        "wafv2",
    }
)


class StackDrift(AwsShape):
    """DRIFTED, IN_SYNC, UNKNOWN or NOT_CHECKED, and when a detection on the stack, or on any one of its resources, was last started."""

    stack_drift_status: str
    last_check_timestamp: datetime | None = None


class StackResourceDrift(AwsShape):
    """IN_SYNC, MODIFIED, DELETED, NOT_CHECKED, UNKNOWN or UNSUPPORTED, and when this resource was last looked at."""

    stack_resource_drift_status: str
    last_check_timestamp: datetime | None = None

    @property
    def has_drifted(self) -> bool:
        """Whether it differs from the template, or is gone."""
        return self.stack_resource_drift_status in _DRIFTED


class StackResource(AwsShape):
    """A resource that a stack made, by its name in the template and by its own."""

    logical_resource_id: str
    physical_resource_id: str | None = None
    resource_type: str
    resource_status: str
    drift_information: StackResourceDrift | None = None

    @property
    def service(self) -> str:
        """The service as ARNs name it: `dynamodb` of `AWS::DynamoDB::Table`."""
        name = self.resource_type.split("::")[1].lower() if self.resource_type.startswith("AWS::") else ""
        return _OTHERWISE.get(name, name)

    @property
    def is_held(self) -> bool:
        """Whether the stack still holds it, and it is of a service that this program deals with."""
        return self.resource_status not in _LET_GO and self.service in _SERVICES

    @property
    def is_table(self) -> bool:
        """Whether it is a table."""
        return self.resource_type in _TABLES

    @property
    def names(self) -> tuple[str, ...]:
        """What it is known by: its physical id and, where that is made of several, each of these, as in `name|id|scope`."""
        whole = self.physical_resource_id or ""
        return (whole, *whole.split("|")) if "|" in whole else (whole,)


class PropertyDifference(AwsShape):
    """Where a resource differs from its template, and how: ADD, REMOVE or NOT_EQUAL. The values, which may be secrets, are not kept."""

    property_path: str
    difference_type: str


class ResourceDrift(AwsShape):
    """What the latest detection that looked at a resource found. `timestamp` is when it looked."""

    logical_resource_id: str
    physical_resource_id: str | None = None
    resource_type: str
    stack_resource_drift_status: str
    timestamp: datetime
    property_differences: tuple[PropertyDifference, ...] = ()
    drift_status_reason: str | None = None

    @property
    def has_drifted(self) -> bool:
        """Whether it differs from the template, or is gone."""
        return self.stack_resource_drift_status in _DRIFTED

    @property
    def differences(self) -> list[str]:
        """Where and how it differs, in words."""
        each = [f"{one.property_path} {one.difference_type}" for one in self.property_differences]
        return each or [self.stack_resource_drift_status]

    def is_of_table(self, name: str) -> bool:
        """Whether the resource is the table of this name."""
        return self.resource_type in _TABLES and self.physical_resource_id == name


class DriftDetection(Shape):
    """A detection that was started for this very collection, and that completed. `status` is as in `StackDrift`.

    `resources` are what CloudFormation then said of resources, which may be left over from older detections.
    """

    status: str
    started: datetime
    resources: Listing[ResourceDrift] = unlisted(DRIFTS)

    @property
    def drifted(self) -> tuple[ResourceDrift, ...]:
        """The resources that this detection found to differ."""
        return tuple(one for one in self.resources.items if one.has_drifted and self.covers(one))

    def covers(self, found: ResourceDrift) -> bool:
        """Whether a result is of this detection or a later one; seconds count, fractions may be cut off."""
        return found.timestamp.replace(microsecond=0) >= self.started.replace(microsecond=0)

    def of_table(self, name: str) -> ResourceDrift | None:
        """Return what is said of a table; None when CloudFormation says nothing.

        Raises:
            Unknown: not all of what is said could be read.

        """
        found = next((one for one in self.resources.items if one.is_of_table(name)), None)
        if found is None:
            self.resources.complete()
        return found


class Stack(AwsShape):
    """A stack without its parameters and outputs, which may hold secrets.

    `drift_information` is what was known before. `resources` are what it holds (`StackResource.is_held`); `detection` is what a
    detection found that was started now, for stacks with tables, where that was wanted.
    """

    stack_id: str
    stack_name: str
    stack_status: str
    drift_information: StackDrift | None = None
    parent_id: str | None = None
    root_id: str | None = None
    last_updated_time: datetime | None = None
    resources: Fact[tuple[StackResource, ...]] = unread(RESOURCES)
    detection: Fact[DriftDetection] = unread(DETECT)

    @property
    def tables(self) -> tuple[StackResource, ...]:
        """The tables that it is known to hold."""
        return tuple(one for one in self.resources.value or () if one.is_table)

    def table(self, name: str) -> StackResource | None:
        """Return the resource that is the table of this name; None when the stack is not known to hold it."""
        return next((one for one in self.tables if one.physical_resource_id == name), None)

    @property
    def was_to_be_checked(self) -> bool:
        """Whether a detection was to be started, however that went."""
        return self.detection.gap != unread(DETECT).gap
