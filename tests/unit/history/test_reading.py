from datetime import timedelta

import pytest

from dynasec.audit.changes import State
from dynasec.errors import UsageError
from dynasec.history.reading import all_runs, differences, find_run, findings_of
from dynasec.history.upkeep import clear_baseline, prune, set_baseline
from tests.support.accounts import NOW
from tests.support.histories import keep, seen, told

FAIL = seen("F")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "history.db"


def _runs(path):
    return [one.run for one in all_runs(path)]


def test_a_store_that_is_not_there_is_empty_and_stays_away(path):
    assert all_runs(path) == []
    assert prune(path, NOW) == 0
    assert not path.exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("abc", "'abc' is too short for the id of a run; give 4 characters or more"),
        ("none", "no run in .* begins with 'none'; `dynasec history list` shows the runs"),
        ("abcd", "2 runs in .* begin with 'abcd'"),
    ],
)
def test_a_run_is_named_by_the_beginning_of_its_id(path, text, says):
    keep(path, 0, FAIL, run_id="abcd-1")
    keep(path, 1, FAIL, run_id="abcd-2")
    assert find_run(path, "abcd-1").run == "abcd-1"
    with pytest.raises(UsageError, match=says):
        find_run(path, text)


def test_what_lies_between_two_runs(path):
    for day, letters in enumerate(["FFP", "PFP", "PUF", "FPF"]):
        keep(path, day, *(seen(letter, label) for letter, label in zip(letters, "abc", strict=True)))
    first, *_, last = all_runs(path)
    assert {one.label: one.state for one in differences(path, first, last)} == {
        "a": State.PERSISTING,
        "b": State.FIXED,
        "c": State.NEW,
    }
    assert {one.label: one.state for one in differences(path, last, first)} == {
        "a": State.PERSISTING,
        "b": State.REGRESSED,
    }


def test_runs_of_different_scopes_cannot_be_compared(path):
    keep(path, 0, FAIL)
    keep(path, 1, FAIL, regions=("eu-west-1",))
    with pytest.raises(UsageError, match="looked at different accounts, Regions or tables"):
        differences(path, *all_runs(path))


def test_what_a_run_left_out_is_not_among_its_findings(path):
    keep(path, 0, FAIL, seen("F", control="other"), controls=("some-control", "other"))
    keep(path, 1, FAIL)
    assert [one.control for one in findings_of(path, all_runs(path)[1])] == ["some-control"]
    assert [one.control for one in differences(path, *all_runs(path))] == ["some-control"]


def test_with_a_baseline_runs_are_compared_with_it(path):
    keep(path, 0, seen("F", "a"), seen("F", "b"), seen("P", "c"))
    set_baseline(path, all_runs(path)[0])
    findings = seen("P", "a"), seen("F", "b"), seen("F", "c")
    for day in (1, 2):
        since = keep(path, day, *findings)
        assert told(since, *findings) == ["FIXED", "PERSISTING", "NEW"]
        assert (since.run, since.time, since.is_baseline) == ("run-of-day-0", NOW, True)
        assert since.of(findings[2].fingerprint).first_seen == NOW + timedelta(days=1)
    assert [one.states for one in all_runs(path)][1:] == [
        {"NEW": 1, "PERSISTING": 1, "FIXED": 1},
        {"PERSISTING": 2},
    ]
    clear_baseline(path, all_runs(path)[0])
    assert told(keep(path, 3, *findings), *findings) == ["-", "PERSISTING", "PERSISTING"]


def test_what_was_fixed_by_the_baseline_and_fails_again_has_regressed(path):
    keep(path, 0, FAIL)
    keep(path, 1, seen("P"))
    set_baseline(path, all_runs(path)[1])
    keep(path, 2, FAIL)
    assert told(keep(path, 3, FAIL), FAIL) == ["REGRESSED"]


def test_a_scope_has_one_baseline(path):
    keep(path, 0, FAIL)
    keep(path, 1, FAIL)
    keep(path, 2, FAIL, regions=("eu-west-1",))
    for run in all_runs(path):
        set_baseline(path, run)
    assert [one.is_baseline for one in all_runs(path)] == [False, True, True]


def test_a_baseline_of_another_scope_changes_nothing(path):
    keep(path, 0, FAIL, regions=("eu-west-1",))
    set_baseline(path, all_runs(path)[0])
    keep(path, 1, FAIL)
    since = keep(path, 2, FAIL)
    assert (since.run, since.is_baseline) == ("run-of-day-1", False)


def test_old_runs_are_forgotten_but_not_what_is_still_open(path):
    keep(path, 0, FAIL, seen("F", "old"))
    keep(path, 1, FAIL, seen("P", "old"))
    keep(path, 50, FAIL, seen("P", "old"))
    assert prune(path, NOW + timedelta(days=40)) == 2
    assert _runs(path) == ["run-of-day-50"]
    assert [one.label for one in findings_of(path, all_runs(path)[0])] == ["orders"]
    since = keep(path, 51, FAIL, seen("F", "old"))
    assert told(since, FAIL, seen("F", "old")) == ["PERSISTING", "NEW"]
    assert since.of(FAIL.fingerprint).first_seen == NOW


def test_the_last_run_and_the_baseline_are_never_forgotten(path):
    for day in range(3):
        keep(path, day, FAIL)
    keep(path, 3, FAIL, regions=("eu-west-1",))
    set_baseline(path, all_runs(path)[0])
    assert prune(path, NOW + timedelta(days=99)) == 1
    assert _runs(path) == ["run-of-day-0", "run-of-day-2", "run-of-day-3"]
    assert prune(path, NOW + timedelta(days=99)) == 0


def test_numbers_are_not_given_twice(path):
    keep(path, 0, seen("F", "a"))
    keep(path, 1, seen("P", "a"))
    keep(path, 2)
    prune(path, NOW + timedelta(days=99))
    keep(path, 3, seen("F", "b"))
    assert [one.label for one in findings_of(path, all_runs(path)[-1])] == ["b"]
