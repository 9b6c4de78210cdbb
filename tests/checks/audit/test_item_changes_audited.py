import pytest

from dynasec.check import Status
from dynasec.model.trail import TrailStatus
from tests.support.accounts import denied, denied_listing, description, region, snapshot, table, verdict
from tests.support.companions import FORMER, consumers, mapping, streaming
from tests.support.trails import basic, trail, trails

CONTROL = "item-changes-audited"
ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
NO_MAPPINGS = consumers(event_source_mappings=denied_listing("lambda:ListEventSourceMappings"))
FILTER = {"FilterCriteria": {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]}}


def judge(of=None, companions=None, logs=None):
    here = region(of or streaming(), companions=companions or consumers())
    return verdict(CONTROL, snapshot(here, trails=logs or trails()))


def test_an_enabled_function_on_the_stream_passes():
    found = judge(companions=consumers(mapping()))
    assert (found.status, found.reason) == (Status.PASS, "changes go to function audit")


@pytest.mark.parametrize("status", ["ACTIVE", "UPDATING"])
def test_a_kinesis_data_stream_passes(status):
    found = judge(streaming(on=False, kinesis=status))
    assert (found.status, found.reason) == (Status.PASS, "changes go to changes")


@pytest.mark.parametrize("status", ["DISABLED", "DISABLING", "ENABLING", "ENABLE_FAILED"])
def test_a_destination_that_is_not_at_work_does_not_count(status):
    assert judge(streaming(on=False, kinesis=status)).status is Status.FAIL


@pytest.mark.parametrize("of", ["All", "WriteOnly"])
def test_data_events_of_writes_pass(of):
    assert judge(streaming(on=False), logs=trails(trail("org", basic(ARN, of=of)))).status is Status.PASS


@pytest.mark.parametrize(
    "logs",
    [
        trails(trail("org", basic(ARN, of="ReadOnly"))),
        trails(trail("org", basic())),
        trails(trail("org", basic(ARN), status=TrailStatus(is_logging=False))),
    ],
)
def test_a_trail_exists_is_not_writes_are_logged(logs):
    assert judge(logs=logs).status is Status.FAIL


@pytest.mark.parametrize(
    "one",
    [
        mapping(state="Disabled"),
        mapping(state="Creating"),
        mapping(stream=FORMER),
        mapping(stream="arn:aws:dynamodb:us-east-1:123456789012:table/orders-old/stream/1"),
    ],
)
def test_a_function_that_is_not_sent_the_changes_does_not_count(one):
    found = judge(companions=consumers(one))
    assert (found.status, found.reason.startswith("no enabled function")) == (Status.FAIL, True)


def test_the_arn_of_a_former_stream_outlives_it():
    assert judge(streaming(on=False), consumers(mapping())).status is Status.FAIL


def test_a_table_without_stream_says_so():
    found = judge(table(description=description(), kinesis_destinations=()))
    assert (found.status, found.reason.startswith("the table has no stream")) == (Status.FAIL, True)


@pytest.mark.parametrize("members", [FILTER, {"KMSKeyArn": "arn:aws:kms:us-east-1:123456789012:key/1"}])
def test_filters_may_drop_changes(members):
    assert judge(companions=consumers(mapping(**members))).status is Status.UNKNOWN
    assert judge(companions=consumers(mapping(**members), mapping("whole"))).status is Status.PASS


@pytest.mark.parametrize(
    ("of", "companions", "logs"),
    [
        (None, NO_MAPPINGS, None),
        (streaming(arn=None), None, None),
        (streaming(description=denied("dynamodb:DescribeTable")), None, None),
        (streaming(kinesis_destinations=denied("dynamodb:DescribeKinesisStreamingDestination")), None, None),
        (None, None, trails(trails_denied_in=["us-east-1"])),
        (None, None, trails(stores_denied_in=["us-east-1"])),
    ],
    ids=["mappings", "arn", "table", "kinesis", "trails", "stores"],
)
def test_what_cannot_be_read_is_unknown(of, companions, logs):
    assert judge(of, companions, logs).status is Status.UNKNOWN


def test_one_trace_is_enough_whatever_else_cannot_be_read():
    dark = streaming(description=denied("dynamodb:DescribeTable"), kinesis="ACTIVE")
    assert judge(dark, NO_MAPPINGS, trails(trails_denied_in=["us-east-1"])).status is Status.PASS


def test_data_that_is_not_sensitive_is_left_out():
    assert judge(streaming(tags={"data-class": "public"})).status is Status.NOT_APPLICABLE
