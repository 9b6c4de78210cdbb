"""What it takes to tell the targets of a configuration: the statements that an audit's policy then needs besides reading.

Resource types as in https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from dynasec.settings import Notify

ACTIONS: Final = {
    "sns": "sns:Publish",
    "eventbridge": "events:PutEvents",
    "security-hub": "securityhub:BatchImportFindings",
}
"""What is needed, by kind of target; a webhook needs nothing of AWS."""
_SIDS: Final = {
    "sns": "DynasecNotifyTopics",
    "eventbridge": "DynasecNotifyBuses",
    "security-hub": "DynasecNotifySecurityHub",
}
_OWN_PRODUCT: Final = "arn:*:securityhub:*:*:product/*/default"
"""The product in whose name an account imports findings of its own, in the Region of each."""


def statements(targets: Iterable[Notify]) -> list[dict[str, Any]]:
    """Return a statement of an identity policy for each kind of target in use, on just these topics and buses."""
    resources: dict[str, set[str]] = {}
    for target in targets:
        if target.kind in ACTIONS:
            resources.setdefault(target.kind, set()).add(target.topic or target.bus or _OWN_PRODUCT)
    return [
        {
            "Sid": _SIDS[kind],
            "Effect": "Allow",
            "Action": [action],
            "Resource": sorted(resources[kind]),
        }
        for kind, action in ACTIONS.items()
        if kind in resources
    ]
