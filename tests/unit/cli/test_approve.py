"""`dynasec approve`."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dynasec.cli import run
from dynasec.remedy.plan import load, save
from tests.support.plan_documents import change, plan

pytestmark = pytest.mark.usefixtures("aws")


def saved(**members):
    document = plan(change(), now=datetime.now(UTC)).model_copy(update=members)
    save(document.sealed(), Path("plan.json"))
    return load(Path("plan.json"))


def test_an_approval_names_the_plan_and_who(capsys):
    document = saved()
    assert run(["approve", "plan.json"]) == 0
    path = Path("plan.json.approval.json")
    found = json.loads(path.read_text())
    assert found["plan_id"] == document.plan_id
    assert found["principal"] == "arn:aws:sts::123456789012:user/moto"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "approved by" in capsys.readouterr().err


def test_nobody_approves_of_the_own_plan(capsys):
    subject = plan().subject.model_copy(update={"caller_arn": "arn:aws:sts::123456789012:user/moto"})
    saved(subject=subject)
    assert run(["approve", "plan.json"]) == 8
    assert "made the plan; somebody else must approve" in capsys.readouterr().err
    assert not Path("plan.json.approval.json").exists()


def test_a_stranger_cannot_approve(capsys):
    saved(subject=plan().subject.model_copy(update={"account": "999999999999"}))
    assert run(["approve", "plan.json"]) == 8
    assert "the plan is for account 999999999999" in capsys.readouterr().err


def test_an_expired_plan_cannot_be_approved(capsys):
    saved(expires_at=datetime.now(UTC) - timedelta(minutes=1))
    assert run(["approve", "plan.json"]) == 5
    assert "the plan expired" in capsys.readouterr().err
