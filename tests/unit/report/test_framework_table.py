import re

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from dynasec.audit.report import audit
from dynasec.check import Status
from dynasec.frameworks import FRAMEWORKS
from dynasec.registry import Registry
from dynasec.report.as_table import pieces
from dynasec.report.framework_table import framework_lines
from dynasec.settings import Settings
from tests.support.accounts import snapshot
from tests.support.findings import control, finding, report

PCI = "pci-dss-4.0.1"
ONE = control(name="one", frameworks=(f"{PCI}:3.5.1", "aws-fsbp:DynamoDB.2"))
TWO = control(name="two", frameworks=(f"{PCI}:3.5.1", f"{PCI}:3.6.1"))
FINDINGS = (
    finding(Status.PASS, control="one", label="a"),
    finding(Status.FAIL, control="one", label="b"),
    finding(Status.UNKNOWN, control="two", label="c"),
)


def _report(*asked):
    return report(*FINDINGS, controls=(ONE, TWO), asked=asked)


def _lines(*asked):
    return list(framework_lines(_report(*asked)))


def test_a_line_per_framework():
    rows = [line.split() for line in _lines()]
    assert rows[0] == ["Framework", "Score", "Coverage", "Fail", "Unknown", "Accepted", "Pass", "N/A"]
    assert ["aws-fsbp", "50.0", "100", "%", "1", "0", "0", "0", "0"] in rows
    assert [PCI, "50.0", "66.7", "%", "1", "1", "0", "0", "0"] in rows
    assert not any("3.5.1" in line for line in _lines())


def test_a_line_per_requirement_of_a_framework_that_was_asked_for():
    lines = _lines(PCI)
    assert lines[0] == f"{PCI} PCI DSS v4.0.1: score 50.0, coverage 66.7 %"
    rows = [line.split() for line in lines]
    assert ["3.5.1", "stored", "PAN", "unreadable", "FAIL", "1", "1", "1", "0", "0"] in rows
    assert next(row for row in rows if row[:1] == ["3.6.1"])[-6:] == ["UNKNOWN", "0", "0", "1", "0", "0"]
    assert "3.5.1 fails by one" in lines
    assert not any("aws-fsbp" in line for line in lines)


def test_what_a_requirement_is_judged_without_is_told():
    found = audit(snapshot(), Registry((ONE, TWO)), (ONE,), Settings(), frameworks=(PCI,))
    lines = list(framework_lines(found))
    assert "3.5.1 is judged without two" in lines
    assert not any("3.6.1" in line for line in lines)


def test_a_title_that_repeats_the_id_is_left_out():
    one = control(name="one", frameworks=("source-post:isolating-networks",))
    text = "\n".join(framework_lines(report(FINDINGS[0], controls=(one,), asked=("source-post",))))
    assert "isolating networks" not in text
    assert "isolating-networks" in text


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_every_framework_fits_100_columns(name):
    one = control(
        name="one", frameworks=tuple(f"{name}:{requirement}" for requirement in FRAMEWORKS[name].requirements)
    )
    for line in framework_lines(report(*FINDINGS[:2], controls=(one,), asked=(name,))):
        assert len(line) <= 100, line


@given(st.text(), st.text(), st.booleans())
def test_frameworks_of_other_packs_say_nothing_to_a_terminal(framework, requirement, asked):
    reference = f"{framework.replace(':', '')}:{requirement}"
    one = control(name="one", frameworks=(reference,))
    text = click.unstyle(
        "".join(pieces(report(*FINDINGS[:2], controls=(one,), asked=("*",) if asked else ())))
    )
    for line in text.split("\n"):
        assert cell_len(line) <= 100, line
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", line)


def test_without_frameworks_there_is_no_table():
    assert list(framework_lines(report(finding()))) == []
