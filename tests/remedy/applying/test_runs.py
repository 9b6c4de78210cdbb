import subprocess
import sys
from pathlib import Path

import pytest

from dynasec.errors import DynasecError, Exit
from dynasec.remedy.applying.journal import JournalError, Recorded
from dynasec.remedy.applying.lock import LockedError, locked
from dynasec.remedy.applying.runs import Runs, default_directory
from tests.support.applied import Bench
from tests.support.plans import plan, protect

HOLDING = """
import sys
from pathlib import Path
from dynasec.remedy.applying.lock import locked
with locked(Path(sys.argv[1]), "aws", "111122223333"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_holds_the_lock_until_it_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with (
            pytest.raises(LockedError, match="another run") as caught,
            locked(tmp_path, "aws", "111122223333"),
        ):
            pass
        assert caught.value.exit_code is Exit.LOCKED
        with locked(tmp_path, "aws", "444455556666"):
            pass
        other.kill()
        other.wait()
        with locked(tmp_path, "aws", "111122223333"):
            pass


def test_the_lock_is_let_go_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locked(tmp_path, "aws", "1"):
        raise ZeroDivisionError
    with locked(tmp_path, "aws", "1"):
        pass


def test_a_lock_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DynasecError, match="cannot lock"), locked(tmp_path / "file" / "locks", "aws", "1"):
        pass


@pytest.mark.parametrize("run", ["", "../../etc/passwd", "0123", "0123456789ABCDEF", "0123456789abcdef/"])
def test_a_run_is_named_by_its_id_alone(tmp_path: Path, run: str) -> None:
    with pytest.raises(JournalError, match="not the id of a run"):
        Runs(tmp_path).read(run)


def test_all_runs_are_listed_and_a_damaged_one_says_so(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    assert list(bench.runs.all()) == []
    one, other = plan(protect(bench.world, "orders")), plan(protect(bench.world, "users"))
    bench.apply(one)
    bench.apply(other)
    bench.runs.path(other.plan_id[:16]).write_text("nothing\n")
    found = {type(recorded) for recorded in bench.runs.all()}
    assert found == {Recorded, JournalError}


def test_the_rollbacks_of_a_run_are_found(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    made = plan(protect(bench.world, "orders"))
    bench.apply(made)
    assert list(bench.runs.undoing(made.plan_id[:16])) == []
    undo = bench.undo(made)
    bench.apply(undo)
    assert [recorded.plan for recorded in bench.runs.undoing(made.plan_id[:16])] == [undo]


def test_the_state_directory_is_the_users() -> None:
    assert default_directory().name == "dynasec"


def test_a_run_that_was_rolled_back_is_not_taken_up_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    made = plan(protect(bench.world, "orders"))
    bench.apply(made)
    bench.roll_back(made)
    with pytest.raises(JournalError, match="was rolled back"):
        bench.apply(made, resume=True)


def test_a_rollback_that_did_nothing_does_not_count(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    made = plan(protect(bench.world, "orders"))
    bench.apply(made)
    bench.hands.faults["dynamodb:UpdateTable"] = ["AccessDeniedException"]
    bench.roll_back(made)
    assert str(bench.apply(made, resume=True).states[0]) == "VERIFIED"
