"""Request parameters from the wire, by the operation's input shape, in the shape boto3's callers gave them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.model import ListShape, Shape, StructureShape

Params = dict[str, object]
Tree = dict[str, Any]


def json_object(body: bytes) -> Params:
    """Decode a JSON body, where the wire's names are the parameters' names."""
    decoded: Params = json.loads(body) if body else {}
    return decoded


def form(shape: StructureShape, pairs: Mapping[str, str], protocol: str) -> Params:
    """Decode a form of dotted names (`Filter.1.Value.1=x`, `Filter.member.1=x`)."""
    tree: Tree = {}
    for key, value in pairs.items():
        node = tree
        *parents, leaf = key.split(".")
        for parent in parents:
            node = node.setdefault(parent, {})
        node[leaf] = value
    return _structure(shape, tree, protocol)


def rest(
    shape: StructureShape, labels: Mapping[str, str], query: Sequence[tuple[str, str]], body: bytes
) -> Params:
    """Decode path labels, the query string and a JSON body; parameters in headers are not read."""
    document = json_object(body)
    params: Params = {}
    for name, member in shape.members.items():
        wire_name = str(member.serialization.get("name", name))
        location = member.serialization.get("location")
        if location == "uri" and wire_name in labels:
            params[name] = _scalar(member, labels[wire_name])
        elif location == "querystring":
            values = [value for key, value in query if key == wire_name]
            if values:
                params[name] = values if isinstance(member, ListShape) else _scalar(member, values[0])
        elif wire_name in document:
            params[name] = document[wire_name]
    return params


def _structure(shape: StructureShape, node: Tree, protocol: str) -> Params:
    params: Params = {}
    for name, member in shape.members.items():
        wire_name = _form_name(name, member, protocol)
        if wire_name in node:
            params[name] = _value(member, node[wire_name], protocol)
    return params


def _form_name(name: str, member: Shape, protocol: str) -> str:
    """EC2 prefers `queryName`, and capitalises `locationName`; the query protocol renames flattened lists."""
    if protocol == "ec2":
        wire_name = str(member.serialization.get("name", name))
        return str(member.serialization.get("queryName", wire_name[:1].upper() + wire_name[1:]))
    if isinstance(member, ListShape) and member.serialization.get("flattened"):
        return str(member.member.serialization.get("name", member.serialization.get("name", name)))
    return str(member.serialization.get("name", name))


def _value(shape: Shape, node: Tree | str, protocol: str) -> object:
    if not isinstance(node, str):
        if isinstance(shape, StructureShape):
            return _structure(shape, node, protocol)
        if isinstance(shape, ListShape):
            wrapped = protocol == "query" and not shape.serialization.get("flattened")
            items: Tree = (
                node.get(str(shape.member.serialization.get("name", "member")), {}) if wrapped else node
            )
            return [_value(shape.member, items[index], protocol) for index in sorted(items, key=int)]
        return node
    if isinstance(shape, ListShape):
        return []  # `Name=` is how the query protocol spells an empty list
    return _scalar(shape, node)


def _scalar(shape: Shape, text: str) -> object:
    if shape.type_name in ("integer", "long"):
        return int(text)
    if shape.type_name == "boolean":
        return text == "true"
    return text
