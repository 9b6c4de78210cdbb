"""Makes moto's KMS behave like the service where plans depend on it: rotation periods, states, who manages a key.

https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html says what a key in which state can do.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.core.exceptions import JsonRESTError
from moto.dynamodb.exceptions import ERROR_TYPE_PREFIX, DynamodbException
from moto.kms.models import Alias, Key, KmsBackend, kms_backends
from moto.kms.responses import KmsResponse

_PERIOD = "rotation_period_in_days"
_EVERY_YEAR = 365


def resolved(reference: str, account: str, region: str) -> str:
    """The ARN of the key that a table is to be encrypted with: symmetric, enabled, of the table's own Region.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html

    """
    backend = kms_backends[account][region]
    elsewhere = reference.startswith("arn:") and reference.split(":")[3] != region
    key = None if elsewhere else backend.keys.get(backend.any_id_to_key_id(reference))
    if key is None or key.key_state != "Enabled" or key.key_spec != "SYMMETRIC_DEFAULT":
        message = f"KMS validation error: {reference} cannot be used in {region}"
        raise DynamodbException(ERROR_TYPE_PREFIX + "ValidationException", message)
    return str(key.arn)


def patch_kms(patch: pytest.MonkeyPatch) -> None:
    """Patch moto's KMS."""
    _patch_rotation(patch)
    _patch_states(patch)
    _patch_managers(patch)


def _patch_rotation(patch: pytest.MonkeyPatch) -> None:
    enable, disable = KmsResponse.enable_key_rotation, KmsResponse.disable_key_rotation
    status = KmsResponse.get_key_rotation_status

    def enable_rotation(handler: KmsResponse) -> str:
        """`RotationPeriodInDays` is kept, 365 by default (API_EnableKeyRotation); a pending key is refused."""
        answer = enable(handler)
        key = _key(handler)
        if key.key_state != "Enabled":
            key.key_rotation_status = False
            raise _wrong_state(key)
        setattr(key, _PERIOD, handler._get_param("RotationPeriodInDays") or _EVERY_YEAR)
        return answer

    def disable_rotation(handler: KmsResponse) -> str:
        """Refused of a pending key, as above (API_DisableKeyRotation)."""
        if _key(handler).key_state == "PendingDeletion":
            raise _wrong_state(_key(handler))
        return disable(handler)

    def rotation_status(handler: KmsResponse) -> str:
        """The period is told while rotation is on; a pending key reads as off (API_GetKeyRotationStatus)."""
        answer: dict[str, Any] = json.loads(status(handler))
        key = _key(handler)
        if key.key_state == "PendingDeletion":
            answer["KeyRotationEnabled"] = False
        if answer["KeyRotationEnabled"]:
            answer["RotationPeriodInDays"] = getattr(key, _PERIOD, _EVERY_YEAR)
        return json.dumps(answer)

    patch.setattr(KmsResponse, "enable_key_rotation", enable_rotation)
    patch.setattr(KmsResponse, "disable_key_rotation", disable_rotation)
    patch.setattr(KmsResponse, "get_key_rotation_status", rotation_status)


def _patch_managers(patch: pytest.MonkeyPatch) -> None:
    alias = KmsBackend.create_alias

    def create_alias(backend: KmsBackend, target_key_id: str, alias_name: str) -> Alias:
        """A key behind an alias under alias/aws/ is managed by AWS (API_KeyMetadata, KeyManager)."""
        made = alias(backend, target_key_id, alias_name)
        if alias_name.startswith("alias/aws/"):
            key = backend.keys[backend.get_key_id(target_key_id)]
            key.key_manager, key.key_rotation_status = "AWS", True
        return made

    patch.setattr(KmsBackend, "create_alias", create_alias)


def _patch_states(patch: pytest.MonkeyPatch) -> None:
    enable_key, disable_key = KmsBackend.enable_key, KmsBackend.disable_key
    schedule_deletion = KmsBackend.schedule_key_deletion

    def schedule(backend: KmsBackend, key_id: str, pending_window_in_days: int) -> float:
        """`ScheduleKeyDeletion` takes an ARN too (API_ScheduleKeyDeletion)."""
        return schedule_deletion(backend, backend.get_key_id(key_id), pending_window_in_days)

    def enable_one(backend: KmsBackend, key_id: str) -> None:
        """`EnableKey` takes an ARN too, and no key that waits for its deletion (API_EnableKey)."""
        enable_key(backend, _usable(backend, key_id))

    def disable_one(backend: KmsBackend, key_id: str) -> None:
        """`DisableKey` likewise (API_DisableKey)."""
        disable_key(backend, _usable(backend, key_id))

    def cancel(backend: KmsBackend, key_id: str) -> None:
        """`CancelKeyDeletion` leaves the key Disabled; of a key that does not wait it is refused (API_CancelKeyDeletion)."""
        key = backend.keys[backend.get_key_id(key_id)]
        if key.key_state != "PendingDeletion":
            raise _wrong_state(key)
        key.key_state, key.deletion_date = "Disabled", None

    patch.setattr(KmsBackend, "schedule_key_deletion", schedule)
    patch.setattr(KmsBackend, "enable_key", enable_one)
    patch.setattr(KmsBackend, "disable_key", disable_one)
    patch.setattr(KmsBackend, "cancel_key_deletion", cancel)


def _key(handler: KmsResponse) -> Key:
    backend = handler.kms_backend
    return backend.keys[backend.get_key_id(handler._get_param("KeyId"))]


def _usable(backend: KmsBackend, key_id: str) -> str:
    found = backend.get_key_id(key_id)
    if backend.keys[found].key_state == "PendingDeletion":
        raise _wrong_state(backend.keys[found])
    return found


def _wrong_state(key: Key) -> JsonRESTError:
    return JsonRESTError("KMSInvalidStateException", f"{key.arn} is {key.key_state}")
