"""A table as the engine wants it: the ARNs of its parts, their policies and tags, and the key that goes with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from dynasec.access.policies import Shelf
from dynasec.access.questions import Part
from dynasec.iam.layers import KeyGrant, KeyStep, Layer, Unread
from dynasec.iam.matching import Pattern
from dynasec.model.fact import Fact, Unknown
from dynasec.model.key import Grant, Key
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import ResourcePolicy, Table
from dynasec.semantics.table_encryption import KeyClass, key_arn, key_class, key_of

_NO_POLICY: Final = Layer()
_KEY: Final = "key"
_SOME_BACKUP: Final = "01234567890123-0a1b2c3d"
"""Stands for any backup; the real ones have ids of the same form, https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BackupDetails.html."""


@dataclass(frozen=True, eq=False)
class Piece:
    """One part of a table: the resource to ask about, its own policy, and its tags (None = not known)."""

    part: Part
    resource: str | Pattern
    policy: Layer
    tags: Mapping[str, str] | None


@dataclass(frozen=True, eq=False)
class Side:
    """The resource's side of a request. `key`: the step for a key that a customer manages, None for other keys."""

    table: Table
    pieces: Mapping[Part, tuple[Piece, ...]]
    key: KeyStep | None
    caveats: tuple[str, ...] = ()


def side_of(table: Table, snapshot: Snapshot, shelf: Shelf, backups: Iterable[str] = ()) -> Side:
    """Gather what is known of a table. `backups`: the ARNs of those that policies may tell from others."""
    policy = _policy(shelf, f"resource policy of {table.name}", table.policy)
    streams = _streams(table)
    stream_policy = _policy(shelf, f"resource policy of the stream of {table.name}", table.stream_policy)
    tags = table.tags.value if table.tags.observed else None
    description = table.description.value
    indexes = [] if description is None else [
        one.index_name for one in (*description.global_secondary_indexes, *description.local_secondary_indexes)
    ]  # fmt: skip
    names: list[str | Pattern] = [f"{table.arn}/index/{name}" for name in sorted(indexes)]
    if not table.description.observed:
        names = [Pattern.of(f"{table.arn}/index/*")]
    return Side(
        table,
        {
            Part.TABLE: (Piece(Part.TABLE, table.arn, policy, tags),),
            Part.INDEX: tuple(Piece(Part.INDEX, name, policy, tags) for name in names),
            Part.STREAM: tuple(Piece(Part.STREAM, name, stream_policy, None) for name in streams),
            Part.BACKUP: tuple(
                Piece(Part.BACKUP, name, _NO_POLICY, None)
                for name in (f"{table.arn}/backup/{_SOME_BACKUP}", *sorted(backups))
            ),
            Part.ACCOUNT: (Piece(Part.ACCOUNT, "*", _NO_POLICY, {}),),
        },
        _key_step(table, snapshot, shelf),
        tuple(_caveats(table)),
    )


def _caveats(table: Table) -> list[str]:
    destinations = table.kinesis_destinations.value or ()
    active = [one.stream_arn for one in destinations if one.destination_status in {"ACTIVE", "ENABLING"}]
    return [
        f"Every change is also sent to {arn}: who may read that stream is not told here." for arn in active
    ]


def _policy(shelf: Shelf, identifier: str, fact: Fact[ResourcePolicy | None]) -> Layer:
    if fact.gap is not None:
        return shelf.layer([shelf.unread(identifier, "resource", fact.gap)])
    policy = fact.known()
    return _NO_POLICY if policy is None else shelf.layer([shelf.parsed(identifier, "resource", policy.text)])


def _streams(table: Table) -> tuple[str | Pattern, ...]:
    """Return the stream's ARN; its shape where the table could not be described; nothing where it never had one."""
    if not table.description.observed:
        return (Pattern.of(f"{table.arn}/stream/*"),)
    arn = table.description.known().latest_stream_arn
    return () if arn is None else (arn,)


def _key_step(table: Table, snapshot: Snapshot, shelf: Shelf) -> KeyStep | None:
    """Return the KMS step of a table under a customer managed key; one that is unknown where the key is."""
    context = {"aws:dynamodb:tableName": table.name, "aws:dynamodb:subscriberId": table.account}
    via = f"dynamodb.{table.region}.{_suffix(table)}"
    try:
        arn = key_arn(table)
        if arn is None or key_class(table, snapshot) is not KeyClass.CUSTOMER_MANAGED:
            return None
        key = key_of(arn, snapshot)
    except Unknown as missing:
        unread = Unread(f"key of {table.name}", _KEY, str(missing))
        unknown = f"arn:aws:kms:{table.region}:{table.account}:key/unknown"
        return KeyStep(unknown, shelf.layer([unread]), None, via, context)
    return KeyStep(arn, _key_policy(key, shelf), _grants(key), via, context)


def _suffix(table: Table) -> str:
    return "amazonaws.com.cn" if table.arn.startswith("arn:aws-cn:") else "amazonaws.com"


def _key_policy(key: Key, shelf: Shelf) -> Layer:
    if key.policies.gap is not None:
        return shelf.layer([shelf.unread(f"policy of {key.arn}", _KEY, key.policies.gap)])
    return shelf.layer(
        shelf.parsed(f"policy {name} of {key.arn}", _KEY, text)
        for name, text in sorted(key.policies.known().items())
    )


def _grants(key: Key) -> tuple[KeyGrant, ...] | None:
    if key.grants.gap is not None:
        return None
    return tuple(_grant(one) for one in key.grants.items if one.grantee_principal is not None)


def _grant(grant: Grant) -> KeyGrant:
    constraints = grant.constraints or {}
    return KeyGrant(
        grant.grant_id,
        grant.grantee_principal or "",
        frozenset(grant.operations),
        constraints.get("EncryptionContextSubset"),
        constraints.get("EncryptionContextEquals"),
    )
