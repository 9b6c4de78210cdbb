import pytest

from dynasec.check import Status
from tests.support.accounts import ACCOUNT, denied, snapshot, verdict
from tests.support.dax import cluster, with_clusters
from tests.support.identity import REFUSED, allow, deny, identity, managed, role

CONTROL = "dax-role-scoped"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
NAMED = [allow("dynamodb:*", resource=[TABLE, f"{TABLE}/index/*"])]
WIDE = [allow("dynamodb:GetItem", resource="*")]
FULL = managed("AmazonDynamoDBFullAccess", [allow("dynamodb:*", "dax:*")], aws=True)


def judged(*things, gaps=None):
    found = identity(*things, gaps=gaps)
    return verdict(CONTROL, snapshot(with_clusters(cluster()), identity=found))


def dax(*statements, **more):
    return role("dax", inline={"items": list(statements)}, **more)


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        (NAMED[0], Status.PASS),
        (allow("dynamodb:GetItem", resource="arn:aws:dynamodb:*:*:table/orders"), Status.PASS),
        (allow("s3:*", resource="*"), Status.PASS),
        (allow("dynamodb:DescribeLimits", "dynamodb:ListTables"), Status.PASS),
        (deny("dynamodb:*"), Status.PASS),
        (WIDE[0], Status.FAIL),
        (allow("*"), Status.FAIL),
        (allow("dynamodb:Query", resource=f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/*"), Status.FAIL),
        (allow("dynamodb:Query", resource=f"{TABLE}*"), Status.FAIL),
        (allow("dynamodb:Query", resource=[TABLE, "arn:aws:dynamodb:*"]), Status.FAIL),
        (allow("dynamodb:PartiQLSelect"), Status.FAIL),
        ({"Effect": "Allow", "Action": "dynamodb:GetItem", "NotResource": TABLE}, Status.FAIL),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, Status.FAIL),
        (allow("dynamodb:GetItem", Condition={"Bool": {"aws:SecureTransport": "true"}}), Status.FAIL),
    ],
)
def test_status(statement, status):
    assert judged(dax(statement)).status is status


def test_a_failure_names_statement_policy_and_resource():
    assert judged(dax(*WIDE)).reason == "role dax: statement 1 of policy dax/items reaches *"


def test_a_managed_policy_counts():
    assert judged(dax(*NAMED, attached=(FULL.arn,)), FULL).status is Status.FAIL


def test_a_boundary_that_names_tables_takes_it_back():
    named, wide = managed("named", NAMED), managed("wide", WIDE)
    assert judged(dax(*WIDE, boundary=named.arn), named).status is Status.PASS
    assert judged(dax(*WIDE, boundary=wide.arn), wide).status is Status.FAIL
    assert judged(dax(*WIDE, boundary=denied("iam:Read"))).status is Status.UNKNOWN


def test_what_was_not_read_is_unknown():
    hidden = managed("hidden", denied("iam:GetAccountAuthorizationDetails"))
    assert judged(dax(*NAMED, attached=(hidden.arn,)), hidden).status is Status.UNKNOWN
    assert judged(dax(*WIDE, attached=(hidden.arn,)), hidden).status is Status.FAIL
    assert judged(gaps={"roles": REFUSED}).status is Status.UNKNOWN
    assert judged().status is Status.UNKNOWN
    broken = role("dax", inline={"items": "{"})
    assert judged(broken).status is Status.UNKNOWN
