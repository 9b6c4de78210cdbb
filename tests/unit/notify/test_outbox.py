"""What waits is delivered at least once, whatever ends the process in between, and nothing waits that no run gave rise to."""

import os
import signal
import sqlite3
import zlib
from contextlib import closing

import pytest

from dynasec.errors import DynasecError
from dynasec.history import store
from dynasec.history.database import StoreError, opened
from dynasec.history.reading import all_runs
from dynasec.notify import delivery
from dynasec.notify.delivery import DeliveringError, all_waiting, drop, flush
from dynasec.notify.message import UndeliveredError
from dynasec.notify.queue import queueing
from tests.support.histories import seen
from tests.support.notices import keep, queued, run_of, security_hub, sns, webhook

TARGETS = (sns(), webhook())
FULL = OSError("disk full")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "history.db"


class World:
    """Takes messages of every kind; `troubles` are raised first, one for each message."""

    def __init__(self, *troubles):
        self.troubles = list(troubles)
        self.taken = []

    def deliver(self, target, message, items):
        if self.troubles:
            trouble = self.troubles.pop(0)
            if trouble is not None:
                raise trouble
        self.taken.append((target.name, message.run, message.key, items))

    @property
    def by_kind(self):
        return dict.fromkeys(("sns", "eventbridge", "webhook", "security-hub"), self.deliver)

    @property
    def names(self):
        return [(target, run) for target, run, _, _ in self.taken]


def test_what_is_taken_leaves(path):
    keep(path, 0, seen("F"), targets=TARGETS)
    world = World()
    assert len(flush(path, TARGETS, world.by_kind).taken) == 2
    assert world.names == [("mail", "run-of-day-0"), ("chat", "run-of-day-0")]
    assert flush(path, TARGETS, world.by_kind).taken == ()
    assert all_waiting(path) == []


def test_without_news_nothing_waits(path):
    keep(path, 0, seen("P"), targets=TARGETS)
    assert all_waiting(path) == []


def test_a_run_that_could_not_be_told_leaves_no_message(path):
    made = run_of(0, seen("F"))
    with pytest.raises(OSError, match="disk full"), store.recording(path, made, (), queueing(made, TARGETS)):
        raise FULL
    assert (all_runs(path), all_waiting(path)) == ([], [])


def test_killed_before_the_run_is_kept_neither_is_there(path):
    made = run_of(0, seen("F"))

    def work():
        with store.recording(path, made, (), queueing(made, TARGETS)):
            os.kill(os.getpid(), signal.SIGKILL)

    _killed(work)
    assert (all_runs(path), all_waiting(path)) == ([], [])


def test_the_same_run_is_queued_once(path):
    keep(path, 0, seen("F"), targets=TARGETS)
    with pytest.raises(StoreError):
        keep(path, 0, seen("F"), targets=TARGETS)
    again = "INSERT INTO outbox SELECT 99, target, kind, region, run, part, findings, queued, attempts, problem, body"
    with pytest.raises(StoreError, match="UNIQUE"), opened(path) as connection:
        connection.execute(f"{again} FROM outbox LIMIT 1")
    assert len(all_waiting(path)) == 2


@pytest.mark.parametrize("sent", [0, 1, 2])
def test_killed_between_sending_and_letting_go_it_is_sent_again_and_then_no_more(path, tmp_path, sent):
    keep(path, 0, seen("F"), targets=TARGETS)
    keep(path, 1, seen("F"), seen("F", "b"), targets=TARGETS)
    log = tmp_path / "sent"
    log.touch()

    def deliver(target, message, _):
        with log.open("a") as file:
            file.write(f"{target.name} {message.key}\n")
        if len(log.read_text().splitlines()) > sent:
            os.kill(os.getpid(), signal.SIGKILL)

    by_kind = dict.fromkeys(("sns", "webhook"), deliver)
    _killed(lambda: flush(path, TARGETS, by_kind))
    world = World()
    flush(path, TARGETS, world.by_kind)
    before = [tuple(line.split()) for line in log.read_text().splitlines()]
    after = [(target, key) for target, _, key, _ in world.taken]
    assert len(before) == sent + 1
    assert after[0] == before[-1]  # it may have been taken, and nobody knows
    assert len(after) == len(set(after))
    assert len(set(before) | set(after)) == 4
    assert flush(path, TARGETS, world.by_kind).taken == ()


