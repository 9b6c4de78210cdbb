"""Conditions of a statement: one more put beside those that are there, without loosening any. Pure.

Operators of a block, and keys of an operator, must all hold: a second demand on one key goes under another operator that means the same.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from dynasec.iam.document import Condition
from dynasec.iam.json_text import listed
from dynasec.model.fact import Unknown, malformed

Json = Mapping[str, Any]

_SYNONYMS: Final = {
    "StringEquals": ("StringEquals", "StringLike", "ForAnyValue:StringEquals", "ForAnyValue:StringLike"),
    "StringLike": ("StringLike", "ForAnyValue:StringLike"),
    "StringNotLike": ("StringNotLike",),
    "ArnEquals": ("ArnEquals", "ArnLike"),
}
"""What asks the same of one plain value. (A key that is not there fails each.)"""


def asking(condition: Json, operator: str, key: str, values: Sequence[str]) -> Json | None:
    """Return a Condition that asks for one of `values` besides; None where nothing can meet it any more.

    Raises:
        Unknown: the Condition asks for the key in every way that there is.

    """
    asked = _literally(condition, operator, key)
    if asked is not None and asked <= set(values):
        return condition
    if asked is not None and operator == "StringEquals" and not asked & set(values):
        return None
    for plain in _SYNONYMS[operator]:
        name = _written(condition, plain)
        block: Json = condition.get(name, {})
        if key.lower() not in {one.lower() for one in block}:
            return {**condition, name: {**block, key: list(values)}}
    raise Unknown(malformed("policy", f"a Condition asks for {key} in every way that there is"))


def asks(
    conditions: Iterable[Condition], side: str, accounts: Sequence[str], organizations: Sequence[str]
) -> bool:
    """Whether conditions let only requests through whose side ("principal" or "resource") is of these accounts or organisations."""
    allowed = {f"aws:{side}account": set(accounts), f"aws:{side}orgid": set(organizations)}
    return any(
        one.key.lower() in allowed
        and one.test.name == "StringEquals"
        and bool(one.values)
        and set(one.values) <= allowed[one.key.lower()]
        for one in conditions
    )


def _literally(condition: Json, operator: str, key: str) -> set[str] | None:
    """Return the values that the operator itself asks for, None where it asks for none."""
    block: Json = condition.get(_written(condition, operator), {})
    found = [value for name, value in block.items() if name.lower() == key.lower()]
    return {str(value) for value in listed(found[0])} if found else None


def _written(condition: Json, operator: str) -> str:
    """Return an operator as the Condition writes it, for case makes no difference; as it is where it is not there."""
    return next((name for name in condition if name.lower() == operator.lower()), operator)
