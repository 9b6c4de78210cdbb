"""Holds our models against botocore's service models, so that a misspelt field cannot silently take its default."""

from __future__ import annotations

from functools import cache

import botocore.session
from botocore.model import ListShape, Shape, StructureShape
from pydantic.fields import FieldInfo

from dynasec.model.shape import AwsShape


@cache
def _model(service: str):
    return botocore.session.get_session().get_service_model(service)


def assert_shape(
    kind: type[AwsShape], service: str, shape: str, *, ours: frozenset[str] = frozenset()
) -> None:
    """Every field must be a member of the AWS shape, and its default may exist only where AWS may leave the member out.

    `ours` are fields that hold something else than a member.
    """
    structure = _model(service).shape_for(shape)
    assert isinstance(structure, StructureShape)
    for name, field in kind.model_fields.items():
        if name in ours:
            continue
        alias = str(field.alias)
        assert alias in structure.members, f"{kind.__name__}.{name}: {shape} has no member {alias}"
        if not field.is_required():
            assert alias not in structure.required_members, (
                f"{kind.__name__}.{name}: AWS always sends {alias}"
            )
        _assert_nested(field, structure.members[alias], service)


def _assert_nested(field: FieldInfo, member: Shape, service: str) -> None:
    for argument in (field.annotation, *getattr(field.annotation, "__args__", ())):
        if isinstance(argument, type) and issubclass(argument, AwsShape):
            inner = member.member if isinstance(member, ListShape) else member
            assert_shape(argument, service, inner.name)
