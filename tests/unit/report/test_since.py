import json
from dataclasses import replace
from datetime import UTC, datetime

import click
import pytest

from dynasec.audit.changes import Absent, Point, Seen, Since, State
from dynasec.audit.score import Tally
from dynasec.check import Severity, Status
from dynasec.errors import Exit
from dynasec.model.fact import DEADLINE_EXCEEDED, Gap
from dynasec.report import as_json, as_table
from dynasec.report.since_lines import moved
from dynasec.report.sparkline import sparkline
from tests.support.findings import finding, report

DAY = datetime(2026, 11, 20, 5, 30, tzinfo=UTC)
NEW, BACK, OLD, MENDED, GOOD = (
    finding(status, label=name)
    for name, status in [
        ("new", Status.FAIL),
        ("back", Status.FAIL),
        ("old", Status.FAIL),
        ("mended", Status.PASS),
        ("good", Status.PASS),
    ]
)
DENIED = finding(Status.UNKNOWN, label="denied", gaps=(Gap("dynamodb:DescribeTable", "AccessDenied"),))
LOST = Absent("f", "some-control", "eu-west-1", "arn:lost", "lost\x1b[31m", "HIGH", State.GONE, DAY)


def _since(**members):
    states = [(NEW, State.NEW), (BACK, State.REGRESSED), (OLD, State.PERSISTING), (MENDED, State.FIXED)]
    fields = {
        "run": "run-0",
        "time": DAY,
        "score": 37.0,
        "seen": {one.fingerprint: Seen(state, DAY) for one, state in states},
        "absent": (LOST,),
        "trend": (Point("run-0", DAY, 37.0), Point("run-1", DAY, 40.0)),
        **members,
    }
    return Since(**fields)


@pytest.fixture
def changed():
    return report(NEW, BACK, OLD, MENDED, GOOD, since=_since())


def _table(one):
    return click.unstyle("".join(as_table.pieces(one)))


def test_the_table_has_a_line_on_what_changed(changed):
    text = _table(changed)
    assert (
        "Score 40 of 100 (▲3 since 2026-11-20), coverage 100 %; 1 new, 1 regressed, 1 fixed, 1 gone\n" in text
    )
    assert "Changed since 2026-11-20\nREGRESSED some-control" in text
    assert "lost\\x1b[31m" in text
    assert "old  " not in text.partition("Changed since")[2].partition("Section")[0]
    assert max(map(len, text.splitlines())) <= 100


def test_many_changes_are_counted():
    many = [finding(Status.FAIL, label=f"table-{n}") for n in range(11)]
    seen = {one.fingerprint: Seen(State.NEW, DAY) for one in many}
    text = _table(report(*many, since=_since(seen=seen, absent=(), is_baseline=True)))
    assert "Changed since the baseline of 2026-11-20" in text
    assert "… and 3 more (all of them: -f json)" in text


def test_what_does_not_fit_gets_a_line_of_its_own():
    labels = [finding(Status.FAIL, label=f"t{n}") for n in range(1200)]
    states = [State.NEW, State.REGRESSED, State.FIXED]
    seen = {one.fingerprint: Seen(states[n % 3], DAY) for n, one in enumerate(labels)}
    lines = _table(report(*labels, since=_since(seen=seen, is_baseline=True))).splitlines()
    assert max(map(len, lines)) <= 100
    assert "400 new, 400 regressed, 400 fixed, 1 gone" in lines


@pytest.mark.parametrize(
    ("by", "text"),
    [(3.2, "▲3"), (-3.2, "▼3"), (0.4, "▲0.4"), (-0.4, "▼0.4"), (0.04, "="), (0.0, "="), (100.0, "▲100")],
)
def test_how_a_score_moved(by, text):
    assert moved(by) == text


def test_without_a_comparable_score_it_is_not_compared():
    assert "of 100, coverage" in _table(report(NEW, GOOD, since=_since(score=None)))
    nothing = report(finding(Status.UNKNOWN), since=_since(seen={}, absent=()))
    assert "Nothing was judged." in _table(nothing)


