"""What an Allow statement of an identity policy reaches of DynamoDB and DAX, and on resources how widely named."""

from __future__ import annotations

from dynasec.iam.actions import Capability, capabilities, catalogue, reaches
from dynasec.iam.document import Statement
from dynasec.iam.matching import Pattern, overlaps
from dynasec.iam.wildcards import SERVICES, reaches_resources_of

_ARN_PARTS = 6

_HOLDERS = {"dynamodb": "table", "dax": "cache"}
_NO_NAME = "~"
"""A character that no name has: only a pattern with a wildcard in its place reaches a name that begins with it."""


def reached_actions(statement: Statement, wanted: frozenset[Capability]) -> tuple[str, ...]:
    """Return the wanted actions, sorted; such as nobody knows count. The statement's resources are as `about_dynamodb` leaves them."""
    if not statement.allows:
        return ()
    return tuple(
        sorted(
            action
            for service in SERVICES
            if reaches_resources_of(statement, service)
            for action in reaches(statement, service)
            if action not in catalogue(service) or capabilities(action) & wanted
        )
    )


def names_nothing(text: str, service: str, *, variables: bool) -> bool:
    """Whether a Resource pattern has a wildcard where a table's or cluster's name would begin: `*`, `table/*`, `table/*-prod`.

    A policy variable is no wildcard: whatever it stands for is one text.
    """
    pattern = Pattern.of(text, variables=variables).resolved(lambda _: "x")
    parts = pattern.split(":", _ARN_PARTS)
    if len(parts) == _ARN_PARTS:
        return overlaps(parts[-1], Pattern.of(f"{_HOLDERS[service]}/{_NO_NAME}*"))
    # a wildcard stands for the parts that are not spelled out
    return overlaps(pattern, Pattern.of(f"arn:*:{service}:*:*:{_HOLDERS[service]}/{_NO_NAME}*"))
