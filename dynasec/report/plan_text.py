"""A plan for a review: totals first, then every change with its diff, then what a person must do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import click

from dynasec.printable import printable
from dynasec.remediation import Risk
from dynasec.remedy.plan import AdviceOf, Change, Plan
from dynasec.report.change_text import RISKS, WIDTH, change_lines, field
from dynasec.report.columns import wrap

_NAMED = 12
"""Resources named where many get the same advice."""


def pieces(plan: Plan) -> Iterator[str]:
    """Yield the plan line by line, with ANSI colours; the caller strips them where they do not belong."""
    for line in (*head(plan), "", *_body(plan)):
        yield f"{line}\n"


def head(plan: Plan) -> Iterator[str]:
    """Yield what a reviewer sees first."""
    what = f"undo of run {plan.undoes}" if plan.kind == "undo" else "remediation"
    yield click.style(f"plan {printable(plan.plan_id)}", bold=True)
    yield from field("kind", what)
    yield from field("account", f"{plan.subject.account} ({plan.subject.partition})")
    yield from field("regions", ", ".join(plan.subject.regions))
    yield from field(
        "made", f"{_time(plan.created_at)} by {plan.subject.caller_arn} with dynasec {plan.tool.version}"
    )
    yield from field("expires", _time(plan.expires_at))
    audit = plan.source_audit
    yield from field(
        "rests on", f"audit {audit.run_id}, read {_time(audit.taken_at)}, coverage {audit.coverage:.1%}"
    )
    yield from _totals(plan)
    for problem in plan.problems:
        yield from field("NOTE", problem)


def _totals(plan: Plan) -> Iterator[str]:
    totals = plan.totals
    if totals.score_before is not None and totals.score_after is not None:
        yield from field(
            "score", f"{totals.score_before:.1f} → {totals.score_after:.1f}, with all of it applied"
        )
    yield from field(
        "changes", f"{totals.changes} to apply, {totals.blocked} blocked, {totals.advice} for a person to do"
    )
    risks = [
        click.style(f"{level} {totals.by_risk[level]}", fg=RISKS[level])
        for level in Risk
        if totals.by_risk.get(level)
    ]
    if risks:
        yield f"  {'by risk':<12}" + ", ".join(risks)
    dates = sorted({change.cost.as_of for change in plan.changes if change.cost is not None})
    if dates:
        yield from field(
            "cost",
            f"${totals.cost_low:,.2f} to ${totals.cost_high:,.2f} a month more (estimate, prices of {', '.join(dates)})",
        )
    for regression in totals.regressions:
        for line in wrap(printable(f"WORSE AFTERWARDS: {regression}"), WIDTH, first="  ", rest="    "):
            yield click.style(line, fg="red", bold=True)


def _body(plan: Plan) -> Iterator[str]:
    ready = sorted((change for change in plan.changes if not change.blocked), key=lambda one: one.wave)
    blocked = [change for change in plan.changes if change.blocked]
    yield from _changes(plan, f"To apply ({len(ready)})", ready)
    yield from _changes(plan, f"Blocked ({len(blocked)})", blocked)
    if plan.advice:
        yield click.style(f"For a person to do ({len(plan.advice)})", bold=True)
        yield from _advice(plan)


def _changes(plan: Plan, title: str, changes: list[Change]) -> Iterator[str]:
    if not changes:
        return
    yield click.style(title, bold=True)
    yield ""
    for change in changes:
        yield from change_lines(change, undoing=plan.kind == "undo")
        yield ""


def _advice(plan: Plan) -> Iterator[str]:
    """Yield advice by control; what is said of many resources is said once."""
    alike: dict[tuple[str, str, str], list[AdviceOf]] = {}
    for one in plan.advice:
        alike.setdefault((one.control, one.why, one.how), []).append(one)
    for (control, why, how), same in alike.items():
        yield printable(f"  {control}")
        names = [one.resource for one in same]
        more = f", … and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield from wrap(printable(", ".join(names[:_NAMED]) + more), WIDTH, first="    ", rest="    ")
        yield from wrap(printable(f"why: {why}"), WIDTH, first="    ", rest="         ")
        yield from wrap(printable(f"how: {how}"), WIDTH, first="    ", rest="         ")


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
