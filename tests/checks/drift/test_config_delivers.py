import pytest

from dynasec.check import Status
from dynasec.model.fact import Listing
from dynasec.model.recording import Delivery
from tests.support.accounts import denied_listing, region, snapshot, table, verdict
from tests.support.recording import delivering, recording

CONTROL = "config-delivers"
FAILED = Delivery(last_status="Failure", last_error_code="NoSuchBucket")


def judge(**how):
    return verdict(CONTROL, snapshot(region(table(), recording=recording(**{**delivering(), **how}))))


def test_a_channel_that_delivered_passes():
    assert judge().status is Status.PASS


def test_a_channel_without_topic_sends_no_messages():
    infos = delivering(config_stream_delivery_info=Delivery(last_status="Not_Applicable"))
    assert judge(**infos).status is Status.PASS


@pytest.mark.parametrize(
    "infos",
    [
        delivering(FAILED),
        delivering(config_snapshot_delivery_info=FAILED),
        delivering(config_stream_delivery_info=FAILED),
    ],
)
def test_any_failure_fails(infos):
    found = judge(**infos)
    assert (found.status, found.reason.endswith("NoSuchBucket")) == (Status.FAIL, True)


def test_no_channel_fails():
    assert judge(delivery_channels=Listing()).status is Status.FAIL


@pytest.mark.parametrize(
    "how",
    [
        delivering(None),
        delivering(Delivery()),
        {"delivery_statuses": Listing()},
        {"delivery_statuses": denied_listing("config:DescribeDeliveryChannelStatus")},
        {"delivery_channels": denied_listing("config:DescribeDeliveryChannels")},
        {"recorders": denied_listing("config:DescribeConfigurationRecorders")},
        {"recorder_statuses": denied_listing("config:DescribeConfigurationRecorderStatus")},
    ],
)
def test_what_cannot_be_told_is_unknown(how):
    assert judge(**how).status is Status.UNKNOWN


@pytest.mark.parametrize("how", [{"on": False}, {"recorders": Listing()}])
def test_without_a_recorder_at_work_there_is_nothing_to_deliver(how):
    assert judge(**how).status is Status.NOT_APPLICABLE
