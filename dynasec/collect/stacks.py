"""CloudFormation's stacks, each with what it holds and, where that is wanted, with a drift detection that is started now."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from dynasec.collect.drift import detect
from dynasec.collect.reader import RegionReader
from dynasec.model.fact import Fact, Gap, Listing
from dynasec.model.stack import DETECT, RESOURCES, Stack, StackResource

_READ_AT_ONCE: Final = 4
"""Stacks of a Region whose resources are listed at a time. CloudFormation publishes no rate, and an account may have 2,000 stacks."""
_DETECTED_AT_ONCE: Final = 5
"""Detections of a Region under way at the same time: each has CloudFormation read all of a stack's resources with the caller's rights."""


async def stacks(reader: RegionReader) -> Listing[Stack]:
    """Read the stacks of a Region that exist, nested ones too, in the order of their ids.

    Resources that could not be listed and a detection that failed are gaps of that stack alone.
    """
    reading, detecting = asyncio.Semaphore(_READ_AT_ONCE), asyncio.Semaphore(_DETECTED_AT_ONCE)

    async def follow(raw: Any) -> Stack:  # noqa: ANN401 - raw AWS JSON
        stack = Stack.model_validate(raw)
        async with reading:
            resources = await _resources(reader, stack.stack_id)
        stack = stack.model_copy(update={"resources": resources})
        if not stack.tables or not reader.wants(DETECT):
            return stack
        async with detecting:
            return stack.model_copy(update={"detection": await detect(reader, stack.stack_id)})

    found = await reader.each("cloudformation:DescribeStacks", "Stacks", follow)
    return Listing(tuple(sorted(found.items, key=lambda one: one.stack_id)), found.gap)


async def _resources(reader: RegionReader, stack: str) -> Fact[tuple[StackResource, ...]]:
    found = await reader.items(
        RESOURCES, "StackResourceSummaries", StackResource.model_validate, StackName=stack
    )
    if found.gap is not None:
        return Fact(()) if _is_gone(found.gap) else Fact(gap=found.gap)
    held = (one for one in found.items if one.is_held)
    return Fact(tuple(sorted(held, key=lambda one: one.logical_resource_id)))


def _is_gone(gap: Gap) -> bool:
    """Whether a stack was deleted since it was listed: then it holds nothing."""
    return gap.code == "ValidationError" and "does not exist" in gap.message
