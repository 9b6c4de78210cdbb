import pytest

from dynasec.check import Status
from dynasec.model.fact import Listing
from dynasec.model.table import LegacyGlobalTable, LegacyReplica, ReplicaDescription
from tests.support.accounts import (
    REGION,
    denied,
    denied_listing,
    description,
    region,
    snapshot,
    table,
    verdict,
)

CONTROL = "global-table-current"
READ = "dynamodb:ListGlobalTables"
REPLICAS = (ReplicaDescription(region_name="eu-west-1"),)


def legacy(name="orders", *regions):
    places = tuple(LegacyReplica(region_name=one) for one in regions or (REGION,))
    return LegacyGlobalTable(global_table_name=name, replication_group=places)


def judged(found=Listing(()), **members):  # noqa: B008 - frozen
    one = table(description=description(**members))
    return verdict(CONTROL, snapshot(region(one, legacy_global_tables=found)))


@pytest.mark.parametrize(
    ("found", "members", "status"),
    [
        (Listing(()), {"global_table_version": "2019.11.21", "replicas": REPLICAS}, Status.PASS),
        (Listing(()), {"global_table_version": "2017.11.29"}, Status.FAIL),
        (Listing(()), {"global_table_version": "2031.01.01"}, Status.UNKNOWN),
        (Listing(()), {"replicas": REPLICAS}, Status.UNKNOWN),
        (Listing(()), {}, Status.NOT_APPLICABLE),
        (Listing((legacy("others"),)), {}, Status.NOT_APPLICABLE),
        (Listing((legacy("orders", "eu-west-1"),)), {}, Status.NOT_APPLICABLE),
        (denied_listing(READ), {}, Status.UNKNOWN),
        (denied_listing(READ, legacy()), {}, Status.FAIL),
        (denied_listing(READ), {"global_table_version": "2019.11.21"}, Status.PASS),
    ],
)
def test_status(found, members, status):
    assert judged(found, **members).status is status


def test_a_legacy_replica_looks_like_an_ordinary_table():
    assert judged(Listing((legacy("orders", "eu-west-1", REGION),))).status is Status.FAIL


def test_a_table_that_was_not_described_is_unknown():
    one = table(description=denied("dynamodb:DescribeTable"))
    assert verdict(CONTROL, snapshot(region(one))).status is Status.UNKNOWN
