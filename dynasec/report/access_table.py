"""Access for people: who can read, who can write, under which conditions and by which path; at most 100 columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import click

from dynasec import __version__
from dynasec.access.answer import Group, MatrixAnswer, TableAnswer
from dynasec.access.questions import questions
from dynasec.access.row import PrincipalType, Row, Standing
from dynasec.arn import Arn
from dynasec.iam.actions import Capability
from dynasec.printable import printable
from dynasec.report.columns import cut, wrap

WIDTH: Final = 100
_NAME: Final = 64
_NAMES: Final = 8
"""Names shown of a group; the rest are counted."""
_COLOURS: Final = {
    Standing.ALLOWED: "red",
    Standing.CONDITIONAL: "yellow",
    Standing.UNKNOWN: "magenta",
    Standing.DENIED: "green",
}
_TITLES: Final = {
    Capability.READ: "READ items",
    Capability.WRITE: "WRITE items",
    Capability.STREAM: "STREAM: follow changes",
    Capability.EXPORT: "EXPORT: copy data elsewhere",
    Capability.DELETE: "DELETE the table, its backups or its history",
    Capability.CONTROL: "CONTROL settings",
    Capability.PERMISSIONS: "PERMISSIONS: read or change who has access",
}
_LETTERS: Final = {
    Capability.READ: "R",
    Capability.WRITE: "W",
    Capability.STREAM: "S",
    Capability.EXPORT: "X",
    Capability.DELETE: "D",
    Capability.CONTROL: "C",
    Capability.PERMISSIONS: "P",
}
_LEGEND: Final = (
    "R read, W write, S stream, X export, D delete, C control, P permissions; small letters: under conditions, "
    "?: not known, .: denied."
)
_MOST_ACTIONS: Final = 12
_LAST: Final = frozenset({"identity", "resource", "both", "kms"})


def table_pieces(answer: TableAnswer, why: bool) -> Iterator[str]:  # noqa: FBT001 - one signature for all formats
    """Yield the answer line by line, with ANSI colours; `why` adds the statements that decide."""
    for text in _table_lines(answer, why=why):
        yield f"{text}\n"


def matrix_pieces(answer: MatrixAnswer) -> Iterator[str]:
    """Yield the account's matrix line by line."""
    for text in _matrix_lines(answer):
        yield f"{text}\n"


def _table_lines(answer: TableAnswer, *, why: bool) -> Iterator[str]:
    table, snapshot = answer.table, answer.snapshot
    yield click.style(f"Who can reach {_cut(table.name, _NAME)}", bold=True) + (
        f"  {_cut(table.region, 20)}  account {_cut(table.account, 12)}  {snapshot.taken_at:%Y-%m-%d %H:%M} UTC"
    )
    yield from _caveats(answer.caveats)
    yield ""
    reach = frozenset(
        action for row in answer.rows if row.principal == snapshot.account.arn for action in row.actions
    )
    for capability in Capability:
        rows = [row for row in answer.rows if row.capability is capability]
        if rows:
            yield click.style(_TITLES[capability], bold=True)
            yield from _rows(rows, reach, why=why)
            yield ""
    if not any(row.decision is not Standing.DENIED for row in answer.rows):
        yield "Nobody of those asked about can do anything."


def _caveats(caveats: Iterable[str]) -> Iterator[str]:
    for caveat in caveats:
        yield from _wrap(f"NOTE {caveat}", rest="     ")


def _rows(rows: Sequence[Row], reach: frozenset[str], *, why: bool) -> Iterator[str]:
    """Yield the lines of a capability; principals of which the very same is to be said stand together."""
    alike: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        said = (
            row.decision,
            row.grant.conditions,
            row.grant.via,
            row.actions,
            row.grant.because if why else (),
        )
        alike.setdefault(said, []).append(row)
    for same in alike.values():
        yield from _said(same, reach, why=why)


def _said(same: Sequence[Row], reach: frozenset[str], *, why: bool) -> Iterator[str]:
    row = same[0]
    names = [name_of(one.principal, one.principal_type) for one in same]
    more = f", … and {len(names) - _NAMES} more (all of them: -f json)" if len(names) > _NAMES else ""
    plain = f"  {row.decision:<11}  "
    first, *others = _wrap(
        ", ".join(names[:_NAMES]) + more, first=plain, rest=" " * len(plain)
    )  # colour only after wrapping: escapes have no width
    yield f"  {click.style(f'{row.decision:<11}', fg=_COLOURS[row.decision])}{first[len(plain) - 2 :]}"
    yield from others
    margin = " " * len(plain)
    for condition in row.grant.conditions:
        yield from _wrap(condition, first=f"{margin}· ", rest=f"{margin}  ")
    narrower = _narrower(row, reach)
    if narrower:
        yield from _wrap(narrower, first=f"{margin}  ", rest=f"{margin}  ")
    if row.grant.via and row.decision is not Standing.DENIED:
        yield from _wrap(f"by {_path(row.grant.via)}", first=f"{margin}  ", rest=f"{margin}    ")
    if why:
        for reason in row.grant.because:
            yield from _wrap(reason, first=f"{margin}  because ", rest=f"{margin}    ")


