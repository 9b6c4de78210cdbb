"""List prices: quantities, bounds and dates."""

from __future__ import annotations

import re
from typing import Any

import pytest

from dynasec.drafting import prices
from dynasec.drafting.prices import BACKUP, RECOVERY, Price, monthly, of_copy, of_key
from dynasec.model.table import Index
from tests.support.accounts import denied, description, table

GIB = 1024**3


def sized(**members: Any) -> Any:
    return table(description=description(**members))


def test_a_copy_costs_by_the_gigabyte() -> None:
    cost = of_copy(sized(table_size_bytes=250 * GIB), RECOVERY)
    assert cost is not None
    assert (cost.low, cost.high) == (50.0, 50.0)
    assert cost.as_of == prices.AS_OF
    assert "250 GB" in cost.basis
    assert "us-east-1" in cost.basis


def test_local_indexes_widen_the_range() -> None:
    indexes = (Index(index_name="a"), Index(index_name="b"))
    cost = of_copy(sized(table_size_bytes=10 * GIB, local_secondary_indexes=indexes), BACKUP)
    assert cost is not None
    assert (cost.low, cost.high) == (1.0, 3.0)


@pytest.mark.parametrize("unsized", [sized(), table(description=denied("dynamodb:DescribeTable"))])
def test_without_a_size_there_is_no_estimate(unsized: Any) -> None:
    assert of_copy(unsized, RECOVERY) is None


def test_a_key_costs_more_when_it_rotates() -> None:
    assert of_key(rotates=False).high == 1.0
    assert (of_key(rotates=True).low, of_key(rotates=True).high) == (1.0, 3.0)


def test_the_basis_names_quantity_and_prices() -> None:
    assert monthly(1, 2, Price(0.5, "GB"), basis="2 GB").basis == (
        "2 GB; list prices of us-east-1: $0.5 per GB"
    )
    assert monthly(0, 1, Price(3, "month")).basis == "list prices of us-east-1: $3 per month"


def test_prices_are_dated() -> None:
    assert re.fullmatch(r"20\d\d-\d\d", prices.AS_OF)
