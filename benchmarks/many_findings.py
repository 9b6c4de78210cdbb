"""A generated report of very many findings: every control of the packs on every table of an account."""

import hashlib
from collections.abc import Iterator
from typing import Any

from matrix import ACCOUNT, REGION, account, table_arn

from dynasec.access import READS
from dynasec.audit.finding import Finding, Suppressed, fingerprint
from dynasec.audit.framework import by_framework
from dynasec.audit.report import Report
from dynasec.audit.score import count, total
from dynasec.check import Severity, Status
from dynasec.model.fact import Gap
from dynasec.registry import Control, load
from dynasec.settings import Settings

_GAP = Gap("dynamodb:DescribeContinuousBackups", "AccessDeniedException", "not authorized", REGION)
_CLASSES = ("public", "internal", "confidential", "restricted", None)
_ACCEPTED = Suppressed("the table is rebuilt every night", "data platform", "2026-03-31")
_PASS, _FAIL, _UNKNOWN = 140, 190, 196
"""Of 256: so many pass, so many more fail or are unknown; the rest is not applicable."""
_SHARES = 3
"""Of three controls one gives the same evidence everywhere, the others some of the table's own."""


def many_findings(tables: int, principals: int = 200) -> Report:
    """Return the report of an account of so many tables and roles."""
    controls = load().controls
    snapshot = account(principals, tables).model_copy(update={"reads": tuple(sorted(READS))})
    findings = tuple(_finding(control, number, tables) for control in controls for number in range(tables))
    ladder = Settings().classes.ladder
    counts = {
        control.id: count(findings[place * tables : (place + 1) * tables], ladder)
        for place, control in enumerate(controls)
    }
    sections = {control.section: None for control in controls}
    return Report(
        run_id="00000000-0000-0000-0000-000000000000",
        snapshot=snapshot,
        settings=Settings(),
        controls=controls,
        findings=findings,
        overall=total(counts.values()),
        sections={
            name: total(counts[one.id] for one in controls if one.section == name) for name in sections
        },
        by_control={name: found.tally() for name, found in counts.items()},
        frameworks=by_framework(counts, controls, controls),
    )


def _finding(control: Control, number: int, tables: int) -> Finding:
    arn = table_arn(number)
    noise = hashlib.sha256(f"{control.id}{number}".encode()).digest()
    status = (
        Status.PASS if noise[0] < _PASS
        else Status.FAIL if noise[0] < _FAIL
        else Status.UNKNOWN if noise[0] < _UNKNOWN
        else Status.NOT_APPLICABLE
    )  # fmt: skip
    own = len(control.id) % _SHARES
    return Finding(
        fingerprint=fingerprint(control.id, ACCOUNT, REGION, arn),
        control=control.id,
        status=status,
        severity=list(Severity)[noise[1] % len(Severity)],
        account=ACCOUNT,
        region=REGION,
        resource=arn,
        resource_type="AWS::DynamoDB::Table",
        label=arn.rpartition("/")[2],
        data_class=_CLASSES[number % len(_CLASSES)],
        reason=_reason(status, control, noise, own),
        evidence=dict(_evidence(arn, noise, number, own)),
        gaps=(_GAP,) if status is Status.UNKNOWN else (),
        suppressed=_ACCEPTED if status is Status.FAIL and number == tables - 1 else None,
    )


def _reason(status: Status, control: Control, noise: bytes, own: int) -> str:
    told = {
        Status.PASS: f"{control.check.title.lower()}, as observed",
        Status.FAIL: "is not as it should be",
        Status.UNKNOWN: f"cannot be told: {_GAP}",
        Status.NOT_APPLICABLE: "data of class internal is below confidential",
    }[status]
    return told if own == 0 else f"{told}: {noise[2]} principals, among them role app-{noise[3]:04}"


def _evidence(arn: str, noise: bytes, number: int, own: int) -> Iterator[tuple[str, Any]]:
    """Yield what a third of the findings share, what a third have of their own, and keys that no compression shrinks."""
    yield "status", "ENABLED"
    if own:
        yield "roles", [f"arn:aws:iam::{ACCOUNT}:role/app-{one:04}" for one in noise[4 : 4 + own * 2]]
    if own > 1 and number % 4 == 0:
        yield "key", f"{arn}/{noise[8:16].hex()}"
