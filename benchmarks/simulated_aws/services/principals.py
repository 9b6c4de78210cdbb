"""The account's IAM entities as GetAccountAuthorizationDetails describes them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from simulated_aws.services import policies
from simulated_aws.size import ACCOUNT_ID, CREATED, HOME_REGION, Size

Item = dict[str, Any]
_USERS, _GROUPS = 20, 5
_INSTANCE_ROLES, _HUMAN_ROLE, _PIPELINE_ROLE = (6, 7), 8, 9
_GOOGLE = "accounts.google.com"
_AWS_POLICIES: Mapping[str, tuple[list[str], str]] = {
    "AdministratorAccess": (["*"], "*"),
    "AmazonDynamoDBFullAccess": (["dynamodb:*", "dax:*", "cloudwatch:GetMetricStatistics"], "*"),
    "AmazonDynamoDBReadOnlyAccess": (["dynamodb:BatchGetItem", "dynamodb:Describe*", "dynamodb:List*",
                                      "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"], "*"),
    "service-role/AWSLambdaBasicExecutionRole": (["logs:CreateLogGroup", "logs:PutLogEvents"], "*"),
    "AmazonSSMManagedInstanceCore": (["ssm:UpdateInstanceInformation", "ssmmessages:*"], "*"),
    "SecurityAudit": (["dynamodb:Describe*", "dynamodb:List*", "iam:Get*", "iam:List*", "kms:Describe*"], "*"),
}  # fmt: skip


def _arn(kind: str, name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT_ID}:{kind}/{name}"


def _policy_name(number: int) -> str:
    return f"application-{number:05d}"


def _entity(kind: str, prefix: str, name: str, number: int) -> Item:
    title = kind.capitalize()
    return {
        "Path": "/",
        f"{title}Name": name,
        f"{title}Id": f"{prefix}{number:017d}",
        "Arn": _arn(kind, name),
        "CreateDate": CREATED,
    }


def _attached(*arns: str) -> list[Item]:
    return [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in arns]


def _by_aws(name: str) -> str:
    return f"arn:aws:iam::aws:policy/{name}"


def users(_: Size) -> Iterator[Item]:
    """Yield the users, all members of one group."""
    for number in range(_USERS):
        yield _entity("user", "AIDA", f"user-{number:02d}", number) | {
            "UserPolicyList": [],
            "GroupList": [f"group-{number % _GROUPS}"],
            "AttachedManagedPolicies": [],
            "Tags": [{"Key": "team", "Value": f"team-{number % _GROUPS}"}],
        }


def groups(_: Size) -> Iterator[Item]:
    """Yield the groups."""
    attached = ("SecurityAudit", "AmazonDynamoDBReadOnlyAccess", "AdministratorAccess")
    for number in range(_GROUPS):
        yield _entity("group", "AGPA", f"group-{number}", number) | {
            "GroupPolicyList": [],
            "AttachedManagedPolicies": _attached(_by_aws(attached[number % len(attached)])),
        }


def roles(size: Size) -> Iterator[Item]:
    """Yield the roles: of functions, instances, people from an identity provider, and a pipeline here and there."""
    for number in range(size.roles):
        name = f"role-{number:05d}"
        table = number % max(size.tables, 1)
        own = [_arn("policy", _policy_name(number % size.policies))] if size.policies else []
        role = _entity("role", "AROA", name, number) | {
            "AssumeRolePolicyDocument": policies.document([_trust(number)]),
            "InstanceProfileList": [],
            "RolePolicyList": [
                {"PolicyName": "items", "PolicyDocument": policies.document(policies.application(table))}
            ],
            "AttachedManagedPolicies": _attached(*own, *_aws_attached(number)),
            "Tags": [{"Key": "lane", "Value": f"lane-{number % 8}"}, {"Key": "service", "Value": name}],
            "RoleLastUsed": {"LastUsedDate": CREATED, "Region": HOME_REGION},
        }
        if number % 10 in _INSTANCE_ROLES:
            role["InstanceProfileList"] = [_instance_profile(role, number)]
        if number % 20 == 0 and own:
            role["PermissionsBoundary"] = {
                "PermissionsBoundaryType": "Policy",
                "PermissionsBoundaryArn": own[0],
            }
        yield role


def _trust(number: int) -> policies.Statement:
    kind = number % 10
    if kind in _INSTANCE_ROLES:
        return policies.trust({"Service": "ec2.amazonaws.com"})
    if kind == _HUMAN_ROLE:
        condition = {"StringEquals": {f"{_GOOGLE}:aud": f"client-{number}"}}
        return policies.trust({"Federated": _GOOGLE}, "sts:AssumeRoleWithWebIdentity", Condition=condition)
    if kind == _PIPELINE_ROLE:
        return policies.trust({"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"})
    return policies.trust({"Service": "lambda.amazonaws.com"})


def _aws_attached(number: int) -> list[str]:
    kind = number % 10
    if kind in _INSTANCE_ROLES:
        return [_by_aws("AmazonSSMManagedInstanceCore")]
    if kind == _HUMAN_ROLE:
        return [_by_aws("AmazonDynamoDBReadOnlyAccess")]
    if kind == _PIPELINE_ROLE:
        return [_by_aws("AmazonDynamoDBFullAccess")]
    return [_by_aws("service-role/AWSLambdaBasicExecutionRole")]


def _instance_profile(role: Item, number: int) -> Item:
    copied = ("Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument")
    return {
        "Path": "/",
        "InstanceProfileName": role["RoleName"],
        "InstanceProfileId": f"AIPA{number:017d}",
        "Arn": _arn("instance-profile", role["RoleName"]),
        "CreateDate": CREATED,
        "Roles": [{name: role[name] for name in copied}],
        "Tags": [],
    }


def local_policies(size: Size) -> Iterator[Item]:
    """Yield the customer managed policies; every third one has an older version."""
    for number in range(size.policies):
        name = _policy_name(number)
        text = policies.document(policies.managed(number, number % max(size.tables, 1)))
        versions = ["v2", "v1"] if number % 3 == 0 else ["v1"]
        yield _policy(name, _arn("policy", name), number, "/", text, versions)


def aws_policies(_: Size) -> Iterator[Item]:
    """Yield those AWS managed policies that something is attached to."""
    for number, (path, (actions, resource)) in enumerate(_AWS_POLICIES.items()):
        *folders, name = path.split("/")
        statement = policies.allow(actions, resource)
        text = quote(json.dumps({"Version": "2012-10-17", "Statement": [statement]}), safe="")
        yield _policy(name, _by_aws(path), number, "/".join(["", *folders, ""]), text, ["v4"])


def _policy(name: str, arn: str, number: int, path: str, text: str, versions: list[str]) -> Item:
    return {
        "PolicyName": name,
        "PolicyId": f"ANPA{number:017d}",
        "Arn": arn,
        "Path": path,
        "DefaultVersionId": versions[0],
        "AttachmentCount": 1,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": CREATED,
        "UpdateDate": CREATED,
        "PolicyVersionList": [
            {
                "Document": text,
                "VersionId": version,
                "IsDefaultVersion": version == versions[0],
                "CreateDate": CREATED,
            }
            for version in versions
        ],
    }
