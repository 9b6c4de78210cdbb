"""Tells somebody when a table is changed, deleted or opened to others.

## What it does
`PutRule` and `PutTargets` in the Region: the rule `dynasec-table-changes` matches the calls that change tables, backups and policies, as
CloudTrail logs them, and leads to the topic that `[remedy] alert_topic` names. Without one, a topic of the rule's name is made that
admits this rule alone, and the mailbox `alert_address` is subscribed to it. Rules and topics that exist are not touched: a topic that is
configured must admit `events.amazonaws.com` itself.

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
    title="Tell somebody of changes of tables",
    controls=("dynamodb-api-alert-wired",),
    risk=Risk.OBSERVE,
    undo=UndoClass.LIMITED,
)

_PATTERN: Final = {
    "source": ["aws.dynamodb"],
    "detail-type": ["AWS API Call via CloudTrail"],
    "detail": {"eventSource": ["dynamodb.amazonaws.com"]},
}


@remediation.each
def plan(region: Region, context: Context) -> Iterator[Proposal]:
    """Draft the rule and what it leads to."""
    yield from wired(region, context, "dynasec-table-changes", _PATTERN)
