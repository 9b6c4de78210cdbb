"""Condition operators and their evaluation, one small file per operator family."""

from dynasec.iam.conditions.condition import Condition
from dynasec.iam.conditions.evaluation import evaluate, judge, judge_all
from dynasec.iam.conditions.knowledge import Gap, Knowledge
from dynasec.iam.conditions.operator import Operator, Value
from dynasec.iam.conditions.registry import Qualifier, Test, resolve
from dynasec.iam.conditions.words import describe

__all__ = [
    "Condition",
    "Gap",
    "Knowledge",
    "Operator",
    "Qualifier",
    "Test",
    "Value",
    "describe",
    "evaluate",
    "judge",
    "judge_all",
    "resolve",
]
