"""What the remediations propose for the failures of an audit, each draft with who proposed it and what it is for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dynasec.audit.finding import Finding
from dynasec.audit.report import Report
from dynasec.check import Context, Status
from dynasec.guidance import first_way
from dynasec.model.fact import Unknown
from dynasec.model.shape import Resource
from dynasec.model.subjects import SUBJECTS, listings
from dynasec.remediation import Advice, Draft, Failure
from dynasec.remedies import Remedies, Remedy
from dynasec.remedy.plan import AdviceOf


@dataclass(frozen=True, slots=True)
class Proposed:
    """A draft, the remediation that made it, the resource it is about, and the findings it closes.

    `subject` is known where the resource is one that some control judges, or a key.
    """

    draft: Draft
    remedy: Remedy
    subject: Resource | None
    findings: tuple[Finding, ...]

    @property
    def key(self) -> str:
        """How other drafts refer to it."""
        return self.draft.key or f"{self.remedy.id}:{self.draft.resource}"


@dataclass(slots=True)
class Proposals:
    """All that is proposed: changes by key, advice, and remediations that could not be asked."""

    drafts: dict[str, Proposed] = field(default_factory=dict[str, Proposed])
    advice: list[AdviceOf] = field(default_factory=list[AdviceOf])
    problems: list[str] = field(default_factory=list[str])


def propose(report: Report, remedies: Remedies) -> Proposals:
    """Ask every remediation about what fails. Suppressed findings, and what is not FAIL, are shown to none."""
    open_findings = [
        one
        for one in report.findings
        if one.status is Status.FAIL and one.suppressed is None and not one.gaps
    ]
    by_resource: dict[str, list[Finding]] = defaultdict(list)
    for finding in open_findings:
        by_resource[finding.resource].append(finding)
    context = Context(report.snapshot, report.settings)
    proposals = Proposals(
        problems=[f"{one.module} could not be loaded: {one.error}" for one in remedies.broken]
    )
    answered: set[str] = set()
    resources = _resources(report)
    for remedy in remedies.remedies:
        failures = list(_failures(remedy, _subjects(report, remedy.remediation.subject), by_resource))
        if failures:
            answered.update(_ask(remedy, failures, context, resources, by_resource, proposals))
    pages = {control.id: control.page for control in report.controls}
    proposals.advice += _without(open_findings, remedies, answered, pages)
    return proposals


def _subjects(report: Report, kind: type[Resource]) -> dict[str, Resource]:
    return {
        subject.arn: subject for _, listing in listings(report.snapshot, kind) for subject in listing.items
    }


def _resources(report: Report) -> Mapping[str, Resource]:
    """Return all that can be the subject of a control, and the keys, by ARN: a change may be of another thing than what failed."""
    found: dict[str, Resource] = {key.arn: key for key in report.snapshot.keys}
    for kind in SUBJECTS:
        found |= _subjects(report, kind)
    return found


def _failures(
    remedy: Remedy, subjects: Mapping[str, Resource], by_resource: Mapping[str, Sequence[Finding]]
) -> Iterator[Failure[Any]]:
    for arn, subject in subjects.items():
        found = by_resource.get(arn, ())
        own = tuple(one.control for one in found if one.control in remedy.remediation.controls)
        if own:
            yield Failure(
                subject,
                own,
                tuple(one.control for one in found),
                {one.control: one.evidence for one in found if one.control in own},
            )


def _ask(
    remedy: Remedy,
    failures: Sequence[Failure[Any]],
    context: Context,
    resources: Mapping[str, Resource],
    by_resource: Mapping[str, Sequence[Finding]],
    proposals: Proposals,
) -> Iterator[str]:
    """Take up what a remediation proposes; yield the fingerprints that it has something to say about."""
    plan = remedy.remediation.plan
    if plan is None:  # the registry refuses such modules
        return
    try:
        proposed = list(plan(failures, context))
    except Unknown as missing:
        proposals.problems.append(f"{remedy.id} cannot be planned: {missing}")
        return
    except Exception as problem:  # noqa: BLE001 - one plug-in is isolated from the rest; what it would have changed stays as it is
        proposals.problems.append(f"{remedy.id} crashed: {type(problem).__name__}: {problem}")
        return
    for one in proposed:
        controls = one.controls or remedy.remediation.controls
        closes = (one.resource,) if isinstance(one, Advice) else _closed_by(one)
        found = tuple(
            finding for arn in closes for finding in by_resource.get(arn, ()) if finding.control in controls
        )
        yield from (finding.fingerprint for finding in found)
        if isinstance(one, Advice):
            control = found[0].control if found else controls[0]
            proposals.advice.append(
                AdviceOf(control=control, resource=one.resource, why=one.why, how=one.how)
            )
        else:
            _take(Proposed(one, remedy, resources.get(one.resource), found), proposals)


def _closed_by(draft: Draft) -> tuple[str, ...]:
    return () if draft.prepares else draft.closes or (draft.resource,)


def _take(proposed: Proposed, proposals: Proposals) -> None:
    """Add a draft; of two with one key, the same change for several subjects, make one that closes the findings of both."""
    known = proposals.drafts.get(proposed.key)
    if known is None:
        proposals.drafts[proposed.key] = proposed
        return
    if known.draft.calls != proposed.draft.calls:
        proposals.problems.append(f"two different changes are called {proposed.key}: the second is left out")
        return
    unique = {finding.fingerprint: finding for finding in (*known.findings, *proposed.findings)}
    proposals.drafts[proposed.key] = Proposed(
        known.draft, known.remedy, known.subject, tuple(unique.values())
    )


def _without(
    findings: Sequence[Finding], remedies: Remedies, answered: set[str], pages: Mapping[str, str]
) -> Iterator[AdviceOf]:
    """Yield what fails and no remediation mends: a person has to."""
    for finding in findings:
        if finding.fingerprint in answered:
            continue
        ids = remedies.of(finding.control)
        why = f"{', '.join(ids)} has no change for it" if ids else "no remediation: it takes a decision"
        more = f"see `dynasec controls explain {finding.control}`"
        first = first_way(pages.get(finding.control, ""))
        how = f"{first} ({more})" if first else more
        yield AdviceOf(control=finding.control, resource=finding.resource, why=why, how=how)
