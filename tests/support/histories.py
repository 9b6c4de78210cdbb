"""Runs of a small account, one after the other, for what works on history."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from dynasec.audit.changes import Since
from dynasec.audit.engine import UNLISTED
from dynasec.audit.finding import Finding, Suppressed
from dynasec.check import Status
from dynasec.history import store
from dynasec.model.fact import Gap
from tests.support.accounts import ACCOUNT, NOW, REGION, region, snapshot
from tests.support.findings import control, finding, report

_STATUS = {
    "P": Status.PASS,
    "F": Status.FAIL,
    "S": Status.FAIL,
    "U": Status.UNKNOWN,
    "N": Status.NOT_APPLICABLE,
}


def keep(path: Path, day: int, *findings: Finding, **options: Any) -> Since:
    """Keep the run of a day. Options: `controls` (ids), `regions`, `tables`, and members of the report."""
    names = options.pop("controls", None) or ("some-control",)
    regions = options.pop("regions", (REGION,))
    tables = options.pop("tables", ())
    when = NOW + timedelta(days=day)
    account = snapshot(*(region(name=one) for one in regions)).model_copy(
        update={"taken_at": when, "finished_at": when + timedelta(minutes=1)}
    )
    made = report(
        *findings,
        controls=tuple(control(name=name) for name in names),
        snapshot=account,
        run_id=options.pop("run_id", f"run-of-day-{day}"),
        **options,
    )
    with store.recording(path, made, tables) as since:
        return since


def seen(letter: str, label: str = "orders", **members: Any) -> Finding:
    """A finding by the letter of its status: P, F, U, N, or S for a failure that is suppressed."""
    if letter == "S":
        members["suppressed"] = Suppressed("why", "who", "2026-12-31")
    return finding(_STATUS[letter], label=label, **members)


def unlisted(name: str = "some-control", where: str = REGION) -> Finding:
    """What the engine says where not everything could be listed."""
    gap = Gap("dynamodb:ListTables", "AccessDeniedException", "not authorized", where)
    arn = f"arn:aws:dynamodb:{where}:{ACCOUNT}:*"
    return finding(Status.UNKNOWN, control=name, label=UNLISTED, resource=arn, region=where, gaps=(gap,))


def told(since: Since, *findings: Finding) -> list[str]:
    """The states of findings in what a run changed."""
    return [str(since.of(one.fingerprint).state or "-") for one in findings]
