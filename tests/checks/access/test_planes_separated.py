import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact, Listing
from dynasec.model.table import Sse
from dynasec.settings import Settings, Trust
from tests.support.access import (
    EVERYTHING,
    LAMBDA,
    ORDERS,
    PEOPLE,
    REFUSED,
    STREAM,
    account,
    orders,
    organization,
)
from tests.support.accounts import (
    ACCOUNT,
    REGION,
    denied,
    denied_listing,
    description,
    judge,
    region,
    table,
    verdict,
)
from tests.support.identity import REFUSED as NO_DETAILS
from tests.support.identity import allow, deny, managed, role, user

CONTROL = "planes-separated"
BOTH = {"p": [allow("dynamodb:GetItem"), allow("dynamodb:UpdateTable")]}


def judged(*people, trust=(), **account_facts):
    return verdict(CONTROL, account(*people, **account_facts), Settings(trust=Trust(administrators=trust)))


@pytest.mark.parametrize(
    ("item", "change"),
    [
        ("GetItem", "UpdateTable"),
        ("PutItem", "DeleteTable"),
        ("PartiQLSelect", "PutResourcePolicy"),
        ("Scan", "UpdateTimeToLive"),
        ("GetRecords", "TagResource"),
        ("Query", "EnableKinesisStreamingDestination"),
    ],
)
def test_both_planes_of_one_table_fail(item, change):
    app = role(inline={"p": [allow(f"dynamodb:{item}"), allow(f"dynamodb:{change}")]})
    finding = judged(app)
    assert finding.status is Status.FAIL
    assert finding.reason == (
        f"may dynamodb:{item} by inline policy p, statement 1"
        f" and dynamodb:{change} by inline policy p, statement 2 on orders"
    )
    assert finding.evidence["overlaps"][0]["tables"] == [ORDERS]


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        ([allow("dynamodb:*Item")], "may use items of tables only"),
        ([allow("dynamodb:UpdateTable", "dynamodb:Describe*")], "may use settings of tables only"),
        ([allow("dynamodb:*"), deny("dynamodb:UpdateTable", "dynamodb:Delete*", "dynamodb:Create*")], None),
    ],
)
def test_one_plane_passes(statements, reason):
    finding = judged(role(inline={"p": statements}))
    assert finding.status is (Status.FAIL if reason is None else Status.PASS)
    assert reason in {None, finding.reason}


def test_both_planes_of_different_tables_pass():
    archive = f"{ORDERS}-archive"
    app = role(
        inline={
            "p": [allow("dynamodb:GetItem", resource=ORDERS), allow("dynamodb:UpdateTable", resource=archive)]
        }
    )
    two = region(
        orders(),
        table("orders-archive", policy=None, stream_policy=None, description=description("orders-archive")),
    )
    whole = account(app).model_copy(update={"regions": (two,)})
    finding = verdict(CONTROL, whole)
    assert (finding.status, finding.reason) == (
        Status.PASS, "may use items and settings, but nowhere of the same table"
    )  # fmt: skip


def test_what_a_boundary_or_a_control_policy_takes_away_does_not_count():
    bound = managed("bound", [allow("dynamodb:*Item")])
    assert judged(role(inline=BOTH, boundary=bound.arn), bound).status is Status.PASS
    forbidding = organization(allow("*"), deny("dynamodb:UpdateTable"))
    assert judged(role(inline=BOTH), organization=forbidding).status is Status.PASS


def test_a_tables_own_policy_counts_also_to_a_session():
    named = {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/job"}
    policy = [allow("dynamodb:UpdateTable", resource=ORDERS, Principal=named)]
    app = role(inline={"p": [allow("dynamodb:GetItem")]})
    assert judged(app).status is Status.PASS
    assert judged(app, of=orders(policy=policy)).status is Status.FAIL


def test_administrators_are_not_judged():
    assert judged(role(inline=BOTH), trust=("*:role/app",)).status is Status.NOT_APPLICABLE
    chief = role("chief", trust=PEOPLE, inline={"all": EVERYTHING})
    assert judged(chief).status is Status.NOT_APPLICABLE
    assert judged(chief, trust=("*:role/app",)).status is Status.FAIL
    assert judged(role(trust=LAMBDA, inline={"all": EVERYTHING})).status is Status.FAIL


def test_who_has_no_access_and_service_linked_roles_are_not_applicable():
    assert judged(role(inline={"p": [allow("s3:*")]})).status is Status.NOT_APPLICABLE
    linked = role("AWSServiceRoleForX", path="/aws-service-role/x/", inline=BOTH)
    assert judged(linked).status is Status.NOT_APPLICABLE


def test_users_and_roles_are_judged_each():
    whole = account(role(inline=BOTH), user(inline={"p": [allow("dynamodb:GetItem")]}))
    found = {one.label: one.status for one in judge(CONTROL, whole)}
    assert found == {"app": Status.FAIL, "ci": Status.PASS}


def test_unlisted_users_are_unknown():
    (finding,) = judge(CONTROL, account(gaps={"users": NO_DETAILS}))
    assert (finding.status, finding.resource_type) == (Status.UNKNOWN, "AWS::IAM::Principal")


def test_an_unread_key_leaves_items_open():
    sse = Sse(status="ENABLED", sse_type="KMS", kms_master_key_arn=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1")
    under_key = orders(description=description(latest_stream_arn=STREAM, sse=sse))
    assert judged(role(inline=BOTH), of=under_key).status is Status.UNKNOWN
    assert judged(role(inline={"p": [allow("dynamodb:UpdateTable")]}), of=under_key).status is Status.PASS


@pytest.mark.parametrize(
    ("people", "facts"),
    [
        ([role(inline={"p": Fact(gap=NO_DETAILS)})], {}),
        ([role(inline=BOTH, boundary=Fact(gap=NO_DETAILS))], {}),
        ([role(inline=BOTH)], {"organization": organization(gap=REFUSED)}),
        ([role()], {"of": orders(policy=denied("dynamodb:GetResourcePolicy"))}),
        ([role(trust=Fact(gap=NO_DETAILS), inline={"all": EVERYTHING})], {}),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_unknown(people, facts):
    assert judged(*people, **facts).status is Status.UNKNOWN


def test_unlisted_tables_are_unknown():
    nowhere = region().model_copy(update={"tables": denied_listing("dynamodb:ListTables")})
    whole = account(role(inline=BOTH)).model_copy(update={"regions": (nowhere,)})
    assert verdict(CONTROL, whole).status is Status.UNKNOWN
    empty = account(role(inline=BOTH)).model_copy(update={"regions": (region(),)})
    assert verdict(CONTROL, empty).status is Status.NOT_APPLICABLE
    assert Listing() == empty.regions[0].tables


def test_a_plane_that_may_be_open_is_neither_access_nor_none():
    """A reader's policy beside a boundary or a key that was not read: it may use items, or have no access at all."""
    reader = {"inline": {"p": [allow("dynamodb:GetItem")]}}
    assert judged(role(boundary=Fact(gap=NO_DETAILS), **reader)).status is Status.UNKNOWN
    sse = Sse(status="ENABLED", sse_type="KMS", kms_master_key_arn=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1")
    assert judged(role(**reader), of=orders(description=description(sse=sse))).status is Status.UNKNOWN
