"""What AWS Config's rules say of one table, and where that is not what the table itself shows.

A result is as old as the rule's latest run: https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config-rules.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from dynasec.model.fact import Fact, Gaps
from dynasec.model.recording import Recording
from dynasec.model.table import Table

_TYPE: Final = "AWS::DynamoDB::Table"
_SAYS_SOMETHING: Final = ("COMPLIANT", "NON_COMPLIANT")


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule says of one table; `annotation` is its reason, where it gives one."""

    rule: str
    identifier: str
    compliant: bool
    annotation: str = ""


def _recoverable(table: Table) -> Fact[bool]:
    return table.continuous_backups.map(lambda one: one.enabled, "dynamodb:DescribeContinuousBackups")


def _protected(table: Table) -> Fact[bool | None]:
    return table.description.map(lambda one: one.deletion_protection_enabled, "dynamodb:DescribeTable")


_SEEN: Final[Mapping[str, Callable[[Table], Fact[bool] | Fact[bool | None]]]] = {
    "DYNAMODB_PITR_ENABLED": _recoverable,
    "DYNAMODB_TABLE_DELETION_PROTECTION_ENABLED": _protected,
}
"""Rules whose question one fact answers."""


def results(recording: Recording, table: Table, gaps: Gaps) -> tuple[RuleResult, ...]:
    """Return what AWS's rules about DynamoDB say of a table, by name; results that could not be read are added to `gaps`."""
    found = (
        RuleResult(
            one.rule.config_rule_name,
            one.rule.managed_identifier or "",
            result.compliance_type == "COMPLIANT",
            result.annotation or "",
        )
        for one in gaps.items(recording.rules)
        if (one.rule.managed_identifier or "").startswith("DYNAMODB_")
        for result in gaps.items(one.evaluations)
        if (result.resource_type, result.resource_id) == (_TYPE, table.name)
        and result.compliance_type in _SAYS_SOMETHING
    )
    return tuple(sorted(found, key=lambda one: one.rule))


def disagreements(table: Table, found: tuple[RuleResult, ...]) -> tuple[str, ...]:
    """Return the rules whose result is not what the table shows now; a fact that was not read disagrees with nobody."""
    return tuple(
        one.rule
        for one in found
        if one.identifier in _SEEN
        and (fact := _SEEN[one.identifier](table)).value is not None
        and fact.value is not one.compliant
    )
