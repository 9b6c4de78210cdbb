import asyncio
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynasec.collect import bucket
from dynasec.collect.bucket import TokenBucket
from dynasec.collect.rates import HEADROOM, Rate


class _Clock:
    """A loop's time that moves only while somebody sleeps, or when told."""

    def __init__(self):
        self.now = 100.0
        self.refused = 0

    def time(self):
        return self.now

    async def sleep(self, seconds):
        self.now += seconds

    def installed(self, patch):
        patch.setattr(
            bucket,
            "asyncio",
            SimpleNamespace(get_running_loop=lambda: self, sleep=self.sleep, Lock=asyncio.Lock),
        )

    def bucket(self, per_second, burst=None):
        rate = Rate("svc:Op", per_second, per_second if burst is None else burst, "")
        return TokenBucket(rate, lambda: self.refused)

    def take(self, one, times=1):
        """The moments at which requests were sent, counted from now."""
        began, sent = self.now, []
        for _ in range(times):
            asyncio.run(one.take())
            sent.append(self.now - began)
        return sent


@pytest.fixture
def clock(monkeypatch):
    one = _Clock()
    one.installed(monkeypatch)
    return one


def _bound(clock, per_second, burst=None):
    """A bucket that has met its bound, and is full."""
    one = clock.bucket(per_second, burst)
    clock.refused += 1
    clock.take(one)
    clock.now += 3600
    return one


def test_after_a_throttle_requests_are_spaced_below_the_published_rate(clock):
    interval = 1 / HEADROOM
    assert clock.take(_bound(clock, 1), 4) == pytest.approx([0, interval, 2 * interval, 3 * interval])


def test_a_burst_does_not_wait_and_what_comes_after_it_does(clock):
    sent = clock.take(_bound(clock, 10), 11)
    assert sent == pytest.approx([0] * 9 + [1 / 9.5, 2 / 9.5], abs=1e-6)


def test_not_more_than_a_second_of_a_large_burst_is_used(clock):
    assert clock.take(_bound(clock, 10, burst=1000), 11)[8:] == pytest.approx([0, 1 / 9.5, 2 / 9.5], abs=1e-6)


def test_a_small_burst_is_respected(clock):
    assert sum(moment > 0 for moment in clock.take(_bound(clock, 10, burst=2), 3)) == 2


def test_a_rest_fills_the_bucket_but_never_beyond_its_burst(clock):
    one = _bound(clock, 10)
    for _ in range(2):
        assert clock.take(one, 10) == pytest.approx([0] * 9 + [1 / 9.5], abs=1e-6)
        clock.now += 3600


def test_a_throttled_answer_costs_a_token_for_it_is_asked_again(clock):
    one = _bound(clock, 1)
    clock.take(one)
    clock.refused += 2
    assert clock.take(one) == pytest.approx([3 / HEADROOM])


def test_the_pace_begins_at_the_published_rate(clock):
    assert clock.take(clock.bucket(10), 11) == pytest.approx([0] * 9 + [1 / 9.5, 2 / 9.5], abs=1e-6)


def test_the_pace_doubles_each_second_in_which_nothing_was_throttled(clock):
    sent = clock.take(clock.bucket(10), 400)
    per_second = [sum(second <= moment < second + 1 for moment in sent) for second in range(4)]
    assert per_second[0] <= 9 + 10
    assert per_second[2] > 1.5 * per_second[1]
    assert per_second[3] > 1.5 * per_second[2]


def test_a_throttle_ends_the_search_for_good(clock):
    one = clock.bucket(10)
    clock.take(one, 60)
    clock.refused += 1
    clock.take(one)
    clock.now += 3600
    clock.take(one, 9)
    gaps = clock.take(one, 50)
    assert gaps[-1] == pytest.approx(50 / 9.5)


@given(
    st.floats(0.5, 200),
    st.floats(1, 200),
    st.lists(st.floats(0, 3), min_size=1, max_size=60),
    st.integers(0, 59),
)
def test_once_bound_never_more_than_the_published_bucket_holds(per_second, burst, pauses, start):
    clock = _Clock()
    with pytest.MonkeyPatch.context() as patch:
        clock.installed(patch)
        one = _bound(clock, per_second, burst)
        sent = []
        for pause in pauses:
            clock.now += pause
            clock.take(one)
            sent.append(clock.now)
    first = min(start, len(sent) - 1)
    for last in range(first, len(sent)):
        allowed = max(1, burst) + per_second * (sent[last] - sent[first])
        assert last - first + 1 <= allowed + 1e-6


def test_it_paces_a_real_loop_and_serves_in_order(monkeypatch):
    monkeypatch.setattr(bucket, "asyncio", asyncio)  # others wait for no rate

    async def run():
        one = TokenBucket(Rate("svc:Op", 40, 1, ""), lambda: 0)
        loop, served = asyncio.get_running_loop(), []

        async def request(number):
            await one.take()
            served.append(number)

        began = loop.time()
        await asyncio.gather(*(request(number) for number in range(5)))
        return loop.time() - began, served

    seconds, served = asyncio.run(run())
    assert seconds >= 4 / 40
    assert served == [0, 1, 2, 3, 4]
