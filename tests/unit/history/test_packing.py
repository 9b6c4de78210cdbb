import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynasec.audit.changes import State
from dynasec.history.packing import Observation, pack, unpack
from dynasec.history.states import Observed, Standing

ONE = st.tuples(st.sampled_from(Observed), st.sampled_from(Standing), st.sampled_from([None, *State]))


@given(st.dictionaries(st.integers(1, 2**32 - 1), ONE))
def test_a_round_trip(found):
    observations = [Observation(number, *known) for number, known in found.items()]
    assert list(unpack(pack(observations))) == sorted(observations, key=lambda one: one.finding)


def test_fifty_thousand_take_little_room():
    one = [Observation(n, Observed.FAIL, Standing.OPEN, State.PERSISTING) for n in range(1, 50_001)]
    assert len(pack(one)) < 4096


@pytest.mark.parametrize(
    "packed",
    [b"", b"x", zlib.compress(b"x"), zlib.compress(b"\1\0\0\0\0\0\x63"), zlib.compress(b"\1\0\0\0\x63\0\0")],
)
def test_other_bytes_are_refused(packed):
    with pytest.raises(ValueError, match=r"no observations|is not a valid"):
        list(unpack(packed))
