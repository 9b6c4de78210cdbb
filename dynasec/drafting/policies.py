"""Merging of policy documents: one statement put in, taken out or relieved of principals; everything else and its order is kept.

A document is read with AWS's grammar and written with its members as they were, without spaces. Where nothing changes the very text
comes back, so the old text is always there to undo with. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from dynasec.iam.document import WITH_VARIABLES, MalformedPolicy, parse
from dynasec.iam.json_text import listed
from dynasec.model.fact import Unknown, malformed

Json = Mapping[str, Any]
Keeps = Callable[[str, str], bool]
"""Whether a principal stays: its kind (`AWS`, `Service`, `Federated`, `CanonicalUser`) and its name; `*` is of kind `AWS`."""


class Kind(StrEnum):
    """What a document is attached to; decides how long it may be."""

    TABLE = "resource-based policy of DynamoDB"
    ENDPOINT = "endpoint policy"
    MANAGED = "managed policy"
    ROLE_INLINE = "inline policies of a role"
    USER_INLINE = "inline policies of a user"
    GROUP_INLINE = "inline policies of a group"
    KEY = "key policy"


_LIMITS: Final = {
    Kind.TABLE: 20 * 1024,
    Kind.ENDPOINT: 20_480,
    Kind.MANAGED: 6_144,
    Kind.ROLE_INLINE: 10_240,
    Kind.USER_INLINE: 2_048,
    Kind.GROUP_INLINE: 5_120,
    Kind.KEY: 32 * 1024,
}
_IN_BYTES: Final = frozenset({Kind.TABLE, Kind.KEY})
_WITHOUT_SPACES: Final = frozenset({Kind.MANAGED, Kind.ROLE_INLINE, Kind.USER_INLINE, Kind.GROUP_INLINE})


def with_statement(text: str | None, statement: Json) -> str:
    """Return a document in which a statement is the one of its Sid: in the place of the old one, else at the end.

    `text` None: there is no document yet. A document keeps its Version; one that knows no policy variables cannot take a statement that
    uses them, for a new Version would change what its other statements mean.

    Raises:
        Unknown: the document is none that AWS would accept, or cannot take the statement.
        ValueError: the statement has no Sid, or would not be accepted.

    """
    if not statement.get("Sid"):
        msg = "a statement to be merged needs a Sid"
        raise ValueError(msg)
    try:
        parse(canonical({"Version": WITH_VARIABLES, "Statement": [statement]}))
    except MalformedPolicy as problem:
        msg = f"the statement {statement['Sid']} is malformed: {problem}"
        raise ValueError(msg) from problem
    if text is None:
        return canonical({"Version": WITH_VARIABLES, "Statement": [statement]})
    document, statements = _read(text)
    if "${" in canonical(statement) and document.get("Version") != WITH_VARIABLES:
        raise Unknown(malformed("policy", f"a document of an old Version cannot take {statement['Sid']}"))
    merged: list[Json] = []
    placed = False
    for one in statements:
        if one.get("Sid") != statement["Sid"]:
            merged.append(one)
        elif not placed:
            merged.append(statement)
            placed = True
    return _written(text, document, statements, merged if placed else [*merged, statement])


def without_statement(text: str, sid: str) -> str | None:
    """Return a document without the statement of a Sid; None where no statement is left, so that the policy must be deleted.

    Raises:
        Unknown: the document is none that AWS would accept.

    """
    document, statements = _read(text)
    return _left(text, document, statements, [one for one in statements if one.get("Sid") != sid])


def without_principals(text: str, keeps: Keeps) -> str | None:
    """Return a document whose Allows name only principals that are kept; None where no statement is left.

    An Allow that names nobody any more is dropped. A Deny stays as it is: naming fewer there would allow more.

    Raises:
        Unknown: the document is none that AWS would accept.

    """
    document, statements = _read(text)
    relieved = [made for made in (_relieved(one, keeps) for one in statements) if made is not None]
    return _left(text, document, statements, relieved)


def rewritten(text: str, rewrite: Callable[[int, Json], Sequence[Json]], *, version: str = "") -> str | None:
    """Return a document with each statement, by its place, replaced by those that `rewrite` makes of it; None where none is left.

    `version` is the document's Version then, where it is given.

    Raises:
        Unknown: the document is none that AWS would accept.

    """
    document, statements = _read(text)
    after = [made for place, one in enumerate(statements) for made in rewrite(place, one)]
    if version and document.get("Version") != version:
        document = {"Version": version} | document | {"Version": version}  # in its place, else first
        return canonical({**document, "Statement": after}) if after else None
    return _left(text, document, statements, after)


def canonical(document: Json) -> str:
    """Write a document without spaces, its members in their order, letters as they are."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def same(one: str | None, other: str | None) -> bool:
    """Whether two texts are the same document, spaces and the order of members aside; statements and lists in their order."""
    if one is None or other is None:
        return one is other
    return bool(json.loads(one) == json.loads(other))


def too_long(kind: Kind, *texts: str) -> str | None:
    """Say by how much documents exceed what AWS accepts, in words; None where they fit.

    DynamoDB counts spaces, https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutResourcePolicy.html; endpoints count
    characters, https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html; IAM counts no spaces, and all inline
    policies of a principal together, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html.
    """
    length = sum(_length(kind, text) for text in texts)
    limit = _LIMITS[kind]
    if length <= limit:
        return None
    unit = "bytes" if kind in _IN_BYTES else "characters"
    return f"the {kind} would have {length:,} {unit}; AWS accepts {limit:,}"


def _length(kind: Kind, text: str) -> int:
    if kind in _WITHOUT_SPACES:
        return len(canonical(json.loads(text)))
    return len(text.encode()) if kind in _IN_BYTES else len(text)


def _read(text: str) -> tuple[dict[str, Any], Sequence[Json]]:
    """Return a document's members and its statements as they are written."""
    try:
        parse(text)
        document: dict[str, Any] = json.loads(
            text
        )  # what `parse` takes URL-encoded is refused here: nobody writes it so
    except (MalformedPolicy, ValueError) as problem:
        raise Unknown(malformed("policy", f"the document cannot be merged: {problem}")) from problem
    return document, listed(document["Statement"])


def _written(text: str, document: Json, before: Sequence[Json], after: Sequence[Json]) -> str:
    if list(before) == list(after):
        return text
    return canonical({**document, "Statement": list(after)})


def _left(text: str, document: Json, before: Sequence[Json], after: Sequence[Json]) -> str | None:
    return _written(text, document, before, after) if after else None


def _relieved(statement: Json, keeps: Keeps) -> Json | None:
    """Return an Allow without the principals that are not kept; None where it names nobody any more."""
    principal: Any = statement.get("Principal")
    if statement["Effect"] != "Allow" or principal is None:
        return statement
    if isinstance(principal, str):
        return statement if keeps("AWS", principal) else None
    made: dict[str, Any] = {}
    for kind, names in principal.items():
        kept = [name for name in listed(names) if keeps(kind, name)]
        if kept:
            made[kind] = names if kept == listed(names) else kept
    return None if not made else {**statement, "Principal": made}
