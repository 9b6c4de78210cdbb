"""JSON bodies: a value in boto3's response shape as what the wire carries."""

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape


def body(shape: StructureShape | None, value: Mapping[str, Any]) -> bytes:
    """Encode an output, leaving out the members that travel outside the body.

    Raises:
        KeyError: the value has a member that the shape has not.

    """
    return json.dumps(wire_value(shape, value) if shape else {}, separators=(",", ":")).encode()


def wire_value(shape: Shape, value: Any) -> object:  # noqa: ANN401 - whatever a service model can describe
    """Rename members, and put timestamps and blobs into their wire form."""
    if isinstance(shape, StructureShape):
        members = shape.members
        return {
            members[name].serialization.get("name", name): wire_value(members[name], item)
            for name, item in value.items()
            if "location" not in members[name].serialization
        }
    if isinstance(shape, ListShape):
        return [wire_value(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        return {key: wire_value(shape.value, item) for key, item in value.items()}
    if isinstance(value, datetime):
        return timestamp(value, str(shape.serialization.get("timestampFormat", "unixTimestamp")))
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def timestamp(moment: datetime, form: str) -> str | float:
    """Spell a moment in one of the three forms of service models: iso8601, rfc822, unixTimestamp."""
    if form == "iso8601":
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    if form == "rfc822":
        return moment.strftime("%a, %d %b %Y %H:%M:%S GMT")
    return moment.timestamp()
