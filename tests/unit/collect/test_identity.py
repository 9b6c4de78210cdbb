import json
from datetime import datetime

import boto3
import pytest
from botocore.exceptions import UnknownServiceError

from dynasec.collect import credentials
from dynasec.collect import identity as collector
from dynasec.collect.clients import Clients
from dynasec.model.identity import RoleLastUsed
from dynasec.model.snapshot import Snapshot
from tests.support.accounts import ACCOUNT
from tests.support.emulated import collect_emulated
from tests.support.identity import allow, document
from tests.support.scripted import AwsError

DETAILS = "iam:GetAccountAuthorizationDetails"
GENERATE, REPORT = "iam:GenerateCredentialReport", "iam:GetCredentialReport"
READS = (DETAILS, GENERATE, REPORT, "iam:GetAccountSummary", "iam:ListAccountAliases")
AWS_OWN = "arn:aws:iam::aws:policy"
TEXT = document(allow("dynamodb:GetItem"))
NOW = "2026-01-15T10:00:00+00:00"


def read(*, script=None, reads=READS):
    found, made = collect_emulated(reads, script=script)
    return found.identity, made


def arn(resource):
    return f"arn:aws:iam::{ACCOUNT}:{resource}"


def details(**lists):
    """One answer for all three chains, each of which gets what it asks for."""
    kinds = {"User": "UserDetailList", "Group": "GroupDetailList", "Role": "RoleDetailList"}

    def answer(sent):
        asked = [value for key, value in sent.items() if key.startswith("Filter.member")]
        names = {kinds.get(one, "Policies") for one in asked}
        return {
            **{name: lists.get(name, []) if name in names else [] for name in (*kinds.values(), "Policies")},
            "IsTruncated": False,
        }

    return answer


def raw_user(name="ci", **members):
    return {
        "Path": "/",
        "UserName": name,
        "Arn": arn(f"user/{name}"),
        "GroupList": [],
        "AttachedManagedPolicies": [],
        **members,
    }


def raw_role(name="app", **members):
    return {
        "Path": "/",
        "RoleName": name,
        "Arn": arn(f"role/{name}"),
        "AssumeRolePolicyDocument": TEXT,
        "InstanceProfileList": [],
        "RolePolicyList": [],
        "AttachedManagedPolicies": [],
        "RoleLastUsed": {},
        **members,
    }


def raw_policy(policy_arn, **members):
    return {
        "Arn": policy_arn,
        "Path": "/",
        "DefaultVersionId": "v1",
        "AttachmentCount": 0,
        "PolicyVersionList": [{"VersionId": "v1", "Document": TEXT, "IsDefaultVersion": True}],
        **members,
    }


HEADER = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,"
    "access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,"
    "access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,"
    "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated"
)
ROOT = (
    f"<root_account>,{arn('root')},{NOW},not_supported,{NOW},not_supported,not_supported,true,"
    "false,N/A,N/A,N/A,N/A,true,2020-01-01T00:00:00+00:00,N/A,N/A,N/A,false,N/A,false,N/A"
)


def row(name, *, console="false", key="true"):
    return (
        f"{name},{arn(f'user/{name}')},{NOW},{console},no_information,N/A,N/A,false,"
        f"{key},{NOW},{NOW},us-east-1,dynamodb,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
    )


def report(*rows):
    return {
        GENERATE: {"State": "COMPLETE"},
        REPORT: {
            "Content": "\n".join((HEADER, *rows)).encode(),
            "ReportFormat": "text/csv",
            "GeneratedTime": datetime.fromisoformat(NOW),
        },
    }


