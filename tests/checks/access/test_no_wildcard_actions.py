import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact, Listing
from dynasec.settings import Settings, Trust
from tests.support.accounts import judge, snapshot, verdict
from tests.support.identity import REFUSED, allow, deny, group, identity, managed, role, user

CONTROL = "no-wildcard-actions"
WIDE = [allow("dynamodb:*")]
FINE = [allow("dynamodb:GetItem", resource="arn:aws:dynamodb:us-east-1:123456789012:table/orders")]


def except_for(*resources):
    return {"Effect": "Allow", "Action": "*", "NotResource": list(resources)}


def judged(*things, **gaps):
    return judge(CONTROL, snapshot(identity=identity(*things, gaps=gaps)))


def one(*things):
    return verdict(CONTROL, snapshot(identity=identity(*things)))


@pytest.mark.parametrize(
    ("statements", "status"),
    [
        (WIDE, Status.FAIL),
        ([allow("*")], Status.FAIL),
        ([allow("dax:*")], Status.FAIL),
        ([allow("dynamodb:Delete*")], Status.FAIL),
        ([allow("dynamodb:?utItem")], Status.FAIL),
        ([allow("dynamodb:*", resource="arn:aws:dynamodb:us-east-1:123456789012:table/orders")], Status.FAIL),
        ([allow("dynamodb:*"), deny("dynamodb:DeleteTable")], Status.FAIL),
        (FINE, Status.PASS),
        ([allow("dynamodb:Describe*")], Status.PASS),
        ([allow("s3:*")], Status.PASS),
        ([allow("*", resource="arn:aws:s3:::bucket")], Status.PASS),
        ([allow("*", resource="arn:aws:s3:::bucket/*")], Status.PASS),
        ([allow("*", resource=["arn:aws:s3:::bucket/*", "arn:aws:dynamodb:*"])], Status.FAIL),
        ([except_for("arn:aws:dynamodb:us-east-1:123456789012:table/secrets")], Status.FAIL),
        ([except_for("arn:aws:dynamodb:*")], Status.FAIL),
        ([except_for("arn:aws:dynamodb:*", "arn:aws:dax:*")], Status.PASS),
        ([deny("dynamodb:*")], Status.PASS),
        ([allow("dynamodb:*", Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}})], Status.PASS),
        ([allow("dynamodb:*", Condition={"Bool": {"aws:SecureTransport": "true"}})], Status.FAIL),
        ([allow("dynamodb:*", Condition={"StringLikeIfExists": {"aws:PrincipalTag/a": "x"}})], Status.FAIL),
        ("{", Status.UNKNOWN),
        ('{"Statement": [], "Statement": [{"Effect": "Allow", "Action": "*"}]}', Status.UNKNOWN),
        (Fact(gap=REFUSED), Status.UNKNOWN),
    ],
)
def test_status_of_an_inline_policy(statements, status):
    assert one(role(inline={"p": statements})).status is status


def test_the_reason_names_statement_pattern_and_holder():
    app, ada = role(), user("ada", groups=("team",))
    own = managed("own", [allow("dynamodb:*", Sid="Everything")], attachments=2)
    app = role(attached=(own.arn,))
    finding = one(own, app, group("team", attached=(own.arn,)), ada)
    assert finding.reason == "Everything allows dynamodb:*: held by group/team, role/app"
    assert finding.evidence["principals"] == [app.arn, ada.arn]
    assert finding.evidence["wildcards"] == [
        {"statement": "Everything", "pattern": "dynamodb:*", "reaches": "every action"}
    ]
    assert finding.region == "global"


def test_an_aws_managed_policy_is_to_be_detached():
    data = managed("SomeJobFunction", [allow("dynamodb:*")], aws=True, attachments=1)
    finding = one(data, role("ops", attached=(data.arn,)))
    assert finding.status is Status.FAIL
    assert finding.reason.endswith("held by role/ops; AWS owns the policy, so detach it")


