import json
import logging
import os
import sqlite3
import stat
import threading
from contextlib import closing
from datetime import timedelta
from functools import partial

import pytest

from dynasec.audit.changes import State
from dynasec.errors import Exit
from dynasec.history import database, schema, store
from dynasec.history.database import StoreError, StoreLockedError, opened
from dynasec.history.reading import all_runs, findings_of
from dynasec.history.schema import MIGRATIONS
from tests.support.accounts import ACCOUNT, NOW
from tests.support.histories import keep, seen, told, unlisted

FAIL, PASS, UNKNOWN = seen("F"), seen("P"), seen("U")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "history.db"


def test_four_runs_and_an_unknown_in_between(path):
    states = [told(keep(path, day, seen(letter)), FAIL)[0] for day, letter in enumerate("FFPUF")]
    assert states == ["NEW", "PERSISTING", "FIXED", "UNKNOWN", "REGRESSED"]


def test_a_run_is_kept_with_its_counts(path):
    keep(path, 0, seen("F", "a"), seen("P", "b"), seen("U", "c"), seen("S", "d"), seen("N", "e"))
    (run,) = all_runs(path)
    assert (run.run, run.score, run.coverage) == ("run-of-day-0", 50.0, 0.6666)
    assert run.counts == {"passed": 1, "failed": 1, "unknown": 1, "not_applicable": 1, "suppressed": 1}
    assert run.severities == {"LOW": 0, "MEDIUM": 1, "HIGH": 0, "CRITICAL": 0}
    assert run.states == {"NEW": 1, "UNKNOWN": 1, "SUPPRESSED": 1}
    assert (run.started, run.scope.account, run.controls) == (NOW, ACCOUNT, ("some-control",))


def test_first_and_last_seen(path):
    for day, letter in enumerate("PFFU"):
        since = keep(path, day, seen(letter))
    assert since.of(FAIL.fingerprint).first_seen == NOW + timedelta(days=1)
    (found,) = findings_of(path, all_runs(path)[-1])
    assert (found.first_seen, found.last_seen) == (NOW + timedelta(days=1), NOW + timedelta(days=2))


def test_what_always_was_good_takes_no_room(path):
    since = keep(path, 0, seen("P", "a"), seen("N", "b"))
    assert since.seen == {}
    assert findings_of(path, all_runs(path)[0]) == []


def test_gone_takes_a_complete_listing(path):
    keep(path, 0, FAIL)
    hidden = keep(path, 1, unlisted())
    assert [(one.fingerprint, one.state) for one in hidden.absent] == [(FAIL.fingerprint, State.UNKNOWN)]
    elsewhere = keep(path, 2, unlisted(where="eu-west-1"), regions=("us-east-1", "eu-west-1"))
    assert [(one.fingerprint, one.state) for one in elsewhere.absent] == [(FAIL.fingerprint, State.GONE)]


def test_a_listing_of_no_region_hides_everything(path):
    keep(path, 0, FAIL)
    assert [one.state for one in keep(path, 1, unlisted(where="global")).absent] == [State.UNKNOWN]


def test_gone_is_told_once_and_its_return_is_new(path):
    keep(path, 0, FAIL)
    assert [one.state for one in keep(path, 1).absent] == [State.GONE]
    assert keep(path, 2).absent == ()
    back = keep(path, 3, FAIL)
    assert told(back, FAIL) == ["NEW"]
    assert back.of(FAIL.fingerprint).first_seen == NOW + timedelta(days=3)


def test_other_controls_make_nothing_gone(path):
    other = seen("F", control="other-control")
    keep(path, 0, FAIL, other, controls=("some-control", "other-control"))
    partly = keep(path, 1, other, controls=("other-control",))
    assert (told(partly, other), partly.absent) == (["PERSISTING"], ())
    assert told(keep(path, 2, FAIL, other, controls=("some-control", "other-control")), FAIL) == [
        "PERSISTING"
    ]


def test_other_regions_make_nothing_gone(path):
    keep(path, 0, FAIL, regions=("us-east-1", "eu-west-1"))
    narrow = keep(path, 1, regions=("eu-west-1",))
    assert (narrow.run, narrow.absent) == (None, ())
    assert told(keep(path, 2, FAIL, regions=("eu-west-1", "us-east-1")), FAIL) == ["PERSISTING"]


def test_other_tables_make_nothing_gone(path):
    keep(path, 0, FAIL)
    assert keep(path, 1, seen("F", "carts"), tables=("carts",)).absent == ()
    assert told(keep(path, 2, FAIL), FAIL) == ["PERSISTING"]


