"""Puts what a run changed into the outbox, for each target."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from dynasec.audit.report import Report
from dynasec.history.comparison import Judged
from dynasec.history.store import Witness
from dynasec.notify import as_events, as_security_hub, as_slack, as_sns, outbox
from dynasec.notify.message import Message
from dynasec.notify.news import news
from dynasec.settings import Notify


def queueing(report: Report, targets: Sequence[Notify]) -> Witness:
    """Return what puts the messages of a run in when the run is kept."""

    def put(connection: sqlite3.Connection, judged: Sequence[Judged]) -> None:
        for target in targets:
            outbox.put(connection, target, report.run_id, messages(report, judged, target))

    return put


def messages(report: Report, judged: Sequence[Judged], target: Notify) -> list[Message]:
    """Return what a target is told of a run; nothing where nothing that it asked for changed."""
    told = news(report, judged, target)
    match target.kind:
        case "sns":
            return as_sns.messages(told, target.limit)
        case "eventbridge":
            return as_events.messages(told, target.limit)
        case "webhook":
            return as_slack.messages(told, target.limit)
        case "security-hub":
            return as_security_hub.messages(report, told)
