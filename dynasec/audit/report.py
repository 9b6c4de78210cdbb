"""The result of an audit: findings, scores and what could not be read."""

from __future__ import annotations

import difflib
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase

from dynasec.audit import suppression
from dynasec.audit.changes import Since, State
from dynasec.audit.engine import Engine
from dynasec.audit.finding import Finding
from dynasec.audit.framework import FrameworkResult, by_framework
from dynasec.audit.score import Counts, Tally, count, total
from dynasec.check import Context, Severity, Status
from dynasec.errors import Exit, UsageError
from dynasec.model.fact import DEADLINE_EXCEEDED
from dynasec.model.snapshot import Snapshot
from dynasec.plugins import BrokenPlugin
from dynasec.registry import Control, Registry
from dynasec.settings import Settings, Suppression


@dataclass(frozen=True, slots=True)
class GapCount:
    """One kind of gap: how often, and where."""

    operation: str
    code: str
    count: int
    regions: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """Everything a report format needs. `problems` are things an operator must look at that are no findings.

    `asked` are the globs on frameworks and their requirements by which the controls were chosen, if they were; `tables` those on tables.
    `since` is what changed, where a history is kept. `states`: with some, the findings are only those in these states, and all else is
    still that of the whole run.
    """

    run_id: str
    snapshot: Snapshot
    settings: Settings
    controls: tuple[Control, ...]
    findings: tuple[Finding, ...]
    broken: tuple[BrokenPlugin, ...] = ()
    problems: tuple[str, ...] = ()
    overall: Tally = field(default_factory=Tally)
    sections: Mapping[str, Tally] = field(default_factory=dict[str, Tally])
    by_control: Mapping[str, Tally] = field(default_factory=dict[str, Tally])
    frameworks: Mapping[str, FrameworkResult] = field(default_factory=dict[str, FrameworkResult])
    asked: tuple[str, ...] = ()
    since: Since | None = None
    states: tuple[State, ...] = ()
    missing: tuple[GapCount, ...] | None = None
    tables: tuple[str, ...] = ()

    @property
    def gaps(self) -> tuple[GapCount, ...]:
        """What could not be read, as the findings met it: each fact that is missing counts once."""
        if self.missing is not None:
            return self.missing
        seen: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
        for finding in self.findings:
            for gap in finding.gaps:
                seen[gap.operation, gap.code].add((gap.region or finding.region, finding.resource))
        return tuple(
            GapCount(operation, code, len(places), tuple(sorted({region for region, _ in places})))
            for (operation, code), places in sorted(seen.items())
        )

    def only(self, states: Collection[State]) -> Report:
        """Return the report with the findings in these states; scores and what could not be read stay those of the whole run.

        Without history there are no states, and nothing is left.
        """
        since = self.since or Since()
        return replace(
            self,
            findings=tuple(one for one in self.findings if since.of(one.fingerprint).state in states),
            states=tuple(state for state in State if state in states),
            missing=self.gaps,
        )

    @property
    def cut_short(self) -> bool:
        """Whether something is UNKNOWN because time ran out."""
        return any(gap.code == DEADLINE_EXCEEDED for gap in self.gaps)

    def exit_code(self, fail_on: Severity | None) -> Exit:
        """Return DEADLINE where time ran out, else FINDINGS for a failure at or above `fail_on` (None: never).

        Else INCOMPLETE when anything is unknown in the whole run, else OK.
        """
        if self.cut_short:
            return Exit.DEADLINE
        if fail_on is not None and any(
            finding.status is Status.FAIL
            and finding.suppressed is None
            and finding.severity.rank >= fail_on.rank
            for finding in self.findings
        ):
            return Exit.FINDINGS
        if self.broken or self.overall.unknown or any(one.status is Status.UNKNOWN for one in self.findings):
            return Exit.INCOMPLETE
        return Exit.OK


def audit(  # noqa: PLR0913 - what is judged, by what, and which part of it
    snapshot: Snapshot,
    registry: Registry,
    controls: Sequence[Control],
    settings: Settings,
    *,
    tables: tuple[str, ...] = (),
    frameworks: tuple[str, ...] = (),
    today: date | None = None,
) -> Report:
    """Judge a snapshot under the chosen controls. `tables` are globs on names or ARNs: with some, only these tables are judged.

    `frameworks` are the globs by which the controls were chosen: with some, results are told of these frameworks only.

    Raises:
        UsageError: a glob matches no table, and all tables are known.

    """
    _refuse_idle(tables, snapshot)
    engine = Engine(Context(snapshot, settings), tables)
    others = [control.id for control in registry.controls if control not in controls]
    outcome = suppression.apply(
        tuple(engine.run(controls)),
        [one for one in settings.suppress if not _concerns_only(others, controls, one)],
        today or snapshot.taken_at.date(),
    )
    counts = _counts(outcome.findings, controls, settings.classes.ladder)
    by_section: dict[str, list[Counts]] = {control.section: [] for control in controls}
    for control in controls:
        by_section[control.section].append(counts[control.id])
    unknown_ids = sorted(set(settings.severity) - {control.id for control in registry.controls})
    return Report(
        run_id=str(uuid.uuid4()),
        snapshot=snapshot,
        settings=settings,
        controls=tuple(controls),
        findings=outcome.findings,
        broken=registry.broken,
        problems=(
            *outcome.problems,
            *(f"severity is set for {control}, which does not exist" for control in unknown_ids),
        ),
        overall=total(counts.values()),
        sections={name: total(found) for name, found in by_section.items()},
        by_control={name: found.tally() for name, found in counts.items()},
        frameworks=by_framework(counts, controls, registry.controls, frameworks),
        asked=frameworks,
        tables=tables,
    )


def _counts(
    findings: Sequence[Finding], controls: Sequence[Control], ladder: tuple[str, ...]
) -> dict[str, Counts]:
    by_control: dict[str, list[Finding]] = {control.id: [] for control in controls}
    for finding in findings:
        by_control[finding.control].append(finding)
    return {name: count(found, ladder) for name, found in by_control.items()}


def _refuse_idle(tables: tuple[str, ...], snapshot: Snapshot) -> None:
    if any(region.tables.gap is not None for region in snapshot.regions):
        return  # the table may be among those that could not be listed
    known = list(snapshot.tables())
    for glob in tables:
        if not any(fnmatchcase(text, glob) for table in known for text in (table.name, table.arn)):
            msg = f"no table matches {glob!r}"
            close = difflib.get_close_matches(glob, [table.name for table in known], n=1, cutoff=0.4)
            raise UsageError(msg, hint=f"did you mean {close[0]}?" if close else "")


def _concerns_only(others: Sequence[str], chosen: Sequence[Control], one: Suppression) -> bool:
    """Whether a suppression is for controls that exist but were not chosen: then it is not idle."""
    return any(fnmatchcase(name, one.control) for name in others) and not any(
        fnmatchcase(control.id, one.control) for control in chosen
    )
