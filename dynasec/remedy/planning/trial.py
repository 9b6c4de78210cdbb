"""Tries drafts on the account as it would be, to see which controls pass then, and which fail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dynasec.audit.engine import Engine
from dynasec.audit.finding import Finding
from dynasec.audit.report import Report
from dynasec.audit.score import tally
from dynasec.check import Context, Status
from dynasec.model.snapshot import Snapshot
from dynasec.remedy.planning.drafts import Proposed
from dynasec.remedy.planning.merged import MergedAccount


@dataclass(frozen=True)
class Trial:
    """An audit's report, and the drafts that could change it, by key."""

    report: Report
    drafts: Mapping[str, Proposed]

    def account_after(self, proposed: Proposed) -> Snapshot:
        """Return the account as it would be after a draft and all that it depends on.

        Raises:
            LookupError: the draft replaces what is not there.

        """
        needed = [self.drafts[key] for key in self._needed(proposed) if key in self.drafts]
        account = MergedAccount(self.report.snapshot)
        for one in (*needed, proposed):
            account.add(one.draft)
        return account.snapshot

    def account_after_all(self, chosen: Sequence[Proposed]) -> Snapshot:
        """Return the account as it would be after all drafts that can be tried."""
        merged = MergedAccount(self.report.snapshot)
        for proposed in chosen:
            try:
                merged.add(proposed.draft)
            except LookupError:  # one draft replaces a piece of what another replaces as a whole
                continue
        return merged.snapshot

    def shortcomings(self, proposed: Proposed) -> Iterable[str]:
        """Yield why a draft would not close its findings; nothing where it does, or where it cannot be tried."""
        if not (proposed.draft.replaces or proposed.draft.new_keys):
            return
        try:
            account = self.account_after(proposed)
        except LookupError as problem:
            yield f"cannot be tried: {problem}"
            return
        prints = {finding.fingerprint for finding in proposed.findings}
        names = {finding.control for finding in proposed.findings}
        controls = [control for control in self.report.controls if control.id in names]
        found = Engine(Context(account, self.report.settings)).run(controls)
        for finding in found:
            if finding.fingerprint in prints and finding.status is not Status.PASS:
                yield f"{finding.control} would still be {finding.status}: {finding.reason}"

    def outcome(self, chosen: Sequence[Proposed]) -> Outcome:
        """Return what an audit would say after all the chosen drafts that can be tried."""
        account = self.account_after_all(chosen)
        if account is self.report.snapshot:
            return Outcome(self.report.overall.score, ())
        findings = list(Engine(Context(account, self.report.settings)).run(self.report.controls))
        before = {finding.fingerprint: finding for finding in self.report.findings}
        suppressed = {one.fingerprint for one in self.report.findings if one.suppressed is not None}
        ladder = self.report.settings.classes.ladder
        judged = [finding for finding in findings if finding.fingerprint not in suppressed]
        return Outcome(tally(judged, ladder).score, tuple(_regressions(findings, before)), len(judged))

    def _needed(self, proposed: Proposed) -> list[str]:
        """Return the keys a draft depends on, directly or not, those first that others need."""
        order: list[str] = []

        def visit(keys: Sequence[str], path: tuple[str, ...]) -> None:
            for key in keys:
                if key in order or key in path or key not in self.drafts:
                    continue
                visit(self.drafts[key].draft.depends_on, (*path, key))
                order.append(key)

        visit(proposed.draft.depends_on, (proposed.key,))
        return order


@dataclass(frozen=True, slots=True)
class Outcome:
    """The score of the account as it would be, and what would turn from PASS to FAIL, in words."""

    score: float | None
    regressions: tuple[str, ...]
    judged: int = 0


def _regressions(findings: Sequence[Finding], before: Mapping[str, Finding]) -> Iterable[str]:
    for finding in findings:
        old = before.get(finding.fingerprint)
        if finding.status is Status.FAIL and (old is None or old.status is Status.PASS):
            yield f"{finding.control} on {finding.label}: {finding.reason}"
