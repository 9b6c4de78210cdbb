import pytest

from dynasec.model.fact import Unknown
from dynasec.model.organization import RESOURCE_CONTROL, SERVICE_CONTROL
from dynasec.model.snapshot import Snapshot
from tests.support.accounts import ACCOUNT
from tests.support.emulated import collect_emulated
from tests.support.scripted import AwsError

PREFIX = "organizations:"
READS = tuple(
    PREFIX + name
    for name in (
        "DescribeOrganization",
        "ListParents",
        "ListPoliciesForTarget",
        "DescribePolicy",
        "ListAccounts",
    )
)
DESCRIBE, PARENTS, ATTACHED, POLICY, ACCOUNTS = READS
OU, ROOT = "ou-ab12-11111111", "r-ab12"
NOT_IN_USE = AwsError("AWSOrganizationsNotInUseException")

pytestmark = pytest.mark.usefixtures("aws")


def _summary(one, kind):
    return {
        "Id": one,
        "Arn": f"arn:aws:organizations::111111111111:policy/o-abcdefghij/{kind.lower()}/{one}",
        "Name": one,
        "Type": kind,
        "AwsManaged": one.startswith("p-Full"),
    }


def _attached(sent):
    services = {ROOT: ["p-FullAWSAccess"], OU: ["p-2", "p-FullAWSAccess"], ACCOUNT: ["p-FullAWSAccess"]}
    resources = {ROOT: ["p-RCPFull"], OU: [], ACCOUNT: []}
    table = services if sent["Filter"] == SERVICE_CONTROL else resources
    return {"Policies": [_summary(one, sent["Filter"]) for one in table[sent["TargetId"]]]}


def _parents(sent):
    above = {ACCOUNT: (OU, "ORGANIZATIONAL_UNIT"), OU: (ROOT, "ROOT")}[sent["ChildId"]]
    return {"Parents": [{"Id": above[0], "Type": above[1]}]}


SCRIPT = {
    DESCRIBE: {
        "Organization": {
            "Id": "o-abcdefghij",
            "Arn": "arn:aws:organizations::111111111111:organization/o-abcdefghij",
            "MasterAccountId": "111111111111",
            "FeatureSet": "ALL",
        }
    },
    PARENTS: _parents,
    ATTACHED: _attached,
    POLICY: lambda sent: {"Policy": {"Content": f'{{"id": "{sent["PolicyId"]}"}}'}},
    ACCOUNTS: {
        "Accounts": [
            {"Id": "222222222222", "Arn": "arn:aws:organizations::111111111111:account/o-a/222222222222"},
            {"Id": "111111111111", "Arn": "arn:aws:organizations::111111111111:account/o-a/111111111111"},
        ]
    },
}


def read(**script):
    found, made = collect_emulated(
        READS, script={**SCRIPT, **{PREFIX + name: one for name, one in script.items()}}
    )
    assert Snapshot.model_validate_json(found.model_dump_json()) == found
    return found.organization, made


def test_policies_are_read_level_by_level():
    found, made = read()
    assert found.description.known().id == "o-abcdefghij"
    assert [(level.id, level.kind) for level in found.levels.complete()] == [
        (ACCOUNT, "ACCOUNT"),
        (OU, "ORGANIZATIONAL_UNIT"),
        (ROOT, "ROOT"),
    ]
    root, unit, account = found.controls(SERVICE_CONTROL)
    assert [one.id for one in unit] == ["p-2", "p-FullAWSAccess"]
    assert root == account
    assert unit[0].text.known() == '{"id": "p-2"}'
    assert root[0].aws_managed
    assert [[one.id for one in level] for level in found.controls(RESOURCE_CONTROL)] == [
        ["p-RCPFull"],
        [],
        [],
    ]
    assert [one.id for one in found.accounts.complete()] == ["111111111111", "222222222222"]
    assert made[POLICY] == 3


def test_without_an_organization_there_is_nothing_above():
    found, made = read(DescribeOrganization=NOT_IN_USE)
    assert found.description.known() is None
    assert found.controls(SERVICE_CONTROL) == ()
    assert found.accounts.complete() == ()
    assert set(made) == {"sts:GetCallerIdentity", DESCRIBE}


def test_a_member_account_that_may_not_ask_knows_nothing_about_what_is_above():
    denied = AwsError("AccessDeniedException")
    found, _ = read(ListParents=denied, ListPoliciesForTarget=denied, ListAccounts=denied)
    assert found.description.known().master_account_id == "111111111111"
    for listing in (found.levels, found.policies, found.accounts):
        assert listing.gap.code == "AccessDeniedException"
    with pytest.raises(Unknown):
        found.controls(SERVICE_CONTROL)


def test_a_denied_description_is_not_taken_for_no_organization():
    found, _ = read(DescribeOrganization=AwsError("AccessDeniedException"))
    assert found.description.gap.code == "AccessDeniedException"
    with pytest.raises(Unknown):
        found.controls(SERVICE_CONTROL)


def test_one_level_that_cannot_be_read_is_a_gap_of_that_level():
    def attached(sent):
        return AwsError("TargetNotFoundException") if sent["TargetId"] == OU else _attached(sent)

    found, _ = read(ListPoliciesForTarget=attached)
    _, unit, root = found.levels.complete()
    assert unit.attached(SERVICE_CONTROL).gap.code == "TargetNotFoundException"
    assert root.attached(SERVICE_CONTROL).complete() == ("p-FullAWSAccess",)
    with pytest.raises(Unknown):
        found.controls(SERVICE_CONTROL)


def test_a_document_that_cannot_be_read_is_a_gap_of_that_policy():
    def policy(sent):
        return AwsError("AccessDeniedException") if sent["PolicyId"] == "p-2" else SCRIPT[POLICY](sent)

    found, _ = read(DescribePolicy=policy)
    assert {one.id: one.text.observed for one in found.policies.complete()} == {
        "p-2": False,
        "p-FullAWSAccess": True,
        "p-RCPFull": True,
    }


def test_a_way_up_that_ends_before_the_root_is_incomplete():
    def parents(sent):
        return {"Parents": []} if sent["ChildId"] == OU else _parents(sent)

    found, _ = read(ListParents=parents)
    assert found.levels.gap.code == "NoRoot"


def test_a_way_up_that_runs_in_circles_ends():
    circle = {"Parents": [{"Id": OU, "Type": "ORGANIZATIONAL_UNIT"}]}
    found, _ = read(ListParents=circle)
    assert found.levels.gap.code == "NoRoot"


def test_nothing_is_asked_that_no_check_reads():
    found, made = collect_emulated((), script=SCRIPT)
    assert set(made) == {"sts:GetCallerIdentity"}
    assert found.organization.description.gap.code == "NotCollected"
    with pytest.raises(Unknown):
        found.organization.controls(SERVICE_CONTROL)
