import re

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from dynasec.audit.finding import Suppressed
from dynasec.check import Severity, Status
from dynasec.model.fact import Gap
from dynasec.plugins import BrokenPlugin
from dynasec.report.as_table import pieces
from tests.support.accounts import region, snapshot, table
from tests.support.findings import control, finding, report

STEERING = ["\x1b[31m", "\x07", "\n", "\r", "\t", "\x9b", "\u202e", "\u2066", "\u200b", "\u2028", "\ud800"]
PIECES = st.sampled_from([*STEERING, "注文データ", " ", "[bold]", "w" * 50, "-" * 120, "語" * 60])
HOSTILE = st.lists(PIECES | st.text(st.characters(), max_size=20), max_size=12).map("".join)
TEXTS = st.lists(HOSTILE, min_size=4, max_size=4)
ACCEPTED = Suppressed("why", "who", "2026-03-01")


def _text(*findings, **members):
    return click.unstyle("".join(pieces(report(*findings, **members))))


def _lines(*findings, **members):
    return _text(*findings, **members).splitlines()


@given(TEXTS, st.sampled_from(list(Status)), st.sampled_from(Severity))
def test_no_line_is_wider_than_100_and_nothing_speaks_to_the_terminal(texts, status, severity):
    label, reason, where, name = texts
    hostile = report(
        *(
            finding(status, control=name, label=label, reason=reason, region=where, severity=severity)
            for _ in range(2)
        ),
        finding(
            Status.UNKNOWN, control=name, label=reason, reason=label, gaps=(Gap(f"svc:{label}", reason),)
        ),
        controls=(control(name=name, section=where),),
        snapshot=snapshot(region(name=where)),
        broken=(BrokenPlugin(label, where, reason),),
        problems=(reason,),
    )
    text = click.unstyle("".join(pieces(hostile)))
    for line in text.split("\n"):
        assert cell_len(line) <= 100, line
        assert not re.search(
            r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", line
        )


@given(HOSTILE)
def test_colours_are_ours_only(label):
    styled = "".join(pieces(report(finding(label=label, reason=label))))
    sequences = set(re.findall(r"\x1b\[[0-9;]*m", styled))
    assert sequences <= {"\x1b[33m", "\x1b[1m", "\x1b[33m\x1b[1m", "\x1b[0m"}
    assert styled.count("\x1b") == len(re.findall(r"\x1b\[[0-9;]*m", styled))


def test_markup_is_text():
    assert "[red]bad[/red] **very** <b>" in _text(finding(reason="[red]bad[/red] **very** <b>"))


def test_the_worst_comes_first():
    lines = _lines(
        finding(control="low", severity=Severity.LOW),
        finding(control="many", severity=Severity.HIGH, label="a"),
        finding(control="many", severity=Severity.HIGH, label="b"),
        finding(control="critical", severity=Severity.CRITICAL),
        finding(control="one", severity=Severity.HIGH),
        finding(control="raised", severity=Severity.LOW, label="a", reason="bad"),
        finding(control="raised", severity=Severity.CRITICAL, label="z"),
    )
    heads = [line.split()[:2] for line in lines if line.startswith(tuple(Severity))]
    assert heads == [
        ["CRITICAL", "raised"],
        ["CRITICAL", "critical"],
        ["HIGH", "many"],
        ["HIGH", "one"],
        ["LOW", "low"],
    ]
    raised = lines.index(next(line for line in lines if "raised" in line))
    assert [line.split()[0] for line in lines[raised + 1 : raised + 3]] == ["z", "a"]
    assert "Next: dynasec controls explain critical" in lines


