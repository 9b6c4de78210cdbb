"""Delivers what waits in the outbox, after an audit or when asked to, and says what was not taken."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from dynasec.cli.live import clients_of
from dynasec.cli.options import Common
from dynasec.errors import DynasecError
from dynasec.notify.aws_targets import AwsTargets
from dynasec.notify.delivery import Delivered, flush
from dynasec.notify.message import Deliver
from dynasec.notify.permissions import ACTIONS
from dynasec.notify.webhook import Webhooks
from dynasec.settings import Settings

AUDIT_S: Final = 120.0
"""Seconds after which an audit begins no further message: what then waits goes out with the next one."""
_LOG = logging.getLogger(__name__)


def deliverers(common: Common) -> Mapping[str, Deliver]:
    """Return what sends messages, by kind of target: by the options' credentials, and to URLs of the environment."""
    aws = AwsTargets(lambda: clients_of(common))
    return {"webhook": Webhooks(os.environ).deliver, **dict.fromkeys(ACTIONS, aws.deliver)}


def deliver_after_audit(store: Path | None, settings: Settings, common: Common) -> None:
    """Deliver what waits. What goes wrong is told on stderr, stays in the outbox, and changes nothing of the audit."""
    if store is None or not settings.notify:
        return
    try:
        delivered = flush(store, settings.notify, deliverers(common), seconds=AUDIT_S)
    except DynasecError as problem:
        _LOG.error("notifications wait: %s", problem)
        return
    for line in failures(delivered):
        _LOG.error("%s", line)
    if delivered.taken:
        _LOG.info("%d notifications delivered", len(delivered.taken))


def failures(delivered: Delivered) -> Iterator[str]:
    """Yield a line for each target and reason, in the order in which they occurred."""
    counts = Counter((message.target, reason) for message, reason in delivered.failed)
    for (target, reason), count in counts.items():
        yield f"notify {target}: {count} message{' waits' if count == 1 else 's wait'}: {reason}"
