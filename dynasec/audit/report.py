"""The result of an audit: findings, scores and what could not be read."""

from __future__ import annotations

import difflib
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase

from dynasec.audit import suppression
from dynasec.audit.engine import Engine
from dynasec.audit.finding import Finding
from dynasec.audit.score import Tally, tally
from dynasec.check import Context, Severity, Status
from dynasec.errors import Exit, UsageError
from dynasec.model.snapshot import Snapshot
from dynasec.registry import BrokenPlugin, Control, Registry
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
    """Everything a report format needs. `problems` are things an operator must look at that are no findings."""

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

    @property
    def gaps(self) -> tuple[GapCount, ...]:
        """What could not be read, as the findings met it: each fact that is missing counts once."""
        seen: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
        for finding in self.findings:
            for gap in finding.gaps:
                seen[gap.operation, gap.code].add((gap.region or finding.region, finding.resource))
        return tuple(
            GapCount(operation, code, len(places), tuple(sorted({region for region, _ in places})))
            for (operation, code), places in sorted(seen.items())
        )

    def exit_code(self, fail_on: Severity | None) -> Exit:
        """Return FINDINGS for a failure at or above `fail_on` (None: never), else INCOMPLETE when anything is unknown, else OK."""
        if fail_on is not None and any(
            finding.status is Status.FAIL
            and finding.suppressed is None
            and finding.severity.rank >= fail_on.rank
            for finding in self.findings
        ):
            return Exit.FINDINGS
        if self.broken or any(finding.status is Status.UNKNOWN for finding in self.findings):
            return Exit.INCOMPLETE
        return Exit.OK


def audit(
    snapshot: Snapshot,
    registry: Registry,
    controls: Sequence[Control],
    settings: Settings,
    *,
    tables: tuple[str, ...] = (),
    today: date | None = None,
) -> Report:
    """Judge a snapshot under the chosen controls. `tables` are globs on names or ARNs: with some, only these tables are judged.

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
    by_control: dict[str, list[Finding]] = {control.id: [] for control in controls}
    by_section: dict[str, list[Finding]] = {control.section: [] for control in controls}
    sections = {control.id: control.section for control in controls}
    for finding in outcome.findings:
        by_control[finding.control].append(finding)
        by_section[sections[finding.control]].append(finding)
    ladder = settings.classes.ladder
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
        overall=tally(outcome.findings, ladder),
        sections={name: tally(found, ladder) for name, found in by_section.items()},
        by_control={name: tally(found, ladder) for name, found in by_control.items()},
    )


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
