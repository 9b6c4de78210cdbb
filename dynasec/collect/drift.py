"""The drift of a stack: CloudFormation is asked to compare the stack with what exists, and then for what it found.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DetectStackDrift.html. Nothing of the account changes by it but what
CloudFormation remembers as the latest result. It takes up to several minutes, and one detection of a stack runs at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dynasec.collect.reader import RegionReader
from dynasec.model.fact import Fact, Gap, Listing
from dynasec.model.shape import JsonObject
from dynasec.model.stack import DETECT, DRIFTS, DriftDetection, ResourceDrift

STATUS: Final = "cloudformation:DescribeStackDriftDetectionStatus"
PAUSES: Final = (2.0, 3.0, 5.0, *[10.0] * 59)
"""Seconds to wait between asking how a stack's detection is getting on: ten minutes in all, then it is given up."""

_PATIENCE: Final = f"{sum(PAUSES) / 60:.0f} minutes"
_COMPLETE: Final = "DETECTION_COMPLETE"
_UNDER_WAY: Final = "DETECTION_IN_PROGRESS"


async def detect(reader: RegionReader, stack: str) -> Fact[DriftDetection]:
    """Have the drift of one stack detected, by its id, and read what was found.

    A detection that is refused, fails or does not end is a gap: what was known before is never taken for the answer.
    """
    pauses = iter(PAUSES)
    begun = await _begun(reader, stack, pauses)
    if begun.gap is not None:
        return Fact(gap=begun.gap)
    ended = await _ended(reader, begun.known(), pauses)
    if ended.gap is not None:
        return Fact(gap=ended.gap)
    found = await reader.items(DRIFTS, "StackResourceDrifts", ResourceDrift.model_validate, StackName=stack)
    ordered = Listing(tuple(sorted(found.items, key=lambda one: one.logical_resource_id)), found.gap)
    return ended.map(lambda response: _parse(response, ordered), STATUS)


async def _begun(reader: RegionReader, stack: str, pauses: Iterator[float]) -> Fact[str]:
    """Start a detection and return its id. Where another one is under way, whose id only its starter knows, wait for its end first."""
    while True:
        begun = await reader.value(
            DETECT, lambda response: str(response["StackDriftDetectionId"]), StackName=stack
        )
        if begun.gap is None or not _is_under_way(begun.gap):
            return begun
        pause = next(pauses, None)
        if pause is None:
            return Fact(
                gap=Gap(DETECT, "NotReady", f"another detection did not end in {_PATIENCE}", reader.region)
            )
        await reader.pause(pause)


async def _ended(reader: RegionReader, detection: str, pauses: Iterator[float]) -> Fact[JsonObject]:
    """Ask until the detection has ended, and return its end."""
    while True:
        answer = await reader.read(STATUS, StackDriftDetectionId=detection)
        state = answer.map(lambda response: str(response["DetectionStatus"]), STATUS)
        if state.gap is not None:
            return Fact(gap=state.gap)
        if state.known() == _COMPLETE:
            return answer
        if state.known() != _UNDER_WAY:
            reason = str(answer.known().get("DetectionStatusReason") or "no reason is given")
            return Fact(gap=Gap(STATUS, state.known(), reason, reader.region))
        pause = next(pauses, None)
        if pause is None:
            return Fact(
                gap=Gap(STATUS, "NotReady", f"the detection did not end in {_PATIENCE}", reader.region)
            )
        await reader.pause(pause)


def _is_under_way(gap: Gap) -> bool:
    """Whether a detection was refused because one is running; CloudFormation has no error code of its own for that."""
    return gap.code == "ValidationError" and "already in progress" in gap.message


def _parse(response: JsonObject, resources: Listing[ResourceDrift]) -> DriftDetection:
    return DriftDetection(
        status=response["StackDriftStatus"], started=response["Timestamp"], resources=resources
    )
