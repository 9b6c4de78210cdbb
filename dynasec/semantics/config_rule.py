"""Whether a rule of AWS Config watches every table of its Region.

See https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigRule.html, API_Scope.html beside it, and for the parameters
https://docs.aws.amazon.com/config/latest/developerguide/dynamodb-resources-protected-by-backup-plan.html.
"""

from __future__ import annotations

import json
from typing import Any, Final

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
