"""A world for each remediation, in which it has something to do: how it is made, and what it takes to read and to change it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3

from dynasec.demo.overlay import Answers, AwsError
from dynasec.semantics.web_acl_rules import BASELINE
from dynasec.settings import Network, Remedy, Settings
from tests.remediations import policies
from tests.remediations.access import identities
from tests.remediations.audit import trails
from tests.remediations.drift import recorders
from tests.remediations.edge import doors
from tests.remediations.network import vpcs
from tests.support.accounts import ACCOUNT

MAILBOX = Settings(remedy=Remedy(alert_address="security@example.com"))
SENSITIVE = {"Tags": [{"Key": "data-class", "Value": "restricted"}]}
MANAGED = {"SSESpecification": {"Enabled": True, "SSEType": "KMS"}}


@dataclass(frozen=True)
class World:
    """What there is (`seed`), what the emulator lacks (`script`), and what an undo leaves (`remains`: members of the snapshot)."""

    seed: Callable[[], object]
    settings: Callable[[], Settings] = Settings
    script: Answers = field(default_factory=dict)
    remains: Sequence[str] = ()
    regions: tuple[str, ...] = ("us-east-1",)


def table(name: str = "orders", region: str = "us-east-1", **members: Any) -> None:
    """A table on demand."""
    boto3.client("dynamodb", region_name=region).create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        **{"BillingMode": "PAY_PER_REQUEST", **members},
    )


def key(**members: Any) -> str:
    """A key; returns its ARN."""
    return str(boto3.client("kms").create_key(**members)["KeyMetadata"]["Arn"])


def _detector(**members: Any) -> None:
    table()
    boto3.client("guardduty").create_detector(**{"Enable": True, **members})


def _trail(**members: Any) -> None:
    table(**SENSITIVE)
    trails.make(**members)


def _recorder(*, on: bool) -> None:
    table()
    recorders.make(on=on)


def _policy(*statements: dict[str, Any]) -> None:
    table(**SENSITIVE)
    policies.put(*statements)


def _vpc() -> None:
    table()
    ec2 = boto3.client("ec2")
    for one in ec2.describe_subnets()["Subnets"]:
        ec2.delete_subnet(SubnetId=one["SubnetId"])
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    boto3.client("iam").create_role(RoleName="flow-logs", AssumeRolePolicyDocument=document)


def _flow_logs() -> Settings:
    subnets = tuple(one["SubnetId"] for one in boto3.client("ec2").describe_subnets()["Subnets"])
    role = f"arn:aws:iam::{ACCOUNT}:role/flow-logs"
    return Settings(network=Network(workload_subnets=subnets), remedy=Remedy(flow_log_role=role))


def _endpoint(**members: Any) -> None:
    table(**SENSITIVE)
    ec2 = boto3.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName="com.amazonaws.us-east-1.dynamodb", VpcEndpointType="Gateway", **members
    )


def _doomed_key() -> None:
    arn = key()
    table(SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": arn})
    boto3.client("kms").schedule_key_deletion(KeyId=arn.rpartition("/")[2])


def _static_key() -> None:
    table(SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key()})


def _global(*, key_id: str = "", **far: Any) -> None:
    """A global table, whose replica in the west has more: the server takes tables of one name for replicas of each other."""
    sse = (
        {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_id}} if key_id else {}
    )
    table(**sse)
    table(region=WEST, **far)


def _insights() -> None:
    table()
    boto3.client("dynamodb").update_contributor_insights(
        TableName="orders",
        ContributorInsightsAction="ENABLE",
        ContributorInsightsMode="ACCESSED_AND_THROTTLED_KEYS",
    )


def _workload(*, endpoint: bool, dns: bool = True) -> None:
    table()
    made = vpcs.workload()
    if endpoint:
        vpcs.add_endpoint(made.vpc, *(() if dns else (made.table,)))
    if not dns:
        boto3.client("ec2").modify_vpc_attribute(VpcId=made.vpc, EnableDnsSupport={"Value": False})


def _in_workload() -> Settings:
    found = boto3.client("ec2").describe_subnets(Filters=[{"Name": "cidr-block", "Values": ["10.0.1.0/24"]}])
    return Settings(network=Network(workload_subnets=tuple(one["SubnetId"] for one in found["Subnets"])))


def _wide(action: str | list[str], resource: str) -> None:
    table(Tags=[{"Key": "lane", "Value": "shop"}])
    identities.managed_role("app", "data", identities.allow(action, resource), tags={"lane": "shop"})


def _keyed() -> None:
    table()
    condition = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "me"}}
    statement = identities.allow(["dynamodb:GetItem", "dynamodb:Scan"], policies.TABLE, Condition=condition)
    identities.inline("user", "ann", "own", statement)


def _held() -> None:
    table(Tags=[{"Key": "lane", "Value": "shop"}])
    identities.role("app", tags={"lane": "shop"})
    arn = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess_v2"
    boto3.client("iam").attach_role_policy(RoleName="app", PolicyArn=arn)


def _unguarded() -> None:
    table()
    doors.balancer()
    doors.web_acl(doors.blocks("/admin", 0))


def _guarded() -> None:
    table()
    rules = doors.blocks("/admin", 0), doors.group(BASELINE[0], 3, "Count")
    doors.before(doors.web_acl(*rules), doors.balancer())


def _backup_role() -> None:
    table()
    trust = {"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    boto3.client("iam").create_role(RoleName="backup", AssumeRolePolicyDocument=document)


def _consumer() -> None:
    table(**SENSITIVE)
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = boto3.client("iam").create_role(RoleName="keep-changes", AssumeRolePolicyDocument=document)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("keep.py", "def changes(event, context): ...")
    boto3.client("lambda").create_function(
        FunctionName="keep-changes",
        Runtime="python3.13",
        Handler="keep.changes",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": archive.getvalue()},
    )


WEST = "us-west-2"
BOTH = ("us-east-1", WEST)
NO_BACKUPS = {"backup:ListProtectedResources": {"Results": []}}
BACKUP = {
    "backup:DescribeRegionSettings": {"ResourceTypeOptInPreference": {"DynamoDB": False}},
    "backup:GetBackupVaultAccessPolicy": AwsError("ResourceNotFoundException"),
}

SWITCHED = ("last_status", "last_status_change_time")

WORLDS: dict[str, World] = {
    "enable-deletion-protection": World(table),
    "enable-point-in-time-recovery": World(table),
    "create-backup": World(table, script=NO_BACKUPS),
    "add-to-backup-plan": World(
        _backup_role,
        lambda: Settings(remedy=Remedy(backup_role=f"arn:aws:iam::{ACCOUNT}:role/backup")),
        BACKUP,
        ("vaults",),
    ),
    "enable-autoscaling": World(
        lambda: table(
            BillingMode="PROVISIONED", ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 2}
        )
    ),
    "tag-lane": World(lambda: _global(Tags=[{"Key": "lane", "Value": "shop"}]), regions=BOTH),
    "tag-data-class": World(lambda: _global(**SENSITIVE), regions=BOTH),
    "associate-web-acl": World(_unguarded, doors.named),
    "add-managed-rules": World(_guarded, lambda: Settings(remedy=Remedy(managed_rules="block"))),
    "create-gateway-endpoint": World(lambda: _workload(endpoint=False), _in_workload),
    "cover-route-tables": World(lambda: _workload(endpoint=True), _in_workload),
    "enable-dns-support": World(lambda: _workload(endpoint=True, dns=False)),
    "restrict-endpoint-policy": World(
        lambda: _endpoint(
            TagSpecifications=[{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "tier", "Value": "app"}]}]
        ),
        script=policies.ALONE,
    ),
    "replace-wildcard-actions": World(lambda: _wide("dynamodb:*", policies.TABLE)),
    "scope-to-tables": World(lambda: _wide(["dynamodb:GetItem", "dynamodb:PutItem"], "*")),
    "detach-managed-policy": World(_held),
    "repair-fine-grained-policy": World(_keyed),
    "disable-contributor-insights": World(_insights),
    "encrypt-replica": World(lambda: _global(key_id=key(), **MANAGED), regions=BOTH, remains=("keys",)),
    "enable-guardduty": World(table, remains=("detectors",)),
    "set-publishing-frequency": World(lambda: _detector(FindingPublishingFrequency="SIX_HOURS")),
    "wire-guardduty-alert": World(_detector, lambda: MAILBOX, {"guardduty:ListFilters": {"FilterNames": []}}),
    "wire-dynamodb-alert": World(_trail, lambda: MAILBOX, trails.SCRIPT),
    "create-trail": World(table, script=trails.SCRIPT),
    "harden-trail": World(_trail, script=trails.SCRIPT),
    "log-data-events": World(_trail, script=trails.SCRIPT),
    "enable-stream": World(
        _consumer,
        lambda: Settings(
            remedy=Remedy(change_functions=(f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:keep-changes",))
        ),
        {
            "dynamodb:DescribeKinesisStreamingDestination": {"KinesisDataStreamDestinations": []},
            "cloudtrail:ListEventDataStores": {"EventDataStores": []},
        },
        ("latest_stream_arn", "stream_policy"),
    ),
    "add-config-rules": World(lambda: _recorder(on=True)),
    "enable-config-recorder": World(lambda: _recorder(on=False), remains=SWITCHED),
    "enable-flow-logs": World(_vpc, _flow_logs),
    "deny-outside-endpoint": World(_endpoint),
    "deny-insecure-transport": World(
        lambda: _policy(policies.statement({"AWS": policies.OWN}, Sid="Own")), script=policies.ALONE
    ),
    "remove-foreign-statement": World(
        lambda: _policy(policies.statement({"AWS": [policies.FOREIGNER, policies.OWN]})),
        script=policies.ALONE,
    ),
    "encrypt-with-kms": World(table, remains=("keys",)),
    "encrypt-with-customer-key": World(lambda: table(**SENSITIVE), remains=("keys",)),
    "enable-key-rotation": World(_static_key),
    "rescue-key": World(
        _doomed_key,
        script=NO_BACKUPS,
        remains=("key_state", "enabled", "deletion_date"),
    ),
}
