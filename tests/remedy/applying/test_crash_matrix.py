"""Kill the run at every boundary; resume; nothing is lost, doubled or half-done; then take it back."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from dynasec.remedy.applying.journal import JournalError
from dynasec.remedy.applying.outcomes import Ending
from dynasec.remedy.plan import Plan
from tests.support.applied import Bench
from tests.support.world import Killed


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is not awaited: nobody pulls the plug in the midst of this process. `test_journal` shows that it is awaited else."""
    monkeypatch.setattr("os.fsync", lambda _: None)


class Executioner:
    """Ends the process at the boundary of a number; everything after it is dead as well."""

    def __init__(self, at: int = -1) -> None:
        self.at = at
        self.passed: list[str] = []
        self.dead = False

    def __call__(self, name: str) -> None:
        if self.dead or len(self.passed) == self.at:
            self.dead = True
            raise Killed(name)
        self.passed.append(name)


def narrow(bench: Bench) -> Plan:
    made = bench.everything()
    return made.model_copy(update={"limits": made.limits.model_copy(update={"concurrency": 1})}).sealed()


def kill(bench: Bench, made: Plan, at: int, *, resume: bool = False) -> str:
    """Apply until the boundary; return its name, "" where the run came to its end before."""
    killer = Executioner(at)
    bench.hands.on_send = bench.hands.on_read = lambda _: killer("hands") if killer.dead else None
    try:
        bench.apply(made, resume=resume, boundary=killer)
    except Killed as killed:
        return str(killed)
    finally:
        bench.hands.on_send = bench.hands.on_read = lambda _: None
    return ""


