"""Waves: one, a tenth, the rest; nothing before what it depends on."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from dynasec.remedy.planning.waves import waves


def test_one_then_a_tenth_then_the_rest() -> None:
    found = waves([(f"c{i}", "r", ()) for i in range(31)])
    assert Counter(found.values()) == {1: 1, 2: 3, 3: 27}
    assert found["c0"] == 1


def test_each_remediation_has_a_first_of_its_own() -> None:
    assert waves([("a", "r", ()), ("b", "r", ()), ("c", "s", ())]) == {"a": 1, "b": 2, "c": 1}


def test_what_others_wait_for_runs_with_the_first_of_them() -> None:
    found = waves([("k1", "key", ()), ("k2", "key", ()), ("t1", "sse", ("k2",)), ("t2", "sse", ("k1",))])
    assert found == {"k1": 1, "k2": 1, "t1": 1, "t2": 2}


@given(st.lists(st.tuples(st.sampled_from("rst"), st.lists(st.integers(0, 30), max_size=3)), max_size=25))
def test_nothing_runs_before_what_it_depends_on(drawn: list[tuple[str, list[int]]]) -> None:
    changes = [
        (f"c{i}", name, tuple(f"c{j}" for j in needed if j < i)) for i, (name, needed) in enumerate(drawn)
    ]
    found = waves(changes)
    assert all(found[one] <= found[key] for key, _, needed in changes for one in needed)
    assert set(found.values()) <= {1, 2, 3}
