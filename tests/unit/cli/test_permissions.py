"""`dynasec permissions --remediation`."""

import json

from dynasec.access import READS
from dynasec.cli import run


def actions(capsys):
    printed = capsys.readouterr()
    (statement,) = json.loads(printed.out)["Statement"]
    return set(statement["Action"]), printed.err


def test_what_planning_reads_is_for_the_controls_that_are_closed(capsys):
    assert run(["permissions", "--remediation", "enable-deletion-protection"]) == 0
    found, said = actions(capsys)
    assert found == {"dynamodb:ListTables", "dynamodb:DescribeTable", "tag:GetResources"}
    assert "dynasec export PLAN --to role" in said


def test_access_changes_need_what_access_is_judged_by(capsys):
    assert run(["permissions", "--remediation", "deny-*"]) == 0
    found, _ = actions(capsys)
    assert found >= READS
    assert not [one for one in found if not one.partition(":")[2].startswith(("Get", "List", "Describe"))]


def test_a_remediation_that_does_not_exist_is_usage(capsys):
    assert run(["permissions", "--remediation", "enable-deletion-protektion"]) == 2
    assert "did you mean enable-deletion-protection?" in capsys.readouterr().err