def test_counts():
    text = _text(
        finding(label="a"),
        finding(Status.PASS, label="b"),
        finding(Status.PASS, label="c"),
        finding(Status.UNKNOWN, label="d", gaps=(Gap("kms:DescribeKey", "AccessDenied"),)),
        finding(Status.NOT_APPLICABLE, label="e"),
        finding(label="f", suppressed=ACCEPTED),
        snapshot=snapshot(region(table(), table("carts")), calls={"a:B": 2, "c:D": 3}),
    )
    assert "some-control  1 of 3 failed" in text
    assert "some-control  1 unknown" in text
    assert "1 controls, 2 tables, 5 API calls in us-east-1" in text
    (row,) = re.findall(r"^overall.*$", text, re.MULTILINE)
    assert row.split() == ["overall", "66.7", "75", "%", "2", "1", "1", "1", "1"]
    assert "Score 67 of 100, coverage 75 %" in text
    assert "Not readable: kms:DescribeKey" in text


def test_suppressed_failures_are_not_shown_as_failures():
    text = _text(finding(suppressed=ACCEPTED), finding(Status.PASS, label="b"))
    assert "Nothing failed." in text
    assert "Next:" not in text


def test_many_resources_are_counted():
    lines = _lines(*(finding(label=f"t{number:03}", reason=f"bad {number}") for number in range(15)))
    assert sum(line.startswith("  t") for line in lines) == 12
    assert "  … and 3 more (all of them: -f json)" in lines


def test_resources_with_the_same_reason_stand_together_by_region():
    lines = _lines(
        finding(label="a", region="eu-west-1", reason="bad"),
        finding(label="b", region="us-east-1", reason="bad"),
        finding(label="c", region="us-east-1", reason="bad"),
        finding(label="d", region="us-east-1", reason="worse"),
    )
    at = lines.index("  bad:")
    assert lines[at - 1 : at + 3] == [
        "  d  us-east-1  worse",
        "  bad:",
        "    eu-west-1  a",
        "    us-east-1  b, c",
    ]


def test_many_names_under_one_reason_are_counted():
    text = _text(*(finding(label=f"t{number:03}") for number in range(45)))
    assert "t039, … and 5 more" in " ".join(text.split())


@pytest.mark.parametrize(
    ("bad", "says"),
    [(1, "Score 99 of 100"), (0, "Score 100 of 100")],
)
def test_only_what_is_spotless_is_100(bad, says):
    found = [finding(Status.PASS, severity=Severity.CRITICAL)] * 500 + [finding(severity=Severity.LOW)] * bad
    assert says in _text(*found)


def test_only_what_is_complete_has_full_coverage():
    passed = [finding(Status.PASS)] * 30_000
    assert "coverage 100 %" in _text(*passed)
    assert "coverage 99.9 %" in _text(*passed, finding(Status.UNKNOWN))


def test_an_empty_report_claims_nothing():
    text = _text()
    assert "Nothing was judged." in text
    assert "Nothing failed." not in text
    assert "of 100" not in text


def test_with_nothing_but_unknowns_nothing_is_good():
    text = _text(finding(Status.UNKNOWN, gaps=(Gap("kms:DescribeKey", "AccessDenied"),)))
    assert "Nothing failed." not in text
    assert "Nothing was judged." in text
    assert "Could not be judged" in text
    assert "dynasec permissions" in text


def test_a_crash_is_not_told_as_a_missing_permission():
    text = _text(finding(Status.UNKNOWN, gaps=(Gap("some-control", "CheckCrashed"),)))
    assert "Not readable" not in text


def test_problems_and_broken_plugins_stand_on_top():
    lines = _lines(broken=(BrokenPlugin("pack", "module", "error"),), problems=("look here",))
    assert lines[2:4] == ["NOT LOADED module of pack pack: error", "NOTE look here"]


def test_wide_characters_do_not_break_the_columns():
    lines = _lines(finding(label="注文", reason="is bad"), finding(label="orders", reason="too bad"))
    rows = [line.removesuffix("too bad").removesuffix("is bad") for line in lines if line.endswith(" bad")]
    assert len({cell_len(row) for row in rows}) == 1


def test_a_long_reason_is_wrapped_under_itself():
    rows = [line for line in _lines(finding(reason="word " * 60)) if "word" in line]
    assert len(rows) > 2
    start = rows[0].index("word")
    assert all(row.index("word") == start and not row[:start].strip() for row in rows[1:])
