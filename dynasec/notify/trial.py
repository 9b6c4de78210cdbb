"""Messages that say nothing but that a target can be reached."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from dynasec.collect.caller import Scope
from dynasec.notify import as_events, as_slack
from dynasec.notify.message import Item, Waiting
from dynasec.notify.news import News
from dynasec.settings import Notify

_TEXT = "dynasec: a test; nothing was found"


def trial(target: Notify, scope: Scope | None) -> tuple[Waiting, tuple[Item, ...]]:
    """Return a message for a target. Security Hub needs to know account and Region, `scope`; its finding is archived from the beginning."""
    now, run = datetime.now(UTC), str(uuid4())
    match target.kind:
        case "sns":
            item: Item = {"Subject": _TEXT, "Message": f"{_TEXT}."}
        case "webhook":
            item = as_slack.item(_TEXT)
        case "eventbridge":
            account = "" if scope is None else scope.account
            item = as_events.entry(News(run, account, now, None, ()), "dynasec Test", {})
        case "security-hub":
            if scope is None:
                msg = "Security Hub is told of an account"
                raise ValueError(msg)
            item = _finding(scope, now)
    region = "" if scope is None else scope.regions[0]
    return Waiting(0, target.name, target.kind, region, run, 0, now, 0, "", run), (item,)


def _finding(scope: Scope, now: datetime) -> Item:
    region, when = scope.regions[0], now.isoformat().replace("+00:00", "Z")
    product = f"product/{scope.account}/default"
    return {
        "SchemaVersion": "2018-10-08",
        "Id": "dynasec/test",
        "ProductArn": f"arn:{scope.partition}:securityhub:{region}:{scope.account}:{product}",
        "GeneratorId": "dynasec/test",
        "AwsAccountId": scope.account,
        "CreatedAt": when,
        "UpdatedAt": when,
        "FindingProviderFields": {
            "Severity": {"Label": "INFORMATIONAL"},
            "Types": ["Software and Configuration Checks/AWS Security Best Practices"],
        },
        "Title": "dynasec: a test",
        "Description": f"{_TEXT}.",
        "Resources": [
            {
                "Type": "AwsAccount",
                "Id": f"AWS::::Account:{scope.account}",
                "Partition": scope.partition,
                "Region": region,
            }
        ],
        "Compliance": {"Status": "NOT_AVAILABLE"},
        "RecordState": "ARCHIVED",
    }
