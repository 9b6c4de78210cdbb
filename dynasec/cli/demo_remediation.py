"""`dynasec demo --remediate`: the whole way on the simulated account, from an audit to a plan, its apply, its rollback, and back."""

from __future__ import annotations

import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from dynasec.audit.report import Report
from dynasec.cli.applying import Application, carry_out
from dynasec.cli.live import collect_with
from dynasec.cli.options import Common
from dynasec.cli.planning import Basis
from dynasec.cli.site import Site
from dynasec.collect.clients import Clients
from dynasec.demo import requests
from dynasec.errors import Exit
from dynasec.printable import printable
from dynasec.registry import Control, Registry
from dynasec.remedies import load as load_remedies
from dynasec.remedy.applying.gates import Consent
from dynasec.remedy.applying.journal import run_of
from dynasec.remedy.applying.outcomes import GOOD, RunResult
from dynasec.remedy.applying.rollback import undo_plan
from dynasec.remedy.applying.runs import Runs
from dynasec.remedy.impact.analysis import Assessor, assessor
from dynasec.remedy.plan import Change, Plan
from dynasec.remedy.planning.ownership import Ownership
from dynasec.report import plan_text
from dynasec.report.change_text import WIDTH
from dynasec.report.columns import wrap
from dynasec.settings import Settings


