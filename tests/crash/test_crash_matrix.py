"""Every remediation is killed while it is applied and while it is undone; nothing is lost, doubled or half-done.

Each point is a process that ends by SIGKILL at a boundary of the protocol (before and after each record and each call), against an
emulator in a process of its own. `CRASH_POINTS=all` tries every point, and a torn journal after each; by default each remediation is
killed where it hurts most: when a call took effect and its answer was not yet written down. The run's summary says how many there were.
"""

from __future__ import annotations

import os
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import jsonpatch
import pytest

from dynasec.remedies import load
from dynasec.remedy.applying.outcomes import Ending
from tests.remediations.worlds import WORLDS
from tests.support import kept_clients
from tests.support.crashes import boundaries, killed_at
from tests.support.laboratory import Laboratory, served
from tests.support.remedied import state_of
from tests.support.servers import Server, free_port, serving

ALL = os.environ.get("CRASH_POINTS") == "all"
ROOT = Path(__file__).parents[2]


def test_every_remediation_has_a_world() -> None:
    assert {one.id for one in load().remedies} == set(WORLDS)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    port = free_port()
    log = tmp_path_factory.mktemp("server") / "log"
    command = [sys.executable, "-m", "tests.support.shimmed_server", str(port)]
    with (
        serving(command, port, {"PYTHONPATH": str(ROOT)}, log) as found,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("AWS_ENDPOINT_URL", found.url)
        kept_clients.install(patch)
        yield found


@pytest.fixture
def url(server: Server) -> str:
    return server.url


def forget(url: str) -> None:
    urllib.request.urlopen(f"{url}/moto-api/reset", data=b"", timeout=60).close()  # noqa: S310 - our own server on loopback


@pytest.mark.parametrize("name", sorted(WORLDS))
def test_a_remediation_survives_being_killed(
    name: str, url: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    forget(url)
    lab = Laboratory(name, WORLDS[name], served(url), tmp_path / "quiet")
    plan = lab.plan(lab.read())
    assert plan.changes
    assert not [change.blocked for change in plan.changes if change.blocked]
    applying = boundaries(lambda boundary: lab.apply(plan, boundary))
    undoing = boundaries(lambda boundary: lab.roll_back(plan, boundary))
    record_property("boundaries", len(applying) + len(undoing))
    for place in _points(applying):
        _killed_while_applying(name, url, tmp_path / f"apply-{place}", place)
        record_property("kills", 1)
    for place in _points(undoing):
        _killed_while_undoing(name, url, tmp_path / f"undo-{place}", place)
        record_property("kills", 1)


def _points(passed: list[str]) -> list[int]:
    if ALL:
        return list(range(len(passed)))
    return [place for place, boundary in enumerate(passed) if boundary.startswith("call:after:")]


def _killed_while_applying(name: str, url: str, directory: Path, place: int) -> None:
    forget(url)
    lab = Laboratory(name, WORLDS[name], served(url), directory)
    before = lab.read()
    plan = lab.plan(before)
    assert killed_at(place, lambda boundary: lab.apply(plan, boundary))
    if ALL:
        _tear(lab, plan.plan_id[:16])
    result = lab.apply(plan)
    assert set(result.states) == {Ending.VERIFIED}, (place, [str(one[1]) for one in result.changes])
    closed = {print_ for change in plan.changes for print_ in change.fingerprints}
    assert {one.status for one in lab.read().findings if one.fingerprint in closed} <= {"PASS"}
    result = lab.roll_back(plan)
    assert set(result.states) == {Ending.ROLLED_BACK}, (place, [str(one[1]) for one in result.changes])
    _as_before(lab, before, place)


def _killed_while_undoing(name: str, url: str, directory: Path, place: int) -> None:
    forget(url)
    lab = Laboratory(name, WORLDS[name], served(url), directory)
    before = lab.read()
    plan = lab.plan(before)
    lab.apply(plan)
    assert killed_at(place, lambda boundary: lab.roll_back(plan, boundary))
    result = lab.roll_back(plan)
    assert set(result.states) == {Ending.ROLLED_BACK}, (place, [str(one[1]) for one in result.changes])
    _as_before(lab, before, place)


def _as_before(lab: Laboratory, before: object, place: int) -> None:
    was = state_of(before.snapshot, lab.world.remains)  # type: ignore[attr-defined] # a report
    left = jsonpatch.make_patch(was, state_of(lab.read().snapshot, lab.world.remains)).patch
    assert left == [], (place, left)


def _tear(lab: Laboratory, run: str) -> None:
    """Leave half a record at the end of the journal, as a crash in the midst of writing does."""
    path = lab.runs.path(run)
    if path.exists():
        with path.open("ab") as file:
            file.write(b'{"seq":99,"time":"20')