def test_the_json_has_the_history_of_each_finding_and_of_the_run(changed):
    document = json.loads("".join(as_json.pieces(changed)))
    assert [one["history"]["state"] for one in document["findings"]] == [
        "NEW",
        "REGRESSED",
        "PERSISTING",
        "FIXED",
        None,
    ]
    assert document["findings"][0]["history"]["first_seen"] == "2026-11-20T05:30:00Z"
    assert document["history"] == {
        "compared_with": {
            "run": "run-0",
            "started_at": "2026-11-20T05:30:00Z",
            "score": 37.0,
            "baseline": False,
        },
        "states": {"NEW": 1, "REGRESSED": 1, "PERSISTING": 1, "FIXED": 1, "GONE": 1},
        "only": None,
        "absent": [
            {
                "fingerprint": "f",
                "control": "some-control",
                "region": "eu-west-1",
                "resource": "arn:lost",
                "label": "lost\x1b[31m",
                "severity": "HIGH",
                "state": "GONE",
                "first_seen": "2026-11-20T05:30:00Z",
            }
        ],
        "trend": [
            {"run": "run-0", "started_at": "2026-11-20T05:30:00Z", "score": 37.0},
            {"run": "run-1", "started_at": "2026-11-20T05:30:00Z", "score": 40.0},
        ],
    }


def test_a_failure_that_could_not_be_listed_is_named_and_not_called_unchanged():
    hidden = replace(LOST, state=State.UNKNOWN)
    unread = finding(Status.UNKNOWN, label="unread")
    since = _since(absent=(hidden,), seen={unread.fingerprint: Seen(State.UNKNOWN, None)})
    text = _table(report(unread, GOOD, since=since))
    assert "coverage 50 %; 1 unknown\n" in text
    changed = text[text.index("Changed since") :]
    assert changed.startswith("Changed since 2026-11-20\nUNKNOWN   some-control")
    assert "nothing changed" not in text


def test_without_history_there_is_none_in_the_json():
    document = json.loads("".join(as_json.pieces(report(NEW))))
    assert "history" not in document
    assert "history" not in document["findings"][0]


def test_a_first_run_is_compared_with_nothing():
    document = json.loads("".join(as_json.pieces(report(NEW, since=Since()))))
    assert document["history"]["compared_with"] is None
    assert document["findings"][0]["history"] == {"state": None, "first_seen": None}


def test_cut_down_to_some_states_all_else_is_still_told(changed):
    whole = report(NEW, OLD, DENIED, since=_since(), overall=Tally(failed=2, unknown=1, score=0.0))
    cut = whole.only([State.REGRESSED, State.NEW])
    assert cut.findings == (NEW,)
    assert cut.states == (State.NEW, State.REGRESSED)
    assert (cut.gaps, cut.overall) == (whole.gaps, whole.overall)
    assert cut.exit_code(Severity.LOW) is Exit.FINDINGS
    assert cut.exit_code(Severity.HIGH) is Exit.INCOMPLETE
    assert changed.only([State.GONE]).exit_code(Severity.LOW) is Exit.OK
    text = _table(cut)
    assert "some-control  2 of 2 failed, 1 shown" in text
    assert "Not readable: dynamodb:DescribeTable" in text
    assert "FIXED" not in text


def test_cut_down_without_history_nothing_is_left():
    assert report(NEW).only([State.NEW]).findings == ()


def test_where_time_ran_out_that_is_the_exit_code(changed):
    late = finding(Status.UNKNOWN, gaps=(Gap("dynamodb:DescribeTable", DEADLINE_EXCEEDED),))
    assert report(NEW, late).exit_code(Severity.LOW) is Exit.DEADLINE
    assert report(NEW, late, since=_since()).only([State.NEW]).exit_code(None) is Exit.DEADLINE
    assert not changed.cut_short


@pytest.mark.parametrize(
    ("values", "line"),
    [([], ""), ([0, 50, 99.9, 100], "▁▄▇█"), ([0, 100 / 7, 200 / 7], "▁▂▃")],
)
def test_sparkline(values, line):
    assert sparkline(values) == line