def test_one_more_region_goes_on_from_what_is_known(path):
    keep(path, 0, FAIL)
    assert told(keep(path, 1, FAIL, regions=("us-east-1", "eu-west-1")), FAIL) == ["PERSISTING"]


def test_a_global_finding_is_not_fixed_by_looking_at_fewer_regions(path):
    everywhere = seen("F", region="global")
    keep(path, 0, everywhere, regions=("us-east-1", "eu-west-1"))
    fewer = keep(path, 1, seen("P", region="global"), regions=("us-east-1",))
    assert told(fewer, everywhere) == ["-"]
    assert told(keep(path, 2, everywhere, regions=("us-east-1", "eu-west-1")), everywhere) == ["PERSISTING"]


def test_scores_are_compared_under_the_same_controls_only(path):
    keep(path, 0, FAIL, seen("P", "carts"))
    assert keep(path, 1, FAIL, controls=("some-control", "more")).score is None
    again = keep(path, 2, PASS, seen("P", "carts"))
    assert [(one.run, one.score) for one in again.trend] == [("run-of-day-0", 50.0), ("run-of-day-2", 100.0)]


def test_counts_are_in_the_order_of_states(path):
    keep(path, 0, seen("F", "a"), seen("F", "b"))
    since = keep(path, 1, seen("P", "a"), seen("F", "c"))
    assert list(since.counts.items()) == [(State.NEW, 1), (State.FIXED, 1), (State.GONE, 1)]


def test_a_clock_that_goes_back_loses_nothing(path, caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("dynasec"), "propagate", True)
    keep(path, 10, FAIL)
    earlier = keep(path, 3, FAIL)
    assert told(earlier, FAIL) == ["PERSISTING"]
    assert "the clock went back" in caplog.text
    assert [one.run for one in all_runs(path)] == ["run-of-day-10", "run-of-day-3"]
    (found,) = findings_of(path, all_runs(path)[-1])
    assert (found.first_seen, found.last_seen) == (NOW + timedelta(days=3), NOW + timedelta(days=10))


@pytest.mark.parametrize("text", ["x" * 1_000_000, "\udcff broken", "nul \0 in it", "'; DROP TABLE runs; --"])
def test_any_text_can_be_kept(path, text):
    keep(path, 0, seen("F", reason=text))
    assert told(keep(path, 1, seen("F", reason=text)), FAIL) == ["PERSISTING"]
    (found,) = findings_of(path, all_runs(path)[-1])
    assert 0 < len(found.reason) <= 4000
    assert path.stat().st_size < 200_000


def test_only_the_owner_may_read_it(path):
    with opened(path) as connection:
        connection.execute("CREATE TABLE more (x)")
        files = list(path.parent.glob("history.db*"))
        assert len(files) == 3
        assert {stat.S_IMODE(one.stat().st_mode) for one in files} == {0o600}


def test_it_is_in_wal_mode_and_of_a_version(path):
    store.prepare(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


def _dying(limit):
    """Let every statement be counted, and the process end before the one of this number."""
    connect = sqlite3.connect
    count = 0

    def step(_):
        nonlocal count
        count += 1
        if count == limit:
            os._exit(9)

    def watched(*args, **options):
        connection = connect(*args, **options)
        connection.set_trace_callback(step)
        return connection

    return watched


def _in_a_child(limit, path):
    child = os.fork()
    if child == 0:
        try:
            database.sqlite3.connect = _dying(limit)
            keep(path, 1, PASS, seen("F", "carts"))
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_run_that_is_killed_between_two_statements_is_kept_whole_or_not_at_all(tmp_path):
    deaths = 0
    for limit in range(1, 100):
        path = tmp_path / f"{limit}.db"
        keep(path, 0, FAIL)
        code = _in_a_child(limit, path)
        runs = all_runs(path)
        found = {one.label: one.state for one in findings_of(path, runs[-1])}
        assert found in ({"orders": State.NEW}, {"orders": State.FIXED, "carts": State.NEW})
        assert len(found) == len(runs)
        expected = ["PERSISTING", "NEW"] if len(runs) == 1 else ["REGRESSED", "PERSISTING"]
        assert told(keep(path, 2, FAIL, seen("F", "carts")), FAIL, seen("F", "carts")) == expected
        if code == 0:
            break
        assert code == 9
        deaths += 1
    assert deaths > 10
    assert len(runs) == 2


@pytest.mark.parametrize("limit", range(1, 30, 3))
def test_a_store_whose_making_is_killed_can_be_made_again(path, limit):
    assert _in_a_child(limit, path) in {0, 9}
    assert told(keep(path, 2, FAIL), FAIL)[0] in {"NEW", "REGRESSED"}


def test_two_runs_at_once_take_turns(path):
    problems = []

    def work(name):
        try:
            for number in range(5):
                keep(path, number, FAIL, run_id=f"{name}-{number}")
        except StoreError as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    runs = all_runs(path)
    assert problems == []
    assert len(runs) == 10
    assert [run.states for run in runs] == [{"NEW": 1}, *[{"PERSISTING": 1}] * 9]


def test_a_store_that_stays_locked_is_one_line_and_exit_10(path, monkeypatch):
    store.prepare(path)
    monkeypatch.setattr(store, "opened", partial(database.opened, busy_s=0.1))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreLockedError, match="another run is writing to the history") as refusal:
            keep(path, 0, FAIL)
    assert refusal.value.exit_code == Exit.LOCKED