@pytest.mark.parametrize("name", ["AdministratorAccess", "AmazonDynamoDBFullAccess"])
def test_broad_aws_managed_policies_are_named_once_by_the_control_about_them(name):
    policy = managed(name, [allow("dynamodb:*")], aws=True, attachments=1)
    finding = one(policy, role("ops", attached=(policy.arn,)))
    assert finding.status is Status.NOT_APPLICABLE
    assert "see no-broad-managed-policy" in finding.reason
    own = managed(name, [allow("dynamodb:*")], attachments=1)
    assert one(own, role("ops", attached=(own.arn,))).status is Status.FAIL


def test_a_wildcard_by_inversion_is_not_this_controls():
    power = managed("power", [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}])
    finding = one(power, role(attached=(power.arn,)))
    assert finding.status is Status.PASS
    assert "NotAction of statement 1 is not judged here" in finding.reason


def test_a_policy_of_nobody_grants_nothing():
    assert one(managed("idle", WIDE, attachments=0)).status is Status.NOT_APPLICABLE


def test_a_policy_that_only_bounds_somebody_grants_nothing():
    bound = managed("bound", WIDE, attachments=0)
    finding = one(bound, role(boundary=bound.arn))
    assert finding.status is Status.NOT_APPLICABLE
    assert finding.evidence["bounds"] == [role().arn]


def test_a_policy_whose_holders_could_not_be_read_is_not_taken_for_idle():
    findings = judged(managed("own", WIDE, attachments=3), roles=REFUSED)
    assert [finding.status for finding in findings] == [Status.FAIL, Status.UNKNOWN]
    assert "holders that could not be read" in findings[0].reason


def test_without_a_count_a_policy_is_not_taken_for_idle():
    assert one(managed("own", WIDE)).status is Status.FAIL


def test_service_linked_policies_are_not_the_customers():
    path = "/aws-service-role/"
    own = managed("DynamoDBReplicationServiceRolePolicy", WIDE, aws=True, path=path, attachments=1)
    linked = role("AWSServiceRoleForDynamoDBReplication", path=path, attached=(own.arn,))
    assert one(own, linked).status is Status.NOT_APPLICABLE
    assert one(role("AWSServiceRoleForX", path=path, inline={"p": WIDE})).status is Status.NOT_APPLICABLE
    assert one(managed("own", WIDE, path=path, attachments=1)).status is Status.FAIL


def test_one_malformed_policy_is_one_unknown():
    findings = judged(role(inline={"bad": "{", "good": FINE, "wide": WIDE}))
    assert [finding.status for finding in findings] == [Status.UNKNOWN, Status.PASS, Status.FAIL]


def test_policies_that_could_not_be_listed_are_told():
    (finding,) = judged(role(inline=Listing(gap=REFUSED)))
    assert finding.status is Status.UNKNOWN


def test_denied_iam_is_unknown():
    (finding,) = judged(users=REFUSED, roles=REFUSED, groups=REFUSED, managed_policies=REFUSED)
    assert finding.status is Status.UNKNOWN
    assert finding.gaps == (REFUSED,)


@pytest.mark.parametrize(
    ("administrators", "status"),
    [
        (("*:role/admin",), Status.NOT_APPLICABLE),
        (("*:role/admin", "*:role/app"), Status.NOT_APPLICABLE),
        (("*:role/app",), Status.FAIL),
        ((), Status.FAIL),
    ],
)
def test_declared_administrators_may_hold_it(administrators, status):
    holder = role("admin", inline={"p": [allow("dynamodb:*")]})
    settings = Settings(trust=Trust(administrators=administrators))
    assert verdict(CONTROL, snapshot(identity=identity(holder)), settings).status is status


def test_a_holder_who_is_no_administrator_fails():
    wide = managed("wide", [allow("dynamodb:*")], attachments=2)
    people = identity(wide, role("admin", attached=(wide.arn,)), role("app", attached=(wide.arn,)))
    settings = Settings(trust=Trust(administrators=("*:role/admin",)))
    assert verdict(CONTROL, snapshot(identity=people), settings).status is Status.FAIL


def test_holders_that_are_not_known_may_be_no_administrators():
    wide = managed("wide", [allow("dynamodb:*")], attachments=2)
    people = identity(wide, role("admin", attached=(wide.arn,)))
    settings = Settings(trust=Trust(administrators=("*:role/admin",)))
    assert verdict(CONTROL, snapshot(identity=people), settings).status is Status.UNKNOWN
