"""Comments of exported files: all on one line each, whatever AWS says."""

from __future__ import annotations

from collections.abc import Iterator

from dynasec.printable import printable
from dynasec.remedy.export.forms import Declarations, Declared
from dynasec.remedy.plan import Plan


def comment(text: str, indent: str = "") -> str:
    """Return a comment line."""
    return f"{indent}# {printable(text)}\n"


def head(plan: Plan, what: str) -> Iterator[str]:
    """Yield what a file is."""
    yield comment(f"Plan {plan.plan_id} for account {plan.subject.account}. {what}")
    yield comment("Review it: it was not checked against what your code declares already.")


def about(one: Declared, indent: str = "") -> Iterator[str]:
    """Yield which changes a resource is of, and who manages it."""
    for change in one.changes:
        yield comment(f"{change.id} ({change.region or 'global'}): {change.summary}", indent)
        for kind, owner in change.managed_by.items():
            yield comment(f"managed by {kind} {owner}: change it there", indent)


def foot(found: Declarations) -> Iterator[str]:
    """Yield what could not be declared, and why."""
    for change, call in found.without:
        yield comment(
            f"NOT DECLARED {change.id}: {call.operation} on {change.resource}: no resource of this form sets it"
        )
    for one in found.left_out:
        yield comment(f"LEFT OUT {one.change.id}: {one.change.summary}: {one.reason}")
