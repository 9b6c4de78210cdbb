"""What the emulator gets wrong when an account is changed, put right before a call reaches it: keys of tables, and keys named by ARN.

A table is encrypted under the key that `SSESpecification` names, the AWS managed one where it names none, and the one that AWS owns where
it is off (API_SSESpecification); the emulator ignores it in UpdateTable. Operations of KMS take a key's ARN for its id (API_EnableKey).
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from dynasec.demo.overlay import OverlaySession

_BY_ID_ALONE: Final = ("CancelKeyDeletion", "DisableKey", "EnableKey")


def mend(session: OverlaySession, account: str) -> None:
    """Put calls of this session right."""
    events: Any = session.events  # botocore's handlers take what the event brings
    for operation in _BY_ID_ALONE:
        events.register(f"before-call.kms.{operation}", _by_id)
    events.register("before-call.dynamodb.UpdateTable", _encrypting(account))


def _by_id(params: dict[str, Any], **_: object) -> None:
    body = json.loads(params["body"])
    params["body"] = json.dumps({**body, "KeyId": body["KeyId"].rpartition("/")[2]}).encode()


def _encrypting(account: str) -> Callable[..., None]:
    def encrypt(params: dict[str, Any], context: Mapping[str, Any], **_: object) -> None:
        body: dict[str, Any] = json.loads(params["body"])
        region, name = context["client_region"], body["TableName"]
        if "SSESpecification" in body:
            _set_key(account, region, name, body["SSESpecification"])
        for one in body.pop("ReplicaUpdates", ()):
            update = one.get("Update", {})
            if "KMSMasterKeyId" in update:
                sse = {"Enabled": True, "KMSMasterKeyId": update["KMSMasterKeyId"]}
                _set_key(account, update["RegionName"], name, sse)
        params["body"] = json.dumps(body).encode()

    return encrypt


def _set_key(account: str, region: str, name: str, sse: Mapping[str, Any]) -> None:
    table = (
        importlib.import_module("moto.dynamodb.models").dynamodb_backends[account][region].tables.get(name)
    )
    if table is None:
        return  # the emulator refuses the call
    if not sse.get("Enabled"):
        table.sse_specification = {"Enabled": False}
        return
    kms = importlib.import_module("moto.kms.models").kms_backends[account][region]
    kms.get_key_id_from_alias("alias/aws/dynamodb")  # it exists as soon as somebody needs it
    key = kms.describe_key(sse.get("KMSMasterKeyId") or "alias/aws/dynamodb")
    table.sse_specification = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key.arn}
