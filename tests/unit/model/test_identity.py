import pytest

from dynasec.model.fact import Fact, Listing
from dynasec.model.identity import Identity
from tests.support.accounts import ACCOUNT
from tests.support.identity import REFUSED, allow, group, identity, managed, role, user

READ = [allow("dynamodb:GetItem")]


def test_an_inline_policy_has_a_stable_name_of_its_own():
    app = role("app", inline={"read": READ}, path="/svc/policy/")
    (policy,) = identity(app).policies.complete()
    assert policy.arn == f"arn:aws:iam::{ACCOUNT}:role/svc/policy/app/policy/read"
    assert policy.arn.rpartition("/policy/")[0] == policy.owner == app.arn
    assert policy.label == "app/read"
    assert policy.attached_to == (app.arn,)


def test_a_managed_policy_knows_who_has_it_and_whom_it_bounds():
    own = managed("own", READ)
    people = identity(
        own,
        group("team", attached=(own.arn,)),
        user("ada", groups=("team",)),
        role("app", attached=(own.arn,)),
        role("bounded", boundary=own.arn),
    )
    (policy,) = people.policies.complete()
    assert policy.label == "own"
    assert [arn.rsplit(":", 1)[-1] for arn in policy.attached_to] == ["group/team", "role/app"]
    assert [arn.rsplit(":", 1)[-1] for arn in people.holders(policy)] == ["role/app", "user/ada"]
    assert [arn.rsplit(":", 1)[-1] for arn in policy.bounds] == ["role/bounded"]
    assert people.boundary_of(people.roles.items[1]).known() == policy
    assert people.boundary_of(people.roles.items[0]).known() is None


@pytest.mark.parametrize("aws", [True, False])
def test_whose_a_managed_policy_is(aws):
    one = managed("policy", READ, aws=aws, path="/aws-service-role/")
    (policy,) = identity(one).policies.complete()
    assert policy.aws_managed is aws
    assert policy.is_service_linked is aws  # a customer's policy may be called by any path


def test_a_user_has_its_own_policies_and_those_of_its_groups():
    shared, team_only = managed("shared", READ), managed("team", READ)
    ada = user("ada", inline={"own": READ}, attached=(shared.arn,), groups=("team",))
    team = group("team", inline={"g": READ}, attached=(shared.arn, team_only.arn))
    people = identity(shared, team_only, ada, team, role("other", inline={"no": READ}))
    assert [one.label for one in people.policies_of(ada).complete()] == [
        "ada/own",
        "shared",
        "team/g",
        "team",
    ]


@pytest.mark.parametrize(
    "gapped",
    [
        {"inline": Listing(gap=REFUSED)},
        {"attached": Listing(gap=REFUSED)},
        {"groups": Listing(gap=REFUSED)},
        {"groups": ("unread",)},
        {"attached": ("arn:aws:iam::aws:policy/Unread",)},
    ],
)
def test_whatever_hides_a_policy_of_a_user_is_told(gapped):
    people = identity(user(**gapped))
    assert people.policies_of(people.users.items[0]).gap is not None


@pytest.mark.parametrize("name", ["users", "groups", "roles", "managed_policies"])
def test_whatever_hides_a_policy_makes_the_listing_incomplete(name):
    assert identity(gaps={name: REFUSED}).policies.gap == REFUSED


def test_an_attached_policy_that_was_not_sent_makes_the_listing_incomplete():
    assert identity(role(attached=("arn:aws:iam::aws:policy/Unread",))).policies.gap is not None
    assert identity(role(inline=Listing(gap=REFUSED))).policies.gap == REFUSED
    assert identity(role()).policies.gap is None


def test_an_unread_boundary_is_not_taken_for_none():
    bounded = role(boundary=Fact(gap=REFUSED))
    people = identity(bounded, role("lost", boundary="arn:aws:iam::aws:policy/Unread"))
    assert people.boundary_of(bounded).gap == REFUSED
    assert people.boundary_of(people.roles.items[1]).gap is not None


def test_service_linked_roles_are_known_by_their_path():
    assert role(path="/aws-service-role/dynamodb.amazonaws.com/").is_service_linked
    assert not role(path="/").is_service_linked


@pytest.mark.parametrize(
    ("owner", "linked"),
    [
        (role(path="/aws-service-role/dynamodb.amazonaws.com/", inline={"p": READ}), True),
        (role(inline={"p": READ}), False),
        (user(path="/aws-service-role/", inline={"p": READ}), False),
    ],
)
def test_an_inline_policy_of_a_service_linked_role_is_service_linked(owner, linked):
    (policy,) = identity(owner).policies.complete()
    assert policy.is_service_linked is linked


def test_nothing_collected_is_not_nothing_there():
    assert Identity().policies.gap.code == "NotCollected"


def test_a_role_has_no_policies_but_its_own():
    own = managed("own", READ)
    app = role("app", inline={"read": READ}, attached=(own.arn,))
    people = identity(own, app, group("team", inline={"g": READ}))
    assert [one.label for one in people.policies_of(app).complete()] == ["app/read", "own"]