@pytest.fixture
def _populated(aws, monkeypatch):  # noqa: ARG001 - it is the account that is populated
    monkeypatch.setattr(credentials, "PAUSES", (0.0, 0.0))
    iam = boto3.client("iam")
    iam.create_user(UserName="ci")
    iam.create_access_key(UserName="ci")
    iam.create_user(UserName="ada", Tags=[{"Key": "team", "Value": "a"}])
    iam.create_group(GroupName="team")
    iam.add_user_to_group(GroupName="team", UserName="ci")
    iam.put_user_policy(UserName="ci", PolicyName="own", PolicyDocument=TEXT)
    iam.put_group_policy(GroupName="team", PolicyName="shared", PolicyDocument=TEXT)
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=TEXT, Path="/svc/")
    iam.put_role_policy(RoleName="app", PolicyName="read", PolicyDocument=TEXT)
    policy = iam.create_policy(PolicyName="tables", PolicyDocument=TEXT)["Policy"]["Arn"]
    newer = document(allow("dynamodb:Query"))
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=newer, SetAsDefault=True)
    iam.attach_role_policy(RoleName="app", PolicyArn=policy)
    iam.attach_group_policy(GroupName="team", PolicyArn=policy)
    iam.create_policy(PolicyName="idle", PolicyDocument=TEXT)
    iam.create_account_alias(AccountAlias="acme")


@pytest.mark.usefixtures("_populated")
def test_everything_is_read_in_three_pages_and_a_report():
    found, made = read()
    assert [one.name for one in found.users.complete()] == ["ada", "ci"]
    ada, ci = found.users.items
    assert ada.tags == {"team": "a"}
    assert not ada.credentials.known().has_active_key
    assert ci.credentials.known().has_active_key
    assert ci.groups.complete() == ("team",)
    assert ci.boundary.known() is None
    (role,) = found.roles.complete()
    assert (role.path, role.trust.known()) == ("/svc/", TEXT)
    assert role.last_used.known() == RoleLastUsed()
    assert found.aliases.complete() == ("acme",)
    assert found.summary.known()["Users"] == 2
    assert made[DETAILS] == 3


@pytest.mark.usefixtures("_populated")
def test_policies_are_managed_and_inline_with_who_has_them():
    found, _ = read()
    assert [(one.arn, one.attached_to) for one in found.policies.complete()] == [
        (arn("group/team/policy/shared"), (arn("group/team"),)),
        (arn("policy/idle"), ()),
        (arn("policy/tables"), (arn("group/team"), arn("role/svc/app"))),
        (arn("role/svc/app/policy/read"), (arn("role/svc/app"),)),
        (arn("user/ci/policy/own"), (arn("user/ci"),)),
    ]
    tables = found.policy(arn("policy/tables")).known()
    assert found.holders(tables) == (arn("role/svc/app"), arn("user/ci"))
    assert found.users.items[1].name == "ci"
    assert {one.name for one in found.policies_of(found.users.items[1]).complete()} == {
        "own",
        "shared",
        "tables",
    }


@pytest.mark.usefixtures("_populated")
def test_the_default_version_is_the_one_that_counts():
    found, _ = read()
    policy = found.policy(arn("policy/tables")).known()
    assert policy.version_id == "v2"
    assert json.loads(policy.text.known())["Statement"][0]["Action"] == ["dynamodb:Query"]
    assert [one.versions for one in found.managed_policies.complete()] == [1, 2]


@pytest.mark.usefixtures("_populated")
def test_a_snapshot_survives_json():
    found, _ = collect_emulated(READS)
    assert Snapshot.model_validate_json(found.model_dump_json()) == found


@pytest.mark.usefixtures("aws")
def test_of_aws_own_policies_only_those_in_use_are_kept():
    role = raw_role(
        AttachedManagedPolicies=[{"PolicyName": "Used", "PolicyArn": f"{AWS_OWN}/Used"}],
        PermissionsBoundary={
            "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
            "PermissionsBoundaryArn": f"{AWS_OWN}/Bounds",
        },
    )
    policies = [raw_policy(f"{AWS_OWN}/{name}") for name in ("Bounds", "Spare", "Used")]
    policies.append(raw_policy(f"{AWS_OWN}/Counted", AttachmentCount=1))
    found, _ = read(script={DETAILS: details(RoleDetailList=[role], Policies=policies)})
    assert [one.name for one in found.managed_policies.complete()] == ["Bounds", "Counted", "Used"]
    assert found.boundary_of(found.roles.items[0]).known().bounds == (arn("role/app"),)


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    "sent",
    ["%7B%22a%22%3A%201%2C%20%22a%22%3A%20%22x%2By%2520%22%7D", '{"a": 1, "a": "x+y%20"}'],
    ids=["url-encoded", "plain"],
)
def test_documents_keep_every_letter_and_keys_given_twice(sent):
    found, _ = read(script={DETAILS: details(RoleDetailList=[raw_role(AssumeRolePolicyDocument=sent)])})
    assert found.roles.items[0].trust.known() == '{"a": 1, "a": "x+y%20"}'


