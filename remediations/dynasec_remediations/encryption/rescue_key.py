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
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

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

_TABLE, _BACKUPS = "key-usable", "backup-keys-usable"

remediation = Remediation(
    subject=Table,
    title="Make the key of a table or its backups usable again",
    controls=(_TABLE, _BACKUPS),
    risk=Risk.ADDITIVE,
    undo=UndoClass.LIMITED,
    reads=("tag:GetResources",),
)

_LOCKED = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
_ARCHIVED = {"ARCHIVING", "ARCHIVED"}


@remediation.planner
def plan(failures: Sequence[Failure[Table]], context: Context) -> Iterator[Proposal]:
    """Draft one change for each key that can be rescued: those of tables first, then those of backups alone."""
    failing = {name: [one.subject for one in failures if name in one.controls] for name in (_TABLE, _BACKUPS)}
    own: defaultdict[str, list[Table]] = defaultdict(list)
    for table in failing[_TABLE]:
        key = _own_key(table, context)
        advice = _without_a_broken_key(table) if key is None else _beyond_rescue(key, context)
        if advice is not None:
            yield Advice(table.arn, *advice, controls=(_TABLE,))
        elif key is not None:
            own[key.arn].append(table)
    backed: defaultdict[str, list[Table]] = defaultdict(list)
    needed: defaultdict[str, set[str]] = defaultdict(set)
    for table in failing[_BACKUPS]:
        keys = _backup_keys(table, context)
        beyond = next(filter(None, (_beyond_rescue(key, context) for key in keys)), None)
        arns = {key.arn for key in keys}
        last = arns - set(own) or arns
        if beyond is not None or len(last) != 1:
            yield Advice(table.arn, *(beyond or _several(arns, own)), controls=(_BACKUPS,))
        else:
            backed[min(last)].append(table)
            needed[min(last)].update(arns - last)
    for arn in sorted({*own, *backed}):
        key, claimed = key_of(arn, context.snapshot), backed.get(arn, [])
        if arn in own and not _together(own[arn], claimed, failing):
            yield from (Advice(one.arn, *_several({arn}, own), controls=(_BACKUPS,)) for one in claimed)
            claimed = []
        yield _draft(key, own.get(arn, []), claimed, tuple(sorted(needed[arn])))


def _together(own: Sequence[Table], backed: Sequence[Table], failing: Mapping[str, Sequence[Table]]) -> bool:
    """Whether one key is all that the tables and the backups that it serves lack, so that its rescue closes the findings of both."""
    served = {one.arn for one in (*own, *backed)}
    lacking = {name: served.intersection(one.arn for one in tables) for name, tables in failing.items()}
    return lacking[_TABLE] == {one.arn for one in own} and lacking[_BACKUPS] == {one.arn for one in backed}


def _own_key(table: Table, context: Context) -> Key | None:
    description = table.description.value
    sse = None if description is None else description.sse
    arn = None if sse is None or uses_aws_owned_key(sse) else sse.kms_master_key_arn
    return next(_broken([arn], context), None)


def _backup_keys(table: Table, context: Context) -> list[Key]:
    """Return the unusable keys of a table's backups."""
    found = {arn for _, arn in keys_of_backups(table, context.region(table), Gaps())}
    return list(_broken(sorted(one for one in found if one), context))


def _broken(arns: Iterable[str | None], context: Context) -> Iterator[Key]:
    for arn in arns:
        if arn is None:
            continue
        try:
            key = key_of(arn, context.snapshot)
            if why_unusable(key) is not None:
                yield key
        except Unknown:  # what could not be read is never changed
            continue


def _several(arns: set[str], own: Collection[str]) -> tuple[str, str]:
    if not arns:
        return "no key of its backups is known to be disabled", "audit again"
    named = ", ".join(sorted(arns))
    if arns.issubset(own):
        return f"its backups need what other changes rescue: {named}", "audit again after them"
    return f"its backups need several keys: {named}", "rescue one after another by hand"


def _beyond_rescue(key: Key, context: Context) -> tuple[str, str] | None:
    state = "gone" if key.gone else key.metadata.known().key_state
    why = ""
    if state not in {"PendingDeletion", "Disabled"}:
        why = f"{key.label} is {state}: no call rescues it"
    elif Arn.parse(key.arn).account != context.snapshot.account.id:
        why = f"{key.label} is {state}, and another account's"
    return (why, "restore the key, or the table from a backup") if why else None


def _without_a_broken_key(table: Table) -> tuple[str, str]:
    status = table.description.value and table.description.value.table_status
    if status in _ARCHIVED:
        return f"DynamoDB has put the table away ({status})", "restore it from the backup that DynamoDB made"
    return (
        "no key of it is known to be disabled, yet DynamoDB cannot use it",
        "look at the policy and the grants of the key",
    )


def _draft(key: Key, own: Sequence[Table], backed: Sequence[Table], needs: tuple[str, ...]) -> Draft:
    """Draft the rescue of a key of tables (`own`) and of backups (`backed`), which wait for the keys `needs` too."""
    metadata = key.metadata.known()
    after = metadata.model_copy(update={"key_state": "Enabled", "enabled": True, "deletion_date": None})
    waits = metadata.key_state == "PendingDeletion"
    enable = _call("kms:EnableKey", key, {"KeyMetadata.KeyState": "Enabled"})
    cancel = _call("kms:CancelKeyDeletion", key, {"KeyMetadata.DeletionDate": None})
    tables = list({one.arn: one for one in (*own, *backed)}.values())
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
        controls=((_TABLE,) if own else ()) + ((_BACKUPS,) if backed else ()),
        depends_on=tuple(f"rescue-key:{arn}" for arn in needs),
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
