import pytest

from dynasec.check import Status
from tests.support.accounts import region, snapshot, verdict
from tests.support.dax import cluster, with_clusters

CONTROL = "dax-in-transit"


@pytest.mark.parametrize(
    ("kind", "status"),
    [("TLS", Status.PASS), ("NONE", Status.FAIL), (None, Status.UNKNOWN), ("MORE", Status.UNKNOWN)],
)
def test_status(kind, status):
    one = cluster(ClusterEndpointEncryptionType=kind)
    assert verdict(CONTROL, snapshot(with_clusters(one))).status is status


def test_without_tables_there_is_nothing_to_say():
    empty = region(companions=with_clusters(cluster()).companions)
    assert verdict(CONTROL, snapshot(empty)).status is Status.NOT_APPLICABLE
