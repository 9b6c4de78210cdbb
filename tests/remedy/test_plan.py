"""The plan document: canonical, sealed, private; what was edited, cut or is no plan is refused in one line."""

from __future__ import annotations

import json
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dynasec.errors import Exit
from dynasec.remedy import plan as document
from dynasec.remedy.plan import Plan, PlanError, SourceAudit, Subject, Tool, Totals, canonical
from tests.support.accounts import ACCOUNT, NOW


def empty() -> Plan:
    return Plan(
        created_at=NOW,
        expires_at=NOW + timedelta(hours=24),
        tool=Tool(version="1"),
        subject=Subject(partition="aws", account=ACCOUNT, regions=("us-east-1",), caller_arn="arn"),
        source_audit=SourceAudit(run_id="r", taken_at=NOW, coverage=1.0),
        limits=document.Limits(),
        changes=(),
        advice=(),
        totals=Totals(changes=0, blocked=0, advice=0, by_risk={}, cost_low=0, cost_high=0),
    ).sealed()


def test_a_plan_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    document.save(empty(), path)
    assert document.load(path) == empty()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_id_is_the_digest_of_the_rest() -> None:
    assert empty().plan_id == empty().digest()
    assert len(empty().plan_id) == 64
    other = empty().model_copy(update={"undoes": "x"})
    assert other.digest() != empty().plan_id


def edited(**members: Any) -> bytes:
    raw = json.loads(empty().to_bytes())
    return json.dumps({**raw, **members}).encode()


def test_spaces_and_order_are_not_what_a_plan_says() -> None:
    raw = json.loads(empty().to_bytes())
    turned = dict(reversed(raw.items()))
    assert document.parse(json.dumps(turned, indent=4).encode(), "p") == empty()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no schema"),
        (b"{}", "no schema"),
        (b'{"schema": "dynasec.report/v1"}', "'dynasec.report/v1'"),
        (b'{"schema": "dynasec.plan/v2"}', "'dynasec.plan/v2'"),
        (b'{"schema": "dynasec.plan/v1"}', "not a whole plan"),
        (edited(surprise=1), "not a whole plan: surprise"),
        (edited(undoes="another"), "changed after it was made"),
        (edited(plan_id="0" * 64), "changed after it was made"),
        (
            edited(limits={"max_changes": 9999, "max_tables": 1, "concurrency": 1}),
            "changed after it was made",
        ),
        (empty().to_bytes()[:-20], "not JSON"),
    ],
)
def test_what_is_no_plan_is_refused_in_one_line(content: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    with pytest.raises(PlanError) as refused:
        document.load(path)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.exit_code is Exit.CANNOT_RUN


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="cannot read"):
        document.load(tmp_path / "none.json")


def test_canonical_json_has_no_number_that_json_has_not() -> None:
    assert canonical({"b": 1, "a": [True, None, "ü"]}) == b'{"a":[true,null,"\\u00fc"],"b":1}'
    with pytest.raises(ValueError, match="JSON"):
        canonical(float("nan"))
