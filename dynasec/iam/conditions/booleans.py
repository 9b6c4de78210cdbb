"""The Bool operator."""

import operator

from dynasec.iam.conditions.operator import Operator, read_both


def _read(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


OPERATORS = (Operator("Bool", read_both(_read, operator.eq)),)
