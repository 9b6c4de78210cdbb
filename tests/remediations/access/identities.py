"""Users, groups, roles and their policies in the emulator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import boto3

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)


def allow(action: str | list[str], resource: str | list[str], **members: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **members}


def document(*statements: Mapping[str, Any], version: str = "2012-10-17") -> str:
    return json.dumps({"Version": version, "Statement": list(statements)})


def role(name: str, *, path: str = "/", tags: Mapping[str, str] | None = None) -> None:
    made = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
    boto3.client("iam").create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=TRUST, Tags=made)


def inline_text(kind: str, owner: str, name: str, text: str, **more: Any) -> None:
    """Give a principal, which is made where there is none, an inline policy of this text."""
    iam = boto3.client("iam")
    try:
        if kind == "role":
            role(owner, **more)
        else:
            getattr(iam, f"create_{kind}")(**{f"{kind.title()}Name": owner})
    except iam.exceptions.EntityAlreadyExistsException:
        pass
    put = getattr(iam, f"put_{kind}_policy")
    put(**{f"{kind.title()}Name": owner}, PolicyName=name, PolicyDocument=text)


def inline(kind: str, owner: str, name: str, *statements: Mapping[str, Any]) -> None:
    inline_text(kind, owner, name, document(*statements))


def inline_role(owner: str, name: str, *statements: Mapping[str, Any], **more: Any) -> None:
    """Give a role, which is made where there is none, an inline policy; `more` are its path and tags."""
    inline_text("role", owner, name, document(*statements), **more)


def managed_role(
    owner: str,
    name: str,
    *statements: Mapping[str, Any],
    text: str = "",
    tags: Mapping[str, str] | None = None,
) -> str:
    """Make a role with a policy of the account's own; returns the policy's ARN."""
    iam = boto3.client("iam")
    role(owner, tags=tags)
    made = iam.create_policy(PolicyName=name, PolicyDocument=text or document(*statements))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=owner, PolicyArn=made)
    return made