def _killed(work):
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_what_is_not_taken_waits_and_others_are_not_held_up(path):
    keep(path, 0, seen("F"), targets=TARGETS)
    keep(path, 1, seen("F"), seen("F", "b"), targets=TARGETS)
    world = World(UndeliveredError("it answers 500", lasting=True))
    ended = flush(path, TARGETS, world.by_kind)
    assert world.names == [("chat", "run-of-day-0"), ("chat", "run-of-day-1")]
    assert [(message.target, reason) for message, reason in ended.failed] == [("mail", "it answers 500")] * 2
    assert [(one.attempts, one.problem) for one in all_waiting(path)] == [(1, "it answers 500"), (0, "")]
    flush(path, TARGETS, world.by_kind)
    assert world.names[2:] == [("mail", "run-of-day-0"), ("mail", "run-of-day-1")]


def test_one_message_that_is_refused_does_not_hold_up_the_next(path):
    for day in range(2):
        keep(path, day, *(seen("F", f"{n}") for n in range(day + 1)), targets=(sns(),))
    world = World(UndeliveredError("it answers 400"))
    flush(path, TARGETS, world.by_kind)
    assert world.names == [("mail", "run-of-day-1")]


def test_what_was_taken_of_a_message_is_not_sent_again(path):
    keep(path, 0, *(seen("F", f"{n}") for n in range(5)), targets=(security_hub(),))
    ((_, items),) = queued(path)
    world = World(UndeliveredError("2 of 5", left=(items[1], items[3])))
    flush(path, (security_hub(),), world.by_kind)
    ((message, left),) = queued(path)
    assert (left, message.findings, message.attempts) == ((items[1], items[3]), 2, 1)
    flush(path, (security_hub(),), world.by_kind)
    assert world.taken[0][3] == (items[1], items[3])


def test_what_is_superseded_while_it_is_sent_does_not_come_back(path):
    hub = (security_hub(),)
    keep(path, 0, seen("F"), seen("F", "b"), targets=hub)

    def deliver(target, message, items):
        del target
        keep(path, 1, seen("P"), targets=hub, controls=None)
        raise UndeliveredError(message.run, left=items)

    flush(path, hub, {"security-hub": deliver})
    statuses = [one["Compliance"]["Status"] for _, items in queued(path) for one in items]
    assert statuses == ["PASSED", "NOT_AVAILABLE"]


def test_a_target_that_is_not_configured_any_more_is_told(path):
    keep(path, 0, seen("F"), targets=TARGETS)
    other = (webhook("mail"),)
    ended = flush(path, other, World().by_kind)
    assert [reason for _, reason in ended.failed] == [
        "no target of kind sns has this name any more",
        "no target of kind webhook has this name any more",
    ]
    assert (drop(path, "mail"), drop(path, "mail")) == (1, 0)
    assert [one.target for one in all_waiting(path)] == ["chat"]


def test_when_time_is_up_the_rest_waits(path):
    keep(path, 0, seen("F"), targets=TARGETS)
    world = World()
    ended = flush(path, TARGETS, world.by_kind, seconds=0)
    assert world.taken == []
    assert {reason for _, reason in ended.failed} == {"there was no time left"}
    assert [one.attempts for one in all_waiting(path)] == [0, 0]


def test_one_process_delivers_at_a_time(path, monkeypatch):
    monkeypatch.setattr(delivery, "LOCK_S", 0.05)
    keep(path, 0, seen("F"), targets=TARGETS)

    def deliver(*_):
        with pytest.raises(DeliveringError, match="another process is delivering"):
            flush(path, TARGETS, {})

    flush(path, TARGETS, dict.fromkeys(("sns", "webhook"), deliver))


def test_a_store_that_is_not_there_is_not_made(path):
    assert flush(path, TARGETS, {}).taken == ()
    assert (all_waiting(path), drop(path, "mail"), path.exists()) == ([], 0, False)


def test_a_store_of_before_gets_an_outbox(path):
    keep(path, 0, seen("F"), targets=())
    with closing(sqlite3.connect(path)) as old:
        old.execute("DROP TABLE outbox")
        old.execute("PRAGMA user_version = 1")
        old.commit()
    keep(path, 1, seen("F"), seen("F", "b"), targets=TARGETS)
    assert len(all_waiting(path)) == 2


@pytest.mark.parametrize("body", [b"nonsense", zlib.compress(b"[1]"), b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_a_damaged_message_is_told(path, body):
    keep(path, 0, seen("F"), targets=TARGETS)
    with closing(sqlite3.connect(path)) as damaged:
        damaged.execute("UPDATE outbox SET body = ?", (body,))
        damaged.commit()
    with pytest.raises(StoreError, match="a notification that waits is damaged"):
        flush(path, TARGETS, World().by_kind)
    assert drop(path, "mail") == 1


def test_where_no_lock_can_be_made_nothing_is_sent(path, tmp_path):
    keep(path, 0, seen("F"), targets=TARGETS)
    (tmp_path / "history.db.notify.lock").mkdir()
    world = World()
    with pytest.raises(DynasecError, match="cannot lock"):
        flush(path, TARGETS, world.by_kind)
    assert world.taken == []
