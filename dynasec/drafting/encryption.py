"""Changes of the key under which DynamoDB encrypts a table: the call, the states, and whom a change would lock out.

Rests on https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html and `SSESpecification` of the service
model. Every table is encrypted; what changes is whose key it is. Older backups stay under the key that they were made with.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from dynasec.change import Call, Identity, Json, State
from dynasec.check import Context
from dynasec.drafting.tables import table_is
from dynasec.iam.principals import PrincipalKind
from dynasec.model.fact import Unknown, malformed
from dynasec.model.key import Key
from dynasec.model.table import Sse, Table, TableDescription
from dynasec.semantics.foreign_access import foreigners
from dynasec.semantics.replica_settings import others
from dynasec.semantics.table_encryption import key_arn, uses_aws_owned_key
from dynasec.settings import Trust

TIMEOUT_S: Final = 1800
"""How long DynamoDB may take to change a key; it re-encrypts nothing but the table's own keys, so it is mostly a matter of minutes."""

_UNDER_KMS: Final = (
    "contains(['ENABLED','ENABLING','UPDATING','DISABLING'], not_null(Table.SSEDescription.Status, ''))"
)
OWNED: Final[Json] = {"Enabled": False}
MANAGED: Final[Json] = {"Enabled": True, "SSEType": "KMS"}
CALLER: Final = (
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
"""What a caller must be allowed to do with a customer managed key to encrypt a table with it."""

QUOTA: Final = (
    "it is one of the four changes of its key that a table may make in 24 hours; to undo it takes another"
)


def customer(arn: str | Json) -> Json:
    """Return the specification of a customer managed key; `arn` may be a placeholder."""
    return {**MANAGED, "KMSMasterKeyId": arn}


def described(table: Table, arn: str) -> TableDescription:
    """Return what DynamoDB will say of a table that is encrypted with a KMS key.

    Raises:
        Unknown: the table was not described.

    """
    sse = Sse.model_validate({"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": arn})
    return table.description.known().model_copy(update={"sse": sse})


def owned_by_aws(table: Table) -> State:
    """Return the state in which a table is under a key that AWS owns, and stays so."""
    return table_is(table).model_copy(update={"facts": {_UNDER_KMS: False}})


def under_kms(table: Table, arn: str | Json | None, *, settled: bool = True) -> State:
    """Return the state in which a table is encrypted with a KMS key: this one, or where `arn` is None whichever; `settled`, for good."""
    facts: dict[str, Any] = {"SSEDescription__SSEType": "KMS"}
    if arn is not None:
        facts["SSEDescription__KMSMasterKeyArn"] = arn
    if settled:
        facts |= {"TableStatus": "ACTIVE", "SSEDescription__Status": "ENABLED"}
    return table_is(table, **facts)


def as_it_is(table: Table) -> State:
    """Return the state of a table's encryption as it was audited.

    Raises:
        Unknown: the table was not described, or does not name its key.

    """
    sse = table.description.known().sse
    return owned_by_aws(table) if sse is None or uses_aws_owned_key(sse) else under_kms(table, _arn(sse))


def change_key(table: Table, specification: Json, done: State, settled: State, *undo: Call) -> Call:
    """Return the call that changes a table's key."""
    return Call(
        operation="dynamodb:UpdateTable",
        params={"TableName": table.name, "SSESpecification": specification},
        identity=Identity.SET_STATE,
        done=done,
        settled=settled,
        settle_s=TIMEOUT_S,
        undo=undo,
        permissions=CALLER if "KMSMasterKeyId" in specification else (),
    )


def back(table: Table, key: Key | None) -> Call:
    """Return the call that puts a table back under the key that it was audited with; `key` is that key, where it is a KMS key.

    Raises:
        Unknown: the table was not described, does not name its key, or whose key it is was not read.

    """
    sse = table.description.known().sse
    if sse is None or uses_aws_owned_key(sse):
        active = table_is(table, TableStatus="ACTIVE")
        settled = active.model_copy(update={"facts": {**active.facts, _UNDER_KMS: False}})
        return change_key(table, OWNED, owned_by_aws(table), settled)
    arn = _arn(sse)
    managed = key is not None and key.aws_managed.known()
    state = under_kms(table, arn)
    return change_key(
        table, MANAGED if managed else customer(arn), under_kms(table, arn, settled=False), state
    )


def change_replica(table: Table, replica: Table, arn: str | Json) -> Call:
    """Return the call, made where `table` is, that gives one of its replicas a KMS key, with the call that gives the old key back.

    Raises:
        Unknown: the replica's key was not read.

    """
    old = key_arn(replica)
    if old is None:
        raise Unknown(malformed("dynamodb:DescribeTable", f"{replica.arn} has no KMS key to go back to"))
    back_ = _update_replica(table, replica, old)
    return _update_replica(table, replica, arn).model_copy(update={"undo": (back_,), "permissions": CALLER})


def there(state: State, replica: Table) -> State:
    """Return a state that is looked at in the replica's Region."""
    return state.model_copy(update={"region": replica.region})


def _update_replica(table: Table, replica: Table, arn: str | Json) -> Call:
    update = {"RegionName": replica.region, "KMSMasterKeyId": arn}
    status = f"Replicas[?RegionName=='{replica.region}'].ReplicaStatus | [0]"
    return Call(
        operation="dynamodb:UpdateTable",
        params={"TableName": table.name, "ReplicaUpdates": [{"Update": update}]},
        identity=Identity.SET_STATE,
        done=there(under_kms(replica, arn, settled=False), replica),
        settled=table_is(table, TableStatus="ACTIVE", **{status: "ACTIVE"}),
        settle_s=TIMEOUT_S,
    )


def lane_of(table: Table) -> str:
    """Return the lane of changes of a table's key: replicas change theirs together."""
    return f"global table {table.name}" if others(table) else table.arn


def locked_out(table: Table, context: Context) -> Iterator[str]:
    """Yield who uses the table today and could not under a KMS key of this account alone, in words.

    Principals of the account may use the key through DynamoDB; those of other accounts, whom the table's or its stream's policy admits,
    may not, nor may a replica in another account.

    Raises:
        Unknown: a policy or the table could not be read.

    """
    for replica in others(table):
        if not replica.belongs_to(table.account):
            yield f"the replica {replica.replica_arn} is in another account"
    stream = table.description.known().latest_stream_arn or ""
    for policy, arn in ((table.policy.known(), table.arn), (table.stream_policy.known(), stream)):
        found = () if policy is None else foreigners(policy, arn, table, Trust(), None)
        foreign = [one for one in found if one.kind is not PrincipalKind.SERVICE]
        if foreign:
            what = "its stream's" if arn == stream else "its"
            yield f"{foreign[0].statement} of {what} resource policy admits {foreign[0].principal}"
    legacy = (one for region in context.snapshot.regions for one in region.legacy_global_tables.items)
    if any(one.holds(table) for one in legacy):
        yield "global tables of version 2017.11.29 do not allow it"


def _arn(sse: Sse) -> str:
    if sse.kms_master_key_arn is None:
        raise Unknown(malformed("dynamodb:DescribeTable", "SSEDescription names no KMSMasterKeyArn"))
    return sse.kms_master_key_arn
