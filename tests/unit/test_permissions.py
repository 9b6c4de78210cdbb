from dynasec.check import Check, Severity
from dynasec.model.table import Table
from dynasec.permissions import policy, reads_of
from dynasec.registry import Control, load


def _control(*reads):
    check = Check(subject=Table, title="t", severity=Severity.LOW, reads=reads)
    return Control("x", "s", "p", "", check)


def _actions(*reads, **options):
    (statement,) = policy([_control(*reads)], **options)["Statement"]
    assert statement["Effect"] == "Allow"
    return statement["Action"]


def test_a_policy_allows_what_is_declared_and_what_lists_the_subjects():
    assert _actions("dynamodb:DescribeTable") == [
        "dynamodb:DescribeTable",
        "dynamodb:ListTables",
        "tag:GetResources",
    ]


def test_actions_have_iams_names():
    actions = _actions("s3:GetBucketEncryption", "s3:GetPublicAccessBlock", "s3control:GetPublicAccessBlock")
    assert {one for one in actions if one.startswith("s3")} == {
        "s3:GetAccountPublicAccessBlock",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetEncryptionConfiguration",
    }


def test_each_action_stands_once_and_in_order():
    actions = policy([_control("kms:DescribeKey"), _control("kms:DescribeKey")])["Statement"][0]["Action"]
    assert actions == sorted(set(actions))


def test_finding_the_regions_needs_one_more():
    assert set(_actions(all_regions=True)) - set(_actions()) == {"ec2:DescribeRegions"}


def test_the_reads_of_several_controls():
    assert reads_of([_control("a:B"), _control("c:D")]) == {
        "a:B",
        "c:D",
        "dynamodb:ListTables",
        "tag:GetResources",
    }


def test_what_only_deep_reads_is_allowed_only_then():
    check = Check(
        subject=Table, title="t", severity=Severity.LOW, deep_reads=("cloudformation:DetectStackDrift",)
    )
    control = Control("x", "s", "p", "", check)
    usual, deep = (policy([control], deep=deep)["Statement"][0]["Action"] for deep in (False, True))
    assert reads_of([control]) == set(usual) == {"dynamodb:ListTables", "tag:GetResources"}
    assert {
        "cloudformation:BatchDescribeTypeConfigurations",
        "cloudformation:DetectStackDrift",
        "cloudformation:DetectStackResourceDrift",
        "dynamodb:DescribeTable",
    } <= set(deep)


def test_the_policy_of_all_controls_can_only_read():
    actions = policy(load().controls, all_regions=True)["Statement"][0]["Action"]
    # GenerateCredentialReport makes the report that GetCredentialReport reads, and changes nothing else
    writing = [
        one
        for one in actions
        if not one.partition(":")[2].startswith(("Get", "List", "Describe", "BatchGet", "GET"))
    ]
    assert writing in ([], ["iam:GenerateCredentialReport", "iam:GenerateServiceLastAccessedDetails"])
    assert not [one for one in actions if "*" in one]
    data = {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:GetRecords", "s3:GetObject", "kms:Decrypt"}
    assert data.isdisjoint(actions)


def test_the_policy_of_stacks_drift_detects_only_under_deep():
    (control,) = (one for one in load().controls if one.id == "stack-in-sync")
    usual, deep = (set(policy([control], deep=deep)["Statement"][0]["Action"]) for deep in (False, True))
    assert not [one for one in usual if "Detect" in one]
    assert {one for one in deep if one.startswith("cloudformation:")} == {
        "cloudformation:BatchDescribeTypeConfigurations",
        "cloudformation:DescribeStackDriftDetectionStatus",
        "cloudformation:DescribeStackResourceDrifts",
        "cloudformation:DescribeStacks",
        "cloudformation:DetectStackDrift",
        "cloudformation:DetectStackResourceDrift",
        "cloudformation:ListStackResources",
    }
