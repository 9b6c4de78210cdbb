import pytest

from dynasec.access import Access
from dynasec.access.beyond import beyond, is_declared
from dynasec.model.fact import Unknown
from tests.support.access import ORDERS, REFUSED, account, orders, organization
from tests.support.accounts import ACCOUNT, denied, denied_listing
from tests.support.identity import REFUSED as NO_DETAILS
from tests.support.identity import allow, managed, role, user

DELETE = frozenset({"dynamodb:DeleteTable"})
OTHER = "999988887777"
SHARED = managed("shared", [allow("dynamodb:DeleteTable")])


def asked(snapshot, apart=lambda _: False, actions=DELETE):
    return beyond(Access(snapshot), next(iter(snapshot.tables())), actions, apart)


def to(principal, **more):
    return allow("dynamodb:DeleteTable", resource=ORDERS, Principal=principal, **more)


def test_principals_with_the_same_cause_stand_together_even_if_a_policy_tells_them_apart():
    some = [role(name, attached=(SHARED.arn,)) for name in ("a", "b")]
    named = allow("dynamodb:Scan", resource=ORDERS, Principal={"AWS": some[0].arn})
    found = asked(account(*some, SHARED, of=orders(policy=[named])))
    (holders,) = found.sure
    assert holders.principals == (some[0].arn, some[1].arn)
    assert holders.cause.statements == ((SHARED.arn, "statement 1"),)


def test_conditional_rights_are_possible_and_apart_ones_are_told():
    where = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    found = asked(
        account(
            role("sure", inline={"p": [allow("dynamodb:*")]}),
            role("maybe", inline={"p": [allow("dynamodb:*", Condition=where)]}),
            role("chief", inline={"p": [allow("dynamodb:*")]}),
            role("none", inline={"p": [allow("dynamodb:GetItem")]}),
        ),
        lambda who: who.name.endswith("/chief"),
    )
    assert [one.principals for one in found.sure] == [(role("sure").arn,)]
    assert [one.principals for one in found.possible] == [(role("maybe").arn,)]
    assert found.apart == (role("chief").arn,)
    assert not found.gaps


@pytest.mark.parametrize(
    "snapshot",
    [
        account(gaps={"roles": NO_DETAILS}),
        account(of=orders(policy=denied("dynamodb:GetResourcePolicy"))),
        account(user(groups=denied_listing("iam:GetAccountAuthorizationDetails"))),
    ],
)
def test_what_may_hide_somebody_is_a_gap(snapshot):
    found = asked(snapshot)
    assert not found.holders
    assert found.gaps


def test_an_undecidable_standing_apart_is_open():
    def undecidable(_):
        raise Unknown(NO_DETAILS)

    found = asked(account(role(inline={"p": [allow("dynamodb:*")]})), undecidable)
    assert found.open == (role().arn,)
    assert found.gaps == (NO_DETAILS,)
    assert not found.holders


def test_unread_control_policies_are_told_since_they_may_forbid_it():
    app = role(inline={"p": [allow("dynamodb:*")]})
    assert asked(account(app, organization=organization(gap=REFUSED))).above == (REFUSED,)
    assert not asked(account(app, organization=organization(allow("*")))).above
    forbidden = {**allow("dynamodb:DeleteTable"), "Effect": "Deny"}
    assert not asked(account(app, organization=organization(allow("*"), forbidden))).holders


@pytest.mark.parametrize(
    ("glob", "declared"),
    [
        (f"arn:aws:iam::{OTHER}:role/admin", {"foreign"}),
        (f"arn:aws:iam::{OTHER}:*", {"foreign", "account"}),
        ("arn:aws:iam::*:role/admin", {"own", "session"}),
        ("arn:aws:iam::9*:role/admin", set()),
        ("*", {"own", "session"}),
        (f"arn:aws:iam::{ACCOUNT}:role/admin", {"own", "session"}),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/*", {"session"}),
        ("backup.amazonaws.com", {"service"}),
        ("*.amazonaws.com", set()),
    ],
)
def test_a_glob_declares_foreigners_only_by_their_account(glob, declared):
    who = {
        "own": f"arn:aws:iam::{ACCOUNT}:role/admin",
        "session": f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/job",
        "foreign": f"arn:aws:iam::{OTHER}:role/admin",
        "account": f"arn:aws:iam::{OTHER}:root",
        "service": "backup.amazonaws.com",
        "anyone": "*",
    }
    named = [to({"AWS": who[name]}) for name in ("session", "foreign", "account")]
    named += [
        to({"Service": who["service"]}),
        to("*", Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}}),
    ]
    everybody = Access(account(role("admin"), of=orders(policy=named))).everybody
    assert set(who.values()) <= set(everybody)
    assert {name for name, arn in who.items() if is_declared(everybody[arn], (glob,), ACCOUNT)} == declared
