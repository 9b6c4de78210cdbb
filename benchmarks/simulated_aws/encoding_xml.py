"""XML bodies: a value in boto3's response shape as elements."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from botocore.model import ListShape, MapShape, Shape, StructureShape

from simulated_aws.encoding_json import timestamp

_INSTANCE_NAMESPACE = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


class Fragment(str):
    """A list item or member that is encoded already: its element's inner XML."""

    __slots__ = ()


def inner(shape: Shape, value: Any) -> str:  # noqa: ANN401 - whatever a service model can describe
    """Return what stands between an element's tags.

    Raises:
        KeyError: the value has a member that the shape has not.

    """
    if isinstance(value, Fragment):
        return value
    if isinstance(shape, StructureShape):
        return "".join(
            _member(name, shape.members[name], item)
            for name, item in value.items()
            if not {"location", "xmlAttribute"} & shape.members[name].serialization.keys()
        )
    if isinstance(shape, ListShape):
        name = str(shape.member.serialization.get("name", "member"))
        return "".join(_element(name, shape.member, item) for item in value)
    if isinstance(shape, MapShape):
        return "".join(f"<entry>{_pair(shape, key, item)}</entry>" for key, item in value.items())
    return escape(_text(shape, value))


def _member(name: str, shape: Shape, value: Any) -> str:  # noqa: ANN401 - as above
    tag = str(shape.serialization.get("name", name))
    if not shape.serialization.get("flattened"):
        return _element(tag, shape, value)
    if isinstance(shape, ListShape):
        tag = str(shape.member.serialization.get("name", tag))
        return "".join(_element(tag, shape.member, item) for item in value)
    if isinstance(shape, MapShape):
        return "".join(f"<{tag}>{_pair(shape, key, item)}</{tag}>" for key, item in value.items())
    return _element(tag, shape, value)


def _element(tag: str, shape: Shape, value: Any) -> str:  # noqa: ANN401 - as above
    attributes = _attributes(shape, value) if isinstance(shape, StructureShape) else ""
    return f"<{tag}{attributes}>{inner(shape, value)}</{tag}>"


def _attributes(shape: StructureShape, value: Mapping[str, Any] | Fragment) -> str:
    if isinstance(value, Fragment):
        return ""
    given = {
        name: item for name, item in value.items() if shape.members[name].serialization.get("xmlAttribute")
    }
    pairs = (
        f"{shape.members[name].serialization['name']}={quoteattr(str(item))}" for name, item in given.items()
    )
    return f" {_INSTANCE_NAMESPACE} {' '.join(pairs)}" if given else ""


def _pair(shape: MapShape, key: str, value: Any) -> str:  # noqa: ANN401 - as above
    key_tag = str(shape.key.serialization.get("name", "key"))
    value_tag = str(shape.value.serialization.get("name", "value"))
    return f"<{key_tag}>{escape(key)}</{key_tag}>{_element(value_tag, shape.value, value)}"


def _text(shape: Shape, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return str(timestamp(value, str(shape.serialization.get("timestampFormat", "iso8601"))))
    return str(value)
