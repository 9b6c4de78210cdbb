"""One change of a plan for a review: what it is about, what becomes what, by which calls, and how it is taken back."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

import click

from dynasec.change import Call, State
from dynasec.printable import printable
from dynasec.remediation import Risk
from dynasec.remedy.plan import Change, Impact
from dynasec.report.columns import wrap
from dynasec.report.document_lines import difference, lines, readable

WIDTH: Final = 100
RISKS: Final = {Risk.OBSERVE: "cyan", Risk.ADDITIVE: "green", Risk.DATA_PATH: "yellow", Risk.ACCESS: "red"}
_DIFF: Final = {"+": "green", "-": "red", "@": "cyan"}
_LABEL: Final = 12
_SHORT: Final = 60


def change_lines(change: Change, *, undoing: bool = False) -> Iterator[str]:
    """Yield a change as lines with ANSI colours; the caller strips them where they do not belong.

    `undoing`: it takes another change back, so what it closed opens again, and nothing takes it back in its turn.
    """
    risk = click.style(f"{change.risk.level}", fg=RISKS[change.risk.level], bold=True)
    name = click.style(printable(change.id), bold=True)
    yield f"{name}  risk {risk}  undo {change.undo.kind}  wave {change.wave}"
    for blocked in change.blocked:
        flag = f" (override: --{blocked.override})" if blocked.override else ""
        for line in wrap(printable(f"BLOCKED: {blocked.reason}{flag}"), WIDTH, first="  ", rest="    "):
            yield click.style(line, fg="red", bold=True)
    yield from _fields(change, "reopens" if undoing else "closes")
    yield "  before → after"
    for line in difference(change.before, change.after):
        yield "    " + click.style(line, fg=_DIFF.get(line[:1]))
    yield "  calls"
    yield from _calls(change.calls)
    yield from _lost(change) if undoing else _undo(change)
    yield from _states("looked at again right before", change.expect)
    yield from _states("must hold in the end", change.verify)


def _fields(change: Change, closes: str) -> Iterator[str]:
    yield from field("what", change.summary)
    yield from field("resource", change.resource)
    yield from field("region", change.region or "global")
    yield from field(closes, ", ".join(change.controls) or "nothing yet")
    for reason in change.risk.reasons:
        yield from field("risk", reason)
    if change.impact is not None:
        yield from _impact(change.impact, {blocked.reason for blocked in change.blocked})
    if change.cost is not None:
        cost = change.cost
        yield from field(
            "cost",
            f"${cost.low:,.2f} to ${cost.high:,.2f} a month: {cost.basis} (estimate, prices of {cost.as_of})",
        )
    for kind, owner in change.managed_by.items():
        yield from field("managed by", f"{kind} {owner}")
    if change.depends_on:
        yield from field("after", ", ".join(change.depends_on))
    yield from field("permissions", ", ".join(change.permissions))


def field(label: str, text: str) -> Iterator[str]:
    """Yield a labelled text, wrapped."""
    start = f"  {label:<{_LABEL}}"
    yield from wrap(printable(text), WIDTH, first=start, rest=" " * len(start))


def _impact(impact: Impact, told: Collection[str]) -> Iterator[str]:
    """Yield an impact, without what was `told` as the reason why the change is blocked."""
    yield from field(
        "impact",
        f"{impact.evaluated} answers compared, {impact.observed} observed requests among the evidence",
    )
    if impact.evidence:
        yield from field("evidence", impact.evidence)
    for label, found in (
        ("denied", impact.denied),
        ("narrowed", impact.narrowed),
        ("OBSERVED", impact.observed_denied),
        ("unknown", impact.unknown),
    ):
        for one in found:
            if one not in told:
                yield from field(label, one)


def _calls(calls: Sequence[Call], indent: str = "    ") -> Iterator[str]:
    for place, call in enumerate(calls, start=1):
        where = f" in {call.region}" if call.region else ""
        name = f" as {call.name}" if call.name else ""
        yield printable(f"{indent}{place}. {call.operation}{where}{name}")
        yield from (f"{indent}   {line}" for line in lines(call.params))


def _undo(change: Change) -> Iterator[str]:
    calls = [undo for call in reversed(change.calls) for undo in call.undo]
    yield f"  undo: {change.undo.kind}" + ("" if calls else ", by no call")
    yield from _lost(change)
    yield from _calls(calls)


def _lost(change: Change) -> Iterator[str]:
    if change.undo.loses:
        yield from wrap(printable(f"not brought back: {change.undo.loses}"), WIDTH, first="    ", rest="    ")


def _states(title: str, states: Sequence[State]) -> Iterator[str]:
    yield f"  {title}"
    for state in states:
        facts = ", ".join(f"{path} = {_short(value)}" for path, value in state.facts.items())
        yield from wrap(printable(f"{state.operation}: {facts}"), WIDTH, first="    ", rest="      ")


def _short(value: Any) -> str:  # noqa: ANN401 - any JSON value
    text = json.dumps(readable(value), sort_keys=True, ensure_ascii=False)
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
