"""Everything that can go wrong around one call, and how the change must end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from dynasec.change import Call, Identity, State, result
from dynasec.errors import Exit
from dynasec.remediation import Risk, UndoClass
from dynasec.remedy.applying.journal import AlreadyRunError
from dynasec.remedy.applying.lock import LockedError
from dynasec.remedy.applying.outcomes import Ending
from dynasec.remedy.plan import Change, RiskOf, Undo
from tests.support.applied import POLICY, Bench
from tests.support.plans import change, deny_plain_text, endpoint, own_key, plan, protect, switch, table_is
from tests.support.world import World

Builder = Callable[[World], Change]
BUILDERS: dict[str, Builder] = {
    "set-state": lambda world: protect(world, "orders"),
    "chain": lambda world: own_key(world, "orders"),
    "token": lambda _: endpoint("vpc-1"),
    "compare-and-set": lambda world: deny_plain_text(world, "users"),
}
CALLS = {
    "set-state": ["dynamodb:UpdateTable"],
    "chain": ["kms:CreateKey", "kms:CreateAlias", "dynamodb:UpdateTable"],
    "token": ["ec2:CreateVpcEndpoint"],
    "compare-and-set": ["dynamodb:PutResourcePolicy"],
}
EACH_CALL = [(name, call) for name, calls in CALLS.items() for call in calls]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def whole(bench: Bench) -> None:
    """Nothing was made twice."""
    world = bench.world
    assert len(world.keys) <= 1
    assert len(world.aliases) <= 1
    assert len(world.endpoints) <= 1


@pytest.mark.parametrize("faults", [["after"], ["before"], ["before", "before"], ["before", "after"]])
@pytest.mark.parametrize(("name", "call"), EACH_CALL)
def test_a_lost_answer_is_found_out(bench: Bench, name: str, call: str, faults: list[str]) -> None:
    bench.hands.faults[call] = list(faults)
    before = bench.world.state()
    made = plan(BUILDERS[name](bench.world))
    assert bench.apply(made).states == (Ending.VERIFIED,)
    whole(bench)
    assert bench.roll_back(made).states == (Ending.ROLLED_BACK,)
    assert bench.world.state() == before


@pytest.mark.parametrize(("name", "call"), EACH_CALL)
def test_what_took_effect_is_not_sent_again(bench: Bench, name: str, call: str) -> None:
    bench.hands.faults[call] = ["after"]
    bench.one(BUILDERS[name](bench.world))
    assert bench.hands.attempts.count(call) == (2 if name == "token" else 1)


@pytest.mark.parametrize(("name", "call"), EACH_CALL)
def test_answers_that_are_always_lost_are_ambiguous(bench: Bench, name: str, call: str) -> None:
    bench.hands.faults[call] = ["before"] * 9
    made = plan(BUILDERS[name](bench.world))
    result = bench.apply(made)
    assert result.states == (Ending.AMBIGUOUS,)
    assert result.exit_code is Exit.AMBIGUOUS
    assert "look whether" in result.changes[0][1].reason
    assert bench.hands.attempts.count(call) == 3
    bench.hands.faults.clear()
    assert bench.apply(made, resume=True).states == (Ending.VERIFIED,)
    whole(bench)


@pytest.mark.parametrize("fault", ["throttle", "busy", "unreached", "LimitExceededException"])
@pytest.mark.parametrize(("name", "call"), EACH_CALL)
def test_not_now_is_tried_again_and_written_down(bench: Bench, name: str, call: str, fault: str) -> None:
    bench.hands.faults[call] = [fault] * 5
    made = plan(BUILDERS[name](bench.world))
    assert bench.apply(made).states == (Ending.VERIFIED,)
    assert bench.kinds(made).count("nak") == 5
    assert bench.clock.waited >= 1 + 2 + 4 + 8 + 16


def test_not_now_for_ever_fails(bench: Bench) -> None:
    bench.hands.faults["dynamodb:UpdateTable"] = ["throttle"] * 99
    state, reason = bench.one(protect(bench.world, "orders"))
    assert state == "FAILED"
    assert "ThrottlingException" in reason
    assert len(bench.hands.attempts) == 8


@pytest.mark.parametrize(("name", "call"), EACH_CALL)
def test_access_denied_fails_and_can_be_taken_back_or_up(bench: Bench, name: str, call: str) -> None:
    before = bench.world.state()
    bench.hands.faults[call] = ["AccessDeniedException"]
    made = plan(BUILDERS[name](bench.world))
    result = bench.apply(made)
    assert result.states == (Ending.FAILED,)
    assert result.exit_code is Exit.PARTIAL
    place = CALLS[name].index(call)
    assert ("nothing was changed" if place == 0 else f"{place} of 3 calls took effect") in result.changes[0][
        1
    ].reason
    undo = bench.undo(made)
    assert len(undo.changes) == (1 if place else 0)
    assert set(bench.apply(undo).states) <= {Ending.ROLLED_BACK}
    assert bench.world.state() == before


@pytest.mark.parametrize(("name", "call"), EACH_CALL)
def test_a_denied_run_is_taken_up_where_it_stopped(bench: Bench, name: str, call: str) -> None:
    bench.hands.faults[call] = ["AccessDeniedException"]
    made = plan(BUILDERS[name](bench.world))
    bench.apply(made)
    assert bench.apply(made, resume=True).states == (Ending.VERIFIED,)
    whole(bench)
    assert [operation for operation, _ in bench.world.sent] == CALLS[name]


@pytest.mark.parametrize(("name", "call"), EACH_CALL)
def test_a_lost_answer_then_denied_is_resolved_by_looking(bench: Bench, name: str, call: str) -> None:
    bench.hands.faults[call] = ["before", "AccessDeniedException"]
    made = plan(BUILDERS[name](bench.world))
    result = bench.apply(made)
    assert result.states == (Ending.FAILED,)
    assert "not known" not in result.changes[0][1].reason
    assert not any(
        "resume the run first" in one.reason for change in bench.undo(made).changes for one in change.blocked
    )
    assert bench.apply(made, resume=True).states == (Ending.VERIFIED,)


def test_a_name_that_our_own_lost_call_took_late_is_ours(bench: Bench) -> None:
    before = bench.world.state()
    bench.hands.faults["kms:CreateAlias"] = ["before"]

    def late(operation: str) -> None:
        if operation == "kms:CreateAlias" and bench.hands.attempts[-1] == operation:
            bench.world.aliases["alias/orders"] = next(iter(bench.world.keys))

    bench.hands.on_send = late
    made = plan(own_key(bench.world, "orders"))
    assert bench.apply(made).states == (Ending.VERIFIED,)
    assert bench.hands.attempts.count("kms:CreateAlias") == 2
    bench.hands.on_send = lambda _: None
    assert bench.roll_back(made).states == (Ending.ROLLED_BACK,)
    assert bench.world.state() == before


def test_what_took_effect_after_all_is_ours_to_take_back(bench: Bench) -> None:
    before = bench.world.state()
    bench.hands.faults["dynamodb:UpdateTable"] = ["before", "AccessDeniedException"]
    made = plan(protect(bench.world, "orders"))
    assert bench.apply(made).states == (Ending.FAILED,)
    bench.world.tables["orders"]["Protected"] = True  # hours later than any network holds a request
    assert bench.apply(made, resume=True).states == (Ending.VERIFIED,)
    assert bench.roll_back(made).states == (Ending.ROLLED_BACK,)
    assert bench.world.state() == before


# -- the world changed between plan and apply


def nothing_sent(bench: Bench) -> None:
    assert bench.hands.attempts == []


def test_a_resource_that_changed_is_stale(bench: Bench) -> None:
    one = own_key(bench.world, "orders")
    bench.world.tables["orders"]["Key"] = "somebody's"
    result = bench.apply(plan(one))
    assert result.states == (Ending.STALE,)
    assert result.exit_code is Exit.STALE
    assert "Table.Key is" in result.changes[0][1].reason
    nothing_sent(bench)


def test_a_policy_whose_revision_changed_is_stale(bench: Bench) -> None:
    one = deny_plain_text(bench.world, "users")
    bench.world.policies[POLICY]["RevisionId"] = "r99"
    assert bench.one(one)[0] == "STALE"
    nothing_sent(bench)


def test_a_policy_that_changes_between_look_and_call_is_stale(bench: Bench) -> None:
    one = deny_plain_text(bench.world, "users")

    def somebody(_: str) -> None:
        bench.world.policies[POLICY] = {"Policy": "theirs", "RevisionId": "r99"}

    bench.hands.on_send = somebody
    assert bench.one(one)[0] == "STALE"
    assert bench.world.policies[POLICY]["Policy"] == "theirs"


def test_a_resource_that_was_deleted_is_stale(bench: Bench) -> None:
    one = protect(bench.world, "orders")
    del bench.world.tables["orders"]
    state, reason = bench.one(one)
    assert state == "STALE"
    assert "finds nothing" in reason
    nothing_sent(bench)


@pytest.mark.parametrize("protected", [False, True])
def test_a_resource_that_was_made_anew_under_its_name_is_stale(bench: Bench, protected: bool) -> None:  # noqa: FBT001 - a parameter of the test
    one = protect(bench.world, "orders")
    bench.world.table("orders", Key=None, Protected=protected)
    assert bench.one(one)[0] == "STALE"
    nothing_sent(bench)


def test_what_somebody_else_mended_is_satisfied(bench: Bench) -> None:
    one = protect(bench.world, "orders")
    bench.world.tables["orders"]["Protected"] = True
    made = plan(one)
    result = bench.apply(made)
    assert result.states == (Ending.SATISFIED,)
    assert result.exit_code is Exit.OK
    nothing_sent(bench)
    assert bench.undo(made).changes == ()


def test_an_end_state_that_names_our_own_results_is_never_satisfied(bench: Bench) -> None:
    one = own_key(bench.world, "orders")
    bench.world.tables["orders"]["Key"] = "key-of-somebody"
    assert bench.one(one)[0] == "STALE"


def test_a_resource_made_anew_in_the_midst_stops_the_change(bench: Bench) -> None:
    one = own_key(bench.world, "orders")

    def somebody(operation: str) -> None:
        if operation == "kms:CreateAlias":
            bench.world.table("orders", Key=None)

    bench.hands.on_send = somebody
    state, reason = bench.one(one)
    assert state == "FAILED"
    assert "the world changed meanwhile" in reason
    assert "2 of 3 calls took effect" in reason
    assert "dynamodb:UpdateTable" not in bench.hands.attempts


@pytest.mark.parametrize("code", ["AccessDeniedException", "lost"])
def test_what_cannot_be_looked_at_is_not_changed(bench: Bench, code: str) -> None:
    bench.hands.read_faults["dynamodb:DescribeTable"] = [code] * 99
    state, reason = bench.one(protect(bench.world, "orders"))
    assert state == "FAILED"
    assert code in reason
    nothing_sent(bench)


def test_a_read_that_fails_for_a_moment_does_not_matter(bench: Bench) -> None:
    bench.hands.read_faults["dynamodb:DescribeTable"] = ["ThrottlingException", "lost"]
    assert bench.one(protect(bench.world, "orders"))[0] == "VERIFIED"


# -- lost answers in a world that others change too


def test_neither_before_nor_after_is_ambiguous(bench: Bench) -> None:
    bench.hands.faults["dynamodb:UpdateTable"] = ["before"]

    def somebody(_: str) -> None:
        bench.world.tables["orders"]["Protected"] = "by somebody, otherwise"

    bench.hands.on_send = somebody
    state, reason = bench.one(protect(bench.world, "orders"))
    assert state == "AMBIGUOUS"
    assert "otherwise" in reason
    assert len(bench.hands.attempts) == 1


def test_what_shows_late_is_found(bench: Bench) -> None:
    bench.hands.faults["dynamodb:UpdateTable"] = ["before"]

    def late(seconds: float) -> None:
        if seconds >= 5:
            bench.world.tables["orders"]["Protected"] = True

    bench.clock.on_wait = late
    assert bench.one(protect(bench.world, "orders"))[0] == "VERIFIED"
    assert len(bench.hands.attempts) == 1


def test_a_lost_compare_and_set_that_another_overwrote_is_ambiguous(bench: Bench) -> None:
    bench.hands.faults["dynamodb:PutResourcePolicy"] = ["after"]

    def somebody(operation: str) -> None:
        if operation == "dynamodb:GetResourcePolicy" and bench.hands.attempts:
            bench.world.policies[POLICY] = {"Policy": "theirs", "RevisionId": "r99"}

    bench.hands.on_read = somebody
    state, _ = bench.one(deny_plain_text(bench.world, "users"))
    assert state == "AMBIGUOUS"
    assert bench.world.policies[POLICY]["Policy"] == "theirs"


def test_a_name_that_is_taken_is_not_adopted(bench: Bench) -> None:
    one = own_key(bench.world, "orders")

    def somebody(operation: str) -> None:
        if operation == "kms:CreateAlias":
            bench.world.aliases["alias/orders"] = "key-of-somebody"

    bench.hands.on_send = somebody
    state, reason = bench.one(one)
    assert state == "FAILED"
    assert "AlreadyExists" in reason
    assert bench.world.aliases["alias/orders"] == "key-of-somebody"


def test_what_cannot_be_looked_at_after_a_lost_answer_is_ambiguous(bench: Bench) -> None:
    bench.hands.faults["dynamodb:UpdateTable"] = ["after"]

    def deny(_: str) -> None:
        bench.hands.read_faults["dynamodb:DescribeTable"] = ["AccessDeniedException"] * 9

    bench.hands.on_send = deny
    state, reason = bench.one(protect(bench.world, "orders"))
    assert state == "AMBIGUOUS"
    assert "AccessDeniedException" in reason


def by_its_own_id(identity: Identity) -> Change:
    """An endpoint that is found by the id that only the answer tells."""
    found = State(
        operation="ec2:DescribeVpcEndpoints", params={},
        facts={"VpcEndpoints[0].VpcEndpointId": result("endpoint", "VpcEndpoint.VpcEndpointId")},
    )  # fmt: skip
    made = endpoint("vpc-1")
    return made.model_copy(
        update={"calls": (made.calls[0].model_copy(update={"done": found, "identity": identity}),)}
    )


def test_a_token_is_sent_again_where_only_the_answer_tells_what_to_look_at(bench: Bench) -> None:
    before = bench.world.state()
    bench.hands.faults["ec2:CreateVpcEndpoint"] = ["after"]
    made = plan(by_its_own_id(Identity.TOKEN))
    assert bench.apply(made).states == (Ending.VERIFIED,)
    whole(bench)
    assert bench.roll_back(made).states == (Ending.ROLLED_BACK,)
    assert bench.world.state() == before


def test_what_only_the_answer_tells_is_ambiguous_without_a_token(bench: Bench) -> None:
    bench.hands.faults["ec2:CreateVpcEndpoint"] = ["after"]
    state, reason = bench.one(by_its_own_id(Identity.NAME))
    assert state == "AMBIGUOUS"
    assert "nothing shows it" in reason
    assert len(bench.hands.attempts) == 1


def test_an_answer_that_shows_failure_is_checked_by_its_own_id(bench: Bench) -> None:
    one = by_its_own_id(Identity.TOKEN)
    call = one.calls[0].model_copy(update={"answer": {"Unsuccessful": []}})
    made = plan(one.model_copy(update={"calls": (call,)}))
    assert bench.apply(made).states == (Ending.FAILED,)
    assert len(bench.undo(made).changes) == 1  # it is there, and can be taken back


def test_an_old_token_is_not_relied_on(bench: Bench) -> None:
    made = plan(endpoint("vpc-1"))
    bench.hands.faults["ec2:CreateVpcEndpoint"] = ["after"] * 9
    assert bench.apply(made).states == (Ending.AMBIGUOUS,)
    bench.hands.faults.clear()
    bench.clock.wait(9 * 3600, threading.Event())
    result = bench.apply(made, resume=True)
    assert result.states == (Ending.AMBIGUOUS,)
    assert "too old" in result.changes[0][1].reason
    assert bench.hands.attempts.count("ec2:CreateVpcEndpoint") == 3


# -- answers that say less than success, waiting


def test_an_answer_that_shows_failure_is_no_success(bench: Bench) -> None:
    call = switch("orders", on=True).model_copy(
        update={"answer": {"TableDescription.Protected": "no"}, "done": None}
    )
    one = protect(bench.world, "orders", calls=(call,))
    state, reason = bench.one(one)
    assert state == "FAILED"
    assert "was answered, but" in reason


def test_an_answer_that_shows_failure_of_what_took_effect_can_be_taken_back(bench: Bench) -> None:
    before = bench.world.state()
    call = (
        protect(bench.world, "orders")
        .calls[0]
        .model_copy(update={"answer": {"TableDescription.Protected": "no"}})
    )
    made = plan(protect(bench.world, "orders", calls=(call,)))
    assert bench.apply(made).states == (Ending.FAILED,)
    assert bench.roll_back(made).states == (Ending.ROLLED_BACK,)
    assert bench.world.state() == before


def test_a_call_whose_effect_takes_time_is_waited_for(bench: Bench) -> None:
    bench.world.tables["orders"]["TableStatus"] = "UPDATING"

    def settle(seconds: float) -> None:
        if seconds > 300:
            bench.world.tables["orders"]["TableStatus"] = "ACTIVE"

    bench.clock.on_wait = settle
    assert bench.one(protect(bench.world, "orders"))[0] == "VERIFIED"
    assert 300 < bench.clock.waited < 340


def test_an_effect_that_takes_too_long_is_converging_and_only_looked_at_again(bench: Bench) -> None:
    bench.world.tables["orders"]["TableStatus"] = "UPDATING"
    made = plan(protect(bench.world, "orders"))
    result = bench.apply(made)
    assert result.states == (Ending.CONVERGING,)
    assert result.exit_code is Exit.CONVERGING
    assert bench.clock.waited == 1800
    bench.world.tables["orders"]["TableStatus"] = "ACTIVE"
    assert bench.apply(made, resume=True).states == (Ending.VERIFIED,)
    assert len(bench.hands.attempts) == 1


def test_a_missing_result_of_another_change_fails_before_anything_is_sent(bench: Bench) -> None:
    call = Call(
        operation="dynamodb:UpdateTable", params={"TableName": "orders", "Key": {"$result": {"of": "x", "call": "y", "path": "z"}}},
        identity=Identity.SET_STATE,
    )  # fmt: skip
    state, reason = bench.one(protect(bench.world, "orders", calls=(call,)))
    assert state == "FAILED"
    assert "no result z" in reason
    nothing_sent(bench)


# -- one use, one writer


def test_a_plan_is_applied_once(bench: Bench) -> None:
    made = plan(protect(bench.world, "orders"))
    bench.apply(made)
    with pytest.raises(AlreadyRunError, match="--resume") as caught:
        bench.apply(made)
    assert caught.value.exit_code is Exit.REFUSED
    assert len(bench.hands.attempts) == 1


def test_a_run_that_is_done_is_not_done_again(bench: Bench) -> None:
    made = bench.everything()
    bench.apply(made)
    sent = len(bench.hands.attempts)
    assert set(bench.apply(made, resume=True).states) == {Ending.VERIFIED}
    assert len(bench.hands.attempts) == sent


def test_two_at_once_are_refused(bench: Bench) -> None:
    made = plan(protect(bench.world, "orders"))
    with bench.runs.lock(made.subject), pytest.raises(LockedError) as caught:
        bench.apply(made)
    assert caught.value.exit_code is Exit.LOCKED
    nothing_sent(bench)


# -- being told to stop


@pytest.mark.parametrize("at", range(10))
def test_being_told_to_stop_finishes_the_call_in_flight(bench: Bench, at: int) -> None:
    stop = threading.Event()
    made = (
        bench.everything()
        .model_copy(update={"limits": plan().limits.model_copy(update={"concurrency": 1})})
        .sealed()
    )
    before = bench.world.state()

    def interrupt(_: str) -> None:
        if len(bench.hands.attempts) == at:
            stop.set()

    bench.hands.on_send = interrupt
    result = bench.apply(made, stop=stop)
    assert set(result.states) <= {Ending.VERIFIED, Ending.CONVERGING, Ending.NOT_REACHED}
    assert len(bench.world.sent) == min(at + 1, 7)
    assert (result.exit_code is Exit.OK) == (set(result.states) == {Ending.VERIFIED})
    bench.hands.on_send = lambda _: None
    assert set(bench.apply(made, resume=True).states) == {Ending.VERIFIED}
    assert len(bench.world.sent) == 7
    assert set(bench.roll_back(made).states) == {Ending.ROLLED_BACK}
    assert bench.world.state() == before


# -- what cloudtrail and the journal tell


def test_calls_say_which_run_and_change_they_belong_to(bench: Bench) -> None:
    made = plan(protect(bench.world, "orders"))
    bench.apply(made)
    assert bench.hands.agents == [f"dynasec/{made.plan_id[:16]}/orders"]


def test_the_first_intent_holds_what_was_there_before(bench: Bench) -> None:
    made = plan(deny_plain_text(bench.world, "users"))
    bench.apply(made)
    intent = next(one for one in bench.runs.read(made.plan_id[:16]).records if one.kind == "intent")
    images = {image["operation"]: image["answer"] for image in intent.data["before"]}
    assert images["dynamodb:GetResourcePolicy"] == {"Policy": '{"Statement":["old"]}', "RevisionId": "r0"}
    assert intent.data["params"]["ExpectedRevisionId"] == "r0"


def test_an_absent_thing_is_expected_by_its_code(bench: Bench) -> None:
    state = State(
        operation="dynamodb:GetResourcePolicy", params={"ResourceArn": "none"}, facts={"Policy": None},
        absent=("PolicyNotFoundException",),
    )  # fmt: skip
    one = change(
        "x",
        expect=(state,),
        verify=(table_is("orders", Protected=False),),
        undo=Undo(kind=UndoClass.NONE),
        risk=RiskOf(level=Risk.OBSERVE),
    )
    assert bench.one(one)[0] == "VERIFIED"
