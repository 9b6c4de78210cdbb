"""Furnishes an account with a good and a bad one of everything that the first controls judge. A script: `python tests/e2e/seed.py`.

`EXPECTED` says what an audit must answer: control, then the resource's name, then the status.
"""

from __future__ import annotations

import json
from typing import Any

import boto3

ACCOUNT = "123456789012"
REGION = "us-east-1"
FOREIGNER = "999988887777"


def furnish() -> None:
    keys = _keys()
    _tables(keys)
    boto3.client("kms").disable_key(KeyId=keys["disabled"])
    _network()
    _principals()
    _detectives()


def _keys() -> dict[str, str]:
    kms = boto3.client("kms")
    ids = {
        name: kms.create_key(Description=name)["KeyMetadata"]["KeyId"]
        for name in ("rotating", "static", "disabled")
    }
    kms.enable_key_rotation(KeyId=ids["rotating"])
    for name, key in ids.items():
        kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=key)
    return ids


def _tables(keys: dict[str, str]) -> None:
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/"
    good = {"key": arn + keys["rotating"], "pitr": True, "DeletionProtectionEnabled": True}
    _table("good", "restricted", **good)
    _table("bare", None)
    _table("public", "public")
    _table("static-key", "restricted", **{**good, "key": arn + keys["static"]})
    _table("disabled-key", "restricted", **{**good, "key": arn + keys["disabled"]})
    _table("foreign", "restricted", **good)
    _table("own", "restricted", **good)
    _policy("foreign", {"AWS": f"arn:aws:iam::{FOREIGNER}:root"})
    _policy("own", {"AWS": f"arn:aws:iam::{ACCOUNT}:role/scoped"})


def _table(
    name: str, data_class: str | None, *, key: str | None = None, pitr: bool = False, **members: Any
) -> None:
    dynamodb = boto3.client("dynamodb")
    if key is not None:
        members["SSESpecification"] = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "data-class", "Value": data_class}]
        if data_class
        else [{"Key": "made-by", "Value": "seed"}],
        **members,
    )
    if pitr:
        dynamodb.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )


def _policy(table: str, principal: dict[str, str]) -> None:
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}"
    statement = {"Effect": "Allow", "Principal": principal, "Action": "dynamodb:GetItem", "Resource": arn}
    boto3.client("dynamodb").put_resource_policy(ResourceArn=arn, Policy=_document(statement))


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _network() -> None:
    ec2 = boto3.client("ec2")
    scoped = _document(
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "dynamodb:GetItem",
            "Resource": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/good",
        }
    )
    for name, cidr, policy in (
        ("private", "10.1.0.0/16", scoped),
        ("open", "10.2.0.0/16", None),
        ("outward", "10.2.0.0/16", None),
    ):
        vpc = ec2.create_vpc(CidrBlock=cidr, TagSpecifications=_named("vpc", name))["Vpc"]["VpcId"]
        block = cidr.replace(".0.0/16", ".1.0/24")
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=block, TagSpecifications=_named("subnet", name))[
            "Subnet"
        ]["SubnetId"]
        routes = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        ec2.associate_route_table(RouteTableId=routes, SubnetId=subnet)
        ec2.run_instances(ImageId="ami-03cf127a", MinCount=1, MaxCount=1, SubnetId=subnet)
        if name == "outward":
            gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
            ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
            ec2.create_route(RouteTableId=routes, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
            continue
        given = {} if policy is None else {"PolicyDocument": policy}
        ec2.create_vpc_endpoint(
            VpcId=vpc,
            VpcEndpointType="Gateway",
            ServiceName=f"com.amazonaws.{REGION}.dynamodb",
            RouteTableIds=[routes],
            TagSpecifications=_named("vpc-endpoint", name),
            **given,
        )
        if name == "private":
            boto3.client("s3").create_bucket(Bucket="flow-logs")
            ec2.create_flow_logs(
                ResourceIds=[vpc],
                ResourceType="VPC",
                TrafficType="ALL",
                LogDestinationType="s3",
                LogDestination="arn:aws:s3:::flow-logs",
            )


def _named(kind: str, name: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]


def _principals() -> None:
    iam = boto3.client("iam")
    trust = _document(
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    )
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/good"
    for role, action, resource in (("scoped", "dynamodb:GetItem", table), ("wild", "dynamodb:*", "*")):
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)
        allow = {"Effect": "Allow", "Action": action, "Resource": resource}
        iam.put_role_policy(RoleName=role, PolicyName=f"{role}-items", PolicyDocument=_document(allow))
    for user, action in (("keyed", "dynamodb:PutItem"), ("harmless", "s3:ListAllMyBuckets")):
        iam.create_user(UserName=user)
        iam.create_access_key(UserName=user)
        allow = {"Effect": "Allow", "Action": action, "Resource": "*"}
        iam.put_user_policy(UserName=user, PolicyName=f"{user}-own", PolicyDocument=_document(allow))


