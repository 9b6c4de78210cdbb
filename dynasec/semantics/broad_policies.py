"""AWS managed policies that open every table: one control judges who holds them, so that others need not name them again.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dynasec.model.identity import Policy

_CHANGES: Final = "changes and deletes every table"
_READS: Final = "reads every item of every table"
_EVERYTHING: Final = "does everything to every table"
_BROAD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "AmazonDynamoDBFullAccess": _CHANGES,
        "AmazonDynamoDBFullAccess_v2": _CHANGES,
        "AmazonDynamoDBFullAccesswithDataPipeline": _CHANGES,
        "DatabaseAdministrator": _CHANGES,
        "AmazonDynamoDBReadOnlyAccess": _READS,
        "ReadOnlyAccess": _READS,
        "AdministratorAccess": _EVERYTHING,
        "PowerUserAccess": _EVERYTHING,
    }
)
JUDGED_ELSEWHERE: Final = "is an AWS managed policy that opens every table: see no-broad-managed-policy"
"""Why controls that ask what a policy says leave these alone: nobody can edit them, and their holders fail already."""


def why_broad(policy: Policy) -> str | None:
    """Say what an AWS managed policy does to every table; None for other policies."""
    return _BROAD.get(policy.name) if policy.aws_managed else None