def _path(via: Sequence[str]) -> str:
    """Return the steps, one after another, and then which policies allow it in the end."""
    steps = [step for step in via if step not in _LAST]
    return " → ".join([*steps, " + ".join(step for step in via if step in _LAST)]).removesuffix(" → ")


def _narrower(row: Row, reach: frozenset[str]) -> str:
    """Return which actions and parts it is about, where that is not the whole capability; `reach` is what root can do, if shown."""
    if row.decision is Standing.DENIED:
        return ""
    every = {question.action for question in questions() if row.capability in question.capabilities}
    every = every & reach or every  # of a table without a stream nobody follows changes
    indexes = [name for name in row.resources if name.startswith("index")]
    parts = "" if "table" in row.resources or not indexes else f" on {', '.join(indexes)}"
    if every <= set(row.actions):
        return f"all actions{parts}" if parts else ""
    names = [action.partition(":")[2] for action in row.actions]
    more = f" and {len(names) - _MOST_ACTIONS} more" if len(names) > _MOST_ACTIONS else ""
    return f"{', '.join(names[:_MOST_ACTIONS])}{more}{parts}"


def _matrix_lines(answer: MatrixAnswer) -> Iterator[str]:
    snapshot = answer.snapshot
    yield click.style(f"dynasec {__version__}", bold=True) + (
        f"  access in account {_cut(snapshot.account.id, 12)}  {snapshot.taken_at:%Y-%m-%d %H:%M} UTC"
    )
    yield f"{answer.principals} principals, {answer.tables} tables; what they can do themselves"
    yield from _caveats(answer.caveats)
    yield ""
    for group in answer.groups:
        yield from _group(group, answer)
    if not answer.groups:
        yield "Nobody can do anything."
    yield ""
    yield from _wrap(_LEGEND)
    yield from _wrap("Conditions, and ways by way of roles: dynasec access TABLE")


def _group(group: Group, answer: MatrixAnswer) -> Iterator[str]:
    letters = "".join(
        _letter(capability, group.standings.get(capability, Standing.DENIED)) for capability in Capability
    )
    root = answer.snapshot.account.arn
    names = sorted("root" if principal == root else _short(principal) for principal in group.principals)
    tables = sorted(table.name for table in group.tables)
    margin = " " * (len(letters) + 2)
    yield from _wrap(_some(names), first=f"{letters}  ", rest=margin)
    everywhere = len(group.tables) == answer.tables and answer.tables > 1
    yield from _wrap(
        f"→ all {len(tables)} tables" if everywhere else f"→ {_some(tables)}",
        first=margin,
        rest=f"{margin}  ",
    )


def _letter(capability: Capability, standing: Standing) -> str:
    letter = _LETTERS[capability]
    return {
        Standing.ALLOWED: letter,
        Standing.CONDITIONAL: letter.lower(),
        Standing.UNKNOWN: "?",
        Standing.DENIED: ".",
    }[standing]


def _some(names: Sequence[str]) -> str:
    more = f", … and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return ", ".join(_cut(name, _NAME) for name in names[:_NAMES]) + more


def name_of(principal: str, kind: PrincipalType) -> str:
    """Return what people call a principal: `role orders-service`, `account 999988887777`, `service lambda.amazonaws.com`."""
    if kind is PrincipalType.ROOT:
        return "root"
    if kind is PrincipalType.ANYONE:
        return "anyone in any account"
    short = _short(principal)
    return _cut(short if short.startswith(f"{kind} ") else f"{kind} {short}", _NAME)


def _short(principal: str) -> str:
    try:
        arn = Arn.parse(principal)
    except ValueError:
        return "anyone in any account" if principal == "*" else principal
    if arn.resource == "root":
        return f"account {arn.account}"
    name = arn.resource.partition("/")[2] or arn.name
    return f"{arn.kind} {name.rpartition('/')[2] if arn.service == 'iam' else name}"


def _wrap(text: str, first: str = "", rest: str = "") -> Iterator[str]:
    return wrap(printable(text), WIDTH, first=first, rest=rest)


def _cut(text: str, columns: int) -> str:
    return cut(printable(text), columns)
