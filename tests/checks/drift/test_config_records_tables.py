import pytest

from dynasec.check import Status
from dynasec.model.fact import Listing
from dynasec.model.recording import Exclusions, RecordingGroup, RecordingMode, RecordingStrategy
from tests.support.accounts import denied_listing, region, snapshot, table, verdict
from tests.support.recording import recorder, recording

CONTROL = "config-records-tables"
TABLE, ENDPOINT, KEY = "AWS::DynamoDB::Table", "AWS::EC2::VPCEndpoint", "AWS::KMS::Key"


def judge(**how):
    return verdict(CONTROL, snapshot(region(table(), recording=recording(**how))))


def listed(*types):
    return recorder(group=RecordingGroup(all_supported=False, resource_types=types))


def excluding(*types):
    strategy = RecordingStrategy(use_only="EXCLUSION_BY_RESOURCE_TYPES")
    group = RecordingGroup(
        exclusion_by_resource_types=Exclusions(resource_types=types), recording_strategy=strategy
    )
    return recorder(group=group)


@pytest.mark.parametrize("of", [recorder(), listed(TABLE, ENDPOINT, KEY), excluding("AWS::S3::Bucket")])
def test_a_recorder_of_all_three_passes(of):
    assert judge(of=of).status is Status.PASS


def test_a_pass_tells_how_often():
    daily = recorder(recording_mode=RecordingMode(recording_frequency="DAILY"))
    assert judge().evidence["records"] == "CONTINUOUS"
    assert (judge(of=daily).evidence["records"], "once a day" in judge(of=daily).reason) == ("DAILY", True)


@pytest.mark.parametrize(("switch", "told"), [(True, True), (False, False), (None, None)])
def test_iam_is_told_but_not_asked_of_every_region(switch, told):
    group = RecordingGroup(all_supported=True, include_global_resource_types=switch)
    found = judge(of=recorder(group=group))
    assert (found.status, found.evidence["iam"]) == (Status.PASS, told)


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"on": False}, "recorder default is off"),
        ({"recorders": Listing()}, "AWS Config has no recorder here"),
        ({"of": recorder("x", service_principal="x.amazonaws.com")}, "AWS Config has no recorder here"),
        ({"of": listed(ENDPOINT, KEY)}, f"recorder default does not record {TABLE}"),
        ({"of": listed(TABLE, ENDPOINT)}, f"recorder default does not record {KEY}"),
        ({"of": excluding(ENDPOINT)}, f"recorder default does not record {ENDPOINT}"),
    ],
)
def test_a_failure_says_what_is_not_recorded(how, says):
    found = judge(**how)
    assert (found.status, found.reason) == (Status.FAIL, says)


@pytest.mark.parametrize(
    "how",
    [
        {"recorders": denied_listing("config:DescribeConfigurationRecorders")},
        {"recorder_statuses": denied_listing("config:DescribeConfigurationRecorderStatus")},
        {"recorder_statuses": Listing()},
        {"of": recorder(group=None)},
    ],
)
def test_what_cannot_be_told_is_unknown(how):
    assert judge(**how).status is Status.UNKNOWN


def test_a_region_without_tables_needs_none():
    assert verdict(CONTROL, snapshot(region(recording=recording(on=False)))).status is Status.NOT_APPLICABLE
