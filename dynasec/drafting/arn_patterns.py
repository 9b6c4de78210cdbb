"""What two patterns of ARNs have in common, as a pattern again; and how a pattern is mended that was written by mistake. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dynasec.iam.matching import Pattern, covers, overlaps
from dynasec.model.fact import Unknown, malformed

_FIELDS: Final = 6
_INDEXES: Final = "/index/*"


def common(pattern: str, bound: str, *, variables: bool) -> str | None:
    """Return the pattern of what matches both; None where nothing does. `variables`: `pattern` may hold policy variables.

    Raises:
        Unknown: no single pattern says it, as with `table/a*` and `table/*b`.

    """
    one, other = Pattern.of(pattern, variables=variables), Pattern.of(bound)
    if covers(one, other):
        return bound
    if covers(other, one):
        return pattern
    if not overlaps(one, other):
        return None
    written, limit = _fields(pattern), _fields(bound)
    if written is None or limit is None:
        raise _not_one(pattern, bound)
    return ":".join(
        _common_field(mine, theirs, pattern, bound, variables=variables)
        for mine, theirs in zip(written, limit, strict=True)
    )


def mended(texts: Sequence[str]) -> list[str]:
    """Return resources without blanks, and with the table beside a pattern that names nothing but its indexes."""
    found: dict[str, None] = {}
    for text in ("".join(each.split()) for each in texts):
        if text.endswith(_INDEXES):
            found.setdefault(text.removesuffix(_INDEXES))
        found.setdefault(text)
    return list(found)


def _common_field(mine: str, theirs: str, pattern: str, bound: str, *, variables: bool) -> str:
    one, other = Pattern.of(mine, variables=variables), Pattern.of(theirs)
    if covers(one, other):
        return theirs
    if covers(other, one):
        return mine
    raise _not_one(pattern, bound)


def _fields(text: str) -> list[str] | None:
    parts = text.split(":", _FIELDS - 1)
    return parts if len(parts) == _FIELDS else None


def _not_one(pattern: str, bound: str) -> Unknown:
    return Unknown(malformed("policy", f"what {pattern!r} and {bound!r} have in common is no single pattern"))
