import asyncio
import time

import pytest

from dynasec.collect.deadline import DeadlineExceeded, in_time, pause
from dynasec.model.fact import DEADLINE_EXCEEDED


def test_the_code_of_the_gap_is_the_name_of_the_exception():
    assert DeadlineExceeded.__name__ == DEADLINE_EXCEEDED


def _do(work, seconds):
    async def main():
        deadline = None if seconds is None else asyncio.get_running_loop().time() + seconds
        return await in_time(deadline, work)

    return asyncio.run(main())


@pytest.mark.parametrize("seconds", [None, 10])
def test_what_is_done_in_time_is_handed_over(seconds):
    async def work():
        return 7

    assert _do(work, seconds) == 7


def test_what_is_late_is_given_up():
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        _do(lambda: asyncio.sleep(30), 0.05)
    assert time.monotonic() - began < 5


def test_after_the_deadline_nothing_is_begun():
    with pytest.raises(DeadlineExceeded):
        _do(lambda: pytest.fail("it was begun"), -1)


@pytest.mark.parametrize("seconds", [None, 10])
def test_another_timeout_is_its_own(seconds):
    async def work():
        raise TimeoutError

    with pytest.raises(TimeoutError):
        _do(work, seconds)


@pytest.mark.parametrize(("seconds", "left"), [(0.05, None), (0.05, 30), (30, 0.05), (30, -1)])
def test_no_pause_goes_beyond_the_deadline(seconds, left):
    async def main():
        now = asyncio.get_running_loop().time()
        await pause(None if left is None else now + left, seconds)

    began = time.monotonic()
    asyncio.run(main())
    assert time.monotonic() - began < 5
