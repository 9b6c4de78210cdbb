"""Runs for people: a line each, or one with all that its journal says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from tabulate import tabulate

from dynasec.printable import printable
from dynasec.remedy.applying.journal import Record, Recorded
from dynasec.report.columns import wrap
from dynasec.report.history import endings, entry

WIDTH: Final = 100
_SAID: Final = ("operation", "code", "message", "state", "reason")
"""Members of a record that a line shows."""


def row(run: Recorded) -> tuple[str, ...]:
    """Return an applied run as a row of a list: id, kind, account, when it began, and how its changes ended."""
    one = entry(run)
    return (
        one["run"],
        one["kind"] if one["undoes"] is None else f"undo of {one['undoes']}",
        one["account"],
        _time(one["began"]),
        ", ".join(f"{count} {state}" for state, count in one["changes"].items()) or "nothing",
    )


def listed(rows: Sequence[tuple[str, ...]], problems: Sequence[str]) -> Iterator[str]:
    """Yield a table of runs of any kind, and the journals that cannot be trusted."""
    if rows:
        headers = ("Run", "Kind", "Account", "Began (UTC)", "Result")
        safe = [tuple(printable(str(cell)) for cell in row) for row in rows]
        yield tabulate(safe, headers=headers, disable_numparse=True) + "\n"
    else:
        yield "No run is known.\n"
    for problem in problems:
        yield f"NOT READABLE {printable(problem)}\n"


def shown(recorded: Recorded) -> Iterator[str]:
    """Yield how each change ended, and the records in order."""
    head = entry(recorded)
    what = f"undo of {head['undoes']}" if head["undoes"] else "remediation"
    yield f"run {head['run']}: {what} of account {printable(head['account'])}\n"
    yield f"plan {head['plan']}\n"
    yield f"journal {printable(head['journal'])}\n\n"
    for one in endings(recorded):
        yield f"{one['state']:<12}{printable(one['id'])}\n"
        for text in filter(None, (one["resource"], one["reason"])):
            for line in wrap(printable(text), WIDTH, first=" " * 12, rest=" " * 12):
                yield f"{line}\n"
    yield "\n"
    for record in recorded.records:
        for line in wrap(printable(_words(record)), WIDTH, rest=" " * 28):
            yield f"{line}\n"


def _words(record: Record) -> str:
    said = [str(record.data[name]) for name in _SAID if record.data.get(name)]
    return " ".join(
        [f"{_time(record.time)} {record.seq:>4} {record.kind}", str(record.data.get("change", "")), *said]
    )


def _time(text: str) -> str:
    return text[:19].replace("T", " ")