def _garbage(path):
    path.write_bytes(b"no database at all" * 100)


def _damaged(path):
    keep(path, 0, *(seen("F", f"table-{n}") for n in range(200)))
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)


def _newer(path):
    store.prepare(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def _foreign(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE songs (title)")


def _folder(path):
    path.mkdir()


@pytest.mark.parametrize(
    ("break_", "says"),
    [
        (_garbage, "is damaged, or no history"),
        (_damaged, "is damaged, or no history"),
        (
            _newer,
            f"is of a newer version of dynasec (schema 99, this one knows {len(MIGRATIONS)}); upgrade dynasec",
        ),
        (_foreign, "is a database of another program"),
        (_folder, "Is a directory"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line_and_left_alone(path, break_, says):
    break_(path)
    before = None if path.is_dir() else path.read_bytes()
    with pytest.raises(StoreError) as refusal:
        keep(path, 1, FAIL)
    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert before is None or path.read_bytes() == before


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(StoreError, match="No such file or directory; name another with --store, or none"):
        store.prepare(tmp_path / "absent" / "history.db")


def test_a_full_disk_leaves_the_store_as_it_was(path, monkeypatch):
    keep(path, 0, FAIL)
    connect = sqlite3.connect

    def small(*args, **options):
        connection = connect(*args, **options)
        connection.execute(
            "PRAGMA max_page_count = 1"
        )  # as full as it is: SQLite allows no less than there is
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(database.sqlite3, "connect", small)
        with pytest.raises(StoreError, match="database or disk is full"):
            keep(path, 1, *(seen("F", f"table-{n}", reason="x" * 3000) for n in range(50)))
    assert [one.run for one in all_runs(path)] == ["run-of-day-0"]
    assert told(keep(path, 2, FAIL), FAIL) == ["PERSISTING"]


def test_a_step_to_a_newer_version_is_made_whole_or_not_at_all(path, monkeypatch):
    keep(path, 0, FAIL)
    before = len(MIGRATIONS)
    broken = (*MIGRATIONS, ("CREATE TABLE more (x) STRICT", "no SQL at all"))
    working = (*MIGRATIONS, ("CREATE TABLE more (x TEXT) STRICT",))
    for steps, version in ((broken, before), (working, before + 1)):
        monkeypatch.setattr(database, "MIGRATIONS", steps)
        monkeypatch.setattr(schema, "MIGRATIONS", steps)
        if steps is broken:
            with pytest.raises(StoreError, match="cannot use the history"):
                store.prepare(path)
        else:
            assert told(keep(path, 1, FAIL), FAIL) == ["PERSISTING"]
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (version,)


def test_a_store_of_the_first_version_is_brought_up(path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", MIGRATIONS[:1])
        patch.setattr(schema, "MIGRATIONS", MIGRATIONS[:1])
        keep(path, 0, FAIL)
    assert told(keep(path, 1, FAIL), FAIL) == ["PERSISTING"]


def test_observations_that_are_damaged_are_told(path):
    keep(path, 0, FAIL)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE runs SET observations = x'00'")
    with pytest.raises(StoreError, match="the history of run run-of-day-0 is damaged"):
        findings_of(path, all_runs(path)[0])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE runs SET controls = '{'")
    with pytest.raises(StoreError, match="the history of run run-of-day-0 is damaged"):
        all_runs(path)


def test_regions_are_kept_in_a_fixed_order(path):
    keep(path, 0, FAIL, regions=("us-east-1", "eu-west-1"))
    with closing(sqlite3.connect(path)) as connection:
        assert json.loads(connection.execute("SELECT regions FROM scopes").fetchone()[0]) == [
            "eu-west-1",
            "us-east-1",
        ]
