import io
import sys

import pytest

from dynasec.cli.progress import _Bars, shown
from dynasec.collect.progress import Silence


class _Terminal(io.StringIO):
    def isatty(self):
        return True


def _work(progress):
    for operation in ("dynamodb:ListTables", "dynamodb:DescribeTable", "kms:DescribeKey"):
        progress.planned(operation, "us-east-1")
    progress.done("dynamodb:ListTables", "us-east-1")


@pytest.mark.parametrize(("quiet", "stream"), [(True, _Terminal), (False, io.StringIO)])
def test_nothing_is_shown_when_quiet_or_not_on_a_terminal(quiet, stream, monkeypatch):
    monkeypatch.setattr(sys, "stderr", stream())
    with shown(quiet=quiet) as progress:
        assert isinstance(progress, Silence)
        _work(progress)
    assert sys.stderr.getvalue() == ""


def test_a_bar_per_service_grows_and_advances(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", _Terminal())
    with shown(quiet=False) as progress:
        _work(progress)
        bars = {task.description: (task.completed, task.total) for task in progress._bars.tasks}
    assert bars == {"dynamodb": (1, 2), "kms": (0, 1)}
    assert "dynamodb" in sys.stderr.getvalue()


def test_what_is_no_progress_is_refused():
    with pytest.raises(TypeError):
        _Bars(object())


def _fail_under(seen):
    with shown(quiet=False) as progress:
        seen.append(progress)
        _work(progress)
        raise ZeroDivisionError


def test_the_bars_end_with_a_failure(monkeypatch):
    monkeypatch.setattr(sys, "stderr", _Terminal())
    seen = []
    with pytest.raises(ZeroDivisionError):
        _fail_under(seen)
    assert not seen[0]._bars.live.is_started
