from click.testing import CliRunner

from dynasec.cli.controls import command
from dynasec.registry import load


def _listed(*arguments):
    return CliRunner().invoke(command, ["list", *arguments]).output.splitlines()


def test_the_list_is_readable_at_100_columns():
    lines = _listed()
    assert max(map(len, lines)) <= 100
    assert [line for line in lines if line.endswith("…")] == []


def test_every_control_is_listed():
    words = {line.split()[0] for line in _listed()}
    assert {control.id for control in load().controls} <= words


def test_controls_stand_under_their_section():
    lines = _listed("--control", "point-in-time-recovery", "--control", "autoscaling")
    assert lines == [
        "resilience (2)",
        "  autoscaling             MEDIUM    Capacity scales with demand",
        "  point-in-time-recovery  HIGH      Point-in-time recovery is on",
    ]
