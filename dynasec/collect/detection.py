"""GuardDuty's detector and the rules of the default event bus; what the rules target is read by `alert_targets`."""

from __future__ import annotations

import asyncio
import json
from typing import Final

from dynasec.collect.alert_targets import TargetRing
from dynasec.collect.keys import KeyRing
from dynasec.collect.reader import RegionReader
from dynasec.model.detection import (
    Administrator,
    Detection,
    Detector,
    DetectorDescription,
    OpenFinding,
    Rule,
    RuleTarget,
    SuppressionFilter,
)
from dynasec.model.fact import Fact, Gap, Listing, malformed
from dynasec.model.shape import JsonObject

_GET_DETECTOR = "guardduty:GetDetector"
_GET_ADMINISTRATOR = "guardduty:GetAdministratorAccount"
_GET_FILTER = "guardduty:GetFilter"
_LIST_FINDINGS = "guardduty:ListFindings"
_GET_FINDINGS = "guardduty:GetFindings"

_GRAVE: Final = {"severity": {"Gte": 7}, "service.archived": {"Eq": ["false"]}}
"""High and critical findings that nobody archived."""
_GRAVEST_FIRST: Final = {"AttributeName": "severity", "OrderBy": "DESC"}
_PAGE: Final = 50
"""Findings a page: the most that GuardDuty gives. The gravest page is enough to see whether somebody looks at them."""


async def collect(reader: RegionReader, keys: KeyRing) -> Detection:
    """Read the Region's detector, its rules, and each topic, function and queue that a rule targets once."""
    targets = TargetRing(reader, keys)

    async def detector(identifier: str) -> Detector:
        return await _detector(reader, identifier)

    async def rule(summary: JsonObject) -> Rule:
        return await _rule(reader, targets, summary)

    detectors, rules = await asyncio.gather(
        reader.each("guardduty:ListDetectors", "DetectorIds", detector),
        reader.each("events:ListRules", "Rules", rule),
    )
    topics, functions, queues = await targets.all()
    return Detection(
        detectors=Listing(tuple(sorted(detectors.items, key=lambda one: one.id)), detectors.gap),
        rules=Listing(tuple(sorted(rules.items, key=lambda one: one.name)), rules.gap),
        topics=topics,
        functions=functions,
        queues=queues,
    )


async def _detector(reader: RegionReader, identifier: str) -> Detector:
    description, administrator, filters, findings = await asyncio.gather(
        reader.read(_GET_DETECTOR, DetectorId=identifier),
        reader.read(_GET_ADMINISTRATOR, DetectorId=identifier),
        _filters(reader, identifier),
        _findings(reader, identifier),
    )
    return Detector(
        arn=reader.arn("guardduty", f"detector/{identifier}"),
        region=reader.region,
        id=identifier,
        description=description.map(DetectorDescription.model_validate, _GET_DETECTOR),
        administrator=administrator.map(_administrator, _GET_ADMINISTRATOR),
        filters=filters,
        findings=findings,
    )


async def _filters(reader: RegionReader, identifier: str) -> Listing[SuppressionFilter]:
    """Read a detector's filters. One that cannot be read makes the listing incomplete, for it may silence anything."""

    async def suppression(name: str) -> Fact[SuppressionFilter]:
        answer = await reader.read(_GET_FILTER, DetectorId=identifier, FilterName=name)
        return answer.map(_filter, _GET_FILTER)

    found = await reader.each("guardduty:ListFilters", "FilterNames", suppression, DetectorId=identifier)
    gaps = [gap for gap in (found.gap, *(one.gap for one in found.items)) if gap is not None]
    read = (one.known() for one in found.items if one.gap is None)
    return Listing(tuple(sorted(read, key=lambda one: one.name)), gaps[0] if gaps else None)


async def _findings(reader: RegionReader, identifier: str) -> Listing[OpenFinding]:
    """Read one page of grave findings; that there are more of them makes the listing incomplete."""
    page = await reader.read(
        _LIST_FINDINGS,
        DetectorId=identifier,
        FindingCriteria={"Criterion": _GRAVE},
        SortCriteria=_GRAVEST_FIRST,
        MaxResults=_PAGE,
    )
    listed = page.map(_ids, _LIST_FINDINGS)
    if listed.gap is not None or not listed.known():
        return Listing(gap=listed.gap)
    answer = await reader.read(_GET_FINDINGS, DetectorId=identifier, FindingIds=listed.known())
    found = answer.map(_open_findings, _GET_FINDINGS)
    if found.gap is not None:
        return Listing(gap=found.gap)
    if len(found.known()) < len(listed.known()):
        return Listing(
            found.known(), malformed(_GET_FINDINGS, "fewer findings than were listed", reader.region)
        )
    more = page.known().get("NextToken")
    message = f"more than {_PAGE} grave findings: the others were not read"
    return Listing(found.known(), Gap(_LIST_FINDINGS, "Truncated", message, reader.region) if more else None)


def _ids(response: JsonObject) -> list[str]:
    return [str(one) for one in response["FindingIds"]]


def _open_findings(response: JsonObject) -> tuple[OpenFinding, ...]:
    found = [OpenFinding.model_validate(one) for one in response["Findings"]]
    return tuple(sorted(found, key=lambda one: (-one.severity, one.id)))


def _administrator(response: JsonObject) -> Administrator | None:
    found = response.get("Administrator")  # left out, or empty, where the account administers itself
    return Administrator.model_validate(found) if found else None


def _filter(response: JsonObject) -> SuppressionFilter:
    criteria = json.dumps(response["FindingCriteria"], sort_keys=True)
    return SuppressionFilter(name=response["Name"], action=response["Action"], criteria=criteria)


async def _rule(reader: RegionReader, targets: TargetRing, summary: JsonObject) -> Rule:
    name, pattern = summary["Name"], summary.get("EventPattern")
    rule = Rule(
        arn=summary["Arn"],
        region=reader.region,
        name=name,
        state=summary["State"],
        event_pattern=pattern,
        managed_by=summary.get("ManagedBy"),
    )
    if pattern is None:  # it runs by the clock: no event reaches it, so nobody asks where it leads
        return rule
    found = await reader.items("events:ListTargetsByRule", "Targets", RuleTarget.model_validate, Rule=name)
    for target in found.items:
        targets.want(target.arn)
    ordered = tuple(sorted(found.items, key=lambda target: target.id))
    return rule.model_copy(update={"targets": Listing(ordered, found.gap)})
