import json

import pytest

from dynasec.check import Status
from tests.support.accounts import ACCOUNT, denied_listing, judge, snapshot, verdict
from tests.support.network import FULL_ACCESS, SERVICE, endpoint, interface_endpoint, network, networked

CONTROL = "endpoint-policy-restricted"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"


def _policy(**statement):
    fields = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [fields]})


def _finding(policy, **members):
    one = endpoint(PolicyDocument=policy, **members)
    return verdict(CONTROL, snapshot(networked(network(endpoints=[one]))))


@pytest.mark.parametrize(
    "policy",
    [
        FULL_ACCESS,
        _policy(),
        _policy(Principal={"AWS": "*"}, Action=["*"], Resource=["*"]),
        _policy(Action="dynamodb:*"),
        _policy(Action="DynamoDB:*", Resource="arn:aws:dynamodb:*:*:*"),
        json.dumps({"Version": "2008-10-17", "Statement": json.loads(FULL_ACCESS)["Statement"]}),
    ],
)
def test_full_access_in_any_spelling(policy):
    finding = _finding(policy)
    assert finding.status is Status.FAIL
    assert "statement 1" in finding.reason


def test_a_failure_names_the_statement():
    assert "DataPlane allows dynamodb:*" in _finding(_policy(Sid="DataPlane", Action="dynamodb:*")).reason


@pytest.mark.parametrize(
    "policy",
    [
        _policy(Action=["dynamodb:GetItem", "dynamodb:Query"], Resource=TABLE),
        _policy(Condition={"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}),
    ],
)
def test_a_policy_that_narrows_what_or_who(policy):
    assert _finding(policy).status is Status.PASS


@pytest.mark.parametrize("policy", ["{", "{}", '{"Statement":[{"Effect":"allow"}]}', None])
def test_a_policy_that_cannot_be_read_is_unknown(policy):
    finding = _finding(policy)
    assert finding.status is Status.UNKNOWN
    assert [gap.operation for gap in finding.gaps] == ["ec2:DescribeVpcEndpoints"]


def test_interface_endpoints_and_those_of_streams_are_judged_too():
    streams = interface_endpoint("vpce-3", ServiceName=f"{SERVICE}-streams")
    account = snapshot(networked(network(endpoints=[interface_endpoint(), streams])))
    assert [finding.status for finding in judge(CONTROL, account)] == [Status.FAIL, Status.FAIL]


def test_endpoints_of_other_services_are_not():
    others = [endpoint(service="com.amazonaws.us-east-1.s3")]
    assert judge(CONTROL, snapshot(networked(network(endpoints=others)))) == []


@pytest.mark.parametrize("state", ["deleted", "Deleting", "failed"])
def test_an_endpoint_that_is_gone_is_not_judged(state):
    assert _finding(FULL_ACCESS, State=state).status is Status.NOT_APPLICABLE


def test_endpoints_that_cannot_be_listed_are_unknown():
    hidden = network(endpoints=denied_listing("ec2:DescribeVpcEndpoints"))
    assert verdict(CONTROL, snapshot(networked(hidden))).status is Status.UNKNOWN
