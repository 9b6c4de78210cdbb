import json

import pytest

from dynasec.iam.malformed import MalformedPolicy
from dynasec.semantics.replica_policy import PolicyComparison, compare

HERE, THERE = "us-east-1", "eu-west-1"
ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "dynamodb:GetItem", "Resource": "*"}
DENY = {**ALLOW, "Effect": "Deny"}
NOT = {"Effect": "Deny", "NotAction": ["dynamodb:Query", "dynamodb:Scan"], "NotResource": ["a:1", "a:2"]}


def compared(here, there, version="2012-10-17"):
    def text(statements):
        return statements and json.dumps({"Version": version, "Statement": statements})

    return compare((text(here), HERE), (text(there), THERE))


@pytest.mark.parametrize(
    ("here", "there", "weaker"),
    [
        (None, None, ()),
        ([ALLOW], [ALLOW], ()),
        ([ALLOW], None, ()),
        (None, [DENY], ()),
        (None, [ALLOW], ("adds Allow statement 1",)),
        ([DENY], None, ("lacks Deny statement 1",)),
        ([DENY, ALLOW], [ALLOW, DENY], ()),
        (ALLOW, [ALLOW], ()),
        ([ALLOW], [{**ALLOW, "Principal": {"AWS": ["*"]}}], ()),
        ([ALLOW], [{**ALLOW, "Action": ["dynamodb:GetItem", "dynamodb:Query"]}], ("adds Allow statement 1",)),
        (
            [DENY],
            [{**DENY, "Condition": {"Bool": {"aws:SecureTransport": False}}}],
            ("lacks Deny statement 1",),
        ),
        (
            [{**DENY, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}],
            [{**DENY, "Condition": {"bool": {"AWS:secureTransport": False}}}],
            (),
        ),
        (
            [{**ALLOW, "Resource": ["a:*", f"arn:aws:dynamodb:{HERE}:1:table/x"]}],
            [{**ALLOW, "Resource": [f"arn:aws:dynamodb:{THERE}:1:table/x", "a:*"]}],
            (),
        ),
        (
            [{**ALLOW, "Resource": f"arn:aws:dynamodb:{HERE}:1:table/x"}],
            [{**ALLOW, "Resource": f"arn:aws:dynamodb:{HERE}:1:table/x"}],
            ("adds Allow statement 1",),
        ),
        (
            [{**ALLOW, "Condition": {"StringEquals": {"aws:RequestedRegion": HERE}}}],
            [{**ALLOW, "Condition": {"StringEquals": {"aws:RequestedRegion": THERE}}}],
            (),
        ),
        (
            [{**NOT, "NotPrincipal": {"AWS": ["222222222222", "111111111111"]}}],
            [{**NOT, "NotPrincipal": {"AWS": ["111111111111", "222222222222"]}}],
            (),
        ),
    ],
)
def test_what_is_weaker_there(here, there, weaker):
    assert compared(here, there) == PolicyComparison(weaker)


def test_the_version_changes_what_a_variable_means():
    text = json.dumps({"Version": "2008-10-17", "Statement": DENY})
    newer = json.dumps({"Version": "2012-10-17", "Statement": DENY})
    assert compare((newer, HERE), (text, THERE)).weaker == ("lacks Deny statement 1",)


@pytest.mark.parametrize("kind", ["vpce", "vpc"])
def test_ids_of_a_region_leave_it_undecided(kind):
    def only(number):
        return [{**DENY, "Condition": {"StringNotEquals": {"aws:SourceVpce": f"{kind}-0{number}"}}}]

    assert compared(only(1), only(2)) == PolicyComparison(undecided=("lacks Deny statement 1",))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"Statement": [{"Effect": "Maybe"}]}'])
def test_what_is_no_policy_is_refused(text):
    with pytest.raises(MalformedPolicy):
        compare((None, HERE), (text, THERE))
