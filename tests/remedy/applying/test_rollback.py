from datetime import timedelta
from pathlib import Path

import pytest

from dynasec.change import Call, Identity, State
from dynasec.errors import Exit, UsageError
from dynasec.remediation import Risk, UndoClass
from dynasec.remedy.applying.outcomes import Ending
from dynasec.remedy.applying.rollback import undo_plan
from dynasec.remedy.plan import RiskOf, Undo
from tests.support.applied import OLD, POLICY, Bench
from tests.support.plans import NOW, deny_plain_text, endpoint, own_key, plan, protect, switch, table_is


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_everything_is_taken_back_in_reverse(bench: Bench) -> None:
    before, made = bench.world.state(), bench.everything()
    bench.apply(made)
    result = bench.roll_back(made)
    assert set(result.states) == {Ending.ROLLED_BACK}
    assert result.exit_code is Exit.OK
    assert bench.world.state() == before
    chain = [
        operation
        for operation in bench.hands.attempts
        if "Alias" in operation or operation.endswith("Deletion")
    ]
    assert chain == ["kms:CreateAlias", "kms:DeleteAlias", "kms:ScheduleKeyDeletion"]


def test_the_undo_plan_can_be_reviewed(bench: Bench) -> None:
    made = plan(
        protect(bench.world, "orders", before={"P": False}, after={"P": True}, undo=Undo(kind=UndoClass.WITH_LOSS, loses="the window"))
    )  # fmt: skip
    bench.apply(made)
    undo = bench.undo(made)
    (change,) = undo.changes
    assert (undo.kind, undo.undoes) == ("undo", made.plan_id[:16])
    assert undo.plan_id == undo.digest()
    assert (change.before, change.after) == ({"P": True}, {"P": False})
    assert [dict(one) for one in change.diff] == [{"op": "replace", "path": "/P", "value": False}]
    assert change.undo.loses == "the window"
    assert change.fingerprints == ()
    assert "dynamodb:UpdateTable" in change.permissions
    assert undo.totals.changes == 1
    assert undo.subject == made.subject


def test_an_undo_of_access_expires_sooner(bench: Bench) -> None:
    made = bench.everything()
    bench.apply(made)
    assert undo_plan(bench.runs.read(made.plan_id[:16]), NOW).expires_at == NOW + timedelta(hours=4)


def test_the_very_text_is_put_back_and_revisions_do_not_count(bench: Bench) -> None:
    made = plan(deny_plain_text(bench.world, "users"))
    bench.apply(made)
    assert bench.roll_back(made).states == (Ending.ROLLED_BACK,)
    assert bench.world.policies[POLICY]["Policy"] == OLD
    assert bench.world.policies[POLICY]["RevisionId"] != "r0"


def test_what_moved_on_is_not_taken_back(bench: Bench) -> None:
    made = plan(deny_plain_text(bench.world, "users"), protect(bench.world, "orders"))
    bench.apply(made)
    bench.world.policies[POLICY] = {"Policy": "theirs", "RevisionId": "r99"}
    by_id = {change.id: change for change in bench.undo(made).changes}
    assert "not as the run left it" in by_id["undo-users-policy"].blocked[0].reason
    assert by_id["undo-orders"].blocked == ()


def test_what_moves_on_after_the_review_is_stale(bench: Bench) -> None:
    made = plan(own_key(bench.world, "orders"))
    bench.apply(made)
    undo = bench.undo(made)
    bench.world.tables["orders"]["Key"] = "another"
    sent = len(bench.hands.attempts)
    result = bench.apply(undo)
    assert result.states == (Ending.STALE,)
    assert result.exit_code is Exit.STALE
    assert len(bench.hands.attempts) == sent


def test_a_table_made_anew_is_not_touched_by_a_rollback(bench: Bench) -> None:
    made = plan(protect(bench.world, "orders"))
    bench.apply(made)
    bench.world.table("orders", Key=None, Protected=True)
    assert bench.undo(made).changes[0].blocked


def test_nothing_is_taken_back_of_what_was_never_done(bench: Bench) -> None:
    one = protect(bench.world, "orders")
    bench.world.tables["orders"]["Protected"] = True
    made = plan(one)
    bench.apply(made)
    assert bench.undo(made).changes == ()


def test_what_others_rest_on_is_taken_back_with_them_or_not_at_all(bench: Bench) -> None:
    made = plan(protect(bench.world, "orders"), protect(bench.world, "users", depends_on=("key-of:orders",)))
    bench.apply(made)
    (alone,) = bench.undo(made, ("orders",)).changes
    assert "users rests on it" in alone.blocked[0].reason
    both = bench.undo(made)
    assert [change.id for change in both.changes] == ["undo-users", "undo-orders"]
    assert both.changes[1].depends_on == ("undo:key-of:users",)
    assert bench.roll_back(made, ("users",)).states == (Ending.ROLLED_BACK,)


def test_a_change_that_the_run_does_not_have_is_an_error(bench: Bench) -> None:
    made = plan(protect(bench.world, "orders"))
    bench.apply(made)
    with pytest.raises(UsageError, match="no change nothing"):
        bench.undo(made, ("nothing",))


