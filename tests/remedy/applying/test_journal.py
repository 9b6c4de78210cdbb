import json
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from dynasec.errors import Exit
from dynasec.remedy.applying.journal import AlreadyRunError, Journal, JournalError, read
from dynasec.remedy.applying.outcomes import Ending
from tests.support.applied import Bench
from tests.support.plans import endpoint, own_key, plan, protect
from tests.support.world import FakeClock

PLAN = plan(endpoint("vpc-1"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "0123456789abcdef.jsonl"


def begun(path: Path) -> Journal:
    return Journal.create(path, PLAN, FakeClock())


def written(path: Path) -> None:
    with begun(path) as journal:
        journal.append("one", {"change": "x"})
        journal.append("two", {"change": "y"})


def test_it_holds_the_plan_and_is_private(path: Path) -> None:
    written(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    recorded = read(path)
    assert recorded.plan == PLAN
    assert recorded.run == PLAN.plan_id[:16]
    assert [record.kind for record in recorded.records] == ["plan", "one", "two"]
    assert [record.seq for record in recorded.records] == [0, 1, 2]
    assert list(path.parent.iterdir()) == [path]


def test_it_is_made_once(path: Path) -> None:
    written(path)
    content = path.read_bytes()
    with pytest.raises(AlreadyRunError) as caught:
        begun(path)
    assert caught.value.exit_code is Exit.REFUSED
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


def test_what_is_written_is_on_disk_before_anything_goes_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    real = os.fsync
    monkeypatch.setattr("os.fsync", lambda handle: (synced.append(os.fstat(handle).st_ino), real(handle)))
    with begun(path) as journal:
        assert synced == [
            path.stat().st_ino,
            path.parent.stat().st_ino,
        ]  # the file, and its entry in the folder
        journal.append("one", {})
        assert synced[2:] == [path.stat().st_ino]


@pytest.mark.parametrize("cut", [1, 2, 40, 80])
def test_a_torn_tail_is_dropped(path: Path, cut: int) -> None:
    written(path)
    os.truncate(path, path.stat().st_size - cut)
    assert [record.kind for record in read(path).records] == ["plan", "one"]
    with Journal.open(path, FakeClock()) as journal:
        journal.append("three", {})
    assert [record.kind for record in read(path).records] == ["plan", "one", "three"]


def test_a_tail_of_zeros_is_dropped(path: Path) -> None:
    written(path)
    whole = path.read_bytes()
    path.write_bytes(whole + b"\0" * 300 + b"\n")
    with Journal.open(path, FakeClock()) as journal:
        assert len(journal.records) == 3
    assert path.read_bytes() == whole


def test_reading_changes_nothing(path: Path) -> None:
    written(path)
    torn = path.read_bytes()[:-5]
    path.write_bytes(torn)
    read(path)
    assert path.read_bytes() == torn


def edited(lines: list[bytes]) -> Iterator[list[bytes]]:
    first, one, two = lines
    other = {**json.loads(one), "data": {"change": "z"}}
    yield [first, json.dumps(other).encode(), two]
    yield [first, one, json.dumps({**json.loads(two), "kind": "ack"}).encode()]
    yield [first, one, json.dumps({**json.loads(two), "time": "2020"}).encode()]
    yield [first, two]
    yield [first, two, one]
    yield [one, two]
    yield [first, one, one, two]
    yield [first, b"{", two]
    yield [first, b"", two]
    yield [first, one, b"nonsense"]
    yield [first, one, two, b"[]"]
    yield [first, one, json.dumps({**json.loads(two), "more": 1}).encode()]
    yield [first.replace(b"vpc-1", b"vpc-2"), one, two]
    yield []


@pytest.mark.parametrize("way", range(14))
def test_a_broken_chain_is_an_error(path: Path, way: int) -> None:
    written(path)
    lines = list(edited(path.read_bytes().splitlines()))[way]
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    with pytest.raises(JournalError):
        Journal.open(path, FakeClock())


def test_a_journal_that_is_not_there_is_an_error(path: Path) -> None:
    with pytest.raises(JournalError, match="cannot read"):
        read(path)


def test_an_unwritable_place_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file where the folder should be")
    bench = Bench(tmp_path)
    with pytest.raises(JournalError, match="cannot write"):
        bench.apply(bench.everything())
    assert bench.hands.attempts == []
    assert bench.hands.reads == []


def test_a_plan_that_was_never_applied_cannot_be_resumed(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    with pytest.raises(JournalError, match="never applied"):
        bench.apply(bench.everything(), resume=True)
    assert bench.hands.attempts == []


# -- the disk is full


class Disk:
    """Lets this process write files of so many bytes, no more."""

    def __init__(self) -> None:
        self.before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def room(self, size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, self.before[1]))

    def free(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self.before)


@pytest.fixture
def disk() -> Iterator[Disk]:
    made = Disk()
    yield made
    made.free()


def test_a_full_disk_refuses_before_anything_is_sent(tmp_path: Path, disk: Disk) -> None:
    bench = Bench(tmp_path)
    made = bench.everything()
    disk.room(500)
    with pytest.raises(JournalError, match="File too large"):
        bench.apply(made)
    disk.free()
    assert bench.hands.attempts == []
    assert list((tmp_path / "runs").iterdir()) == []
    assert set(bench.apply(made).states) == {Ending.VERIFIED}


@pytest.mark.parametrize("beyond", range(0, 4000, 97))
def test_a_disk_that_fills_up_on_the_way_loses_nothing(tmp_path: Path, disk: Disk, beyond: int) -> None:
    bench = Bench(tmp_path)
    before = bench.world.state()
    made = plan(own_key(bench.world, "orders"), protect(bench.world, "users"))
    bench.runs.create(made, bench.clock).close()
    disk.room(bench.runs.path(made.plan_id[:16]).stat().st_size + beyond)
    try:
        result = bench.apply(made, resume=True)
    except JournalError:
        assert bench.hands.attempts == []
    else:
        sent = len(bench.hands.attempts)
        assert set(result.states) <= {
            Ending.VERIFIED,
            Ending.FAILED,
            Ending.AMBIGUOUS,
            Ending.CONVERGING,
            Ending.NOT_REACHED,
        }
        if sent < 4:
            assert set(result.states) != {Ending.VERIFIED}
            assert any("cannot" in outcome.reason for _, outcome in result.changes)
    disk.free()
    assert set(bench.apply(made, resume=True).states) == {Ending.VERIFIED}
    assert len(bench.world.sent) == 4
    assert set(bench.roll_back(made).states) == {Ending.ROLLED_BACK}
    assert bench.world.state() == before


def test_an_intent_that_cannot_be_written_is_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(tmp_path)
    failing(monkeypatch, bench, "intent")
    result = bench.apply(plan(protect(bench.world, "orders")))
    assert result.states == (Ending.FAILED,)
    assert "No space left" in result.changes[0][1].reason
    assert bench.hands.attempts == []


def test_an_answer_that_cannot_be_written_stops_everything_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(tmp_path)
    made = plan(own_key(bench.world, "orders"), protect(bench.world, "users", wave=2))
    with monkeypatch.context() as patch:
        failing(patch, bench, "ack")
        result = bench.apply(made)
    assert result.states == (Ending.AMBIGUOUS, Ending.NOT_REACHED)
    assert result.exit_code is Exit.AMBIGUOUS
    assert "took effect but could not be written down" in result.changes[0][1].reason
    assert len(bench.hands.attempts) == 1
    assert set(bench.apply(made, resume=True).states) == {Ending.VERIFIED}
    assert len(bench.world.keys) == 1


def failing(monkeypatch: pytest.MonkeyPatch, bench: Bench, kind: str) -> None:
    """Make the writing of records of a kind fail as a full disk does."""
    real = os.write

    def write(handle: int, content: bytes) -> int:
        if f'"kind":"{kind}"'.encode() in bytes(content):
            raise OSError(28, "No space left on device")
        return real(handle, content)

    del bench
    monkeypatch.setattr("os.write", write)
