"""How an operation is spelled: `service:Operation` with IAM's prefix here, another service name in boto3, sometimes another IAM action.

Rests on the service authorization reference, https://docs.aws.amazon.com/service-authorization/latest/reference/.
"""

from __future__ import annotations

from typing import Final

_CLIENTS: Final = {
    "apigateway": "apigateway",
    "appsync": "appsync",
    "elasticloadbalancing": "elbv2",
    "tag": "resourcegroupstaggingapi",
    "application-autoscaling": "application-autoscaling",
    "cognito-idp": "cognito-idp",
}
"""IAM prefixes whose boto3 client has another name. (The rest are called alike.)"""

_PREFIXES: Final = {client: prefix for prefix, client in _CLIENTS.items()}

_ACTIONS: Final[dict[str, tuple[str, ...]]] = {
    "apigateway:GetRestApis": ("apigateway:GET",),
    "apigateway:GetStage": ("apigateway:GET",),
    "apigateway:GetStages": ("apigateway:GET",),
    "apigatewayv2:GetApis": ("apigateway:GET",),
    "apigatewayv2:GetStages": ("apigateway:GET",),
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html#drift-considerations: CloudFormation reads
    # a stack's resources with the rights of whoever asks. For tables that takes what the schemas of their types name
    "cloudformation:DetectStackDrift": (
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScalingPolicies",
        "cloudformation:BatchDescribeTypeConfigurations",
        "cloudformation:DetectStackDrift",
        "cloudformation:DetectStackResourceDrift",
        "dynamodb:DescribeContinuousBackups",
        "dynamodb:DescribeContributorInsights",
        "dynamodb:DescribeKinesisStreamingDestination",
        "dynamodb:DescribeTable",
        "dynamodb:DescribeTableReplicaAutoScaling",
        "dynamodb:DescribeTimeToLive",
        "dynamodb:GetResourcePolicy",
        "dynamodb:ListTagsOfResource",
        "kms:DescribeKey",
    ),
    "elb:DescribeLoadBalancers": ("elasticloadbalancing:DescribeLoadBalancers",),
    "s3:GetPublicAccessBlock": ("s3:GetBucketPublicAccessBlock",),
    "s3:GetBucketEncryption": ("s3:GetEncryptionConfiguration",),
    "s3:ListBuckets": ("s3:ListAllMyBuckets",),
    "s3:PutBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3:PutPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3control:GetPublicAccessBlock": ("s3:GetAccountPublicAccessBlock",),
}
"""Operations whose IAM action has another name, or that take more than one."""


def client_and_method(operation: str) -> tuple[str, str]:
    """Return boto3's service name and the operation's name."""
    prefix, _, name = operation.partition(":")
    return _CLIENTS.get(prefix, prefix), name


def operation_of(service: str, name: str) -> str:
    """Return the operation that boto3 makes under a service name: the inverse of `client_and_method`."""
    return f"{_PREFIXES.get(service, service)}:{name}"


def iam_actions(operation: str) -> tuple[str, ...]:
    """Return the IAM actions that a caller of the operation needs."""
    return _ACTIONS.get(operation, (operation,))
