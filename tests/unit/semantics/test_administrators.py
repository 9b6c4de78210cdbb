import pytest

from dynasec.model.fact import Listing, Unknown
from dynasec.semantics.administrators import held_by_administrators_only, is_administrator
from dynasec.settings import Trust
from tests.support.identity import REFUSED, allow, group, identity, managed, role, user

TRUST = Trust(administrators=("*:role/admin", "*:user/ann"))
WIDE = [allow("*")]


def _policy(people, name):
    return next(one for one in people.policies.items if one.name == name)


def _only(people, name="p", trust=TRUST):
    return held_by_administrators_only(_policy(people, name), people, trust)


@pytest.mark.parametrize(
    ("arn", "declared"),
    [
        ("arn:aws:iam::123456789012:role/admin", True),
        ("arn:aws:iam::123456789012:role/administrator", False),
        ("arn:aws:iam::123456789012:role/path/admin", False),
    ],
)
def test_globs_match_whole_arns(arn, declared):
    assert is_administrator(arn, TRUST) is declared


def test_an_inline_policy_is_its_owners():
    assert _only(identity(role("admin", inline={"p": WIDE})))
    assert not _only(identity(role("app", inline={"p": WIDE})))


def test_a_group_s_policy_is_its_members():
    team = group("team", inline={"p": WIDE})
    assert _only(identity(team, user("ann", groups=("team",))))
    assert not _only(identity(team, user("ann", groups=("team",)), user("bob", groups=("team",))))


def test_a_policy_of_nobody_known_is_not_the_administrators():
    assert not _only(identity(group("team", inline={"p": WIDE})))


def test_members_that_are_not_known_may_be_others():
    hidden = user("bob", groups=Listing(gap=REFUSED))
    with pytest.raises(Unknown):
        _only(identity(group("team", inline={"p": WIDE}), user("ann", groups=("team",)), hidden))


def test_what_hides_others_does_not_matter_to_a_single_role():
    assert _only(identity(role("admin", inline={"p": WIDE}), user("bob", groups=Listing(gap=REFUSED))))


def test_holders_of_a_managed_policy_are_counted():
    wide = managed("wide", WIDE, attachments=2)
    admin = role("admin", attached=(wide.arn,))
    with pytest.raises(Unknown):
        _only(identity(wide, admin), "wide")
    assert not _only(identity(wide, admin, role("app", attached=(wide.arn,))), "wide")
    assert _only(identity(wide, admin, user("ann", attached=(wide.arn,))), "wide")
