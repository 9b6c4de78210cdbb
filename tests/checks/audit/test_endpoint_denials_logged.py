import pytest

from dynasec.check import Status
from dynasec.model.fact import Listing
from dynasec.model.network import Network
from dynasec.model.trail import TrailStatus
from tests.support.accounts import denied, region, snapshot, table, verdict
from tests.support.network import endpoint
from tests.support.trails import basic, data, store, trail, trails

CONTROL = "endpoint-denials-logged"


def activity(*conditions, source="dynamodb.amazonaws.com"):
    asked = [
        {"Field": "eventCategory", "Equals": ["NetworkActivity"]},
        {"Field": "eventSource", "Equals": [source]},
        *conditions,
    ]
    return {"FieldSelectors": asked}


def only(field, *values, how="Equals"):
    return {"Field": field, how: list(values)}


DENIED = only("errorCode", "VpceAccessDenied")


def judge(*found, **listing):
    network = Network(endpoints=Listing((endpoint(),)))
    return verdict(CONTROL, snapshot(region(table(), network=network), trails=trails(*found, **listing)))


@pytest.mark.parametrize(
    "selector",
    [
        activity(),
        activity(DENIED),
        activity(DENIED, only("vpcEndpointId", "vpce-1")),
        activity(only("vpcEndpointId", "vpce-9", how="NotEquals")),
        activity(only("vpcEndpointId", "vpce-", how="StartsWith")),
    ],
)
def test_all_refusals_of_this_endpoint_pass(selector):
    assert judge(trail("org", advanced=[selector])).status is Status.PASS
    assert judge(store("lake", selector)).status is Status.PASS


@pytest.mark.parametrize(
    "selector",
    [
        data(),
        activity(source="s3.amazonaws.com"),
        activity(DENIED, only("vpcEndpointId", "vpce-9")),
        activity(only("errorCode", "VpceAccessDenied", how="NotEquals")),
        activity(only("eventName", "GetItem")),
        activity({"Field": "vpcEndpointId"}),
        activity({"Field": "vpcEndpointId", "Like": ["vpce-1"]}),
        {"FieldSelectors": [only("eventCategory", "NetworkActivity")]},
        {"FieldSelectors": []},
    ],
)
def test_what_picks_others_or_some_fails(selector):
    found = judge(trail("org", advanced=[selector]))
    assert (found.status, "trail org selects none of them" in found.reason) == (Status.FAIL, True)


def test_management_and_data_events_of_a_trail_are_no_network_activity():
    assert judge(trail("org", basic("arn:aws:dynamodb"))).status is Status.FAIL
    assert judge().status is Status.FAIL


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"status": TrailStatus(is_logging=False)}, "trail org is stopped"),
        ({"home": "us-west-2", "multi_region": False}, "trail org covers us-west-2 only"),
    ],
)
def test_a_trail_that_does_not_log_here_does_not_count(how, says):
    found = judge(trail("org", advanced=[activity()], **how))
    assert (found.status, says in found.reason) == (Status.FAIL, True)


@pytest.mark.parametrize(
    ("found", "listing"),
    [
        ([], {"trails_denied_in": ["us-east-1"]}),
        ([], {"stores_denied_in": ["us-east-1"]}),
        ([trail("org", selected=denied("cloudtrail:GetEventSelectors"))], {}),
        ([trail("org", advanced=[activity()], status=denied("cloudtrail:GetTrailStatus"))], {}),
        ([store("lake", description=denied("cloudtrail:GetEventDataStore"))], {}),
    ],
)
def test_what_cannot_be_read_is_unknown(found, listing):
    assert judge(*found, **listing).status is Status.UNKNOWN
    assert judge(trail("proof", advanced=[activity()]), *found, **listing).status is Status.PASS
