"""Who manages a resource: a change by hand would be undone, or drift, where a stack or a Terraform state owns it.

A stack is known by the resources that it lists, and by the tags that it leaves. Tags alone would not do: tables and customer managed
policies never carry them. Of what belongs to no Region, a stack in a Region that was not read is not seen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from dynasec.arn import Arn
from dynasec.errors import DynasecError
from dynasec.model.fact import Fact, Unknown
from dynasec.model.identity import Policy
from dynasec.model.shape import Resource
from dynasec.model.snapshot import Snapshot
from dynasec.model.stack import RESOURCES

READS: Final = frozenset({"cloudformation:DescribeStacks", RESOURCES})
"""What tells which stack owns a resource."""
_STACK: Final = "aws:cloudformation:stack-name"
_STACK_ID: Final = "aws:cloudformation:stack-id"


@dataclass(frozen=True, slots=True)
class Owner:
    """What manages a resource, as the plan's `managed_by`; empty for nobody. `unknown` says why it cannot be told."""

    managed_by: Mapping[str, str]
    unknown: str = ""

    def __bool__(self) -> bool:
        """Whether somebody manages it, or may."""
        return bool(self.managed_by or self.unknown)


@dataclass(frozen=True)
class Ownership:
    """Knows CloudFormation's stacks and the resources of Terraform states: ARN or id to address."""

    terraform: Mapping[str, str]

    def of(self, resource: Resource, snapshot: Snapshot) -> Owner:
        """Return who manages a resource of an account."""
        for name in _names(resource):
            if name and name in self.terraform:
                return Owner({"terraform": self.terraform[name]})
        return _tagged(resource) or _listed(resource, snapshot)


def _tagged(resource: Resource) -> Owner:
    tags: Any = getattr(resource, "tags", {})
    if isinstance(tags, Fact):
        fact = cast("Fact[Mapping[str, str]]", tags)
        if fact.gap is not None:
            return Owner({}, f"its tags could not be read ({fact.gap}): a stack may own it")
        tags = fact.value or {}
    stack = tags.get(_STACK) or tags.get(_STACK_ID)
    return Owner({"cloudformation": str(stack)} if stack else {})


def _listed(resource: Resource, snapshot: Snapshot) -> Owner:
    service = Arn.parse(resource.arn).service
    names = tuple(_names_in_stacks(resource))
    known = {region.region for region in snapshot.regions}
    hidden = (
        f"{resource.region} was not read: a stack there may own it"
        if resource.region not in {"", *known}
        else ""
    )
    for region in snapshot.regions:
        if resource.region not in {"", region.region}:
            continue
        try:
            stack = region.recording.stack_of(service, *names)
        except Unknown as missing:
            hidden = (
                f"the stacks of {region.region} could not be read ({missing.gaps[0]}): one of them may own it"
            )
        else:
            if stack is not None:
                return Owner({"cloudformation": stack.stack_name})
    return Owner({}, hidden)


def _names_in_stacks(resource: Resource) -> Iterator[str]:
    """Yield what may be a resource's physical id; an inline policy is part of its owner."""
    for arn in (resource.arn, resource.owner if isinstance(resource, Policy) and resource.owner else ""):
        if arn:
            yield arn
            yield re.split("[:/]", arn)[-1]


def _names(resource: Resource) -> Iterator[str]:
    """Yield by what a Terraform state may know a resource: an inline policy has an id of two names, and may be part of its owner."""
    yield resource.arn
    yield resource.arn.rpartition("/")[2]
    if isinstance(resource, Policy) and resource.owner:
        yield f"{resource.owner.rpartition('/')[2]}:{resource.name}"
        yield resource.owner


def terraform_resources(path: Path) -> dict[str, str]:
    """Read a Terraform state (version 4) and return the addresses of its managed resources by ARN and by id.

    Raises:
        DynasecError: it cannot be read, or is no state.

    """
    try:
        state: Any = json.loads(path.read_bytes())
    except OSError as problem:
        msg = f"cannot read {path}: {problem.strerror or problem}"
        raise DynasecError(msg) from problem
    except (UnicodeDecodeError, ValueError, RecursionError) as problem:
        msg = f"{path} is not a Terraform state: it is not JSON"
        raise DynasecError(msg) from problem
    if not isinstance(state, dict) or cast("dict[str, Any]", state).get("version") != 4:  # noqa: PLR2004 - the one version there is since 0.12
        msg = f"{path} is not a Terraform state of version 4"
        raise DynasecError(msg, hint="give the file that `terraform state pull` prints")
    return dict(_addresses(cast("dict[str, Any]", state)))


def _addresses(state: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for resource in state.get("resources") or ():
        if resource.get("mode") != "managed":
            continue
        address = ".".join(filter(None, (resource.get("module"), resource.get("type"), resource.get("name"))))
        for instance in resource.get("instances") or ():
            attributes: Mapping[str, Any] = instance.get("attributes") or {}
            key = instance.get("index_key")
            full = address if key is None else f"{address}[{json.dumps(key)}]"
            for name in ("arn", "id"):
                if isinstance(attributes.get(name), str):
                    yield attributes[name], full
