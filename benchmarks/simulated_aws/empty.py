"""The emptiest valid output of an operation: empty lists and maps, and only what its shape requires."""

from datetime import UTC, datetime

from botocore.model import ListShape, MapShape, Shape, StructureShape

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def output(shape: StructureShape | None) -> dict[str, object]:
    """Return it in boto3's response shape."""
    return _structure(shape, ()) if shape else {}


def _structure(shape: StructureShape, above: tuple[str, ...]) -> dict[str, object]:
    found: dict[str, object] = {}
    required = set(shape.required_members)
    if "payload" in shape.serialization:
        required.add(str(shape.serialization["payload"]))
    for name, member in shape.members.items():
        top_level_collection = not above and isinstance(member, ListShape | MapShape)
        if name in required or top_level_collection:
            found[name] = _value(member, (*above, shape.name))
    return found


def _value(shape: Shape, above: tuple[str, ...]) -> object:
    if isinstance(shape, StructureShape):
        return {} if shape.name in above else _structure(shape, above)
    if isinstance(shape, ListShape):
        return []
    if isinstance(shape, MapShape):
        return {}
    scalars: dict[str, object] = {
        "boolean": False,
        "timestamp": _EPOCH,
        "blob": b"",
        "double": 0.0,
        "float": 0.0,
    }
    scalars |= {"integer": 0, "long": 0}
    return scalars.get(shape.type_name, "")
