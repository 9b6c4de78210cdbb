"""Tells somebody of grave GuardDuty findings.

## What it does
`PutRule` and `PutTargets` in the Region: the rule `dynasec-guardduty-findings` matches findings of severity 7 and above and leads to the
topic that `[remedy] alert_topic` names. Without one, a topic of the rule's name is made that admits this rule alone, and the mailbox
`alert_address` is subscribed to it. Rules and topics that exist are not touched: a topic that is configured must admit
`events.amazonaws.com` itself.

## Safety
Rules only listen. Nobody is told before the mailbox confirms its subscription: until then the control goes on failing.

## Undo
The rule goes with its target: exact. A topic that was made goes too, with its subscription.
"""

from collections.abc import Iterator
from typing import Final

from dynasec.check import Context
from dynasec.drafting.alerts import wired
from dynasec.model.region import Region
from dynasec.remediation import Proposal, Remediation, Risk, UndoClass

remediation = Remediation(
    subject=Region,
    title="Tell somebody of grave GuardDuty findings",
    controls=("guardduty-alert-wired",),
    risk=Risk.OBSERVE,
    undo=UndoClass.LIMITED,
)

_PATTERN: Final = {
    "source": ["aws.guardduty"],
    "detail-type": ["GuardDuty Finding"],
    "detail": {"severity": [{"numeric": [">=", 7]}]},
}


@remediation.each
def plan(region: Region, context: Context) -> Iterator[Proposal]:
    """Draft the rule and what it leads to."""
    yield from wired(region, context, "dynasec-guardduty-findings", _PATTERN)
