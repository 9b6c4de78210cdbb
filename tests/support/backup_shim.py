"""Selections of AWS Backup, which moto lacks, and plans that are gone when they were deleted."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, NoReturn
from urllib.parse import unquote
from uuid import uuid4

import pytest
from moto.backup.models import BackupBackend
from moto.backup.responses import BackupResponse
from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time

_Selections = defaultdict[tuple[str, str, str], dict[str, dict[str, Any]]]


def install(patch: pytest.MonkeyPatch | None = None) -> None:
    """Patch moto in this process; for good, unless the caller undoes `patch`."""
    patch = patch or pytest.MonkeyPatch()
    selections: _Selections = defaultdict(dict)
    delete = BackupBackend.delete_backup_plan

    def of(handler: BackupResponse) -> tuple[str, dict[str, dict[str, Any]]]:
        plan_id = _parts(handler)[0]
        if plan_id not in handler.backup_backend.plans:
            _refuse("ResourceNotFoundException", f"no plan {plan_id}")
        return plan_id, selections[handler.current_account, handler.region, plan_id]

    def create(handler: BackupResponse) -> str:
        plan_id, known = of(handler)
        sent: dict[str, Any] = json.loads(handler.body)
        made: dict[str, Any] = {
            "SelectionId": str(uuid4()),
            "BackupPlanId": plan_id,
            "CreationDate": unix_time(),
            "CreatorRequestId": sent.get("CreatorRequestId") or "",
        }
        known[made["SelectionId"]] = {**made, "BackupSelection": sent["BackupSelection"]}
        return json.dumps(made)

    def listed(handler: BackupResponse) -> str:
        _, known = of(handler)
        return json.dumps({"BackupSelectionsList": [_summary(one) for one in known.values()]})

    def get(handler: BackupResponse) -> str:
        return json.dumps(of(handler)[1][_parts(handler)[1]])

    def remove(handler: BackupResponse) -> str:
        of(handler)[1].pop(_parts(handler)[1])
        return "{}"

    def delete_plan(backend: BackupBackend, backup_plan_id: str) -> tuple[str, str, float, str]:
        """A plan that has selections is not deleted (API_DeleteBackupPlan); one that was, is no obstacle to its name."""
        if selections[backend.account_id, backend.region_name, backup_plan_id]:
            _refuse("InvalidRequestException", "Related backup plan selections must be deleted")
        answer = delete(backend, backup_plan_id)
        backend.plans.pop(backup_plan_id)
        return answer

    patch.setattr(BackupResponse, "create_backup_selection", create, raising=False)
    patch.setattr(BackupResponse, "list_backup_selections", listed, raising=False)
    patch.setattr(BackupResponse, "get_backup_selection", get, raising=False)
    patch.setattr(BackupResponse, "delete_backup_selection", remove, raising=False)
    patch.setattr(BackupBackend, "delete_backup_plan", delete_plan)


@contextmanager
def with_selections() -> Generator[None]:
    """Patch moto for a while. Use inside `mock_aws()`."""
    with pytest.MonkeyPatch.context() as patch:
        install(patch)
        yield


def _refuse(code: str, message: str) -> NoReturn:
    raise JsonRESTError(code, message)


def _parts(handler: BackupResponse) -> list[str]:
    """The plan's id, and the selection's where the path names one."""
    path = unquote(handler.path).partition("/plans/")[2]
    return [part for part in path.split("/") if part and part != "selections"]


def _summary(one: dict[str, Any]) -> dict[str, Any]:
    body = one["BackupSelection"]
    named = {"SelectionName": body["SelectionName"], "IamRoleArn": body["IamRoleArn"]}
    return {**{name: value for name, value in one.items() if name != "BackupSelection"}, **named}
