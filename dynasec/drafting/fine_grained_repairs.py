"""Statements by leading keys or attributes, narrowed to what they were meant for. Never loosened. Pure.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dynasec.drafting.explicit_actions import service_of, spelled_out
from dynasec.drafting.policies import Json, canonical, rewritten
from dynasec.iam.actions import condition_keys, matched
from dynasec.iam.conditions import Qualifier
from dynasec.iam.conditions.registry import resolve
from dynasec.iam.document import WITH_VARIABLES, Document, Statement
from dynasec.iam.wildcards import SERVICES
from dynasec.semantics.fine_grained import ATTRIBUTES, KEYS, LEADING_KEYS, MANY_KEYS, RETURNS, given

_IF_THERE: Final = "StringEqualsIfExists"
_SELECT: Final = "dynamodb:Select"
_RETURN_VALUES: Final = "dynamodb:ReturnValues"
_RETURNED: Final = ("NONE", "UPDATED_OLD", "UPDATED_NEW")


def repaired(text: str, document: Document, faulty: Collection[str]) -> str | None:
    """Return a policy with the statements of these labels repaired as far as that takes no decision; None where no statement is left.

    `document` is the text's, reduced to DynamoDB's resources. The Version becomes one that knows variables where none but the faulty
    statements have any.

    Raises:
        Unknown: the document is none that AWS would accept.

    """
    statements = {one.position: one for one in document.statements}
    taken = {one.sid for one in document.statements if one.sid}
    others: list[Json] = []
    own: list[Json] = []

    def repair(place: int, raw: Json) -> Sequence[Json]:
        statement = statements[place]
        if statement.label not in faulty:
            others.append(raw)
            return [raw]
        own.append(raw)
        return list(_Repair(raw, statement, taken).statements())

    def has_variables(found: Sequence[Json]) -> bool:
        return any("${" in canonical(one) for one in found)

    new = rewritten(text, repair)
    if new is None or document.version == WITH_VARIABLES or has_variables(others) or not has_variables(own):
        return new
    return rewritten(new, lambda _, one: [one], version=WITH_VARIABLES)


@dataclass(frozen=True, slots=True)
class _Repair:
    raw: Json
    statement: Statement
    taken: Collection[str]

    @property
    def keys(self) -> frozenset[str]:
        """Which of the two keys it compares with values."""
        entries = self.statement.conditions
        return frozenset(one.key.lower() for one in entries if not one.test.operator.tests_presence) & set(
            KEYS
        )

    def statements(self) -> Iterator[Json]:
        """Yield what the statement becomes: what carries its keys, and what gives no items, as it was; the rest is withdrawn."""
        patterns = self.statement.actions
        if patterns is None or not self.keys or any(map(_is_mixed, patterns)):
            yield self.raw
            return
        beyond = given(self.statement)
        limited = frozenset(one for one in beyond if condition_keys(one) >= self.keys)
        kept: list[str] = []
        rest: list[str] = []
        for pattern in patterns:
            meant = _meant(pattern)
            kept += [pattern] if meant and meant <= limited else spelled_out(pattern, meant & limited)
            rest += [pattern] if not meant else spelled_out(pattern, meant - beyond)
        if kept:
            yield {**self.raw, "Action": list(dict.fromkeys(kept)), "Condition": self._condition(limited)}
        if rest:
            yield {**self.raw, **self._sid(beside=bool(kept)), "Action": list(dict.fromkeys(rest))}

    def _sid(self, *, beside: bool) -> Json:
        sid = self.raw.get("Sid")
        if not sid or not beside:
            return {}
        names = (f"{sid}Rest{number}" for number in ("", *range(2, len(self.taken) + 3)))
        return {"Sid": next(name for name in names if name not in self.taken)}

    def _condition(self, actions: frozenset[str]) -> Json:
        condition: dict[str, Any] = {name: dict(block) for name, block in self.raw["Condition"].items()}
        for key in sorted(self.keys):
            many = actions & MANY_KEYS if key == LEADING_KEYS else actions
            strict = _for_all(condition, key) if many else condition
            if strict != condition or key == LEADING_KEYS:  # ForAllValues alone is passed without the key
                condition = _also(strict, "Null", KEYS[key], "false")
        if ATTRIBUTES in self.keys:
            if any(_SELECT.lower() in condition_keys(one) for one in actions):
                condition = _also(condition, _IF_THERE, _SELECT, "SPECIFIC_ATTRIBUTES")
            if actions & set(RETURNS):
                condition = _also(condition, _IF_THERE, _RETURN_VALUES, list(_RETURNED))
        return condition


def _meant(pattern: str) -> frozenset[str]:
    return frozenset[str]().union(*(matched(pattern, one) for one in SERVICES))


def _is_mixed(pattern: str) -> bool:
    return bool(_meant(pattern)) and service_of(pattern) is None


def _also(condition: Mapping[str, Any], operator: str, key: str, value: str | list[str]) -> dict[str, Any]:
    """Ask for a key besides; where the condition asks for it in some way already, that is left as it is."""
    places = [name for name, block in condition.items() if key.lower() in {one.lower() for one in block}]
    asked = operator in places if operator == "Null" else bool(places)
    if asked:
        return dict(condition)
    return {**condition, operator: {**condition.get(operator, {}), key: value}}


def _for_all(condition: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Have every value of a key fit, where one that does suffices."""
    made: dict[str, Any] = {}
    for name, block in condition.items():
        test = resolve(name)
        loose = (
            not (test.operator.tests_presence or test.operator.negated)
            and test.qualifier is not Qualifier.FOR_ALL_VALUES
        )
        moved = {one: values for one, values in block.items() if loose and one.lower() == key}
        left = {one: values for one, values in block.items() if one not in moved}
        strict = f"ForAllValues:{name.rpartition(':')[2]}"
        if moved and key in {one.lower() for one in condition.get(strict, {})}:
            moved, left = {}, block  # it asks both ways: which is meant takes a decision
        for operator, part in ((name, left), (strict, moved)):
            if part:
                made[operator] = {**made.get(operator, {}), **part}
    return made
