import boto3
import pytest

from tests.support.emulated import collect_emulated
from tests.support.scripted import AwsError

READS = (
    "dynamodb:ListTables",
    "dynamodb:DescribeTable",
    "tag:GetResources",
    "dynamodb:DescribeContinuousBackups",
)


def _create(name, **members):
    boto3.client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        **members,
    )


@pytest.mark.usefixtures("aws")
def test_tables_are_read_with_their_facts():
    _create("orders", Tags=[{"Key": "data-class", "Value": "restricted"}])
    _create("carts")
    found, made = collect_emulated(READS)
    carts, orders = found.regions[0].tables.complete()
    assert orders.tags.known() == {"data-class": "restricted"}
    assert carts.tags.known() == {}
    assert orders.description.known().on_demand
    assert orders.continuous_backups.known().enabled is False
    assert set(made) == {*READS, "sts:GetCallerIdentity"}


@pytest.mark.usefixtures("aws")
def test_one_denied_table_is_one_gap():
    _create("orders")
    _create("carts")
    refuse = {
        "dynamodb:DescribeTable": lambda sent: (
            AwsError("AccessDeniedException") if sent["TableName"] == "orders" else None
        )
    }
    found, _ = collect_emulated(READS, script=refuse)
    carts, orders = found.regions[0].tables.complete()
    assert carts.description.observed
    assert orders.description.gap.code == "AccessDeniedException"
    assert orders.continuous_backups.observed
