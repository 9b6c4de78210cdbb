"""What a call declares: a resource as infrastructure code would write it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dynasec.change import Json


@dataclass(frozen=True, slots=True)
class Form:
    """What to declare. `name` tells resources of a type apart; `exists`: the resource is there, only these properties are to be set.

    `cloudformation` are properties; `terraform` arguments, of `terraform_type`.
    """

    cloudformation_type: str
    terraform_type: str
    name: Any
    cloudformation: Mapping[str, Any] = field(default_factory=dict[str, Any])
    terraform: Mapping[str, Any] = field(default_factory=dict[str, Any])
    exists: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A text that is a JSON document, such as a policy."""

    text: Any


@dataclass(frozen=True, slots=True)
class Map:
    """A map, which in Terraform is an argument and not a block."""

    members: Mapping[str, Any]


def under(value: Json, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the members that have a new name, under it."""
    return {names[name]: one for name, one in value.items() if name in names}