def test_an_unresolved_call_must_be_resolved_first(bench: Bench) -> None:
    bench.hands.faults["dynamodb:UpdateTable"] = ["before"] * 3
    made = plan(protect(bench.world, "orders"))
    assert bench.apply(made).states == (Ending.AMBIGUOUS,)
    assert "resume the run first" in bench.undo(made).changes[0].blocked[0].reason


@pytest.mark.parametrize(
    ("undo", "calls", "why"),
    [(UndoClass.NONE, True, "cannot be undone"), (UndoClass.LIMITED, False, "no call takes it back: stays")],
)
def test_what_cannot_be_taken_back_says_so(bench: Bench, undo: UndoClass, calls: bool, why: str) -> None:  # noqa: FBT001 - a parameter of the test
    call = switch("orders", on=True, undo=(switch("orders", on=False),) if calls else ())
    made = plan(protect(bench.world, "orders", calls=(call,), undo=Undo(kind=undo, loses="stays")))
    bench.apply(made)
    assert why in bench.undo(made).changes[0].blocked[0].reason


def test_a_rollback_cannot_be_rolled_back(bench: Bench) -> None:
    made = plan(protect(bench.world, "orders"))
    bench.apply(made)
    undo = bench.undo(made)
    bench.apply(undo)
    assert "no call takes it back" in bench.undo(undo).changes[0].blocked[0].reason


def test_a_second_rollback_finds_nothing_as_it_was_left(bench: Bench) -> None:
    made = plan(protect(bench.world, "orders"))
    bench.apply(made)
    bench.roll_back(made)
    bench.clock.time += timedelta(minutes=1)
    assert bench.undo(made).changes[0].blocked


def test_of_two_calls_on_one_thing_the_last_counts(bench: Bench) -> None:
    off = switch("orders", on=False)
    calls = (
        switch("orders", on=True, undo=(off,)),
        switch("orders", on=False, undo=(switch("orders", on=True),)),
    )
    made = plan(protect(bench.world, "orders", calls=calls, verify=(table_is("orders", Protected=False),)))
    assert bench.apply(made).states == (Ending.VERIFIED,)
    assert bench.roll_back(made).states == (Ending.ROLLED_BACK,)
    assert bench.world.tables["orders"]["Protected"] is False


def test_what_one_undo_call_shows_may_be_gone_after_the_next(bench: Bench) -> None:
    emptied = Call(
        operation="dynamodb:UpdateTable", params={"TableName": "extra", "Protected": False},
        identity=Identity.SET_STATE, done=table_is("extra", Protected=False),
    )  # fmt: skip
    dropped = Call(
        operation="dynamodb:DeleteTable", params={"TableName": "extra"}, identity=Identity.NAME,
        done=State(
            operation="dynamodb:DescribeTable", params={"TableName": "extra"}, facts={"Table": None},
            absent=("ResourceNotFoundException",),
        ),
    )  # fmt: skip
    bench.world.table("extra", Protected=True)
    calls = (switch("orders", on=True, undo=(emptied, dropped)),)
    made = plan(
        protect(
            bench.world, "orders", calls=calls, undo=Undo(kind=UndoClass.LIMITED, loses="protection stays")
        )
    )
    bench.apply(made)
    assert bench.roll_back(made).states == (Ending.ROLLED_BACK,)
    assert "extra" not in bench.world.tables


def test_an_exact_undo_that_does_not_bring_everything_back_is_not_done(bench: Bench) -> None:
    bench.world.table("other", Key=None)
    made = plan(
        protect(bench.world, "orders", calls=(switch("orders", on=True, undo=(switch("other", on=False),)),))
    )
    bench.apply(made)
    result = bench.roll_back(made)
    assert result.states == (Ending.CONVERGING,)
    assert "Table.Protected is true, not false" in result.changes[0][1].reason


@pytest.mark.parametrize("call", ["dynamodb:UpdateTable", "kms:DeleteAlias", "kms:ScheduleKeyDeletion"])
@pytest.mark.parametrize("faults", [["after"], ["before"], ["throttle"], ["AccessDeniedException"]])
def test_a_rollback_has_the_same_protocol(bench: Bench, call: str, faults: list[str]) -> None:
    before, made = bench.world.state(), plan(own_key(bench.world, "orders"))
    bench.apply(made)
    undo = bench.undo(made)
    bench.hands.faults[call] = list(faults)
    result = bench.apply(undo)
    if faults == ["AccessDeniedException"]:
        assert result.states == (Ending.FAILED,)
        result = bench.apply(undo, resume=True)
    assert result.states == (Ending.ROLLED_BACK,)
    assert bench.world.state() == before


def test_tokens_and_results_of_the_run_are_filled_in(bench: Bench) -> None:
    made = plan(endpoint("vpc-1", risk=RiskOf(level=Risk.ACCESS)))
    bench.apply(made)
    (change,) = bench.undo(made).changes
    assert change.calls[0].params == {"VpcEndpointIds": list(bench.world.endpoints)}
