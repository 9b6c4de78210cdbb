"""Runs checks on a snapshot. A crashing check is UNKNOWN for that subject, with the exception as evidence; the others go on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import cast

from dynasec.audit.finding import Finding, fingerprint
from dynasec.check import Context, Severity, Status, Verdict
from dynasec.model.fact import Gap, Unknown
from dynasec.model.shape import Resource
from dynasec.model.subjects import listings
from dynasec.model.table import Table
from dynasec.registry import Control

GLOBAL = "global"
CRASHED = "CheckCrashed"
UNLISTED = "(not listed)"
"""The label of a finding about what could not even be listed."""


@dataclass(frozen=True)
class Engine:
    """Evaluates controls against one context. `tables` are globs: with some, only tables that match are judged."""

    context: Context
    tables: tuple[str, ...] = ()

    def run(self, controls: Sequence[Control]) -> Iterator[Finding]:
        """Yield one finding per control and subject, in the order of controls, Regions and resources."""
        for control in controls:
            for region, listing in listings(self.context.snapshot, control.check.subject):
                for subject in listing.items:
                    if self._selected(subject):
                        yield self._finding(control, subject, self._verdict(control, subject))
                if listing.gap is not None and not self._beside_the_point(control, region):
                    yield self._unlisted(control, region, listing.gap)

    def _selected(self, subject: Resource) -> bool:
        if not self.tables or not isinstance(subject, Table):
            return True
        return any(fnmatchcase(text, glob) for glob in self.tables for text in (subject.name, subject.arn))

    def _verdict(self, control: Control, subject: Resource) -> Verdict:
        if self._beside_the_point(control, subject.region):
            return Verdict.not_applicable("no table in this Region")
        evaluate = control.check.evaluate
        if evaluate is None:  # the registry refuses such modules
            return Verdict.unknown(Gap(control.id, CRASHED, "the check has no evaluator"))
        try:
            return _well_formed(evaluate(subject, self.context))
        except Unknown as missing:
            return Verdict.unknown(*missing.gaps)
        except KeyboardInterrupt:
            raise
        except BaseException as problem:  # noqa: BLE001 - one plug-in is isolated from the rest, SystemExit too; its subject is UNKNOWN
            what = f"{type(problem).__name__}: {problem}"
            return Verdict.unknown(
                Gap(control.id, CRASHED, what), reason=f"the check crashed: {what}", exception=what
            )

    def _beside_the_point(self, control: Control, region: str) -> bool:
        """Whether a control has nothing to say because the Region is known to hold no table."""
        return control.check.is_regional and region in self._empty

    @cached_property
    def _empty(self) -> frozenset[str]:
        return frozenset(region.region for region in self.context.snapshot.regions if region.is_empty)

    def _finding(self, control: Control, subject: Resource, verdict: Verdict) -> Finding:
        account, region = self.context.snapshot.account.id, subject.region or GLOBAL
        data_class, sensitive = self._class_of(subject)
        kind = cast("str", getattr(type(subject), "aws_type", "Other"))
        return Finding(
            fingerprint=fingerprint(control.id, account, region, subject.arn),
            control=control.id,
            status=verdict.status,
            severity=self._severity(control, sensitive=sensitive),
            account=account,
            region=region,
            resource=subject.arn,
            resource_type=kind,
            label=subject.label,
            data_class=data_class,
            reason=verdict.reason,
            evidence=verdict.evidence,
            gaps=verdict.gaps,
        )

    def _severity(self, control: Control, *, sensitive: bool) -> Severity:
        configured = self.context.settings.severity.get(control.id)
        if configured is not None:
            return Severity(configured)
        own = control.check.severity
        return own.raised() if sensitive and control.check.raised_when_sensitive else own

    def _class_of(self, subject: Resource) -> tuple[str | None, bool]:
        """Return the data class of a table and whether it is sensitive: unknown data is sensitive data."""
        if not isinstance(subject, Table):
            return None, False
        try:
            return self.context.classifier.data_class(subject), self.context.is_sensitive(subject)
        except Unknown:
            return None, True

    def _unlisted(self, control: Control, region: str, gap: Gap) -> Finding:
        """Say that some subjects could not even be listed, so that nothing is taken for complete that is not."""
        account = self.context.snapshot.account
        kind = cast("str", getattr(control.check.subject, "aws_type", "Other"))
        arn = f"arn:{account.partition}:{gap.operation.partition(':')[0]}:{region}:{account.id}:*"
        return Finding(
            fingerprint=fingerprint(control.id, account.id, region or GLOBAL, arn),
            control=control.id,
            status=Status.UNKNOWN,
            severity=self._severity(control, sensitive=False),
            account=account.id,
            region=region or GLOBAL,
            resource=arn,
            resource_type=kind,
            label=UNLISTED,
            data_class=None,
            reason=f"not everything could be listed: {gap}",
            evidence={},
            gaps=(gap,),
        )


def _well_formed(verdict: object) -> Verdict:
    """Return a verdict that every report can write.

    Raises:
        TypeError: the check gave something else.
        ValueError: its evidence holds what is not JSON.

    """
    if not isinstance(verdict, Verdict):
        msg = f"the evaluator returned {type(verdict).__name__}, not a Verdict"
        raise TypeError(msg)
    json.dumps(dict(verdict.evidence), allow_nan=False)
    return verdict
