import pytest

from dynasec.check import Status
from dynasec.model.fact import Gap, Listing
from dynasec.settings import Network as NetworkSettings
from dynasec.settings import Settings
from tests.support.accounts import denied_listing, snapshot, verdict
from tests.support.network import flow_log, interface, network, networked, subnet, vpc

CONTROL = "flow-logs"


def _finding(*logs, settings=None, **kinds):
    kinds.setdefault("flow_logs", logs)
    return verdict(CONTROL, snapshot(networked(network(**kinds))), settings)


@pytest.mark.parametrize(
    "logs",
    [
        [flow_log()],
        [flow_log("subnet-1")],
        [flow_log("eni-1")],
        [flow_log(traffic="ACCEPT"), flow_log(traffic="REJECT", name="fl-2")],
        [flow_log(traffic="ACCEPT"), flow_log("eni-1", "REJECT", "fl-2")],
        [flow_log(DeliverLogsStatus="FAILED"), flow_log("subnet-1", name="fl-2")],
    ],
)
def test_all_traffic_is_recorded(logs):
    assert _finding(*logs).status is Status.PASS


@pytest.mark.parametrize(
    ("logs", "words"),
    [
        ([], "ACCEPT and REJECT traffic of subnet-1"),
        ([flow_log(traffic="REJECT")], "ACCEPT traffic of subnet-1"),
        ([flow_log("subnet-1", "ACCEPT")], "REJECT traffic of subnet-1"),
        ([flow_log("vpc-2")], "ACCEPT and REJECT traffic of subnet-1"),
        ([flow_log("tgw-1", None)], "ACCEPT and REJECT traffic of subnet-1"),
        ([flow_log(FlowLogStatus=None)], "ACCEPT and REJECT traffic of subnet-1"),
        (
            [flow_log(DeliverLogsStatus="FAILED", DeliverLogsErrorMessage="Access error")],
            "fl-1 of vpc-1 does not deliver: Access error",
        ),
        ([flow_log(traffic="ACCEPT", DeliverLogsStatus=None)], "REJECT traffic of subnet-1"),
    ],
)
def test_traffic_that_is_not_recorded(logs, words):
    finding = _finding(*logs)
    assert finding.status is Status.FAIL
    assert words in finding.reason


def test_a_log_that_never_delivered_is_unknown():
    assert _finding(flow_log(DeliverLogsStatus=None)).status is Status.UNKNOWN
    assert _finding(flow_log(DeliverLogsStatus=None), flow_log(name="fl-2")).status is Status.PASS


def test_every_workload_subnet_counts():
    two = {
        "subnets": [subnet(), subnet("subnet-2")],
        "interfaces": [interface(), interface("subnet-2", "eni-2")],
    }
    finding = _finding(flow_log("subnet-1"), **two)
    assert (finding.status, finding.evidence) == (
        Status.FAIL,
        {"unrecorded": {"subnet-2": ["ACCEPT", "REJECT"]}},
    )
    assert _finding(flow_log("subnet-1"), flow_log("subnet-2", name="fl-2"), **two).status is Status.PASS


def test_logs_of_interfaces_must_cover_each_of_them():
    pair = [
        interface(),
        interface(name="eni-2", InterfaceType="load_balancer"),
        interface(name="eni-3", Status="available"),
    ]
    assert _finding(flow_log("eni-1"), interfaces=pair).status is Status.FAIL
    assert _finding(flow_log("eni-1"), flow_log("eni-2", name="fl-2"), interfaces=pair).status is Status.PASS


def test_a_vpc_without_workloads_is_not_judged():
    assert _finding(interfaces=[]).status is Status.NOT_APPLICABLE


def test_a_configured_subnet_without_interfaces():
    settings = Settings(network=NetworkSettings(workload_subnets=("subnet-1",)))
    assert _finding(settings=settings, interfaces=[]).status is Status.FAIL
    hidden = denied_listing("ec2:DescribeNetworkInterfaces")
    assert _finding(settings=settings, interfaces=hidden).status is Status.UNKNOWN
    assert _finding(flow_log(), settings=settings, interfaces=hidden).status is Status.PASS


@pytest.mark.parametrize(
    ("kind", "operation"),
    [
        ("flow_logs", "ec2:DescribeFlowLogs"),
        ("interfaces", "ec2:DescribeNetworkInterfaces"),
        ("subnets", "ec2:DescribeSubnets"),
    ],
)
def test_a_denied_listing_is_unknown(kind, operation):
    finding = _finding(**{kind: denied_listing(operation)})
    assert finding.status is Status.UNKNOWN
    assert [gap.operation for gap in finding.gaps] == [operation]


def test_unread_subnets_may_be_without_logs():
    some = Listing((subnet(),), Gap("ec2:DescribeSubnets", "Throttled"))
    assert _finding(flow_log("subnet-1"), subnets=some).status is Status.UNKNOWN
    assert _finding(flow_log(), subnets=some).status is Status.PASS
    assert _finding(subnets=some).status is Status.FAIL


def test_logs_of_a_vpc_that_another_account_shares_are_not_seen():
    assert _finding(vpcs=[vpc(OwnerId="210987654321")]).status is Status.UNKNOWN
