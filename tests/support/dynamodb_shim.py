"""Makes moto's DynamoDB behave like the service where plans depend on it and moto does not.

Each behaviour names the documentation it rests on. In process: `with like_dynamodb():` inside `mock_aws()`; in a process of its own,
`install()` before the server starts (`python -m tests.support.dynamodb_shim PORT`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from uuid import uuid4
from weakref import WeakKeyDictionary

import pytest
from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import ERROR_TYPE_PREFIX, DynamodbException, ResourceInUseException
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.table import Backup, Table
from moto.dynamodb.responses import DynamoHandler, DynamoResult
from moto.kms.models import kms_backends

from tests.support.insights_shim import Insights
from tests.support.kms_shim import patch_kms, resolved

_WINDOW = timedelta(hours=24)
_CHANGES = 4
_LATER = timedelta(hours=6)


@dataclass
class _State:
    """What moto does not remember of a table."""

    table_id: str = field(default_factory=lambda: str(uuid4()))
    updating: int = 0
    old_key: str | None = None
    changing_key: bool = False
    key_changes: list[datetime] = field(default_factory=list[datetime])
    replicas: tuple[str, ...] = ()


class Shim:
    """The service's memory. `updating_for`: how many DescribeTable answers say UPDATING after an UpdateTable. `clock` is for quotas."""

    def __init__(self, updating_for: int = 0) -> None:
        self.updating_for = updating_for
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.insights = Insights()
        self._states: WeakKeyDictionary[Table, _State] = WeakKeyDictionary()

    def of(self, table: Table) -> _State:
        """What is remembered of a table; a table that is made again under the same name is another one."""
        return self._states.setdefault(table, _State())

    def make_global(self, name: str, *regions: str, account: str = "123456789012") -> None:
        """Let tables of one name in these Regions, which exist, be replicas of each other."""
        for region in regions:
            table = dynamodb_backends[account][region].tables[name]
            self.of(table).replicas = tuple(one for one in regions if one != region)

    def update(self, table: Table, body: dict[str, Any], proceed: Callable[[], Any]) -> ActionResult:
        """`UpdateTable`: refused while UPDATING with ResourceInUseException, asynchronous (API_UpdateTable)."""
        state = self.of(table)
        if state.updating:
            message = (
                f"Attempt to change a resource which is still in use: Table is being updated: {table.name}"
            )
            raise ResourceInUseException(message)
        sse = body.get("SSESpecification")
        if sse is not None:
            self._change_key(table, sse)
        for one in body.get("ReplicaUpdates", ()):
            self._update_replica(table, one)
        proceed()
        state.updating = self.updating_for
        return DynamoResult(self.described(table, table.describe()))

    def described(self, table: Table, answer: dict[str, Any]) -> dict[str, Any]:
        """`TableDescription` with TableId, TableStatus UPDATING, SSEDescription and Replicas (API_TableDescription)."""
        ((_, description),) = answer.items()
        state = self.of(table)
        description["TableId"] = state.table_id
        if state.updating:
            description["TableStatus"] = "UPDATING"
            if state.changing_key:
                key = description.get("SSEDescription", {}).get("KMSMasterKeyArn") or state.old_key
                description["SSEDescription"] = {
                    "Status": "UPDATING",
                    "SSEType": "KMS",
                    "KMSMasterKeyArn": key,
                }
        if state.replicas:
            description["GlobalTableVersion"] = "2019.11.21"
            description["Replicas"] = [self._replica(table, region) for region in state.replicas]
        return answer

    def looked_at(self, table: Table) -> None:
        """Let time pass: one DescribeTable was answered."""
        state = self.of(table)
        state.updating = max(0, state.updating - 1)
        state.changing_key = state.changing_key and bool(state.updating)

    def _change_key(self, table: Table, sse: dict[str, Any], *, key_id: str | None = None) -> None:
        """`SSESpecification`: `Enabled` without a key means the AWS managed one, false the one that AWS owns (API_SSESpecification)."""
        state = self.of(table)
        before = table.sse_specification or {}
        state.old_key = before.get("KMSMasterKeyId") if before.get("Enabled") else None
        new = None
        if sse.get("Enabled"):
            given = key_id or sse.get("KMSMasterKeyId")
            new = resolved(given, table.account_id, table.region_name) if given else _managed_key(table)
        if new == state.old_key:
            _refuse("One or more parameter values were invalid: Table is already encrypted so")
        self._count(state, to_owned=new is None)
        table.sse_specification = (
            {"Enabled": False} if new is None else {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": new}
        )
        state.changing_key = True

    def _count(self, state: _State, *, to_owned: bool) -> None:
        """The quota: four changes of a table's key in 24 hours, then one for each six hours without; to the AWS owned key always.

        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
        """
        now = self.clock()
        recent = [one for one in state.key_changes if now - one < _WINDOW]
        exhausted = len(recent) >= _CHANGES and now - max(recent) < _LATER
        if exhausted and not to_owned:
            message = "Subscriber limit exceeded: the table's key was changed four times in 24 hours"
            raise DynamodbException(ERROR_TYPE_PREFIX + "LimitExceededException", message)
        state.key_changes = [*recent, now]

    def _update_replica(self, table: Table, action: dict[str, Any]) -> None:
        """`ReplicaUpdates[].Update`: the key of a replica, one of its own Region (API_UpdateReplicationGroupMemberAction)."""
        update = action["Update"]
        region = update["RegionName"]
        if region not in self.of(table).replicas:
            _refuse(f"Replica not found in region {region}")
        replica = dynamodb_backends[table.account_id][region].tables[table.name]
        self._change_key(replica, {"Enabled": True}, key_id=update.get("KMSMasterKeyId"))
        self.of(replica).updating = self.updating_for

    def _replica(self, table: Table, region: str) -> dict[str, Any]:
        other = dynamodb_backends[table.account_id][region].tables[table.name]
        told = {"RegionName": region, "ReplicaStatus": "UPDATING" if self.of(other).updating else "ACTIVE"}
        key = (other.sse_specification or {}).get("KMSMasterKeyId")
        return {**told, "KMSMasterKeyId": key} if key else told


def _managed_key(table: Table) -> str:
    """`alias/aws/dynamodb`, which exists as soon as somebody needs it (KMS developer guide, AWS managed keys)."""
    kms = kms_backends[table.account_id][table.region_name]
    kms.get_key_id_from_alias("alias/aws/dynamodb")
    return str(kms.describe_key("alias/aws/dynamodb").arn)


def _refuse(message: str) -> NoReturn:
    raise DynamodbException(ERROR_TYPE_PREFIX + "ValidationException", message)


def _set_stream(backend: DynamoDBBackend, table: Table, specification: dict[str, Any]) -> None:
    """A stream that is there cannot be enabled, one that is not cannot be disabled (API_UpdateTable, StreamSpecification).

    moto refuses a second stream although the first was disabled.
    """
    del backend
    on = bool(table.stream_specification and table.stream_specification.get("StreamEnabled"))
    wanted = bool(specification.get("StreamEnabled"))
    if on and wanted:
        _refuse(f"Table already has an enabled stream: TableName: {table.name}")
    if not on and not wanted:
        _refuse(f"Table has no stream to disable: TableName: {table.name}")
    table.set_stream_specification(specification)


def _tag(backend: DynamoDBBackend, arn: str, tags: dict[str, str]) -> None:
    """`TagResource` overwrites the value of a key that is there (API_TagResource); moto keeps both."""
    for table in backend.tables.values():
        if table.table_arn == arn:
            kept = [tag for tag in table.tags if tag["Key"] not in tags]
            table.tags = [*kept, *({"Key": key, "Value": value} for key, value in tags.items())]


def _backup_description(original: property) -> Callable[[Backup], dict[str, Any]]:
    """Return `DescribeBackup` that tells how the table was encrypted when the backup was made (API_SourceTableFeatureDetails)."""

    def description(backup: Backup) -> dict[str, Any]:
        answer: dict[str, Any] = original.__get__(backup)
        sse = answer["SourceTableDetails"].pop("SSEDescription", None)
        features = {} if sse is None else {"SSEDescription": sse}
        return {**answer, "SourceTableFeatureDetails": features}

    return description


def install(updating_for: int = 0, patch: pytest.MonkeyPatch | None = None) -> Shim:
    """Patch moto in this process; for good, unless the caller undoes `patch`."""
    patch = patch or pytest.MonkeyPatch()
    shim = Shim(updating_for)
    update, describe, described = (
        DynamoHandler.update_table,
        DynamoDBBackend.describe_table,
        Table.describe,
    )

    def update_table(handler: DynamoHandler) -> ActionResult:
        table = handler.dynamodb_backend.get_table(handler.body["TableName"])
        return shim.update(table, handler.body, lambda: update(handler))

    def describe_table(backend: DynamoDBBackend, name: str) -> dict[str, Any]:
        answer = describe(backend, name)
        shim.looked_at(backend.tables[name])
        return answer

    def describe_one(table: Table, base_key: str = "TableDescription") -> dict[str, Any]:
        return shim.described(table, described(table, base_key))

    patch.setattr(Backup, "description", property(_backup_description(vars(Backup)["description"])))
    patch.setattr(DynamoDBBackend, "tag_resource", _tag)
    patch.setattr(DynamoHandler, "update_table", update_table)
    patch.setattr(DynamoDBBackend, "describe_table", describe_table)
    patch.setattr(DynamoDBBackend, "update_table_streams", _set_stream)
    patch.setattr(Table, "describe", describe_one)
    shim.insights.install(patch)
    patch_kms(patch)
    return shim


@contextmanager
def like_dynamodb(updating_for: int = 0) -> Generator[Shim]:
    """Patch moto for a while. Use inside `mock_aws()`."""
    with pytest.MonkeyPatch.context() as patch:
        yield install(updating_for, patch)


def main(port: str, updating_for: str = "2") -> None:
    """Serve moto, patched, on loopback."""
    from moto.server import main as serve

    install(int(updating_for))
    serve(["-H", "127.0.0.1", "-p", port])


if __name__ == "__main__":
    main(*sys.argv[1:])
