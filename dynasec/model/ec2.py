"""What all things of EC2's networking share: address ranges, tags, references to security groups."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any, cast

from pydantic import BeforeValidator, Field

from dynasec.model.shape import AwsShape, JsonObject

Cidr = IPv4Network | IPv6Network


def _as_mapping(tags: Any) -> Any:  # noqa: ANN401 - whatever AWS or a snapshot holds; the field's type judges it
    """Return EC2's list of pairs as a mapping."""
    return (
        {tag["Key"]: tag["Value"] for tag in cast("list[JsonObject]", tags)}
        if isinstance(tags, list)
        else tags
    )


Tags = Annotated[Mapping[str, str], BeforeValidator(_as_mapping), Field(default_factory=dict[str, str])]
"""EC2 gives tags with each thing, as a list of pairs; the list is left out where there are none."""


def label_of(resource_id: str, tags: Mapping[str, str]) -> str:
    """Return how the console shows a thing: its id, and its Name tag where it has one."""
    name = tags.get("Name", "")
    return f"{name} ({resource_id})" if name else resource_id


class SecurityGroupIdentifier(AwsShape):
    """A security group as something refers to it."""

    group_id: str
