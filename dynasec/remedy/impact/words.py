"""What is lost, in lines that a reviewer reads: `role/app: dynamodb:Query on index by-email of table orders`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from dynasec.access.questions import Part
from dynasec.iam.actions import DATA_READ, DATA_WRITE
from dynasec.remedy.impact.access_comparison import Loss, Lost, Place
from dynasec.semantics.wording import counted

_ACTIONS: Final = 8
"""Actions written out in one line, those on items first; the rest are counted."""
_TABLES: Final = 12


def short(name: str) -> str:
    """Return what a principal is called in a line: `role/app`; root of an account and services by their names."""
    if name == "*":
        return "anyone"
    parts = name.split(":", 5)
    last = len(parts) - 1
    return f"root of account {parts[4]}" if parts[last] == "root" else parts[last]


def lines(lost: Iterable[Lost], loss: Loss, account: str) -> tuple[str, ...]:
    """Return the losses of one kind, a line per principal and place; tables on which the same is lost stand together."""
    found: dict[tuple[str, Place, tuple[str, ...], tuple[str, ...], str], list[str]] = {}
    for one in lost:
        if one.loss is loss:
            way = "" if one.passage is None else one.passage.endpoint.vpc_endpoint_id
            for name in one.names:
                found.setdefault((name, one.place, one.actions, one.words, way), []).extend(one.tables)
    return tuple(
        f"{named(name, account)}: {actions_in_words(actions)} on {place_in_words(place, tables)}"
        f"{f', through {way}' if way else ''}{_words(words)}"
        for (name, place, actions, words, way), tables in sorted(found.items(), key=lambda item: item[0])
    )


def named(name: str, account: str) -> str:
    """Return a principal's short name, with its account where it is a foreign one."""
    owner = name.split(":", 5)[4] if name.count(":") >= 5 else ""  # noqa: PLR2004 - an ARN has six parts
    foreign = owner not in {"", account} and not name.endswith(":root")
    return f"{short(name)} of account {owner}" if foreign else short(name)


def actions_in_words(actions: Sequence[str]) -> str:
    """Write actions out, or the first of many."""
    rest = len(actions) - _ACTIONS
    ordered = sorted(actions, key=lambda action: (action not in DATA_READ, action not in DATA_WRITE, action))
    listed = ", ".join(ordered[:_ACTIONS])
    return f"{listed} and {counted(rest, 'more action')}" if rest > 0 else listed


def place_in_words(place: Place, tables: Sequence[str]) -> str:
    """Say what of which tables."""
    part, index = place
    if part is Part.ACCOUNT:
        return "the account"
    names = sorted(set(tables))
    rest = len(names) - _TABLES
    listed = ", ".join(names[:_TABLES]) + (f" and {rest} more" if rest > 0 else "")
    on = f"table {listed}" if len(names) == 1 else f"tables {listed}"
    return {
        Part.TABLE: on,
        Part.INDEX: f"index {index} of {on}",
        Part.STREAM: f"the stream of {on}",
        Part.BACKUP: f"backups of {on}",
    }[part]


def _words(words: Sequence[str]) -> str:
    return f" ({'; '.join(words)})" if words else ""