@pytest.mark.usefixtures("aws")
def test_a_missing_document_is_a_gap_of_that_policy_alone():
    role = raw_role(RolePolicyList=[{"PolicyName": "bare"}, {"PolicyName": "good", "PolicyDocument": TEXT}])
    script = {DETAILS: details(RoleDetailList=[role, raw_role("other")])}
    found, _ = read(script=script)
    assert [(one.name, one.text.observed) for one in found.policies.complete()] == [
        ("bare", False),
        ("good", True),
    ]


@pytest.mark.usefixtures("aws")
def test_an_entry_without_arn_leaves_the_others_and_makes_the_listing_incomplete():
    bad = raw_role()
    del bad["Arn"]
    found, _ = read(script={DETAILS: details(RoleDetailList=[bad, raw_role("other")])})
    assert [one.name for one in found.roles.items] == ["other"]
    assert found.roles.gap.code == "Malformed"
    assert found.policies.gap == found.roles.gap
    assert found.users.gap is None


@pytest.mark.usefixtures("aws")
def test_a_user_without_inline_policies_comes_without_the_list():
    """IAM leaves `UserPolicyList` out where it is empty."""
    found, _ = read(script={DETAILS: details(UserDetailList=[raw_user()])})
    assert found.users.complete()[0].inline.complete() == ()


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("member", ["AttachedManagedPolicies", "GroupList"])
def test_a_list_that_iam_always_sends_is_not_taken_for_empty(member):
    raw = raw_user()
    del raw[member]
    found, _ = read(script={DETAILS: details(UserDetailList=[raw])})
    (one,) = found.users.complete()
    assert (one.groups if member == "GroupList" else one.attached).gap is not None
    assert found.policies_of(one).gap is not None


@pytest.mark.usefixtures("aws")
def test_a_default_version_that_is_not_sent_is_a_gap():
    policy = raw_policy(arn("policy/p"), DefaultVersionId="v2")
    found, _ = read(script={DETAILS: details(Policies=[policy])})
    assert found.policy(arn("policy/p")).known().text.gap.code == "Malformed"


@pytest.mark.usefixtures("aws")
def test_a_refused_page_keeps_what_was_read():
    def answer(sent):
        if sent.get("Filter.member.1") != "Role":
            return details()(sent)
        if sent.get("Marker"):
            return AwsError("AccessDenied")
        return {"RoleDetailList": [raw_role()], "IsTruncated": True, "Marker": "next"}

    found, _ = read(script={DETAILS: answer})
    assert [one.name for one in found.roles.items] == ["app"]
    assert (found.roles.gap.operation, found.roles.gap.code) == (DETAILS, "AccessDenied")
    assert found.users.gap is None
    assert found.policies.gap == found.roles.gap


@pytest.mark.usefixtures("aws")
def test_denied_details_are_gaps_everywhere_and_nothing_else_is_lost():
    found, _ = read(script={DETAILS: AwsError("AccessDenied"), **report(ROOT)})
    for listing in (found.users, found.groups, found.roles, found.managed_policies, found.policies):
        assert listing.gap.code == "AccessDenied"
    assert found.root.known().mfa_active
    assert found.aliases.complete() == ()


@pytest.mark.usefixtures("aws")
def test_nothing_is_asked_that_no_check_reads():
    found, made = read(reads=())
    assert set(made) == {"sts:GetCallerIdentity"}
    assert found.users.gap.code == "NotCollected"
    assert found.root.gap.code == "NotCollected"


@pytest.mark.usefixtures("aws")
def test_a_page_asks_for_a_thousand_things():
    asked = []

    def answer(sent):
        asked.append(sent)
        return details()(sent)

    read(script={DETAILS: answer})
    assert {one["MaxItems"] for one in asked} == {1000}


