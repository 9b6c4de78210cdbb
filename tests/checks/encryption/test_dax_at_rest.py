import pytest

from dynasec.check import Status
from dynasec.model.companion import Companions
from tests.support.accounts import denied_listing, judge, region, snapshot, table, verdict
from tests.support.dax import cluster, with_clusters

CONTROL = "dax-at-rest"


@pytest.mark.parametrize(
    ("sse", "status"),
    [
        ({"Status": "ENABLED"}, Status.PASS),
        ({"Status": "DISABLED"}, Status.FAIL),
        ({"Status": "DISABLING"}, Status.FAIL),
        ({"Status": "ENABLING"}, Status.UNKNOWN),
        ({}, Status.UNKNOWN),
        (None, Status.UNKNOWN),
    ],
)
def test_status(sse, status):
    assert verdict(CONTROL, snapshot(with_clusters(cluster(SSEDescription=sse)))).status is status


def test_without_tables_there_is_nothing_to_say():
    empty = region(companions=with_clusters(cluster()).companions)
    assert verdict(CONTROL, snapshot(empty)).status is Status.NOT_APPLICABLE


def test_clusters_that_were_not_listed_are_unknown():
    hidden = Companions(dax_clusters=denied_listing("dax:DescribeClusters"))
    found = judge(CONTROL, snapshot(region(table(), companions=hidden)))
    assert [one.status for one in found] == [Status.UNKNOWN]
