"""`dynasec permissions --remediation`."""

import json

from dynasec.access import READS
from dynasec.cli import run
from dynasec.remedy.planning import ownership


def actions(capsys):
    printed = capsys.readouterr()
    (statement,) = json.loads(printed.out)["Statement"]
    return set(statement["Action"]), printed.err


def test_what_planning_reads_is_for_the_controls_that_are_closed(capsys):
    assert run(["permissions", "--remediation", "enable-deletion-protection"]) == 0
    found, said = actions(capsys)
    assert found == {"dynamodb:ListTables", "dynamodb:DescribeTable", "tag:GetResources", *ownership.READS}
    assert "dynasec export PLAN --to role" in said


def test_access_changes_need_what_access_is_judged_by(capsys):
    assert run(["permissions", "--remediation", "deny-*"]) == 0
    found, _ = actions(capsys)
    assert found >= READS
    assert not [one for one in found if not one.partition(":")[2].startswith(("Get", "List", "Describe"))]


def test_a_remediation_that_does_not_exist_is_usage(capsys):
    assert run(["permissions", "--remediation", "enable-deletion-protektion"]) == 2
    assert "did you mean enable-deletion-protection?" in capsys.readouterr().err


TARGETS = """
[[notify]]
name = "mail"
kind = "sns"
topic = "arn:aws:sns:eu-central-1:123456789012:security"

[[notify]]
name = "pager"
kind = "sns"
topic = "arn:aws:sns:eu-central-1:123456789012:page.fifo"

[[notify]]
name = "bus"
kind = "eventbridge"
bus = "arn:aws:events:eu-central-1:123456789012:event-bus/default"

[[notify]]
name = "chat"
kind = "webhook"
url_env = "CHAT_URL"

[[notify]]
name = "hub"
kind = "security-hub"
"""


def statements(capsys, *options):
    assert run(["permissions", "--control", "deletion-protection", *options]) == 0
    document = json.loads(capsys.readouterr().out)
    return {one["Sid"]: (one["Action"], one["Resource"]) for one in document["Statement"]}


def test_without_a_configuration_a_policy_only_reads(capsys):
    assert set(statements(capsys)) == {"DynasecAudit"}


def test_what_is_told_is_allowed_on_the_very_targets(capsys, tmp_path):
    (tmp_path / "dynasec.toml").write_text(TARGETS)
    found = statements(capsys)
    assert list(found) == [
        "DynasecAudit",
        "DynasecNotifyTopics",
        "DynasecNotifyBuses",
        "DynasecNotifySecurityHub",
    ]
    assert found["DynasecNotifyTopics"] == (
        ["sns:Publish"],
        [
            "arn:aws:sns:eu-central-1:123456789012:page.fifo",
            "arn:aws:sns:eu-central-1:123456789012:security",
        ],
    )
    assert found["DynasecNotifyBuses"] == (
        ["events:PutEvents"],
        ["arn:aws:events:eu-central-1:123456789012:event-bus/default"],
    )
    assert found["DynasecNotifySecurityHub"][0] == ["securityhub:BatchImportFindings"]


def test_only_what_the_configuration_uses_is_allowed(capsys, tmp_path):
    other = tmp_path / "other.toml"
    other.write_text('[[notify]]\nname = "chat"\nkind = "webhook"\nurl_env = "CHAT_URL"\n')
    (tmp_path / "dynasec.toml").write_text(TARGETS)
    assert set(statements(capsys, "--config", str(other))) == {"DynasecAudit"}
    assert set(statements(capsys, "--no-notify")) == {"DynasecAudit"}


def test_planning_tells_nobody(capsys, tmp_path):
    (tmp_path / "dynasec.toml").write_text(TARGETS)
    assert run(["permissions", "--remediation", "enable-deletion-protection"]) == 0
    actions(capsys)


def test_a_configuration_that_cannot_be_used_is_told(capsys, tmp_path):
    (tmp_path / "dynasec.toml").write_text("[[notify]]\n")
    assert run(["permissions"]) == 1
    assert "dynasec.toml" in capsys.readouterr().err
