"""Whether a rule of AWS Config watches every table of its Region.

See https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigRule.html, API_Scope.html beside it, and for the parameters
https://docs.aws.amazon.com/config/latest/developerguide/dynamodb-resources-protected-by-backup-plan.html.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from dynasec.model.fact import Gaps, malformed
from dynasec.model.recording import ConfigRule, RuleScope

_TABLE: Final = "AWS::DynamoDB::Table"
_AT_WORK: Final = ("ACTIVE", "EVALUATING", "DELETING_RESULTS")
"""EVALUATING and DELETING_RESULTS pass by themselves while a rule runs and while its old results are dropped."""

_NARROWING: Final = ("resourceId", "resourceTags")
"""Parameters by which AWS's rules about backups look at some tables only."""


def shortcoming(rule: ConfigRule) -> str:
    """Say why a deployed rule does not watch every table; empty where it does.

    Raises:
        ValueError: its parameters are not a JSON object.

    """
    if rule.config_rule_state not in _AT_WORK:
        return f"is {rule.config_rule_state}"
    if rule.evaluation_modes and all(one.mode != "DETECTIVE" for one in rule.evaluation_modes):
        return "only evaluates what is about to be deployed"
    return _narrowed(rule.scope) or _parametrised(rule.input_parameters)


def lacks(identifiers: Sequence[str], rules: Sequence[ConfigRule], gaps: Gaps) -> str:
    """Say that none of AWS's rules with these identifiers watches every table, and what is wrong with those there are; empty if one does.

    A rule whose parameters cannot be read is added to `gaps`.
    """
    wrong: list[str] = []
    for rule in rules:
        if rule.managed_identifier not in identifiers:
            continue
        try:
            problem = shortcoming(rule)
        except ValueError as broken:
            gaps.found.append(malformed("config:DescribeConfigRules", broken))
            continue
        if not problem:
            return ""
        wrong.append(f"{rule.config_rule_name} {problem}")
    return " or ".join(identifiers) + (f" ({', '.join(wrong)})" if wrong else "")


def _narrowed(scope: RuleScope | None) -> str:
    if scope is None:
        return ""
    if scope.compliance_resource_id:
        return f"watches {scope.compliance_resource_id} only"
    if scope.tag_key or scope.tag_value:
        return f"watches resources tagged {scope.tag_key or '*'}={scope.tag_value or '*'} only"
    if scope.compliance_resource_types and _TABLE not in scope.compliance_resource_types:
        return f"watches {', '.join(scope.compliance_resource_types)} only"
    return ""


def _parametrised(parameters: str | None) -> str:
    if not parameters:
        return ""
    read: Any = json.loads(parameters)
    if not isinstance(read, dict):
        msg = f"InputParameters is {parameters!r}"
        raise ValueError(msg)  # noqa: TRY004 - the text is what AWS gave, not an argument of a wrong type
    given = [f"{name}={read[name]}" for name in _NARROWING if read.get(name)]  # pyright: ignore[reportUnknownMemberType]
    return f"watches {' and '.join(given)} only" if given else ""
