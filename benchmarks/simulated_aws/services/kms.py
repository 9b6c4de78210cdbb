"""KMS: the customer managed keys that tables use, and the AWS managed key of DynamoDB."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from simulated_aws.errors import ServiceError
from simulated_aws.paging import page
from simulated_aws.services import tables
from simulated_aws.services.handler import Handler
from simulated_aws.size import ACCOUNT_ID, CREATED, HOME_REGION, KMS_KEYS, Call, Size

_AWS_MANAGED = -1
_ROTATION_DAYS = 365
_SERVICES: Mapping[int, str] = {0: "cloudtrail.amazonaws.com", 1: "events.amazonaws.com"}
_ALIASES: Mapping[str, int] = {f"alias/data-{number:02d}": number for number in range(KMS_KEYS)} | {
    "alias/aws/dynamodb": _AWS_MANAGED
}
_NUMBERS: Mapping[str, int] = {tables.key_arn(number): number for number in range(_AWS_MANAGED, KMS_KEYS)}


def _key_id(number: int) -> str:
    return tables.key_arn(number).rpartition("/")[2]


def _number(call: Call) -> int:
    """Resolve a key id, key ARN, alias or alias ARN in the call's Region."""
    given = call.text("KeyId")
    if call.at_home and "alias/" in given:
        found = _ALIASES.get("alias/" + given.partition("alias/")[2])
    elif call.at_home:
        found = _NUMBERS.get(given, _NUMBERS.get(f"arn:aws:kms:{HOME_REGION}:{ACCOUNT_ID}:key/{given}"))
    else:
        found = None
    if found is None:
        code = "NotFoundException"
        raise ServiceError(code, f"Invalid keyId {given}")
    return found


def _list_keys(_: Size, call: Call) -> Mapping[str, Any]:
    arns = list(_NUMBERS) if call.at_home else []
    keys = [{"KeyId": arn.rpartition("/")[2], "KeyArn": arn} for arn in arns]
    return _marked(call, keys, "Keys", 1000)


def _list_aliases(_: Size, call: Call) -> Mapping[str, Any]:
    wanted = _key_id(_number(call)) if call.text("KeyId") else ""
    aliases = [
        {
            "AliasName": alias,
            "AliasArn": f"arn:aws:kms:{HOME_REGION}:{ACCOUNT_ID}:{alias}",
            "TargetKeyId": _key_id(number),
            "CreationDate": CREATED,
            "LastUpdatedDate": CREATED,
        }
        for alias, number in _ALIASES.items()
        if call.at_home and wanted in ("", _key_id(number))
    ]
    return _marked(call, aliases, "Aliases", 100)


def _describe_key(_: Size, call: Call) -> Mapping[str, Any]:
    number = _number(call)
    return {
        "KeyMetadata": {
            "AWSAccountId": ACCOUNT_ID,
            "KeyId": _key_id(number),
            "Arn": tables.key_arn(number),
            "CreationDate": CREATED,
            "Enabled": True,
            "Description": "Protects the data of one domain",
            "KeyUsage": "ENCRYPT_DECRYPT",
            "KeyState": "Enabled",
            "Origin": "AWS_KMS",
            "KeyManager": "AWS" if number == _AWS_MANAGED else "CUSTOMER",
            "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "KeySpec": "SYMMETRIC_DEFAULT",
            "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
            "MultiRegion": False,
        }
    }


def _get_key_rotation_status(_: Size, call: Call) -> Mapping[str, Any]:
    number = _number(call)
    if number % 5 == 0:
        return {"KeyRotationEnabled": False, "KeyId": tables.key_arn(number)}
    return {
        "KeyRotationEnabled": True,
        "KeyId": tables.key_arn(number),
        "RotationPeriodInDays": _ROTATION_DAYS,
        "NextRotationDate": CREATED + timedelta(days=_ROTATION_DAYS),
    }


def _list_key_policies(_: Size, call: Call) -> Mapping[str, Any]:
    _number(call)
    return {"PolicyNames": ["default"], "Truncated": False}


def _get_key_policy(_: Size, call: Call) -> Mapping[str, Any]:
    number = _number(call)
    root = f"arn:aws:iam::{ACCOUNT_ID}:root"
    owner = {
        "Sid": "Delegate", "Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*",
    }  # fmt: skip
    use = {
        "Sid": "ThroughDynamoDB",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        "Resource": "*",
        "Condition": {
            "StringEquals": {
                "kms:CallerAccount": ACCOUNT_ID,
                "kms:ViaService": f"dynamodb.{HOME_REGION}.amazonaws.com",
            }
        },
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [owner, use, *_service_use(number)]})
    return {"Policy": policy, "PolicyName": call.text("PolicyName") or "default"}


def _service_use(number: int) -> list[Mapping[str, Any]]:
    """Let the services that write to the trail and to the alert topic use the keys of these two."""
    service = _SERVICES.get(number)
    actions = ["kms:Decrypt", "kms:GenerateDataKey*", "kms:DescribeKey"]
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": actions, "Resource": "*"}
    return [statement] if service else []


def _list_grants(_: Size, call: Call) -> Mapping[str, Any]:
    number = _number(call)
    grants = [
        {
            "KeyId": tables.key_arn(number),
            "GrantId": f"{number + 1:08x}{table:056x}",
            "CreationDate": CREATED,
            "GranteePrincipal": f"dynamodb.{HOME_REGION}.amazonaws.com",
            "RetiringPrincipal": f"dynamodb.{HOME_REGION}.amazonaws.com",
            "IssuingAccount": f"arn:aws:iam::{ACCOUNT_ID}:root",
            "Operations": [
                "Decrypt",
                "Encrypt",
                "GenerateDataKey",
                "DescribeKey",
                "CreateGrant",
                "RetireGrant",
            ],
            "Constraints": {"EncryptionContextSubset": {"aws:dynamodb:tableName": tables.name(table)}},
        }
        for table in range(number, number + 2)
        if number != _AWS_MANAGED
    ]
    return _marked(call, grants, "Grants", 50)


def _marked(call: Call, items: list[dict[str, Any]], key: str, most: int) -> dict[str, Any]:
    found, following = page(items, call.text("Marker"), min(call.number("Limit", most), most))
    answer: dict[str, Any] = {key: found, "Truncated": bool(following)}
    return answer | ({"NextMarker": following} if following else {})


HANDLERS: Mapping[str, Handler] = {
    "kms:ListKeys": _list_keys,
    "kms:ListAliases": _list_aliases,
    "kms:DescribeKey": _describe_key,
    "kms:GetKeyRotationStatus": _get_key_rotation_status,
    "kms:ListKeyPolicies": _list_key_policies,
    "kms:GetKeyPolicy": _get_key_policy,
    "kms:ListGrants": _list_grants,
}