def tear(bench: Bench, made: Plan) -> None:
    """Cut the last record in half, as a crash does in the midst of writing it."""
    path = bench.runs.path(made.plan_id[:16])
    content = path.read_bytes()
    last = content[content.rstrip(b"\n").rfind(b"\n") + 1 :]
    os.truncate(path, len(content) - len(last) // 2)


def finish(bench: Bench, made: Plan) -> None:
    """Take the run up again, or begin it where it never began, and see it end well."""
    begun = bench.runs.path(made.plan_id[:16]).exists()
    result = bench.apply(made, resume=begun)
    assert set(result.states) == {Ending.VERIFIED}, result.to_json()


def same_as_undisturbed(bench: Bench, tmp: Path) -> None:
    """The world is as after an apply that nobody disturbed, but for the numbers in names."""
    other = Bench(tmp)
    other.apply(narrow(other))
    assert shape(bench) == shape(other)


def shape(bench: Bench) -> object:
    world = bench.world
    keys = list(world.keys)
    assert all(key in keys for key in world.aliases.values())
    assert world.tables["orders"]["Key"] in keys
    tables = {name: {**table, "Key": "key" if table["Key"] else None} for name, table in world.tables.items()}
    policies = {name: policy["Policy"] for name, policy in world.policies.items()}
    return tables, len(keys), sorted(world.aliases), len(world.endpoints), policies


def undisturbed() -> tuple[list[str], list[str]]:
    """All boundaries of an apply and of its rollback, one lane at a time, so that their order is always the same."""
    with TemporaryDirectory() as folder:
        bench, apply, rollback = Bench(Path(folder)), Executioner(), Executioner()
        made = narrow(bench)
        bench.apply(made, boundary=apply)
        bench.apply(bench.undo(made), boundary=rollback)
        return apply.passed, rollback.passed


APPLY, ROLLBACK = undisturbed()
WRITTEN = [number for number, name in enumerate(APPLY) if name.startswith("journal:after:") and number > 1]


def test_every_call_and_every_record_has_its_boundaries() -> None:
    assert {name for name in APPLY if name.startswith("call:")} == {
        f"call:{when}:{operation}"
        for when in ("before", "after")
        for operation in (
            "dynamodb:UpdateTable", "kms:CreateKey", "kms:CreateAlias", "ec2:CreateVpcEndpoint", "dynamodb:PutResourcePolicy",
        )
    }  # fmt: skip
    for kind in ("plan", "started", "intent", "ack", "verified", "outcome", "finished"):
        assert {f"journal:before:{kind}", f"journal:after:{kind}"} <= set(APPLY)
    assert len(APPLY) + len(WRITTEN) + len(ROLLBACK) > 140


@pytest.mark.parametrize("at", range(len(APPLY)))
def test_a_run_survives_its_end_anywhere(at: int, tmp_path: Path) -> None:
    bench = Bench(tmp_path / "a")
    before, made = bench.world.state(), narrow(bench)
    assert kill(bench, made, at) == APPLY[at]
    survives(bench, made, before, tmp_path)


@pytest.mark.parametrize("at", WRITTEN)
def test_a_run_survives_its_end_in_the_midst_of_a_record(at: int, tmp_path: Path) -> None:
    bench = Bench(tmp_path / "a")
    before, made = bench.world.state(), narrow(bench)
    assert kill(bench, made, at) == APPLY[at]
    tear(bench, made)
    survives(bench, made, before, tmp_path)


def survives(bench: Bench, made: Plan, before: object, tmp_path: Path) -> None:
    """Resume, compare with a run that nobody disturbed, take back, compare with the beginning."""
    finish(bench, made)
    same_as_undisturbed(bench, tmp_path / "b")
    result = bench.roll_back(made)
    assert set(result.states) == {Ending.ROLLED_BACK}, result.to_json()
    assert bench.world.state() == before


@pytest.mark.parametrize("at", range(0, len(APPLY), 3))
@pytest.mark.parametrize("again", [1, 4, 9])
def test_a_run_survives_two_ends(at: int, again: int, tmp_path: Path) -> None:
    bench = Bench(tmp_path / "a")
    made = narrow(bench)
    kill(bench, made, at)
    if bench.runs.path(made.plan_id[:16]).exists():
        kill(bench, made, again, resume=True)
    finish(bench, made)
    same_as_undisturbed(bench, tmp_path / "b")


@pytest.mark.parametrize("at", range(len(APPLY)))
def test_a_part_of_a_run_can_be_taken_back_or_says_why_not(at: int, tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    before, made = bench.world.state(), narrow(bench)
    kill(bench, made, at)
    try:
        undo = bench.undo(made)
    except JournalError:
        assert bench.world.state() == before  # it never began
        return
    if any(change.blocked for change in undo.changes):
        assert all("resume the run first" in one.reason for change in undo.changes for one in change.blocked)
        return
    result = bench.apply(undo)
    assert set(result.states) <= {Ending.ROLLED_BACK}, result.to_json()
    assert bench.world.state() == before


@pytest.mark.parametrize("at", range(len(ROLLBACK)))
def test_a_rollback_survives_its_end_anywhere(at: int, tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    before, made = bench.world.state(), narrow(bench)
    bench.apply(made)
    undo = bench.undo(made)
    assert kill(bench, undo, at) == ROLLBACK[at]
    result = bench.apply(undo, resume=bench.runs.path(undo.plan_id[:16]).exists())
    assert set(result.states) == {Ending.ROLLED_BACK}, result.to_json()
    assert bench.world.state() == before


@pytest.mark.parametrize("fault", ["after", "before"])
@pytest.mark.parametrize("at", range(0, len(APPLY), 2))
def test_a_lost_answer_and_an_end_together(at: int, fault: str, tmp_path: Path) -> None:
    bench = Bench(tmp_path / "a")
    made = narrow(bench)
    bench.hands.faults = {
        name: [fault] for name in ("kms:CreateKey", "kms:CreateAlias", "ec2:CreateVpcEndpoint", "dynamodb:PutResourcePolicy")
    }  # fmt: skip
    kill(bench, made, at)
    finish(bench, made)
    same_as_undisturbed(bench, tmp_path / "b")


@pytest.mark.parametrize("at", range(0, len(APPLY), 2))
def test_lanes_next_to_each_other_survive_the_end_of_all(at: int, tmp_path: Path) -> None:
    bench = Bench(tmp_path / "a")
    before, made = bench.world.state(), bench.everything()
    assert made.limits.concurrency > 1
    assert kill(bench, made, at)
    survives(bench, made, before, tmp_path)
