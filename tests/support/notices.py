"""Messages by hand and from small runs, for what notifies."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from dynasec.audit.finding import Finding
from dynasec.audit.report import Report
from dynasec.history import store
from dynasec.history.database import opened
from dynasec.notify import outbox
from dynasec.notify.message import Item, Waiting
from dynasec.notify.queue import queueing
from dynasec.settings import Notify
from tests.support.accounts import NOW, REGION, region, snapshot
from tests.support.findings import control, report

TOPIC = "arn:aws:sns:eu-west-1:123456789012:alerts"
BUS = "arn:aws:events:eu-west-1:123456789012:event-bus/security"


def sns(name: str = "mail", **members: Any) -> Notify:
    return Notify(name=name, kind="sns", **{"topic": TOPIC, **members})


def eventbridge(name: str = "bus", **members: Any) -> Notify:
    return Notify(name=name, kind="eventbridge", **{"bus": BUS, **members})


def webhook(name: str = "chat", **members: Any) -> Notify:
    return Notify(name=name, kind="webhook", **{"url_env": "CHAT_URL", **members})


def security_hub(name: str = "hub", **members: Any) -> Notify:
    return Notify(name=name, kind="security-hub", **members)


def run_of(day: int, *findings: Finding, regions: tuple[str, ...] = (REGION,), **members: Any) -> Report:
    """The report of a day."""
    when = NOW + timedelta(days=day)
    account = snapshot(*(region(name=one) for one in regions)).model_copy(
        update={"taken_at": when, "finished_at": when}
    )
    fields = {"controls": (control(),), "run_id": f"run-of-day-{day}", "snapshot": account, **members}
    return report(*findings, **fields)


def keep(path: Path, day: int, *findings: Finding, targets: tuple[Notify, ...], **members: Any) -> None:
    """Keep the run of a day, and queue what it tells these targets."""
    made = run_of(day, *findings, **members)
    with store.recording(path, made, (), queueing(made, targets)):
        pass


def queued(path: Path) -> list[tuple[Waiting, tuple[Item, ...]]]:
    """What waits in a store."""
    with opened(path) as connection:
        return [(one, outbox.items(connection, one)) for one in outbox.waiting(connection)]


def waiting(target: Notify, **members: Any) -> Waiting:
    """A message of a target, as the outbox knows it."""
    fields: dict[str, Any] = {
        "number": 1,
        "target": target.name,
        "kind": target.kind,
        "region": "",
        "run": "run-1",
        "findings": 1,
        "queued": NOW,
        "attempts": 0,
        "problem": "",
        "key": "key-1",
        **members,
    }
    return Waiting(**fields)
