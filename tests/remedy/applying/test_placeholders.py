"""Placeholders: filled with answers, the same token again for the same change, never with nothing."""

from __future__ import annotations

from typing import Any

import pytest

from dynasec.change import Call, Identity, State, change_tag, result, text, token
from dynasec.remedy.applying.placeholders import Filler, Unresolved

RESULTS: dict[tuple[str, str], Any] = {
    ("own", "key"): {"KeyMetadata": {"Arn": "arn:key", "KeyId": "k"}},
    ("other", "key"): {"KeyMetadata": {"Arn": "arn:other"}},
}
FILLER = Filler("f" * 64, "change-1", "own", RESULTS)


@pytest.mark.parametrize(
    ("value", "filled"),
    [
        (1, 1),
        ({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}),
        (result("key", "KeyMetadata.Arn"), "arn:key"),
        (result("key", "KeyMetadata.Arn", of="other"), "arn:other"),
        ({"x": [result("key", "KeyMetadata.KeyId")]}, {"x": ["k"]}),
        (text("a ", result("key", "KeyMetadata.Arn"), " b"), "a arn:key b"),
        (change_tag(), "ffffffffffffffff/change-1"),
        ({"$or": [1]}, {"$or": [1]}),
    ],
)
def test_filling(value: Any, filled: Any) -> None:
    assert FILLER.fill(value) == filled


def test_a_token_is_the_same_for_the_same_change_only() -> None:
    def made(plan: str, change: str, name: str) -> Any:
        return Filler(plan, change, "own", {}).fill(token(name))

    assert made("p", "c", "n") == made("p", "c", "n")
    assert len({made("p", "c", "n"), made("q", "c", "n"), made("p", "d", "n"), made("p", "c", "m")}) == 4
    assert len(made("p", "c", "n")) == 32


@pytest.mark.parametrize(
    "missing",
    [
        result("none", "A"),
        result("key", "KeyMetadata.None"),
        result("key", "A", of="nobody"),
        text(result("none", "A")),
    ],
)
def test_what_is_not_there_is_never_filled_with_nothing(missing: dict[str, Any]) -> None:
    with pytest.raises(Unresolved):
        FILLER.fill({"deep": [missing]})


def test_states_and_calls() -> None:
    state = State(
        operation="kms:DescribeKey",
        params={"KeyId": result("key", "KeyMetadata.KeyId")},
        facts={"A": change_tag()},
    )
    assert FILLER.state(state).params == {"KeyId": "k"}
    assert FILLER.state(state).facts == {"A": FILLER.tag}
    call = Call(operation="kms:TagResource", params={"T": token("t")}, identity=Identity.TOKEN)
    assert FILLER.call(call).params == {"T": FILLER.fill(token("t"))}
