import json

import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact, Gap, Listing
from dynasec.model.organization import Organization
from dynasec.model.table import ResourcePolicy
from dynasec.settings import Settings, Trust
from tests.support.accounts import DENIED, denied, description, judge, region, snapshot, table
from tests.support.identity import REFUSED, allow, deny, document, group, identity, managed, role, user
from tests.support.keys import encrypted, key

CONTROL = "escalation-paths-closed"
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
IAM = "arn:aws:iam::123456789012"


def trust(**principal):
    return document(
        {
            "Effect": "Allow",
            "Principal": principal or {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    )


ADMINISTRATORS = Settings(trust=Trust(administrators=("arn:aws:iam::*:role/admin",)))
ITEMS = allow("dynamodb:GetItem", "dynamodb:Query")
READER = role("reader", inline={"items": [ITEMS]}, trust=trust(Service="lambda.amazonaws.com"))
CLERK = user("clerk", inline={"items": [ITEMS]})
PASS = allow("iam:PassRole", resource=READER.arn)


def dev(*statements, **more):
    return role("dev", inline={"p": list(statements)}, **{"trust": trust(), **more})


def judged(*people, settings=ADMINISTRATORS, organization=None, tables=None, **told):
    facts = {
        "description": description(),
        "policy": None,
        "stream_policy": None,
        "tags": {"data-class": "restricted"},
        **told,
    }
    found = snapshot(
        region(tables=tables or Listing((table(**facts),))),
        identity=identity(READER, CLERK, *people),
        organization=organization or Organization(description=Fact(None)),
    )
    return {finding.label: finding for finding in judge(CONTROL, found, settings)}


@pytest.mark.parametrize(
    ("statements", "step"),
    [
        ([allow("iam:PutRolePolicy")], "iam:PutRolePolicy on role/dev"),
        ([allow("iam:AttachRolePolicy", resource=f"{IAM}:role/dev")], "iam:AttachRolePolicy on role/dev"),
        ([allow("iam:UpdateAssumeRolePolicy", resource=READER.arn)], "iam:UpdateAssumeRolePolicy on role/reader"),
        ([allow("iam:CreateAccessKey", resource=CLERK.arn)], "iam:CreateAccessKey on user/clerk"),
        ([allow("iam:UpdateLoginProfile")], "iam:UpdateLoginProfile on user/clerk"),
        ([PASS, allow("lambda:CreateFunction")], "iam:PassRole role/reader with lambda:CreateFunction"),
        ([allow("dynamodb:PutResourcePolicy", resource=TABLE)], "dynamodb:PutResourcePolicy"),
        ([allow("dynamodb:*"), deny("dynamodb:*Item", "dynamodb:Query", "dynamodb:Scan", "dynamodb:PartiQL*",
                                    "dynamodb:SearchVectors", "dynamodb:GetRecords", "dynamodb:*ForReplication",
                                    Condition={"StringNotEquals": {"aws:PrincipalArn": "x"}})], None),
    ],
    ids=json.dumps,
)  # fmt: skip
def test_ways_to_give_oneself_access_fail(statements, step):
    found = judged(dev(*statements))["dev"]
    if step is None:  # Denies on items stay in force whatever the table's policy says
        assert found.status is Status.PASS, found.reason
    else:
        assert found.status is Status.FAIL, found.reason
        assert found.reason == f"may give itself the items of orders by {step}"


@pytest.mark.parametrize(
    "statements",
    [
        [allow("s3:*")],
        [allow("iam:PutRolePolicy", resource=f"{IAM}:role/other")],
        [allow("iam:CreateAccessKey", resource=f"{IAM}:user/other")],
        [allow("iam:PutRolePolicy"), deny("iam:*")],
        [PASS],
        [allow("lambda:CreateFunction")],
        [PASS, allow("ec2:RunInstances")],  # the role trusts Lambda
        [allow("iam:PassRole", resource=f"{IAM}:role/dev"), allow("lambda:*")],
        [PASS, deny("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}), allow("lambda:*")],
        [allow("dynamodb:PutResourcePolicy", resource=f"{TABLE}-other")],
        [allow("kms:PutKeyPolicy")],  # no key is missing
    ],
    ids=json.dumps,
)  # fmt: skip
def test_what_opens_nothing_passes(statements):
    found = judged(dev(*statements))["dev"]
    assert found.status is Status.PASS, found.reason


def test_versions_of_a_policy_that_one_has():
    own = managed("own", [allow("s3:*")])
    change = allow("iam:CreatePolicyVersion", resource=own.arn)
    found = judged(
        own, dev(change, attached=(own.arn,)), role("other", inline={"p": [change]}, trust=trust())
    )
    assert found["dev"].reason.endswith("by iam:CreatePolicyVersion on policy/own")
    assert found["other"].status is Status.PASS


def test_policies_of_ones_group():
    team = group(inline={"p": [allow("iam:PutGroupPolicy")]})
    assert judged(team, user("member", groups=("team",)))["member"].status is Status.FAIL


def test_a_role_that_one_may_assume_and_change():
    target = role("target", trust=trust(AWS=f"{IAM}:role/dev"))
    both = [allow("sts:AssumeRole", resource=target.arn), allow("iam:PutRolePolicy", resource=target.arn)]
    assert judged(target, dev(*both))["dev"].status is Status.FAIL
    assert judged(target, dev(both[1]))["dev"].status is Status.FAIL  # the trust policy names it
    elsewhere = role("target", trust=trust())
    assert judged(elsewhere, dev(*both))["dev"].status is Status.PASS


def test_assuming_a_role_with_access_is_no_escalation():
    open_role = role("open", inline={"p": [ITEMS]}, trust=trust(AWS=f"{IAM}:role/dev"))
    assert judged(open_role, dev(allow("sts:AssumeRole")))["dev"].status is Status.PASS


def test_boundaries_and_control_policies_count():
    bound = managed("bound", [allow("iam:*", "s3:*")])
    assert judged(bound, dev(allow("iam:PutRolePolicy"), boundary=bound.arn))["dev"].status is Status.PASS


def test_the_key_counts_and_may_be_the_thing_that_is_missing():
    may_read = role("dev", inline={"p": [ITEMS, allow("kms:CreateGrant")]}, trust=trust())
    outsider = role("outsider", inline={"p": [allow("dynamodb:PutResourcePolicy")]}, trust=trust())

    def under(*statements):
        own = key(policies={"default": document(*statements)}, grants=Listing())
        one = encrypted(tags={"data-class": "restricted"}, policy=None, stream_policy=None)
        found = snapshot(
            region(tables=Listing((one,))),
            keys=(own,),
            identity=identity(may_read, outsider),
            organization=Organization(description=Fact(None)),
        )
        return {finding.label: finding for finding in judge(CONTROL, found, ADMINISTRATORS)}

    def to(name, *actions):
        return {
            "Effect": "Allow",
            "Principal": {"AWS": f"{IAM}:{name}"},
            "Action": list(actions),
            "Resource": "*",
        }

    closed = under(to("role/admin", "kms:*"))
    assert closed["dev"].status is Status.PASS
    assert closed["outsider"].status is Status.PASS  # the table's policy would not open its key
    delegated = under(to("root", "kms:CreateGrant"))
    assert delegated["dev"].reason == (
        "may give itself the items of orders by kms:CreateGrant on key/1234abcd-12ab-34cd-56ef-1234567890ab"
    )
    assert delegated["outsider"].status is Status.PASS
    assert under(to("role/outsider", "kms:Decrypt"))["outsider"].status is Status.FAIL


def test_who_has_access_and_administrators_are_not_judged():
    admin = role("admin", inline={"p": [allow("*")]}, trust=trust())
    found = judged(admin)
    assert found["reader"].status is Status.NOT_APPLICABLE
    assert found["admin"].reason == "a declared administrator"
    undeclared = judged(user("boss", inline={"p": [allow("*")]}), settings=Settings())
    assert undeclared["boss"].status is Status.NOT_APPLICABLE


def test_tables_that_are_not_sensitive_do_not_count():
    found = judged(dev(allow("iam:PutRolePolicy")), tags={"data-class": "public"})
    assert found["dev"].status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    "told",
    [
        {"tags": denied("tag:GetResources")},
        {"policy": denied("dynamodb:GetResourcePolicy")},
        {"tables": Listing((), DENIED)},
    ],
    ids=str,
)
def test_unread_tables_are_unknown(told):
    assert judged(dev(allow("s3:*")), **told)["dev"].status is Status.UNKNOWN


def test_unread_policies_are_unknown():
    hidden = role("dev", inline={"p": Fact(gap=REFUSED)}, trust=trust())
    assert judged(hidden)["dev"].status is Status.UNKNOWN
    unreadable = role("target", inline={"p": Fact(gap=REFUSED)}, trust=trust())
    retrust = allow("iam:UpdateAssumeRolePolicy", resource=unreadable.arn)
    assert judged(unreadable, dev(retrust))["dev"].status is Status.UNKNOWN
    assert judged(unreadable, dev(allow("s3:*")))["dev"].status is Status.PASS


def test_roles_of_which_it_is_not_known_whom_they_trust():
    closed = role("closed", inline={"p": [ITEMS]}, trust=Fact(gap=REFUSED))
    passing = allow("iam:PassRole", resource=closed.arn)
    assert judged(closed, dev(passing))["dev"].status is Status.UNKNOWN
    assert judged(closed, dev(allow("iam:PassRole", resource=f"{IAM}:role/dev")))["dev"].status is Status.PASS


def test_an_unread_organization_may_forbid_it():
    above = Organization(
        description=Fact(gap=Gap("organizations:DescribeOrganization", "AccessDeniedException"))
    )
    found = judged(dev(allow("iam:PutRolePolicy")), organization=above)["dev"]
    assert found.status is Status.UNKNOWN
    assert "may give itself" in found.reason


def test_conditions_are_told():
    mfa = allow("iam:PutRolePolicy", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    found = judged(dev(mfa))["dev"]
    assert found.status is Status.FAIL
    assert found.evidence["ways"][0]["standing"] == "conditional"
    assert found.evidence["ways"][0]["conditions"]


def test_a_table_policy_that_cannot_be_parsed_is_what_hides_the_answer():
    found = judged(dev(allow("s3:*")), policy=ResourcePolicy(text="no JSON"))["dev"]
    assert found.status is Status.UNKNOWN
    assert {gap.operation for gap in found.gaps} == {"dynamodb:GetResourcePolicy"}


def test_a_key_policy_that_cannot_be_read_is_what_hides_the_answer():
    own = key(policies=denied("kms:GetKeyPolicy"), grants=Listing())
    one = encrypted(tags={"data-class": "restricted"}, policy=None, stream_policy=None)
    people = identity(READER, CLERK, dev(ITEMS))
    account = snapshot(
        region(one), identity=people, organization=Organization(description=Fact(None)), keys=(own,)
    )
    found = next(one for one in judge(CONTROL, account, ADMINISTRATORS) if one.label == "dev")
    assert found.status is Status.UNKNOWN
    assert {gap.operation for gap in found.gaps} == {"kms:GetKeyPolicy"}
