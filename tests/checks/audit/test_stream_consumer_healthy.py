import pytest

from dynasec.check import Status
from tests.support.accounts import denied, denied_listing, region, snapshot, verdict
from tests.support.companions import FORMER, consumers, mapping, streaming

CONTROL = "stream-consumer-healthy"
MAPPINGS = "lambda:ListEventSourceMappings"


def judge(*mappings, of=None, **listings):
    here = region(of or streaming(), companions=consumers(*mappings, **listings))
    return verdict(CONTROL, snapshot(here))


def test_a_function_at_work_that_keeps_what_fails_passes():
    found = judge(mapping())
    assert (found.status, found.evidence["functions"]) == (Status.PASS, ["audit"])


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (mapping(state="Disabled"), "function audit is Disabled"),
        (
            mapping(LastProcessingResult="PROBLEM: Function call failed"),
            "function audit met a PROBLEM: Function call failed",
        ),
        (mapping(DestinationConfig={"OnFailure": {}}), "function audit has no destination for what fails"),
        (
            mapping(stream=FORMER),
            "function audit reads a stream that the table does not write to any more",
        ),
    ],
)
def test_failures(one, says):
    found = judge(one, mapping("other"))
    assert (found.status, found.reason) == (Status.FAIL, says)


def test_a_function_on_the_stream_of_a_table_without_one_reads_nothing():
    assert judge(mapping(), of=streaming(on=False)).status is Status.FAIL


def test_every_problem_is_named():
    found = judge(mapping("a", state="Disabled"), mapping("b", DestinationConfig=None))
    assert len(found.evidence["problems"]) == 2


@pytest.mark.parametrize("mappings", [[], [mapping(state="Deleting")]])
def test_without_a_function_there_is_nothing_to_judge(mappings):
    assert judge(*mappings).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize("state", ["Creating", "Enabling", "Updating", "Disabling"])
def test_a_state_that_passes_is_unknown(state):
    assert judge(mapping(state=state)).status is Status.UNKNOWN


def test_mappings_that_cannot_be_listed_may_be_broken():
    assert judge(event_source_mappings=denied_listing(MAPPINGS)).status is Status.UNKNOWN
    assert judge(event_source_mappings=denied_listing(MAPPINGS, mapping())).status is Status.UNKNOWN
    broken = denied_listing(MAPPINGS, mapping(state="Disabled"))
    assert judge(event_source_mappings=broken).status is Status.FAIL


def test_a_table_that_cannot_be_described_is_unknown():
    dark = streaming(description=denied("dynamodb:DescribeTable"))
    assert judge(mapping(), of=dark).status is Status.UNKNOWN
