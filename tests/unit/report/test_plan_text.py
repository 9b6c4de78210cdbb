"""The plan for a review: everything a reviewer decides by is there."""

import click
import pytest

from dynasec.change import Cost, State, result
from dynasec.remediation import Risk, UndoClass
from dynasec.remedy.plan import AdviceOf, Blocked, Impact, RiskOf, Undo
from dynasec.report import plan_text
from dynasec.report.columns import width
from tests.support.plan_documents import ORDERS, because, call, change, plan

ESC = chr(27)


def shown(document):
    return click.unstyle("".join(plan_text.pieces(document)))


def words(document):
    return " ".join(shown(document).split())


def test_the_head_says_for_whom_by_whom_until_when():
    text = words(plan(change(), score_before=40.0, score_after=90.0))
    for part in (
        "account 123456789012 (aws)",
        "regions us-east-1",
        "by arn:aws:sts::123456789012:assumed-role/auditor/alice",
        "expires 20",
        "score 40.0 → 90.0",
        "1 to apply, 0 blocked, 0 for a person to do",
        "by risk additive 1",
    ):
        assert part in text


def test_a_cost_is_an_estimate_with_its_date():
    cost = Cost(low=1.5, high=2000, basis="one key", as_of="2026-10")
    text = words(plan(change(cost=cost), cost_low=1.5, cost_high=2000.0))
    assert "cost $1.50 to $2,000.00 a month more (estimate, prices of 2026-10)" in text
    assert "cost $1.50 to $2,000.00 a month: one key (estimate, prices of 2026-10)" in text


def test_a_change_says_what_becomes_what_by_which_calls():
    text = shown(plan(change()))
    assert '    -  "DeletionProtectionEnabled": false\n    +  "DeletionProtectionEnabled": true\n' in text
    assert "    1. dynamodb:UpdateTable\n" in text
    assert '"TableName": "orders"' in text
    assert 'dynamodb:DescribeTable: Table.TableStatus = "ACTIVE"' in text
    assert "permissions dynamodb:DescribeTable, dynamodb:UpdateTable" in text


def test_undo_calls_are_those_that_run_the_last_first():
    calls = (
        call(undo=(call("dynamodb:TagResource", {"a": 1}), call("dynamodb:UntagResource", {"a": 2}))),
        call(undo=(call("dynamodb:UpdateTable", {"a": 3}),)),
    )
    document = plan(change(*calls, undo=Undo(kind=UndoClass.LIMITED, loses="the key stays")))
    undo = shown(document).partition("undo: limited")[2].partition("looked at")[0]
    assert "not brought back: the key stays" in undo
    assert [line.split()[1] for line in undo.splitlines() if ":" in line and line.strip()[0].isdigit()] == [
        "dynamodb:UpdateTable",
        "dynamodb:TagResource",
        "dynamodb:UntagResource",
    ]


def test_who_would_be_denied_is_named():
    impact = Impact(
        evaluated=12, denied=("role batch: PutItem",), observed_denied=("user x",), unknown=("y",)
    )
    reasons = RiskOf(level=Risk.ACCESS, reasons=("it can deny callers outside",))
    text = words(plan(change(impact=impact, risk=reasons)))
    for part in (
        "risk it can deny callers outside",
        "12 answers compared",
        "denied role batch: PutItem",
        "OBSERVED user x",
        "unknown y",
    ):
        assert part in text


def test_what_blocks_is_said_with_the_flag_that_overrides_it():
    blocked = (Blocked(reason="a stack owns it", override="allow-drift"), Blocked(reason="not ACTIVE"))
    text = shown(plan(change(blocked=blocked, managed_by={"cloudformation": "shop"})))
    assert "Blocked (1)" in text
    assert "To apply" not in text
    assert "BLOCKED: a stack owns it (override: --allow-drift)\n" in text
    assert "BLOCKED: not ACTIVE\n" in text
    assert "managed by  cloudformation shop\n" in text


def test_waves_come_in_order():
    text = shown(plan(change(id="second", wave=3), change(id="first", wave=1)))
    assert text.index("first  risk") < text.index("second  risk")


def test_advice_of_many_resources_is_given_once():
    advice = tuple(
        AdviceOf(control="customer-key", resource=f"arn:{number}", why="costs", how="choose")
        for number in range(20)
    )
    text = shown(plan(advice=advice))
    assert text.count("why: costs") == 1
    assert "… and 8 more" in " ".join(text.split())


def test_what_gets_worse_stands_at_the_top():
    text = shown(plan(change(), regressions=("tls-enforced on orders: gone",)))
    assert "WORSE AFTERWARDS: tls-enforced on orders: gone" in text.partition("To apply")[0]


@pytest.mark.parametrize(
    "document",
    [
        plan(
            change(
                call("dynamodb:UpdateTable", {"TableName": f"{ESC}]0;x\n", "Arn": result("a", f"b{ESC}")}),
                summary=f"do{ESC}[2J\rx",
                resource=f"{ORDERS}\u202e",
                blocked=because(f"{ESC}[1A"),
                before={f"{ESC}": "\n+ forged"},
                expect=(State(operation="dynamodb:DescribeTable", params={}, facts={"a": f"{ESC}"}),),
            ),
            advice=(AdviceOf(control=f"{ESC}", resource="\n", why=f"{ESC}", how="\x9b"),),
            regressions=(f"{ESC}",),
        )
    ],
)
def test_nothing_steers_a_terminal(document):
    text = shown(document)
    assert all(line.isprintable() for line in text.split("\n"))
    assert "\n    + forged" not in text


def test_lines_of_prose_are_at_most_a_hundred_columns():
    text = shown(plan(change(summary="word " * 80, blocked=because("because " * 60))))
    assert max(map(width, text.splitlines())) <= 100
