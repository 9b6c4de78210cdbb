"""What the simulated account holds, and how the service in front of it behaves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

ACCOUNT_ID = "123456789012"
HOME_REGION = "us-east-1"
"""The one Region in which the account's regional resources are."""
CREATED = datetime(2024, 3, 1, 12, 0, 0, tzinfo=UTC)
"""When everything in the account was made."""
KMS_KEYS = 20
"""Customer managed keys in the account."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many DynamoDB tables, IAM roles and customer managed policies the account holds."""

    tables: int = 500
    roles: int = 500
    policies: int = 500


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the service answers.

    `latency_ms` is added to every answer without holding up other connections. `published_rates` throttles at
    AWS's published request rates. `limits` gives further or other rates, in calls per second, by
    `service:Operation` (`iam:GetAccountAuthorizationDetails`); the burst is one second's worth.
    """

    latency_ms: float = 40.0
    published_rates: bool = False
    limits: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One operation asked for: boto3's service name, the operation, the Region, decoded parameters."""

    service: str
    operation: str
    region: str
    params: Mapping[str, Any]

    @property
    def label(self) -> str:
        """The call's name in statistics and limits, such as `dynamodb:DescribeTable`."""
        return f"{self.service}:{self.operation}"

    @property
    def at_home(self) -> bool:
        """Whether the call goes to the Region that holds the account's regional resources."""
        return self.region == HOME_REGION

    def text(self, name: str) -> str:
        """Return a string parameter, empty when it was not given."""
        value = self.params.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str, default: int) -> int:
        """Return an integer parameter, or the default when it was not given."""
        value = self.params.get(name)
        return value if isinstance(value, int) else default

    def texts(self, name: str) -> list[str]:
        """Return a list-of-strings parameter, empty when it was not given."""
        value: list[str] = self.params.get(name) or []
        return value
