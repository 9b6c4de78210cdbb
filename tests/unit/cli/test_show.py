"""`dynasec show`."""

import json

import pytest

from dynasec.cli import run
from dynasec.remedy.plan import Plan, load, save
from tests.support.plan_documents import change, plan


@pytest.fixture
def path(tmp_path):
    save(plan(change()), tmp_path / "plan.json")
    return tmp_path / "plan.json"


def test_text_is_the_default(path, capsys):
    assert run(["show", str(path)]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"plan {load(path).plan_id}\n")
    assert '+  "DeletionProtectionEnabled": true' in out


def test_json_is_the_plan(path, capsys):
    assert run(["show", str(path), "-f", "json"]) == 0
    out = capsys.readouterr().out
    assert len(out.splitlines()) > 50
    assert Plan.model_validate_json(out) == load(path)


def test_diff_is_a_patch_for_each_change(path, capsys):
    assert run(["show", str(path), "-f", "diff"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["plan"] == load(path).plan_id
    patch = [{"op": "replace", "path": "/DeletionProtectionEnabled", "value": True}]
    assert [one["diff"] for one in shown["changes"]] == [patch]


@pytest.mark.parametrize("style", ["text", "json", "diff"])
def test_an_edited_plan_is_not_shown(path, capsys, style):
    path.write_bytes(path.read_bytes().replace(b"orders on", b"orders 0n"))
    assert run(["show", str(path), "-f", style]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "was changed after it was made" in printed.err


def test_no_plan_is_one_line(capsys):
    assert run(["show", "missing.json"]) == 1
    assert capsys.readouterr().err == "dynasec: cannot read missing.json: No such file or directory\n"
