"""When users and roles last used DynamoDB: one report each, which IAM is asked to build and then asked for.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateServiceLastAccessedDetails.html. Nothing of the account changes by it; the
report is kept for some hours under the id of its job.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from dynasec.collect.reader import RegionReader
from dynasec.model.fact import Fact, Gap
from dynasec.model.identity import LAST_ACCESS, LastAccess
from dynasec.model.shape import JsonObject

GENERATE: Final = "iam:GenerateServiceLastAccessedDetails"
PAUSES: Final = (0.5, 1.0, 1.5, *[2.0] * 30)
"""Seconds to wait between asking whether a report is ready; then it is given up."""

_SERVICES: Final = ("dynamodb", "dax")
_PAGE: Final = 1000
"""Services on a page at most, which is more than there are."""
_PAGES: Final = 10
_DONE: Final = "COMPLETED"
_UNDER_WAY: Final = "IN_PROGRESS"


async def last_access(reader: RegionReader, arn: str) -> Fact[LastAccess]:
    """Have the report on one user or role built, and read it; a job that fails or does not end is a gap."""
    job = await reader.value(GENERATE, lambda response: str(response["JobId"]), Arn=arn)
    if job.gap is not None:
        return Fact(gap=job.gap)
    first = await _report(reader, job.known())
    if first.gap is not None:
        return Fact(gap=first.gap)
    pages = [first.known()]
    while pages[-1].get("IsTruncated") and len(pages) < _PAGES:
        further = await reader.read(
            LAST_ACCESS, JobId=job.known(), MaxItems=_PAGE, Marker=pages[-1].get("Marker", "")
        )
        if further.gap is not None:
            return Fact(gap=further.gap)
        pages.append(further.known())
    if pages[-1].get("IsTruncated"):
        return Fact(gap=Gap(LAST_ACCESS, "TooLong", f"more than {_PAGES} pages for {arn}", reader.region))
    return Fact(pages).map(_parse, LAST_ACCESS)


async def _report(reader: RegionReader, job: str) -> Fact[JsonObject]:
    """Ask until the job has ended, and return the first page of its report."""
    for pause in (*PAUSES, None):
        answer = await reader.read(LAST_ACCESS, JobId=job, MaxItems=_PAGE)
        state = answer.map(lambda response: str(response["JobStatus"]), LAST_ACCESS)
        if state.gap is not None:
            return Fact(gap=state.gap)
        if state.known() == _DONE:
            return answer
        if state.known() != _UNDER_WAY:
            return Fact(gap=_failure(answer.known(), state.known(), reader.region))
        if pause is not None:
            await reader.pause(pause)
    return Fact(gap=Gap(LAST_ACCESS, "NotReady", f"no report after {sum(PAUSES):.0f} seconds", reader.region))


def _failure(response: JsonObject, state: str, region: str) -> Gap:
    error: Mapping[str, str] = response.get("Error") or {}
    message = error.get("Message", "the report could not be built")
    return Gap(LAST_ACCESS, error.get("Code", state), message, region)


def _parse(pages: list[JsonObject]) -> LastAccess:
    found: dict[str, datetime | None] = {}
    for page in pages:
        for service in page["ServicesLastAccessed"]:
            if service["ServiceNamespace"] in _SERVICES:
                found[service["ServiceNamespace"]] = service.get("LastAuthenticated")
    return LastAccess(as_of=pages[0]["JobCompletionDate"], services=found)