@pytest.mark.usefixtures("aws")
def test_the_report_tells_keys_passwords_and_root():
    users = {DETAILS: details(UserDetailList=[raw_user("ada"), raw_user("ci")])}
    rows = (ROOT, row("ada", console="true", key="false"), row("ci"))
    found, _ = read(script={**users, **report(*rows)})
    ada, ci = (one.credentials.known() for one in found.users.complete())
    assert ada.password_enabled
    assert ada.password_last_used is None
    assert not ada.has_active_key
    assert ci.has_active_key
    assert ci.access_keys[0].last_used_service == "dynamodb"
    assert ci.as_of.isoformat() == NOW
    root = found.root.known()
    assert root.password_enabled is None
    assert root.mfa_active
    assert [key.active for key in root.access_keys] == [False, True]
    assert root.access_keys[1].last_rotated.year == 2020


@pytest.mark.usefixtures("aws")
def test_a_user_made_after_the_report_is_a_gap_not_a_user_without_keys():
    found, _ = read(script={DETAILS: details(UserDetailList=[raw_user("new")]), **report(ROOT, row("ci"))})
    assert found.users.complete()[0].credentials.gap.code == "Malformed"


@pytest.mark.usefixtures("aws")
def test_one_odd_row_is_one_gap():
    users = {DETAILS: details(UserDetailList=[raw_user("ada"), raw_user("ci")])}
    found, _ = read(script={**users, **report(row("ada", key="perhaps"), row("ci"))})
    ada, ci = found.users.complete()
    assert not ada.credentials.observed
    assert ci.credentials.known().has_active_key
    assert found.root.gap.code == "Malformed"


@pytest.mark.usefixtures("aws")
def test_a_truncated_row_is_a_gap():
    users = {DETAILS: details(UserDetailList=[raw_user("ci")])}
    found, _ = read(script={**users, **report(row("ci").rsplit(",", 14)[0])})
    assert not found.users.complete()[0].credentials.observed


@pytest.mark.usefixtures("aws")
def test_a_report_that_never_gets_ready_is_a_gap(monkeypatch):
    monkeypatch.setattr(credentials, "PAUSES", (0.0, 0.0))
    script = {
        DETAILS: details(UserDetailList=[raw_user()]),
        GENERATE: {"State": "INPROGRESS"},
        REPORT: AwsError("ReportInProgress", status=404),
    }
    found, made = read(script=script)
    assert found.users.complete()[0].credentials.gap.code == "NotReady"
    assert made[GENERATE] == 3


@pytest.mark.usefixtures("aws")
def test_where_no_report_may_be_asked_for_the_one_that_exists_is_read():
    users = {DETAILS: details(UserDetailList=[raw_user("ci")])}
    found, _ = read(script={**users, **report(row("ci")), GENERATE: AwsError("AccessDenied")})
    assert found.users.complete()[0].credentials.known().has_active_key


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("refused", [(GENERATE, REPORT), (REPORT,)])
def test_a_denied_report_is_a_gap_of_every_users_credentials(refused):
    users = {DETAILS: details(UserDetailList=[raw_user("ci")])}
    denials = dict.fromkeys(refused, AwsError("AccessDenied"))
    found, _ = read(script={**users, **report(row("ci")), **denials})
    gap = found.users.complete()[0].credentials.gap
    assert (gap.operation, gap.code) == (refused[0], "AccessDenied")
    assert found.root.gap == gap


@pytest.mark.usefixtures("aws")
def test_a_mapping_that_botocore_made_is_text_again(monkeypatch):
    monkeypatch.setattr(collector, "_keep_documents_as_sent", lambda _: None)
    role = raw_role(AssumeRolePolicyDocument="%7B%22Version%22%3A%20%222012-10-17%22%7D")
    found, _ = read(script={DETAILS: details(RoleDetailList=[role])})
    assert found.roles.complete()[0].trust.known() == '{"Version": "2012-10-17"}'


@pytest.mark.usefixtures("aws")
def test_a_client_that_cannot_be_made_is_a_gap_of_iam_alone(monkeypatch):
    make = Clients.get

    def get(self, service, region, **options):
        if service == "iam":
            raise UnknownServiceError(service_name="iam", known_service_names=[])
        return make(self, service, region, **options)

    monkeypatch.setattr(Clients, "get", get)
    found, _ = read()
    assert found.users.gap.code == "UnknownServiceError"
    assert found.root.gap.code == "UnknownServiceError"
