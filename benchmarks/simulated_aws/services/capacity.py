"""Application Auto Scaling: scalable targets and policies of provisioned tables."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from simulated_aws.paging import paged
from simulated_aws.services import tables
from simulated_aws.services.handler import Handler
from simulated_aws.size import ACCOUNT_ID, CREATED, HOME_REGION, Call, Size

_SCALING_ROLE = (
    f"arn:aws:iam::{ACCOUNT_ID}:role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/"
    "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"
)
_DIMENSIONS = (("Read", "DynamoDBReadCapacityUtilization"), ("Write", "DynamoDBWriteCapacityUtilization"))


def _scalable(size: Size, call: Call) -> Iterator[tuple[str, str, str]]:
    """Yield resource id, dimension and metric of all that autoscales: half of the provisioned tables."""
    if call.text("ServiceNamespace") != "dynamodb":
        return
    for number in tables.numbers(size, call):
        if tables.on_demand(number) or number % 2:
            continue
        for kind, resource in (("table", ""), ("index", "/index/by-owner")):
            for direction, metric in _DIMENSIONS:
                dimension = f"dynamodb:{kind}:{direction}CapacityUnits"
                yield f"table/{tables.name(number)}{resource}", dimension, metric


def _describe_scalable_targets(size: Size, call: Call) -> Mapping[str, Any]:
    wanted = call.texts("ResourceIds")
    found = [
        {
            "ServiceNamespace": "dynamodb",
            "ResourceId": resource,
            "ScalableDimension": dimension,
            "MinCapacity": 5,
            "MaxCapacity": 1000,
            "RoleARN": _SCALING_ROLE,
            "CreationTime": CREATED,
            "SuspendedState": {"DynamicScalingInSuspended": False, "DynamicScalingOutSuspended": False},
        }
        for resource, dimension, _ in _scalable(size, call)
        if not wanted or resource in wanted
    ]
    return paged(call, found, "ScalableTargets", "NextToken", ("MaxResults", 50))


def _describe_scaling_policies(size: Size, call: Call) -> Mapping[str, Any]:
    wanted = call.text("ResourceId")
    found = [
        {
            "PolicyARN": f"arn:aws:autoscaling:{HOME_REGION}:{ACCOUNT_ID}:scalingPolicy:{uuid.UUID(int=place)}",
            "PolicyName": f"${dimension}:{resource}",
            "ServiceNamespace": "dynamodb",
            "ResourceId": resource,
            "ScalableDimension": dimension,
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 70.0,
                "PredefinedMetricSpecification": {"PredefinedMetricType": metric},
            },
            "CreationTime": CREATED,
        }
        for place, (resource, dimension, metric) in enumerate(_scalable(size, call))
        if not wanted or resource == wanted
    ]
    return paged(call, found, "ScalingPolicies", "NextToken", ("MaxResults", 50))


HANDLERS: Mapping[str, Handler] = {
    "application-autoscaling:DescribeScalableTargets": _describe_scalable_targets,
    "application-autoscaling:DescribeScalingPolicies": _describe_scaling_policies,
}
