"""Makes the key of a table or of its backups usable again.

## What it does
`CancelKeyDeletion` where the key waits for its deletion, which leaves it disabled, then `EnableKey`. One change serves all tables that need
the key.

## Safety
Nobody gains a permission: who may use the key is up to its policy, as before. Somebody may have disabled the key on purpose, to stop all
access to the data at once: ask before applying. A key of another account, one that is gone, and one whose material or key store is missing
are left to a person; so is a table that DynamoDB has archived, which must be restored from its backup.

## Undo
Limited: nothing is taken back. Without the key the tables and backups could not be read again; disable it by hand where that is wanted.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from dynasec.arn import Arn
from dynasec.check import Context
from dynasec.drafting.encryption import TIMEOUT_S
from dynasec.drafting.tables import table_is
from dynasec.model.fact import Fact, Gaps, Unknown
from dynasec.model.key import Key
from dynasec.model.table import Table
from dynasec.remediation import (
    Advice,
    Call,
    Draft,
    Failure,
    Identity,
    Json,
    Proposal,
    Remediation,
    Risk,
    State,
    UndoClass,
)
from dynasec.semantics.backup_keys import keys_of_backups
from dynasec.semantics.key_state import why_unusable
from dynasec.semantics.table_encryption import key_of, uses_aws_owned_key

remediation = Remediation(
    subject=Table,
    title="Make the key of a table or its backups usable again",
    controls=("key-usable", "backup-keys-usable"),
    risk=Risk.ADDITIVE,
    undo=UndoClass.LIMITED,
    reads=("tag:GetResources",),
)

_LOCKED = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
_ARCHIVED = {"ARCHIVING", "ARCHIVED"}


@remediation.planner
def plan(failures: Sequence[Failure[Table]], context: Context) -> Iterator[Proposal]:
    """Draft one change for each key that can be rescued."""
    served: defaultdict[str, list[Table]] = defaultdict(list)
    keys: dict[str, Key] = {}
    for failure in failures:
        table = failure.subject
        found = list(_broken(table, context))
        if not found:
            yield Advice(table.arn, *_without_a_broken_key(table))
        for key, why in found:
            advice = _beyond_rescue(key, context)
            if advice:
                yield Advice(table.arn, f"{why}: {advice}", "restore the key, or the table from a backup")
            else:
                keys[key.arn] = key
                served[key.arn].append(table)
    yield from (_draft(keys[arn], tables) for arn, tables in sorted(served.items()))


def _broken(table: Table, context: Context) -> Iterator[tuple[Key, str]]:
    """Yield the keys of a table and of its backups that are known to be unusable, each with why."""
    description = table.description.value
    sse = None if description is None else description.sse
    own = None if uses_aws_owned_key(sse) or sse is None else sse.kms_master_key_arn
    arns = {own, *(arn for _, arn in keys_of_backups(table, context.region(table), Gaps()))}
    for arn in sorted(one for one in arns if one):
        try:
            key = key_of(arn, context.snapshot)
            why = why_unusable(key)
        except Unknown:  # what could not be read is never changed
            continue
        if why is not None:
            yield key, why


def _beyond_rescue(key: Key, context: Context) -> str | None:
    state = "gone" if key.gone else key.metadata.known().key_state
    if state not in {"PendingDeletion", "Disabled"}:
        return f"a key that is {state} cannot be rescued by a call"
    if Arn.parse(key.arn).account != context.snapshot.account.id:
        return "it is another account's"
    return None


def _without_a_broken_key(table: Table) -> tuple[str, str]:
    status = table.description.value and table.description.value.table_status
    if status in _ARCHIVED:
        return f"DynamoDB has put the table away ({status})", "restore it from the backup that DynamoDB made"
    return (
        "no key of it is known to be disabled, yet DynamoDB cannot use it",
        "look at the policy and the grants of the key",
    )


def _draft(key: Key, tables: Sequence[Table]) -> Draft:
    metadata = key.metadata.known()
    after = metadata.model_copy(update={"key_state": "Enabled", "enabled": True, "deletion_date": None})
    waits = metadata.key_state == "PendingDeletion"
    enable = _call("kms:EnableKey", key, {"KeyMetadata.KeyState": "Enabled"})
    cancel = _call("kms:CancelKeyDeletion", key, {"KeyMetadata.DeletionDate": None})
    locked = [one for one in tables if one.description.known().table_status == _LOCKED]
    names = ", ".join(sorted({one.name for one in tables}))
    return Draft(
        resource=key.arn,
        region=key.region,
        summary=f"make the key {key.label} usable, which {names} and their backups need",
        before={"KeyState": metadata.key_state},
        after={"KeyState": "Enabled"},
        expect=(
            _state(key, {"KeyMetadata.Arn": key.arn}).model_copy(update={"always": True}),
            _state(key, {"KeyMetadata.KeyState": metadata.key_state}),
        ),
        calls=(cancel, enable) if waits else (enable,),
        verify=(
            _state(key, {"KeyMetadata.KeyState": "Enabled"}),
            *(
                table_is(one, TableStatus="ACTIVE").model_copy(update={"region": one.region})
                for one in locked
            ),
        ),
        timeout_s=TIMEOUT_S if locked else 120,
        replaces=((key.metadata, Fact(after)), *((one.description, _readable(one)) for one in tables)),
        closes=tuple(sorted(one.arn for one in tables)),
        reasons=("it may have been disabled on purpose",),
        loses="nothing is taken back: the key stays enabled, since tables or backups need it",
    )


def _readable(table: Table) -> Fact[object]:
    """Return the table's description as it is when its key can be used."""
    description = table.description.known()
    status = "ACTIVE" if description.table_status == _LOCKED else description.table_status
    sse = description.sse and description.sse.model_copy(update={"inaccessible_encryption_date_time": None})
    return Fact(description.model_copy(update={"table_status": status, "sse": sse}))


def _call(operation: str, key: Key, done: Json) -> Call:
    return Call(
        operation=operation, params={"KeyId": key.arn}, identity=Identity.SET_STATE, done=_state(key, done)
    )


def _state(key: Key, facts: Json) -> State:
    return State(operation="kms:DescribeKey", params={"KeyId": key.arn}, facts=facts)
