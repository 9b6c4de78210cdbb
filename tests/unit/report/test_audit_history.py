import pytest

from dynasec.history.reading import all_runs, differences, findings_of
from dynasec.report.audit_history import between, entry, row, shown, trends
from tests.support.histories import keep, seen


@pytest.fixture
def path(tmp_path):
    return tmp_path / "history.db"


def test_where_nothing_was_judged_there_is_no_score_and_no_trend(path):
    for day in range(2):
        keep(path, day, seen("U"))
    runs = all_runs(path)
    assert row(runs[0])[-1] == "nothing judged, coverage 0 %, 0 failed"
    assert list(trends(runs)) == []
    keep(path, 2)
    assert row(all_runs(path)[2])[-1] == "nothing judged, 0 failed"
    assert entry(all_runs(path)[2])["score"] is None


def test_the_way_of_the_score_is_that_of_comparable_runs_of_each_scope(path):
    for day, letters in enumerate(["FF", "PF", "PP"]):
        keep(path, day, *(seen(letter, label) for letter, label in zip(letters, "ab", strict=True)))
    keep(path, 3, seen("F", "a"), tables=("a*",))
    keep(path, 4, seen("P", "a"), tables=("a*",))
    assert list(trends(all_runs(path))) == [
        "Score of 123456789012 (us-east-1): ▁▄█ 100",
        "Score of 123456789012 (us-east-1, tables a*): ▁█ 100",
    ]


def test_nothing_changed(path):
    for day in range(2):
        keep(path, day, seen("F"), seen("S", "accepted"))
    runs = all_runs(path)
    assert list(between(*runs, differences(path, *runs)))[3:] == ["Nothing changed.", "1 persisting"]
    keep(path, 2, seen("P"), seen("S", "accepted"))
    runs = all_runs(path)
    lines = list(between(*runs[1:], differences(path, *runs[1:])))
    assert lines[3] == "FIXED       MEDIUM    some-control  orders  us-east-1"
    assert lines[-1] != "Nothing changed."


def test_what_comes_from_aws_speaks_to_no_terminal_and_keeps_to_100_columns(path):
    keep(path, 0, seen("F", "x\x1b[31m" * 30, reason="\x1b[2J" * 100), seen("F", "us-east-1"))
    (run,) = all_runs(path)
    lines = list(shown(run, findings_of(path, run)))
    assert all(line.isprintable() and len(line) <= 100 for line in lines)
    assert "NEW         MEDIUM    some-control  us-east-1" in lines
