"""Whether the resource policy of one replica is as strict as that of another: DynamoDB does not replicate these policies.

Statements are compared, not texts: a Deny that one lacks or an Allow that only one has makes it less strict. Order, Sid, one string or a
list of one, the case of actions and of condition keys, and the Region in ARNs make no difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Final

from dynasec.iam.document import Condition, Principals, Statement, parse

_REGION_FIELD: Final = 3
_ARN_FIELDS: Final = 6
_HERE: Final = "(region)"
_BOUND_TO_REGION: Final = re.compile(r"^(vpce|vpc)-[0-9a-f]+$")


@dataclass(frozen=True, slots=True)
class PolicyComparison:
    """What makes the other policy less strict; `undecided`: statements that differ only in ids which no two Regions share."""

    weaker: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Canonical:
    """A statement in one spelling, `loose` without the ids that are bound to a Region."""

    label: str
    allows: bool
    exact: tuple[object, ...]
    loose: tuple[object, ...]


def compare(here: tuple[str | None, str], there: tuple[str | None, str]) -> PolicyComparison:
    """Say what makes the policy `there` less strict than `here`. Each is a policy's text, None for no policy, and its Region.

    Raises:
        MalformedPolicy: a text is no policy.

    """
    ours, theirs = _statements(*here), _statements(*there)
    differing = [
        *((one, f"lacks {one.label}", theirs) for one in ours if not one.allows),
        *((one, f"adds {one.label}", ours) for one in theirs if one.allows),
    ]
    differing = [each for each in differing if not any(each[0].exact == other.exact for other in each[2])]
    alike = [any(one.loose == other.loose for other in others) for one, _, others in differing]
    return PolicyComparison(
        weaker=tuple(what for (_, what, _), like in zip(differing, alike, strict=True) if not like),
        undecided=tuple(what for (_, what, _), like in zip(differing, alike, strict=True) if like),
    )


def _statements(text: str | None, region: str) -> list[_Canonical]:
    if text is None:
        return []
    return [_canonical(statement, region) for statement in parse(text).statements]


def _canonical(statement: Statement, region: str) -> _Canonical:
    return _Canonical(
        label=f"{statement.effect} {statement.label}",
        allows=statement.allows,
        exact=_spelled(statement, region, loose=False),
        loose=_spelled(statement, region, loose=True),
    )


def _spelled(statement: Statement, region: str, *, loose: bool) -> tuple[object, ...]:
    def texts(values: Iterable[str] | None) -> frozenset[str] | None:
        return None if values is None else frozenset(_text(value, region, loose=loose) for value in values)

    def names(values: Iterable[str] | None) -> frozenset[str] | None:
        return None if values is None else frozenset(value.lower() for value in values)

    def condition(one: Condition) -> tuple[object, ...]:
        return one.test.name, one.key.lower(), texts(one.values), one.variables

    return (
        statement.effect,
        _people(statement.principals),
        _people(statement.not_principals),
        names(statement.actions),
        names(statement.not_actions),
        texts(statement.resources),
        texts(statement.not_resources),
        frozenset(condition(one) for one in statement.conditions),
        statement.variables,
    )


def _people(principals: Principals | None) -> tuple[object, ...] | None:
    if principals is None:
        return None
    anyone, *named = astuple(principals)
    return (anyone, *(frozenset(names) for names in named))


def _text(value: str, region: str, *, loose: bool) -> str:
    """Return a value without its own Region, where it is an ARN there or the Region's name."""
    if loose and _BOUND_TO_REGION.match(value):
        return _BOUND_TO_REGION.sub(r"\1-(id)", value)
    fields = value.split(":", _ARN_FIELDS - 1)
    if len(fields) == _ARN_FIELDS and fields[0] == "arn" and fields[_REGION_FIELD] == region:
        fields[_REGION_FIELD] = _HERE
    return _HERE if value == region else ":".join(fields)
