import pytest

from dynasec.check import Severity, Status
from dynasec.model.fact import Fact
from dynasec.model.table import ResourcePolicy
from dynasec.settings import Settings, Trust
from tests.support.accounts import ACCOUNT, denied, description, region, snapshot, table, verdict
from tests.support.identity import allow, deny, document

CONTROL = "table-only-through-endpoint"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
OTHER = "210987654321"
ENDPOINT = {"StringNotEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}
EXEMPT = {
    **ENDPOINT,
    "Bool": {"aws:ViaAWSService": "false", "aws:PrincipalIsAWSService": "false"},
    "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/aws-service-role/*"},
}
INDEX = [{"index_name": "by-day"}]


def finding(*statements, text=None, trust=None, tags=None, policy=None, **facts):
    read = policy or Fact(ResourcePolicy(text=text or document(*statements), revision_id="r1"))
    facts.setdefault("description", description())
    one = table(policy=read, tags=tags or {"data-class": "restricted"}, **facts)
    return verdict(CONTROL, snapshot(region(one)), Settings(trust=trust or Trust()))


def unless(condition, *actions, resource=(TABLE, f"{TABLE}/index/*"), principal="*"):
    return deny(
        *(actions or ("dynamodb:*",)), resource=list(resource), Principal=principal, Condition=condition
    )


@pytest.mark.parametrize(
    "condition",
    [
        ENDPOINT,
        EXEMPT,
        {"StringNotEquals": {"aws:SourceVpc": ["vpc-0123456789abcdef0"]}},
        {"StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-0123456789abcdef0"}},
        {"StringNotEquals": {"aws:VpceAccount": ACCOUNT}},
    ],
)
def test_a_deny_outside_the_endpoint(condition):
    assert finding(unless(condition)).status is Status.PASS


def test_a_service_exemption_is_no_hole():
    assert (
        finding(unless(EXEMPT), allow("dynamodb:GetItem", resource=TABLE, Principal="*")).status
        is Status.PASS
    )


def test_no_policy_fails():
    found = finding(policy=Fact(None))
    assert (found.status, found.severity) == (Status.FAIL, Severity.HIGH)
    assert "no resource policy" in found.reason


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (allow("dynamodb:GetItem", resource=TABLE, Principal="*"), "principals of the account from outside any endpoint"),
        (unless({"Null": {"aws:SourceVpce": "true"}}), "through an endpoint of another account"),
        (unless({"StringNotLike": {"aws:SourceVpce": "vpce-*"}}), "through an endpoint of another account"),
        (unless({"ForAnyValue:StringNotEquals": ENDPOINT["StringNotEquals"]}), "from outside any endpoint"),
        (unless({"StringNotEquals": {**ENDPOINT["StringNotEquals"], "aws:PrincipalTag/team": "ops"}}), "team"),
        (unless(ENDPOINT, principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}), "principals of the account"),
        (unless(ENDPOINT, "dynamodb:GetItem", "dynamodb:Query"), "dynamodb:PutItem"),
        (
            unless({**ENDPOINT, "ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/app-*"}}),
            "role/app-*",
        ),
        (unless({**ENDPOINT, "NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), "203.0.113.0/24"),
    ],
)  # fmt: skip
def test_holes(statement, words):
    found = finding(statement)
    assert found.status is Status.FAIL
    assert words in found.reason


def test_every_item_action_counts_partiql_too():
    listed = ("dynamodb:*Item", "dynamodb:Query", "dynamodb:Scan", "dynamodb:ConditionCheckItem")
    found = finding(unless(ENDPOINT, *listed))
    assert found.status is Status.FAIL
    assert "dynamodb:PartiQLSelect" in found.evidence["ways_in"][0]["actions"]


def test_indexes_must_be_covered_where_there_are_any():
    only_table = unless(ENDPOINT, resource=[TABLE])
    assert finding(only_table).status is Status.PASS
    found = finding(only_table, description=description(global_secondary_indexes=INDEX))
    assert (found.status, "dynamodb:Query" in found.reason) == (Status.FAIL, True)


def test_declared_administrators_may_be_exempt():
    statement = unless(
        {**ENDPOINT, "ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/break-glass"}}
    )
    assert finding(statement).status is Status.FAIL
    declared = Trust(administrators=("arn:aws:iam::*:role/break-glass",))
    assert finding(statement, trust=declared).status is Status.PASS


def test_whom_notprincipal_exempts_is_tried():
    exempt = {"AWS": [f"arn:aws:iam::{ACCOUNT}:role/app", f"arn:aws:iam::{ACCOUNT}:root"]}
    statement = unless(ENDPOINT)
    del statement["Principal"]
    assert finding({**statement, "NotPrincipal": exempt}).status in {Status.FAIL, Status.UNKNOWN}


def test_a_foreign_account_that_is_let_in():
    account = {"AWS": f"arn:aws:iam::{OTHER}:root"}
    own = unless(ENDPOINT, principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    found = finding(own, allow("dynamodb:GetItem", resource=TABLE, Principal=account))
    assert (found.status, f"account {OTHER}" in found.reason) == (Status.FAIL, True)


def test_tables_without_sensitive_data_are_not_judged():
    assert finding(tags={"data-class": "public"}).status is Status.NOT_APPLICABLE


def test_unclassified_data_is_sensitive():
    assert finding(policy=Fact(None), tags={"team": "a"}).status is Status.FAIL


@pytest.mark.parametrize("text", ["{", '{"Statement": [{"Effect": "Allow"}]}'])
def test_a_malformed_policy_is_unknown(text):
    assert finding(text=text).status is Status.UNKNOWN


@pytest.mark.parametrize(
    "facts",
    [
        {"policy": denied("dynamodb:GetResourcePolicy")},
        {"description": denied("dynamodb:DescribeTable")},
        {"tags": denied("tag:GetResources")},
    ],
)
def test_what_cannot_be_read_is_unknown(facts):
    assert finding(unless(ENDPOINT), **facts).status is Status.UNKNOWN
