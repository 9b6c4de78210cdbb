"""Findings as Security Hub imports them, 100 a call, each into its own Region.

https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html. FIXED is PASSED; only what is GONE is archived.
Severity and types are given as the provider's, so that they can be renewed; what people do to a finding in Security Hub stays.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any, Final

from dynasec.audit.changes import State
from dynasec.audit.finding import Finding
from dynasec.audit.report import Report
from dynasec.check import Status
from dynasec.notify.message import Item, Message
from dynasec.notify.news import News, Notice
from dynasec.report.as_asff import as_finding

_BATCH: Final = 100


def messages(report: Report, news: News) -> list[Message]:
    """Return all findings that are told, by Region."""
    by_region: defaultdict[str, list[Item]] = defaultdict(list)
    for one in news.notices:
        item = _item(report, one)
        by_region[item["Resources"][0]["Region"]].append(item)
    return [
        Message(tuple(items[at : at + _BATCH]), len(items[at : at + _BATCH]), region)
        for region, items in sorted(by_region.items())
        for at in range(0, len(items), _BATCH)
    ]


def _item(report: Report, one: Notice) -> Item:
    judged = one.finding is not None and one.finding.status is not Status.NOT_APPLICABLE
    finding = one.finding if one.finding is not None and judged else _unjudged(report, one)
    item: dict[str, Any] = as_finding(report, finding, one.control)
    item["CreatedAt"] = one.first_seen.isoformat().replace("+00:00", "Z")
    item["FindingProviderFields"] = {"Severity": item.pop("Severity"), "Types": item.pop("Types")}
    if one.state is State.GONE:
        item["Compliance"]["Status"] = "NOT_AVAILABLE"
        item["RecordState"] = "ARCHIVED"
    return item


def _unjudged(report: Report, one: Notice) -> Finding:
    """Return a finding in place of one that a report does not have, or that does not apply any more."""
    if one.finding is not None:
        return replace(one.finding, status=Status.UNKNOWN)
    what = "is not there any more" if one.state is State.GONE else "could not be listed"
    return Finding(
        fingerprint=one.fingerprint,
        control=one.control.id,
        status=Status.UNKNOWN,
        severity=one.severity,
        account=report.snapshot.account.id,
        region=one.region,
        resource=one.resource,
        resource_type=getattr(one.control.check.subject, "aws_type", "Other"),
        label=one.label,
        data_class=None,
        reason=f"{what}; it was: {one.reason}",
        evidence={},
    )
