"""Samples of the GuardDuty findings that somebody must hear of: those of high and critical severity about credentials that reach tables.

High is 7.0 to 8.9, critical 9.0 to 10.0, https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html. Attack sequences
are critical, and found without any further protection plan: a rule made before they existed may well stop at 8.9.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from dynasec.semantics.sample_events import FINDING_SEVERITIES, guardduty_finding

ATTACK_SEQUENCE: Final = "AttackSequence:IAM/CompromisedCredentials"

_HIGH: Final = 7.0
_CRITICAL: Final = 9.0


def grave_findings(*, account: str, region: str) -> Iterator[dict[str, Any]]:
    """Yield one event of each type, as the default event bus of this account and Region would see it."""
    for kind, severity in FINDING_SEVERITIES.items():
        if severity >= _HIGH:
            yield guardduty_finding(kind, account=account, region=region)
    event = guardduty_finding(ATTACK_SEQUENCE, severity=_CRITICAL, account=account, region=region)
    event["detail"]["resource"] = {"resourceType": "AttackSequence"}
    yield event
