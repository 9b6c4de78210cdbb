import threading
import time
from pathlib import Path
from typing import Any

import pytest

from dynasec.errors import DynasecError, Exit
from dynasec.remediation import Risk
from dynasec.remedy.applying.execution import Execution
from dynasec.remedy.applying.outcomes import Ending, Outcome, exit_code
from dynasec.remedy.plan import Change, Limits, RiskOf
from tests.support.applied import Bench
from tests.support.plans import change, plan, protect, table_is
from tests.support.world import World


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    world = World()
    for number in range(8):
        world.table(f"t{number}", Key=None)
    return Bench(tmp_path, world)


def ended(bench: Bench, *changes: Change, **more: Any) -> dict[str, str]:
    limits = more.pop("limits", None)
    result = bench.apply(plan(*changes, limits=limits), **more)
    return {one.id: str(outcome.state) for one, outcome in result.changes}


def access(world: World, name: str, **more: Any) -> Change:
    return protect(world, name, risk=RiskOf(level=Risk.ACCESS), **more)


def order(bench: Bench) -> list[str]:
    return [params["TableName"] for _, params in bench.world.sent]


def test_waves_run_one_after_another(bench: Bench) -> None:
    changes = [protect(bench.world, f"t{number}", wave=3 - number // 2) for number in range(6)]
    ended(bench, *changes)
    assert [sorted(order(bench)[at : at + 2]) for at in (0, 2, 4)] == [
        ["t4", "t5"],
        ["t2", "t3"],
        ["t0", "t1"],
    ]


def test_no_more_run_at_once_than_allowed_and_one_in_each_lane(bench: Bench) -> None:
    running: dict[str, str] = {}
    most: list[int] = []
    lock = threading.Lock()

    def watch(change: Change, text: str) -> None:
        with lock:
            if text.startswith("sends"):
                assert change.lane not in running
                running[change.lane] = change.id
                most.append(len(running))
        if text == "verifies":
            time.sleep(0.02)
            with lock:
                del running[change.lane]

    changes = [protect(bench.world, f"t{number}", lane=f"lane{number % 4}") for number in range(8)]
    assert set(ended(bench, *changes, limits=Limits(concurrency=3), watch=watch).values()) == {"VERIFIED"}
    assert max(most) == 3


def test_what_depends_on_a_failure_is_not_reached(bench: Bench) -> None:
    first = protect(bench.world, "t0")
    bench.hands.faults["dynamodb:UpdateTable"] = ["AccessDeniedException"]
    assert ended(
        bench,
        first,
        protect(bench.world, "t1", depends_on=(first.key,)),
        protect(bench.world, "t2", depends_on=("key-of:t1",), wave=2),
        protect(bench.world, "t3", depends_on=("unknown",)),
        protect(bench.world, "t4", wave=2),
    ) == {"t0": "FAILED", "t1": "NOT_REACHED", "t2": "NOT_REACHED", "t3": "NOT_REACHED", "t4": "VERIFIED"}


def test_what_depends_on_a_success_runs_after_it(bench: Bench) -> None:
    first = protect(bench.world, "t5")
    ended(bench, first, protect(bench.world, "t1", depends_on=(first.key,)))
    assert order(bench) == ["t5", "t1"]


def test_changes_that_depend_on_each_other_end(bench: Bench) -> None:
    assert ended(
        bench,
        protect(bench.world, "t0", depends_on=("key-of:t1",)),
        protect(bench.world, "t1", depends_on=("key-of:t0",)),
    ) == {"t0": "NOT_REACHED", "t1": "NOT_REACHED"}


@pytest.mark.parametrize("fault", ["AccessDeniedException", "stale", "converging", "lost", "recheck"])
def test_the_first_access_change_that_does_not_verify_stops_what_follows(bench: Bench, fault: str) -> None:
    first = access(bench.world, "t0", fingerprints=("f0",))
    if fault == "stale":
        bench.world.tables["t0"]["TableId"] = "another"
    elif fault == "converging":
        bench.world.tables["t0"]["TableStatus"] = "UPDATING"
    elif fault == "lost":
        bench.hands.faults["dynamodb:UpdateTable"] = ["before"] * 3
    elif fault != "recheck":
        bench.hands.faults["dynamodb:UpdateTable"] = [fault]
    status = "FAIL" if fault == "recheck" else "PASS"
    found = ended(
        bench, first, access(bench.world, "t1"), protect(bench.world, "t2", wave=2), limits=Limits(concurrency=1),
        recheck=lambda _: {"f0": (status, "still open")},
    )  # fmt: skip
    assert found["t0"] not in {"VERIFIED", "NOT_REACHED"}
    # Of a stale change nothing was sent: what does not change access goes on.
    assert (found["t1"], found["t2"]) == ("NOT_REACHED", "VERIFIED" if fault == "stale" else "NOT_REACHED")
    assert "t1" not in order(bench)


def test_two_access_changes_never_run_at_once(bench: Bench) -> None:
    bench.hands.faults["dynamodb:UpdateTable"] = ["AccessDeniedException"]
    found = ended(bench, *(access(bench.world, f"t{number}") for number in range(4)))
    assert sorted(found.values()) == ["FAILED", "NOT_REACHED", "NOT_REACHED", "NOT_REACHED"]
    assert len(bench.hands.attempts) == 1


def test_a_failure_that_is_not_of_access_stays_one_failure(bench: Bench) -> None:
    bench.hands.faults["dynamodb:UpdateTable"] = ["AccessDeniedException"]
    found = ended(bench, *(protect(bench.world, f"t{number}") for number in range(4)))
    assert sorted(found.values()) == ["FAILED", "VERIFIED", "VERIFIED", "VERIFIED"]


def test_an_ambiguous_change_stops_its_lane_alone(bench: Bench) -> None:
    bench.hands.faults["dynamodb:UpdateTable"] = ["before"] * 3
    changes = (
        protect(bench.world, "t0", lane="a"),
        protect(bench.world, "t1", lane="a", wave=2),
        protect(bench.world, "t2", lane="b", wave=2),
    )
    assert ended(bench, *changes) == {"t0": "AMBIGUOUS", "t1": "NOT_REACHED", "t2": "VERIFIED"}
    made = plan(*changes)
    later = bench.apply(made, resume=True, only=("t1",))
    assert later.states == (Ending.NOT_REACHED,)  # t0 is still not resolved
    assert set(bench.apply(made, resume=True).states) == {Ending.VERIFIED}


def test_a_part_now_and_the_rest_later(bench: Bench) -> None:
    made = plan(protect(bench.world, "t0"), protect(bench.world, "t1", depends_on=("key-of:t0",)))
    assert bench.apply(made, only=("t0",)).states == (Ending.VERIFIED,)
    assert bench.apply(made, only=("t1",), resume=True).states == (Ending.VERIFIED,)
    assert order(bench) == ["t0", "t1"]


def test_what_a_gate_holds_back_is_reported_and_nothing_rests_on_it(bench: Bench) -> None:
    made = plan(
        protect(bench.world, "t0"),
        protect(bench.world, "t1", depends_on=("key-of:t0",)),
        protect(bench.world, "t2"),
    )
    with bench.runs.create(made, bench.clock) as journal:
        execution = Execution(journal, bench.hands, bench.options())
        result = execution.run(["t1", "t2"], {"t0": Outcome(Ending.REFUSED, "needs --yes")})
    assert [str(state) for state in result.states] == ["REFUSED", "NOT_REACHED", "VERIFIED"]
    assert result.exit_code is Exit.REFUSED
    assert result.to_json()["changes"][0] == {
        "id": "t0", "remediation": "mend", "controls": ["some-control"], "resource": made.changes[0].resource,
        "state": "REFUSED", "reason": "needs --yes",
    }  # fmt: skip
    assert (result.to_json()["schema"], result.to_json()["run"]) == ("dynasec.run/v1", made.plan_id[:16])


def test_what_is_verified_stays_so_when_a_gate_is_closed_later(bench: Bench) -> None:
    made = plan(protect(bench.world, "t0"))
    bench.apply(made)
    with bench.runs.resume(made, bench.clock) as journal:
        result = Execution(journal, bench.hands, bench.options()).run(
            [], {"t0": Outcome(Ending.REFUSED, "needs --yes")}
        )
    assert result.states == (Ending.VERIFIED,)


def test_an_error_that_nobody_foresaw_goes_through_and_can_be_resumed(bench: Bench) -> None:
    made = plan(*(protect(bench.world, f"t{number}") for number in range(4)))

    def crash(_: str) -> None:
        raise ZeroDivisionError

    bench.hands.on_send = crash
    with pytest.raises(ZeroDivisionError):
        bench.apply(made)
    bench.hands.on_send = lambda _: None
    assert set(bench.apply(made, resume=True).states) == {Ending.VERIFIED}


# -- the controls are run again


def judged(bench: Bench, *answers: dict[str, tuple[str, str]], risk: Risk = Risk.ADDITIVE) -> Outcome:
    """How a change with two fingerprints ends when its controls say this, time after time."""
    said = list(answers)

    def recheck(changes: object) -> dict[str, tuple[str, str]]:
        assert changes
        return said.pop(0) if len(said) > 1 else said[0]

    made = plan(protect(bench.world, "t0", fingerprints=("f1", "f2"), risk=RiskOf(level=risk)))
    resume = bench.runs.path(made.plan_id[:16]).exists()
    return bench.apply(made, recheck=recheck, resume=resume).changes[0][1]


PASS = {"f1": ("PASS", "good"), "f2": ("PASS", "good")}


@pytest.mark.parametrize("risk", [Risk.ADDITIVE, Risk.ACCESS])
@pytest.mark.parametrize(
    ("answer", "state", "why"),
    [
        (PASS, Ending.VERIFIED, ""),
        ({**PASS, "f2": ("FAIL", "it is off")}, Ending.FAILED, "applied, but some-control is still FAIL: it is off"),
        ({**PASS, "f2": ("NOT_APPLICABLE", "none")}, Ending.FAILED, "still NOT_APPLICABLE"),
        ({**PASS, "f2": ("UNKNOWN", "denied")}, Ending.CONVERGING, "still UNKNOWN: denied"),
        ({"f1": ("PASS", "good")}, Ending.CONVERGING, "not found again"),
        ({"f1": ("UNKNOWN", "denied"), "f2": ("FAIL", "off")}, Ending.FAILED, "FAIL: off"),
    ],
)  # fmt: skip
def test_only_a_pass_of_every_finding_closes_a_change(
    bench: Bench, answer: dict[str, tuple[str, str]], state: Ending, why: str, risk: Risk
) -> None:
    outcome = judged(bench, answer, risk=risk)
    assert outcome.state is state
    assert why in outcome.reason


def test_a_control_that_passes_a_moment_later_passes(bench: Bench) -> None:
    assert judged(bench, {**PASS, "f2": ("FAIL", "old answer")}, PASS).state is Ending.VERIFIED


def test_a_control_that_could_not_be_run_is_run_when_resumed_and_nothing_is_sent_again(bench: Bench) -> None:
    assert judged(bench, {**PASS, "f2": ("UNKNOWN", "denied")}).state is Ending.CONVERGING
    assert judged(bench, PASS).state is Ending.VERIFIED
    assert len(bench.hands.attempts) == 1


@pytest.mark.parametrize(("vanishes", "state"), [(True, Ending.VERIFIED), (False, Ending.CONVERGING)])
def test_what_was_to_vanish_may_be_gone(bench: Bench, *, vanishes: bool, state: Ending) -> None:
    made = plan(protect(bench.world, "t0", fingerprints=("f1",), vanishes=vanishes))
    assert bench.apply(made, recheck=lambda _: {}).changes[0][1].state is state


def test_what_was_to_vanish_and_fails_is_open(bench: Bench) -> None:
    made = plan(protect(bench.world, "t0", fingerprints=("f1",), vanishes=True))
    found = bench.apply(made, recheck=lambda _: {"f1": ("FAIL", "still there")})
    assert found.changes[0][1].state is Ending.FAILED


def test_a_recheck_that_cannot_be_made_is_converging(bench: Bench) -> None:
    def recheck(_: object) -> dict[str, tuple[str, str]]:
        message = "the credentials expired"
        raise DynasecError(message)

    made = plan(protect(bench.world, "t0", fingerprints=("f1",)))
    result = bench.apply(made, recheck=recheck)
    assert result.states == (Ending.CONVERGING,)
    assert "the credentials expired" in result.changes[0][1].reason
    assert "recheck" not in bench.kinds(made)


def test_being_told_to_stop_leaves_the_controls_for_later(bench: Bench) -> None:
    stop = threading.Event()
    made = plan(protect(bench.world, "t0", fingerprints=("f1",)))
    result = bench.apply(
        made,
        stop=stop,
        recheck=lambda _: {},
        watch=lambda _, text: stop.set() if text == "verifies" else None,
    )
    assert result.states == (Ending.CONVERGING,)
    assert "stopped before its controls" in result.changes[0][1].reason
    assert bench.apply(made, resume=True, recheck=lambda _: {"f1": ("PASS", "")}).states == (Ending.VERIFIED,)


def test_what_is_satisfied_is_judged_too(bench: Bench) -> None:
    one = protect(bench.world, "t0", fingerprints=("f1",))
    bench.world.tables["t0"]["Protected"] = True
    result = bench.apply(plan(one), recheck=lambda _: {"f1": ("FAIL", "off")})
    assert result.states == (Ending.FAILED,)
    assert "already as planned, but" in result.changes[0][1].reason


def test_rechecks_are_written_down(bench: Bench) -> None:
    judged(bench, PASS)
    (recorded,) = (run for run in bench.runs.all() if not isinstance(run, DynasecError))
    (record,) = (record for record in recorded.records if record.kind == "recheck")
    assert record.data["findings"] == {"f1": ["PASS", "good"], "f2": ["PASS", "good"]}


# -- exit codes


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ([], 0),
        (["VERIFIED", "SATISFIED", "ROLLED_BACK"], 0),
        (["STALE"], 5),
        (["STALE", "SATISFIED"], 5),
        (["STALE", "VERIFIED"], 6),
        (["FAILED"], 6),
        (["FAILED", "STALE"], 6),
        (["NOT_REACHED"], 6),
        (["AMBIGUOUS", "FAILED", "VERIFIED"], 7),
        (["REFUSED"], 8),
        (["BLOCKED", "VERIFIED"], 8),
        (["REFUSED", "NOT_REACHED"], 8),
        (["CONVERGING", "VERIFIED"], 9),
        (["CONVERGING", "REFUSED"], 9),
        (["CONVERGING", "NOT_REACHED"], 9),
    ],
)
def test_exit_codes(states: list[str], code: int) -> None:
    assert exit_code([Ending(state) for state in states]) == code


def test_a_change_without_calls_is_only_looked_at(bench: Bench) -> None:
    assert ended(bench, change("x", verify=(table_is("t0", Protected=False),))) == {"x": "VERIFIED"}
