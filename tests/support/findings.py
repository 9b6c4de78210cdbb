"""Builds controls and findings by hand, for what works on any of them: the engine, scores, reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dynasec.audit.finding import Finding, fingerprint
from dynasec.audit.framework import by_framework
from dynasec.audit.report import Report, audit
from dynasec.audit.score import count, tally
from dynasec.check import Check, Severity, Status, Verdict
from dynasec.model.table import Table
from dynasec.registry import Control, Registry
from dynasec.settings import Settings
from tests.support.accounts import ACCOUNT, REGION, snapshot

RUN = "0d9a5a0e-6c3f-4f1e-9a57-2b8f3f1c6f10"
"""The id of every report made here."""


def control(
    evaluate: Callable[..., Any] | None = None,
    *,
    name: str = "some-control",
    section: str = "access",
    **members: Any,
) -> Control:
    """A control that judges by `evaluate`: by default everything is good."""
    fields = {"subject": Table, "title": "Something is good", "severity": Severity.MEDIUM, **members}
    judge = evaluate or (lambda *_: Verdict.passed("good"))
    return Control(name, section, "tests", "", Check(evaluate=judge, **fields))


def finding(status: Status = Status.FAIL, **members: Any) -> Finding:
    """A finding on the table `orders`."""
    name, resource = members.get("control", "some-control"), members.pop("resource", None)
    arn = resource or f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{members.get('label', 'orders')}"
    fields: dict[str, Any] = {
        "fingerprint": fingerprint(name, ACCOUNT, REGION, arn),
        "control": name,
        "status": status,
        "severity": Severity.MEDIUM,
        "account": ACCOUNT,
        "region": REGION,
        "resource": arn,
        "resource_type": Table.aws_type,
        "label": "orders",
        "data_class": None,
        "reason": "for a reason",
        "evidence": {},
        **members,
    }
    return Finding(**fields)


def report(*findings: Finding, controls: tuple[Control, ...] | None = None, **members: Any) -> Report:
    """A report of these findings; `controls` are made to fit unless given."""
    names = dict.fromkeys(one.control for one in findings)
    chosen = tuple(control(name=name) for name in names) if controls is None else controls
    ladder = Settings().classes.ladder
    sections = {
        one.section: [
            found for found in findings if found.control in {c.id for c in chosen if c.section == one.section}
        ]
        for one in chosen
    }
    fields: dict[str, Any] = {
        "run_id": RUN,
        "snapshot": snapshot(),
        "settings": Settings(),
        "controls": chosen,
        "findings": findings,
        "overall": tally(findings, ladder),
        "sections": {name: tally(found, ladder) for name, found in sections.items()},
        "by_control": {
            one.id: tally([found for found in findings if found.control == one.id], ladder) for one in chosen
        },
        "frameworks": by_framework(
            {
                one.id: count([found for found in findings if found.control == one.id], ladder)
                for one in chosen
            },
            chosen,
            chosen,
            members.get("asked", ()),
        ),
        **members,
    }
    return Report(**fields)


def audited(account: Any, *controls: Control, settings: Settings | None = None, **options: Any) -> Report:
    """What an audit of an account under these controls gives."""
    return audit(account, Registry(controls), controls, settings or Settings(), **options)
