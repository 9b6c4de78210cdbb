"""The base of everything that is kept of an AWS answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_pascal

JsonObject = Mapping[str, Any]


class Shape(BaseModel):
    """A frozen value. Fields AWS adds later are ignored; a required field that is missing is an error, never a default."""

    model_config = ConfigDict(frozen=True, extra="ignore", protected_namespaces=())


class AwsShape(Shape):
    """A value whose fields are named as AWS names them, in snake case: `VpcId` fills `vpc_id`.

    A field may have a default only where the service model or its documentation says that AWS leaves the member out.
    """

    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_pascal, populate_by_name=True, protected_namespaces=()
    )


class Resource(Shape):
    """Something with an ARN. `region` is empty for what belongs to no Region; tags are facts of the subclasses."""

    arn: str
    region: str = ""

    @property
    def label(self) -> str:
        """The short name for people."""
        return self.arn.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
