import pytest

from dynasec.check import Severity, Status
from tests.support.accounts import ACCOUNT, snapshot, verdict
from tests.support.identity import allow, deny, document
from tests.support.network import FULL_ACCESS, SERVICE, endpoint, interface_endpoint, network, networked

CONTROL = "endpoint-policy-workable"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
DISCOVERY = allow("dynamodb:DescribeEndpoints", Principal="*")


def finding(*statements, make=endpoint, text=None, **members):
    one = make(PolicyDocument=text or document(*statements), **members)
    return verdict(CONTROL, snapshot(networked(network(endpoints=[one]))))


def items(**more):
    fields = {"Principal": "*", "resource": [TABLE, f"{TABLE}/index/*"], **more}
    return allow("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", **fields)


@pytest.mark.parametrize(
    "statements",
    [
        [items(), DISCOVERY],
        [items(Condition={"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}), DISCOVERY],
        [
            items(resource="arn:aws:dynamodb:*:*:table/*"),
            allow(
                "dynamodb:DescribeEndpoints",
                Principal="*",
                Condition={"StringEquals": {"aws:PrincipalOrgID": "o-ownown12345"}},
            ),
        ],
        [allow("dynamodb:Query", "dynamodb:Scan", Principal="*", resource=f"{TABLE}/index/*"), DISCOVERY],
        [items(resource=f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/${{aws:PrincipalTag/team}}"), DISCOVERY],
        [items(), DISCOVERY, allow("s3:GetObject", Principal="*", resource="arn:aws:s3:::b/*")],
        [items(), allow("dynamodb:Describe*", Principal="*"), deny("dynamodb:DeleteTable", Principal="*")],
    ],
)
def test_policies_that_work(statements):
    found = finding(*statements)
    assert (found.status, found.reason) == (
        Status.PASS,
        "the endpoint policy is well-formed, and what it allows works",
    )


def test_one_policy_may_serve_several_regions():
    found = finding(items(resource=[TABLE, f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/x"]), DISCOVERY)
    assert found.status is Status.PASS


def test_full_access_works():
    assert finding(text=FULL_ACCESS).status is Status.PASS


def test_an_index_pattern_is_no_data_plane_scope():
    found = finding(items(resource=f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/*/index/*"), DISCOVERY)
    assert (found.status, found.severity) == (Status.FAIL, Severity.MEDIUM)
    assert "dynamodb:GetItem, dynamodb:PutItem are allowed on indexes only" in found.reason
    assert "Query" not in found.reason


def test_another_statement_may_reach_the_table():
    assert finding(items(resource=f"{TABLE}/index/*"), items(resource=TABLE), DISCOVERY).status is Status.PASS


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ({**items(), "Principal": None}, "statement 1 has no Principal"),
        (items(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}), "its root user only"),
        (items(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}), "role/app"),
        (items(resource=[TABLE, f"arn:aws:dynamodb:us-east-1:{ACCOUNT}: table/x"]), "has a space in it"),
        (items(resource=[TABLE, "arn:aws:dynamodb:us-east-1:12345:table/x"]), "no account id"),
        (items(resource=[TABLE, f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:tables/x"]), "names no table"),
        (items(resource=f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/x"), "is of another Region"),
        (items(resource=[TABLE, f"arn:aws:dynamodb::{ACCOUNT}:table/x"]), "has no Region"),
        (items(resource=[TABLE, "arn:aws:dynamodb:table/x"]), "is no whole ARN"),
        (
            allow("dynamodb:TransactWriteItems", "dynamodb:PutItem", Principal="*", resource=TABLE),
            "names dynamodb:TransactWriteItems: no IAM action",
        ),
    ],
)
def test_mistakes(statement, words):
    plain = {name: value for name, value in statement.items() if value is not None}
    found = finding(plain, DISCOVERY)
    assert found.status is Status.FAIL
    assert words in found.reason
    assert len(found.evidence["faults"]) == 1


def test_on_an_interface_endpoint_principals_may_be_named():
    found = finding(
        items(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}), DISCOVERY, make=interface_endpoint
    )
    assert found.status is Status.PASS


@pytest.mark.parametrize(
    "statements",
    [
        [items()],
        [items(), DISCOVERY, deny("dynamodb:Describe*", Principal="*")],
        [
            items(),
            allow(
                "dynamodb:*", Principal="*", Condition={"StringEquals": {"aws:PrincipalAccount": "2" * 12}}
            ),
        ],
    ],
)
def test_discovery_must_be_allowed(statements):
    found = finding(*statements)
    assert found.status is Status.FAIL
    assert "dynamodb:DescribeEndpoints is not allowed" in found.reason


def test_the_endpoint_of_streams_needs_no_discovery():
    stream = f"{TABLE}/stream/*"
    found = finding(
        allow("dynamodb:GetRecords", Principal="*", resource=stream),
        make=interface_endpoint,
        ServiceName=f"{SERVICE}-streams",
    )
    assert found.status is Status.PASS


def test_a_policy_that_allows_nothing():
    assert "every call fails" in finding(allow("s3:*", Principal="*")).reason


@pytest.mark.parametrize("text", ["{", '{"Statement":[{"Effect":"allow"}]}'])
def test_a_malformed_policy_is_unknown(text):
    assert finding(text=text).status is Status.UNKNOWN


def test_an_endpoint_that_is_gone_is_not_judged():
    assert finding(items(), State="deleted").status is Status.NOT_APPLICABLE
