"""What changes add to the bill, from AWS's list prices: an estimate, for a reviewer to know the order of magnitude.

Prices are those of us-east-1 in US dollars; other Regions differ, mostly upwards, and no discount, free tier or tax is counted. Sources:
the pricing pages of DynamoDB, KMS, CloudTrail, Config, GuardDuty, PrivateLink, CloudWatch and WAF under https://aws.amazon.com/.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dynasec.change import Cost
from dynasec.model.table import Table

AS_OF: Final = "2025-06"
"""The month of the prices."""


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for one `unit`."""

    dollars: float
    unit: str


RECOVERY: Final = Price(0.20, "GB-month of point-in-time recovery")
BACKUP: Final = Price(0.10, "GB-month of warm backup storage")
KEY: Final = Price(1.00, "month of a customer managed KMS key")
KEY_ROTATION: Final = Price(1.00, "month for each of the first two rotations of a KMS key")
KEY_REQUESTS: Final = Price(0.03, "10,000 KMS requests")
DATA_EVENTS: Final = Price(0.10, "100,000 CloudTrail data events")
NETWORK_EVENTS: Final = Price(0.10, "100,000 CloudTrail network activity events")
CONFIGURATION_ITEM: Final = Price(0.003, "AWS Config configuration item, recorded continuously")
RULE_EVALUATION: Final = Price(0.001, "AWS Config rule evaluation")
THREAT_EVENTS: Final = Price(4.00, "million CloudTrail management events that GuardDuty analyses")
READ_CAPACITY: Final = Price(0.0949, "read capacity unit provisioned for a month")
WRITE_CAPACITY: Final = Price(0.4745, "write capacity unit provisioned for a month")
INTERFACE_ENDPOINT: Final = Price(7.30, "month of an interface endpoint in one Availability Zone")
WEB_ACL_RULE: Final = Price(1.00, "month of a rule or managed rule group in a web ACL")
FLOW_LOGS: Final = Price(0.50, "GB of flow logs that CloudWatch Logs takes in")

_GIB: Final = 1024**3


def monthly(low: float, high: float, *prices: Price, basis: str = "") -> Cost:
    """Return a cost between two amounts a month; `basis` says of what quantity, before the prices that it rests on."""
    told = ", ".join(f"${price.dollars:g} per {price.unit}" for price in prices)
    what = f"{basis}; list prices of us-east-1: {told}" if basis else f"list prices of us-east-1: {told}"
    return Cost(low=round(low, 2), high=round(high, 2), basis=what, as_of=AS_OF)


def of_copy(table: Table, price: Price) -> Cost | None:
    """Return what it costs to keep a copy of a table and its local indexes; None where the size is not known.

    DynamoDB tells the size about every six hours. A local index holds no more than its table does.
    """
    description = table.description.value
    if description is None or description.table_size_bytes is None:
        return None
    size = description.table_size_bytes / _GIB
    indexes = len(description.local_secondary_indexes)
    beside = f" and up to as much for each of {indexes} local indexes" if indexes else ""
    return monthly(
        size * price.dollars,
        size * price.dollars * (1 + indexes),
        price,
        basis=f"{size:.3g} GB of items{beside}",
    )


def of_key(*, rotates: bool) -> Cost:
    """Return what a customer managed key costs. Its requests are not counted: DynamoDB keeps table keys for minutes, so they are few."""
    rotations = 2 * KEY_ROTATION.dollars if rotates else 0.0
    prices = (KEY, KEY_ROTATION) if rotates else (KEY,)
    return monthly(KEY.dollars, KEY.dollars + rotations, *prices, basis="one key, its requests aside")