def _detectives() -> None:
    boto3.client("s3").create_bucket(Bucket="trail-logs")
    trails = boto3.client("cloudtrail")
    trails.create_trail(Name="everywhere", S3BucketName="trail-logs", IsMultiRegionTrail=True)
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/good"
    trails.put_event_selectors(
        TrailName="everywhere",
        EventSelectors=[
            {
                "ReadWriteType": "All",
                "IncludeManagementEvents": True,
                "DataResources": [{"Type": "AWS::DynamoDB::Table", "Values": [table]}],
            }
        ],
    )
    trails.start_logging(Name="everywhere")
    boto3.client("guardduty").create_detector(Enable=True)
    config = boto3.client("config")
    role = f"arn:aws:iam::{ACCOUNT}:role/recorder"
    config.put_configuration_recorder(
        ConfigurationRecorder={"name": "default", "roleARN": role, "recordingGroup": {"allSupported": True}}
    )
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "trail-logs"})
    config.start_configuration_recorder(ConfigurationRecorderName="default")


PASS, FAIL, UNKNOWN, NA = "PASS", "FAIL", "UNKNOWN", "NOT_APPLICABLE"

EXPECTED: dict[str, dict[str, str]] = {
    "point-in-time-recovery": {"good": PASS, "bare": FAIL},
    "deletion-protection": {"good": PASS, "bare": FAIL},
    "data-class-tagged": {"good": PASS, "bare": FAIL},
    "kms-encrypted": {"good": PASS, "bare": FAIL},
    "customer-key": {"good": PASS, "bare": FAIL, "public": NA},
    "key-usable": {"good": PASS, "disabled-key": FAIL, "bare": PASS},
    "table-policy-no-foreigners": {"foreign": FAIL, "own": PASS, "good": PASS},
    "replica-settings-equal": {"good": NA},
    # moto lacks event data stores: a trail proves the good, nothing proves the absence of another logger
    "table-data-events": {"good": PASS, "own": UNKNOWN, "public": NA},
    "trail-logging": {ACCOUNT: PASS},
    "config-dynamodb-rules": {REGION: FAIL},
    "guardduty-alert-wired": {REGION: FAIL},
    "dynamodb-endpoint-present": {"private": PASS, "open": PASS, "outward": FAIL},
    "flow-logs": {"private": PASS, "open": FAIL},
    "network-ranges-disjoint": {"private": PASS, "open": FAIL, "outward": FAIL},
    "subnet-path-private": {"private": PASS, "open": PASS, "outward": FAIL},
    "endpoint-policy-restricted": {"private": PASS, "open": FAIL},
    "no-wildcard-actions": {"scoped-items": PASS, "wild-items": FAIL, "harmless-own": PASS},
    "applications-use-roles": {"keyed": FAIL, "harmless": PASS},
}

if __name__ == "__main__":
    furnish()
