import boto3
import pytest

from tests.support.emulated import collect_emulated
from tests.support.scripted import AwsError

ROLE = "arn:aws:iam::123456789012:role/backup"
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
PLANS = (
    "backup:ListBackupPlans",
    "backup:GetBackupPlan",
    "backup:ListBackupSelections",
    "backup:GetBackupSelection",
)
VAULTS = ("backup:ListBackupVaults", "backup:GetBackupVaultAccessPolicy")
SELECTIONS = {
    "backup:ListBackupSelections": {
        "BackupSelectionsList": [
            {"SelectionId": "s2", "SelectionName": "tagged", "BackupPlanId": "p"},
            {"SelectionId": "s1", "SelectionName": "named", "BackupPlanId": "p"},
        ]
    },
    "backup:GetBackupSelection": lambda sent: {
        "BackupSelection": BODIES["s1" if "s1" in sent["url_path"] else "s2"]
    },
}
BODIES = {
    "s1": {
        "SelectionName": "named",
        "IamRoleArn": ROLE,
        "Resources": ["arn:aws:dynamodb:*:*:table/*"],
        "NotResources": [TABLE],
    },
    "s2": {
        "SelectionName": "tagged",
        "IamRoleArn": ROLE,
        "ListOfTags": [
            {"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "daily"}
        ],
        "Conditions": {
            "StringLike": [{"ConditionKey": "aws:ResourceTag/team", "ConditionValue": "pay*"}],
            "StringNotEquals": [],
        },
    },
}


def read(*reads, script=None):
    found, made = collect_emulated(reads, script=script)
    return found.regions[0].backup, made


def make_plan():
    backup = boto3.client("backup")
    backup.create_backup_vault(BackupVaultName="deep")
    rule = {
        "RuleName": "daily",
        "TargetBackupVaultName": "deep",
        "ScheduleExpression": "cron(0 5 * * ? *)",
        "Lifecycle": {"DeleteAfterDays": 35},
    }
    backup.create_backup_plan(BackupPlan={"BackupPlanName": "tables", "Rules": [rule]})


@pytest.mark.usefixtures("aws")
def test_a_plan_with_rules_and_selections():
    make_plan()
    found, _ = read(*PLANS, script=SELECTIONS)
    (plan,) = found.plans.complete()
    (rule,) = plan.rules.known()
    assert (plan.name, rule.target_backup_vault_name, rule.lifecycle.delete_after_days) == (
        "tables",
        "deep",
        35,
    )
    named, tagged = plan.selections.complete()
    assert named.body.known().not_resources == (TABLE,)
    assert tagged.body.known().list_of_tags[0].condition_value == "daily"
    assert tagged.body.known().conditions.string_like[0].condition_key == "aws:ResourceTag/team"


@pytest.mark.usefixtures("aws")
def test_each_refusal_is_a_gap_of_its_own_fact():
    make_plan()
    refused = AwsError("AccessDeniedException")
    script = {**SELECTIONS, "backup:GetBackupPlan": refused, "backup:GetBackupSelection": refused}
    found, _ = read(*PLANS, script=script)
    (plan,) = found.plans.complete()
    assert plan.rules.gap.operation == "backup:GetBackupPlan"
    assert {one.body.gap.operation for one in plan.selections.complete()} == {"backup:GetBackupSelection"}


@pytest.mark.usefixtures("aws")
def test_refused_selections_hide_nothing_else():
    make_plan()
    found, _ = read(*PLANS, script={"backup:ListBackupSelections": AwsError("AccessDeniedException")})
    (plan,) = found.plans.complete()
    assert plan.rules.observed
    assert plan.selections.gap.code == "AccessDeniedException"


@pytest.mark.usefixtures("aws")
def test_refused_listings_are_gaps_and_not_empty():
    reads = (*PLANS, *VAULTS, "backup:ListProtectedResources", "backup:DescribeRegionSettings")
    found, _ = read(*reads, script=dict.fromkeys(reads, AwsError("AccessDeniedException")))
    for gap in (found.plans.gap, found.vaults.gap, found.protected.gap, found.opt_ins.gap):
        assert gap.code == "AccessDeniedException"


@pytest.mark.usefixtures("aws")
def test_vaults_with_lock_policy_and_key():
    key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    member = {
        "BackupVaultName": "deep",
        "BackupVaultArn": "arn:aws:backup:us-east-1:123456789012:backup-vault:deep",
        "EncryptionKeyArn": key,
        "EncryptionKeyType": "CUSTOMER_MANAGED_KMS_KEY",
        "Locked": True,
        "LockDate": 1_800_000_000,
        "NumberOfRecoveryPoints": 3,
    }
    plain = {
        **member,
        "BackupVaultName": "air",
        "BackupVaultArn": "arn:aws:backup:us-east-1:123456789012:backup-vault:air",
        "EncryptionKeyArn": "arn:aws:kms:us-east-1:999999999999:key/theirs",
        "EncryptionKeyType": "AWS_OWNED_KMS_KEY",
        "Locked": False,
    }
    script = {
        "backup:ListBackupVaults": {"BackupVaultList": [member, plain]},
        "backup:GetBackupVaultAccessPolicy": lambda sent: (
            {"Policy": "{}"} if "deep" in sent["url_path"] else AwsError("ResourceNotFoundException")
        ),
    }
    found, _ = collect_emulated((*VAULTS, "kms:DescribeKey"), script=script)
    air, deep = found.regions[0].backup.vaults.complete()
    assert (deep.label, deep.description.locked, deep.policy.known()) == ("deep", True, "{}")
    assert deep.description.lock_date.year == 2027
    assert air.policy.known() is None
    assert found.key(key).metadata.known().key_manager == "CUSTOMER"
    assert [one.arn for one in found.keys] == [key]


@pytest.mark.usefixtures("aws")
def test_a_refused_vault_policy_is_not_taken_for_none():
    boto3.client("backup").create_backup_vault(BackupVaultName="deep")
    refused = {"backup:GetBackupVaultAccessPolicy": AwsError("AccessDeniedException")}
    found, _ = read(*VAULTS, script=refused)
    assert found.vaults.complete()[0].policy.gap.code == "AccessDeniedException"


@pytest.mark.usefixtures("aws")
def test_tables_that_were_backed_up_and_the_opt_in():
    script = {
        "backup:ListProtectedResources": {
            "Results": [
                {"ResourceArn": TABLE, "ResourceType": "DynamoDB", "LastBackupTime": 1_700_000_000},
                {"ResourceArn": "arn:aws:rds:us-east-1:1:db:x", "ResourceType": "RDS", "LastBackupTime": 1},
            ]
        },
        "backup:DescribeRegionSettings": {"ResourceTypeOptInPreference": {"DynamoDB": True, "EBS": False}},
    }
    found, _ = read("backup:ListProtectedResources", "backup:DescribeRegionSettings", script=script)
    (one,) = found.protected.complete()
    assert (one.resource_arn, one.last_backup_time.year) == (TABLE, 2023)
    assert found.opt_ins.known() == {"DynamoDB": True, "EBS": False}


@pytest.mark.usefixtures("aws")
def test_what_the_emulator_lacks_is_a_gap():
    found, _ = read("backup:ListProtectedResources", "backup:DescribeRegionSettings")
    assert found.protected.gap is not None
    assert found.opt_ins.gap is not None


@pytest.mark.usefixtures("aws")
def test_nothing_that_was_collected_is_lost_in_json():
    make_plan()
    found, _ = collect_emulated((*PLANS, *VAULTS), script=SELECTIONS)
    assert found.regions[0].backup.plans.items[0].selections.items
    assert type(found).model_validate_json(found.model_dump_json()) == found
