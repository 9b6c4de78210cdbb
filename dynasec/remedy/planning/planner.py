"""From the failed findings of an audit to a plan. Reads nothing and writes nothing: everything is in the snapshot.

Only what failed, is not suppressed and is fully evidenced becomes a change. Each change is tried on the account as it would be: where
the control would not pass then, where the table is not ACTIVE, or where somebody else owns the resource, it is blocked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dynasec import __version__
from dynasec.audit.report import Report
from dynasec.model.shape import Resource
from dynasec.model.table import Table
from dynasec.remediation import Risk
from dynasec.remedies import Remedies
from dynasec.remedy.impact.analysis import Assessor
from dynasec.remedy.plan import (
    LIFETIME,
    LIFETIME_OF_ACCESS,
    Blocked,
    Change,
    Impact,
    Limits,
    Plan,
    SourceAudit,
    Subject,
    Tool,
)
from dynasec.remedy.planning.contradictions import one_at_a_time
from dynasec.remedy.planning.documents import change_of, totals
from dynasec.remedy.planning.drafts import Proposed, propose
from dynasec.remedy.planning.ownership import Owner, Ownership
from dynasec.remedy.planning.trial import Trial
from dynasec.remedy.planning.waves import LAST, waves


@dataclass(frozen=True)
class Planner:
    """Makes plans."""

    remedies: Remedies
    assess: Assessor
    ownership: Ownership
    limits: Limits = field(default_factory=Limits)

    def plan(self, report: Report, now: datetime) -> Plan:
        """Return the sealed plan for an audit's failures."""
        proposals = propose(report, self.remedies)
        trial = Trial(report, proposals.drafts)
        changes = one_at_a_time(self._change(one, trial) for _, one in _ordered(proposals.drafts))
        changes = self._together(changes, trial)
        changes = _in_waves(changes)
        ready = {change.key for change in changes if not change.blocked}
        outcome = trial.outcome([one for key, one in _ordered(proposals.drafts) if key in ready])
        access = any(change.risk.level is Risk.ACCESS for change in changes)
        snapshot = report.snapshot
        return Plan(
            created_at=now,
            expires_at=now + (LIFETIME_OF_ACCESS if access else LIFETIME),
            tool=Tool(version=__version__),
            subject=Subject(
                partition=snapshot.account.partition,
                account=snapshot.account.id,
                regions=tuple(region.region for region in snapshot.regions),
                caller_arn=snapshot.caller_arn,
            ),
            source_audit=SourceAudit(
                run_id=report.run_id,
                taken_at=snapshot.taken_at,
                coverage=report.overall.coverage or 0.0,
                tables=report.tables,
            ),
            limits=self.limits,
            changes=tuple(changes),
            advice=tuple(proposals.advice),
            problems=tuple(proposals.problems),
            totals=totals(changes, len(proposals.advice), report.overall.score, outcome),
        ).sealed()

    def _change(self, proposed: Proposed, trial: Trial) -> Change:
        draft = proposed.draft
        own = proposed.subject or Resource(arn=draft.resource, region=draft.region)
        owners = [self.ownership.of(one, trial.report.snapshot) for one in (own, *draft.touches)]
        owner = max(owners, key=lambda one: (bool(one.managed_by), bool(one.unknown)))
        blocked = list(_blocked(proposed, owner, trial))
        impact: Impact | None = None
        if (draft.risk or proposed.remedy.remediation.risk) is Risk.ACCESS:
            impact, more = self._impact(proposed, trial)
            blocked += more
        return change_of(proposed, wave=LAST, owner=owner, impact=impact, blocked=blocked)

    def _together(self, changes: list[Change], trial: Trial) -> list[Change]:
        """Block access changes that only together take from somebody what nobody must lose: each alone leaves another way."""
        ready = [change for change in changes if not change.blocked and change.risk.level is Risk.ACCESS]
        if len(ready) < 2:  # noqa: PLR2004 - one change is judged by itself
            return changes
        chosen = [trial.drafts[change.key] for change in ready]
        _, found = self.assess(chosen[0].draft, trial.report.snapshot, trial.account_after_all(chosen))
        more = tuple(
            Blocked(
                reason=f"together with the other access changes of the plan: {one.reason}",
                override=one.override,
            )
            for one in found
        )
        names = {change.id for change in ready}
        return [
            change.model_copy(update={"blocked": more}) if change.id in names else change
            for change in changes
        ]

    def _impact(self, proposed: Proposed, trial: Trial) -> tuple[Impact | None, Sequence[Blocked]]:
        if not proposed.draft.replaces:
            return None, (
                Blocked(reason="its effect on access cannot be computed: it names no piece of the account"),
            )
        try:
            after = trial.account_after(proposed)
        except LookupError as problem:
            return None, (Blocked(reason=f"its effect on access cannot be computed: {problem}"),)
        return self.assess(proposed.draft, trial.report.snapshot, after)


def _in_waves(changes: list[Change]) -> list[Change]:
    """Give each change its wave; what is blocked comes last, for it must not be the one on which the others are tried."""
    found = waves([(one.key, one.remediation, one.depends_on) for one in changes if not one.blocked])
    return [one.model_copy(update={"wave": found.get(one.key, LAST)}) for one in changes]


def _blocked(proposed: Proposed, owner: Owner, trial: Trial) -> Iterator[Blocked]:
    if proposed.draft.blocked:
        yield Blocked(reason=proposed.draft.blocked)
    if owner.unknown:
        yield Blocked(reason=owner.unknown, override="allow-drift")
    for kind, name in owner.managed_by.items():
        yield Blocked(reason=f"{kind} manages it ({name}): change it there", override="allow-drift")
    if isinstance(proposed.subject, Table):
        description = proposed.subject.description.value
        if description is None or description.table_status != "ACTIVE":
            status = "not described" if description is None else description.table_status
            yield Blocked(reason=f"the table is {status}, not ACTIVE")
    for shortcoming in trial.shortcomings(proposed):
        yield Blocked(reason=f"it would not close the finding: {shortcoming}")


def _ordered(drafts: Mapping[str, Proposed]) -> list[tuple[str, Proposed]]:
    """Return drafts so that each comes after what it depends on, else in the order of remediations and resources."""
    order: list[tuple[str, Proposed]] = []
    done: set[str] = set()

    def visit(key: str, path: tuple[str, ...]) -> None:
        if key in done or key in path or key not in drafts:
            return
        for needed in drafts[key].draft.depends_on:
            visit(needed, (*path, key))
        done.add(key)
        order.append((key, drafts[key]))

    for key in drafts:
        visit(key, ())
    return order
