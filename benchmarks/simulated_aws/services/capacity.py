"""What works on tables: scalable targets and policies of provisioned tables, event source mappings of streams."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from simulated_aws.paging import page, paged
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


def _list_event_source_mappings(size: Size, call: Call) -> Mapping[str, Any]:
    wanted = call.text("EventSourceArn")
    failures = f"arn:aws:sqs:{HOME_REGION}:{ACCOUNT_ID}:stream-failures"
    found = [
        {
            "UUID": str(uuid.UUID(int=number + 1)),
            "StartingPosition": "LATEST",
            "BatchSize": 100,
            "EventSourceArn": tables.stream_arn(number),
            "FunctionArn": f"arn:aws:lambda:{HOME_REGION}:{ACCOUNT_ID}:function:consume-{number:06d}",
            "LastModified": CREATED,
            "LastProcessingResult": "OK",
            "State": "Enabled",
            "DestinationConfig": {"OnFailure": {"Destination": failures}},
            "MaximumRetryAttempts": 5,
        }
        for number in tables.numbers(size, call)
        if tables.has_stream(number) and (not wanted or tables.stream_arn(number) == wanted)
    ]
    mappings, following = page(found, call.text("Marker"), min(call.number("MaxItems", 100), 100))
    return {"EventSourceMappings": mappings} | ({"NextMarker": following} if following else {})


HANDLERS: Mapping[str, Handler] = {
    "application-autoscaling:DescribeScalableTargets": _describe_scalable_targets,
    "application-autoscaling:DescribeScalingPolicies": _describe_scaling_policies,
    "lambda:ListEventSourceMappings": _list_event_source_mappings,
}
