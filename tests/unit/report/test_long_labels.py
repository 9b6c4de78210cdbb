import click

from dynasec.report.as_table import pieces
from tests.support.findings import finding, report

NOTEBOOKS = "analytics-notebooks (subnet-a140a1055575b4a40)"


def _lines(*findings):
    return click.unstyle("".join(pieces(report(*findings)))).splitlines()


def test_a_long_label_is_told_whole_above_its_reason():
    lines = _lines(finding(label=NOTEBOOKS, reason="leads out"), finding(label="app", reason="leads off"))
    at = lines.index(f"  {NOTEBOOKS}  us-east-1")
    assert lines[at + 1] == "      leads out"
    assert lines[at + 2 : at + 4] == ["  app  us-east-1", "      leads off"]


def test_short_labels_stand_beside_their_reasons():
    assert "  app  us-east-1  leads off" in _lines(finding(label="app", reason="leads off"))


def test_long_labels_of_one_reason_are_told_whole():
    words = " ".join(_lines(finding(label=NOTEBOOKS), finding(label=f"{NOTEBOOKS}2"))).split()
    assert f"us-east-1 {NOTEBOOKS}, {NOTEBOOKS}2" in " ".join(words)
