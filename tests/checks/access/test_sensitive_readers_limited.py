import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact
from dynasec.settings import Settings, Thresholds, Trust
from tests.support.access import EVERYTHING, ORDERS, PEOPLE, REFUSED, account, orders, organization
from tests.support.accounts import denied, verdict
from tests.support.identity import REFUSED as NO_DETAILS
from tests.support.identity import allow, deny, role

CONTROL = "sensitive-readers-limited"
OTHER = "999988887777"
GET = {"p": [allow("dynamodb:GetItem")]}


def judged(*people, limit=1, trust=(), **account_facts):
    settings = Settings(trust=Trust(administrators=trust), thresholds=Thresholds(sensitive_readers=limit))
    return verdict(CONTROL, account(*people, **account_facts), settings)


def readers(count, **more):
    return [role(f"app-{number}", **{"inline": GET, **more}) for number in range(count)]


def test_more_readers_than_allowed_fail_and_are_all_listed():
    finding = judged(*readers(4), limit=3)
    assert finding.status is Status.FAIL
    assert finding.reason == (
        "4 principals may read it, 3 are allowed: role/app-0, role/app-1, role/app-2 and 1 more"
        " may dynamodb:GetItem by inline policy p, statement 1"
    )
    assert finding.evidence["readers"] == [one.arn for one in readers(4)]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_as_many_as_allowed_pass(count):
    finding = judged(*readers(count), limit=3)
    assert finding.status is Status.PASS
    assert finding.evidence["readers"] == [one.arn for one in readers(count)]


@pytest.mark.parametrize(
    "statement",
    [
        allow("dynamodb:Query", resource=f"{ORDERS}/index/by-mail"),
        allow("dynamodb:PartiQLSelect"),
        allow("dynamodb:Scan", Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}}),
        allow("*"),
    ],
)
def test_every_way_of_reading_counts(statement):
    assert judged(*readers(2, inline={"p": [statement]})).status is Status.FAIL


@pytest.mark.parametrize(
    "statements",
    [
        [allow("dynamodb:PutItem", "dynamodb:DescribeTable", "dynamodb:ConditionCheckItem")],
        [allow("dynamodb:Query", resource=f"{ORDERS}/index/other")],
        [allow("dynamodb:*"), deny("dynamodb:*")],
    ],
)
def test_who_cannot_read_is_not_counted(statements):
    assert judged(*readers(3, inline={"p": statements}), limit=0).status is Status.PASS


def test_declared_administrators_are_not_counted_but_undeclared_ones_are():
    chiefs = readers(2, trust=PEOPLE, inline={"all": EVERYTHING})
    assert judged(*chiefs).status is Status.FAIL
    assert judged(*chiefs, trust=("*:role/app-*",)).status is Status.PASS


@pytest.mark.parametrize("principal", [{"AWS": f"arn:aws:iam::{OTHER}:root"}, "*"], ids=["account", "anyone"])
def test_an_account_is_more_than_can_be_counted(principal):
    policy = [allow("dynamodb:GetItem", resource=ORDERS, Principal=principal)]
    finding = judged(of=orders(policy=policy), limit=100)
    assert finding.status is Status.FAIL
    assert "more than can be counted" in finding.reason


def test_a_single_foreigner_counts_as_one():
    policy = [allow("dynamodb:GetItem", resource=ORDERS, Principal={"AWS": f"arn:aws:iam::{OTHER}:role/r"})]
    assert judged(of=orders(policy=policy)).status is Status.PASS
    assert judged(of=orders(policy=policy), limit=0).status is Status.FAIL


def test_what_may_be_too_many_is_unknown_and_what_cannot_be_is_not():
    unread = role("unread", inline={"p": Fact(gap=NO_DETAILS)})
    assert judged(*readers(1), unread).status is Status.UNKNOWN
    assert judged(*readers(1), unread, limit=2).status is Status.PASS
    assert judged(*readers(2), unread).status is Status.FAIL


def test_what_hides_others_is_unknown():
    assert judged(gaps={"users": NO_DETAILS}, limit=9).status is Status.UNKNOWN
    assert judged(of=orders(policy=denied("dynamodb:GetResourcePolicy")), limit=9).status is Status.UNKNOWN
    assert judged(*readers(2), organization=organization(gap=REFUSED)).status is Status.UNKNOWN
    assert judged(*readers(1), organization=organization(gap=REFUSED)).status is Status.PASS


def test_only_sensitive_tables_are_judged():
    public = orders(tags={"data-class": "public"})
    assert judged(*readers(2), of=public).status is Status.NOT_APPLICABLE
    assert judged(*readers(2), of=orders(tags=denied("tag:GetResources"))).status is Status.UNKNOWN
