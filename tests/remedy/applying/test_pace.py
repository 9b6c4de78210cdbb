import os
import signal
import threading
import time

import pytest

from dynasec.remedy.applying.pace import POLLS, RETRIES, Backoff, SystemClock, stopping_on_signals


def test_pauses_grow_and_stay_bounded() -> None:
    assert [RETRIES.pause(number) for number in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert POLLS.pause(0) == 5
    assert POLLS.pause(10_000) == 30
    assert Backoff(1, 3, 1).pause(5) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_to_stop_and_is_otherwise_as_before_afterwards(number: signal.Signals) -> None:
    stop = threading.Event()
    before = signal.getsignal(number)
    with stopping_on_signals(stop):
        os.kill(os.getpid(), number)
        SystemClock().wait(5, stop)
        assert stop.is_set()
    assert signal.getsignal(number) is before


def test_other_threads_take_no_signals() -> None:
    stop, seen = threading.Event(), list[object]()

    def work() -> None:
        with stopping_on_signals(stop):
            seen.append(signal.getsignal(signal.SIGTERM))

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]


def test_the_machines_clock_waits_and_stops() -> None:
    clock, stop = SystemClock(), threading.Event()
    begun = clock.elapsed()
    clock.wait(0.02, stop)
    assert clock.elapsed() - begun >= 0.02
    stop.set()
    began = time.monotonic()
    clock.wait(60, stop)
    assert time.monotonic() - began < 10
    assert clock.now().tzinfo is not None
