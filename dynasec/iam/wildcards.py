"""Write wildcards: Allow statements of identity policies that grant more than anyone spelled out."""

from dataclasses import dataclass

from dynasec.iam.actions import catalogue, changes, matched
from dynasec.iam.document import Document, Statement
from dynasec.iam.matching import Pattern, overlaps
from dynasec.iam.narrowing import narrowing

SERVICES = ("dynamodb", "dax")
_SERVICE_PART = 2


@dataclass(frozen=True, slots=True)
class Wildcard:
    """An Action pattern as written, the statement it is in, and the changing actions it reaches (sorted).

    `everything`: it reaches every action of the service (`*`, `dynamodb:*`, `dax:*`).
    """

    statement: str
    pattern: str
    actions: tuple[str, ...]
    everything: bool


def wildcards(document: Document) -> tuple[Wildcard, ...]:
    """Find wildcards that reach writing or changing actions on DynamoDB or DAX and are not narrowed by a condition.

    `dynamodb:Get*` and other patterns that only read are not reported, nor are NotAction and NotResource (their own
    control). Denies elsewhere are not set off against an Allow: the control asks how grants are written.
    """
    return tuple(
        found
        for statement in document.statements
        if statement.allows and statement.actions is not None and not narrowing(statement.conditions)
        for pattern in dict.fromkeys(statement.actions)
        for found in _judge(statement, pattern)
    )


def reaches_resources_of(statement: Statement, service: str) -> bool:
    """Whether a Resource pattern of the statement can match an ARN of the service, in whatever partition."""
    if statement.resources is None:
        return statement.not_resources is None
    return any(
        _can_be_of(Pattern.of(resource, variables=statement.variables), service)
        for resource in statement.resources
    )


def _can_be_of(resource: Pattern, service: str) -> bool:
    """Stars cross colons, but where a pattern spells out the service, its ARNs are of that service."""
    parts = resource.split(":", _SERVICE_PART + 2)
    spelled = parts[_SERVICE_PART].literal if len(parts) > _SERVICE_PART + 1 else None
    if spelled is not None:
        return spelled == service
    return overlaps(resource, Pattern.of(f"arn:*:{service}:*:*:*"))


def _judge(statement: Statement, pattern: str) -> tuple[Wildcard, ...]:
    if "*" not in pattern and "?" not in pattern:
        return ()
    reached: set[str] = set()
    everything = False
    for service in SERVICES:
        if reaches_resources_of(statement, service):
            actions = matched(pattern, service)
            reached |= {action for action in actions if changes(action)}
            everything = everything or actions >= catalogue(service)
    return (Wildcard(statement.label, pattern, tuple(sorted(reached)), everything),) if reached else ()
