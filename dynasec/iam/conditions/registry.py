"""All condition operators by name, and how an operator is written: `ForAllValues:StringLikeIfExists`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import enum
from dataclasses import dataclass

from dynasec.iam.conditions import addresses, arns, binary, booleans, dates, null, numeric, strings
from dynasec.iam.conditions.operator import Operator
from dynasec.iam.malformed import MalformedPolicy, quoted

_FAMILIES = (strings, numeric, dates, booleans, binary, addresses, arns, null)
_OPERATORS = {operator.name.lower(): operator for family in _FAMILIES for operator in family.OPERATORS}
_IF_EXISTS = "ifexists"


class Qualifier(enum.Enum):
    """How an operator treats a key that can hold several values."""

    FOR_ALL_VALUES = "ForAllValues"
    FOR_ANY_VALUE = "ForAnyValue"


_QUALIFIERS = {qualifier.value.lower(): qualifier for qualifier in Qualifier}


@dataclass(frozen=True, slots=True)
class Test:
    """An operator as a policy applies it."""

    operator: Operator
    qualifier: Qualifier | None = None
    if_exists: bool = False

    @property
    def name(self) -> str:
        """The canonical spelling."""
        prefix = f"{self.qualifier.value}:" if self.qualifier else ""
        return f"{prefix}{self.operator.name}{'IfExists' if self.if_exists else ''}"


def resolve(written: str) -> Test:
    """Find the operator that `written` names; AWS accepts any mixture of cases.

    Raises MalformedPolicy (with no place) when there is none.
    """
    prefix, colon, name = written.rpartition(":")
    qualifier = _QUALIFIERS.get(prefix.lower())
    base = name.lower()
    if_exists = base.endswith(_IF_EXISTS)
    operator = _OPERATORS.get(base.removesuffix(_IF_EXISTS))
    if operator is None or (colon and qualifier is None):
        message = f"unknown condition operator {quoted(written)}"
        raise MalformedPolicy(message)
    if operator.tests_presence and (if_exists or qualifier):
        message = f"{operator.name} takes neither IfExists nor a set qualifier: {quoted(written)}"
        raise MalformedPolicy(message)
    return Test(operator, qualifier, if_exists)