class SimulatedClock:
    """A clock on which waiting takes no time: the simulated account has everything done at once."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """See `Clock.now`."""
        return datetime.now(UTC) + self._ahead

    def elapsed(self) -> float:
        """See `Clock.elapsed`."""
        return self.now().timestamp()

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """See `Clock.wait`."""
        if not stop.is_set():
            with self._lock:
                self._ahead += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Tour:
    """The way through one account, in six steps."""

    clients: Clients
    regions: tuple[str, ...]
    registry: Registry
    controls: tuple[Control, ...]
    settings: Settings
    common: Common

    def run(self) -> Exit:
        """Audit, plan, apply, audit, roll back, audit; return OK where the last audit finds what the first found.

        Raises:
            DynasecError: a step could not be made.

        """
        with tempfile.TemporaryDirectory(prefix="dynasec-demo-") as folder:
            return self._run(Path(folder))

    def _run(self, folder: Path) -> Exit:
        clock = SimulatedClock()
        site = Site(
            clients=self.clients,
            registry=self.registry,
            remedies=load_remedies(),
            settings=self.settings,
            runs=Runs(folder),
            common=self.common,
            watch=lambda _, __: None,
            clock=clock,
        )
        before = self._audit()
        self._step("1. audit", _score(before))
        assess = assessor(requests.observed(before.snapshot), accept_no_evidence=False)
        plan = self._basis(assess).plan(before.snapshot, now=clock.now())
        self._step("2. plan and show", *plan_text.head(plan), *_listed(plan))
        ready = tuple(change.id for change in plan.changes if not change.blocked)
        applied = carry_out(site, plan, Application(consent=_consent(plan), only=ready, assess=assess))
        self._step("3. apply", *_ended(applied))
        after = self._audit()
        self._step("4. audit again", _score(after), *_turned(before, after))
        undo = undo_plan(site.runs.read(run_of(plan)), clock.now())
        taken_back = carry_out(site, undo, Application(consent=_consent(undo), kind="undo"))
        self._step("5. rollback", *_ended(taken_back))
        last = self._audit()
        kept = _kept(plan, taken_back)
        left = list(_turned(before, last, without=kept))
        stays = list(_turned(before, last, within=kept))
        same = "every finding is as it was in the first audit" if not left else "NOT as in the first audit:"
        told = [f"stays, as the plan said: {one}" for one in stays]
        self._step(
            "6. audit once more",
            _score(last),
            same + (", but what no call takes back" if stays else ""),
            *left,
            *told,
        )
        return Exit.CANNOT_RUN if left else Exit.OK

    def _basis(self, assess: Assessor | None = None) -> Basis:
        return Basis(
            registry=self.registry,
            controls=self.controls,
            remedies=load_remedies(),
            settings=self.settings,
            assess=assess or assessor(None, accept_no_evidence=False),
            ownership=Ownership({}),
        )

    def _audit(self) -> Report:
        basis = self._basis()
        request = basis.request()
        request = replace(request, reads=request.reads | requests.READS)
        account = collect_with(self.clients, self.regions, request, self.common)
        return basis.report(account)

    def _step(self, title: str, *lines: str) -> None:
        click.echo(click.style(title, bold=True), color=self.common.color)
        for line in lines:
            indent = " " * (2 + len(line) - len(line.lstrip()))
            whole = (
                wrap(line.strip(), WIDTH, first=indent, rest=f"{indent}  ")
                if len(line) > WIDTH
                else (f"  {line}",)
            )
            for one in whole:
                click.echo(one, color=self.common.color)
        click.echo()


def _consent(plan: Plan) -> Consent:
    return Consent(yes=True, confirm=plan.plan_id[:8], account=plan.subject.account)


def _score(report: Report) -> str:
    overall = report.overall
    score = "no score" if overall.score is None else f"score {overall.score:.1f} of 100"
    return f"{score}: {overall.passed} passed, {overall.failed} failed, {overall.unknown} unknown"


def _listed(plan: Plan) -> Iterator[str]:
    """Yield a line for each remediation: how many changes it has, and how many are blocked."""
    ready = Counter(change.remediation for change in plan.changes if not change.blocked)
    blocked = Counter(change.remediation for change in plan.changes if change.blocked)
    for name in sorted({*ready, *blocked}):
        held = f", {blocked[name]} blocked" if blocked[name] else ""
        yield f"{name}: {ready[name]} to apply{held}"
        yield from (f"  {reason}" for reason in _reasons(plan.changes, name))


def _reasons(changes: tuple[Change, ...], remediation: str) -> Iterator[str]:
    """Yield what blocks most of the blocked changes of a remediation, and one example of each other kind of reason."""
    reasons = [
        blocked.reason for one in changes if one.remediation == remediation for blocked in one.blocked[:1]
    ]
    most = [reason for reason, _ in Counter(reasons).most_common(1)]
    kinds = ("cloudformation manages", "the evidence", "observed requests")
    each = [next((one for one in reasons if one.startswith(kind)), "") for kind in kinds]
    yield from dict.fromkeys(one for one in (*most, *each) if one)


def _ended(result: RunResult) -> Iterator[str]:
    """Yield how many changes of each remediation ended how, and why those that need a look did."""
    ended = Counter((change.remediation, outcome.state) for change, outcome in result.changes)
    for (name, state), count in sorted(ended.items()):
        yield f"{name}: {count} {state}"
    for change, outcome in result.changes:
        if outcome.state not in GOOD:
            yield printable(f"{change.id}: {outcome.reason}")


def _kept(plan: Plan, taken_back: RunResult) -> frozenset[str]:
    """Return the resources, and the fingerprints of findings, of what was not taken back."""
    undone = {one.id.removeprefix("undo-") for one, outcome in taken_back.changes if outcome.state in GOOD}
    return frozenset(
        name
        for change in plan.changes
        if not change.blocked and change.id not in undone
        for name in (change.resource, *change.fingerprints)
    )


def _turned(
    before: Report,
    after: Report,
    *,
    within: frozenset[str] | None = None,
    without: frozenset[str] = frozenset(),
) -> Iterator[str]:
    """Yield the findings whose status is another, by control; those on some resources or of some fingerprints, or all but them."""
    old = {one.fingerprint: one for one in before.findings}
    new = {one.fingerprint: one for one in after.findings}
    turned: Counter[tuple[str, str, str]] = Counter()
    for name in {**old, **new}:
        one = old.get(name) or new[name]
        was, now = (str(side[name].status) if name in side else "absent" for side in (old, new))
        if (
            was != now
            and not without & {name, one.resource}
            and (within is None or within & {name, one.resource})
        ):
            turned[one.control, was, now] += 1
    for (control, was, now), count in sorted(turned.items()):
        yield f"{control}: {count} " + (f"new, {now}" if was == "absent" else f"from {was} to {now}")
