"""Drafts that were made from one account and replace the same pieces of it."""

from __future__ import annotations

from typing import Any

import pytest

from dynasec.change import State
from dynasec.model.fact import Fact, Gap, Listing
from dynasec.model.shape import Shape
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import Sse, Table
from dynasec.remediation import Draft
from dynasec.remedy.planning.merged import MergedAccount, rebased
from tests.support.accounts import description, region, snapshot, table


class Pair(Shape):
    """Two members."""

    left: Any
    right: Any = None


def draft(*replaces: Any) -> Draft:
    state = State(operation="dynamodb:DescribeTable", params={}, facts={})
    return Draft(
        resource="arn",
        region="us-east-1",
        summary="",
        before={},
        after={},
        expect=(state,),
        calls=(),
        verify=(state,),
        replaces=replaces,
    )


def changed(one: Table, **members: Any) -> Draft:
    return draft((one.description, Fact(one.description.known().model_copy(update=members))))


@pytest.mark.parametrize(
    ("old", "new", "current", "expected"),
    [
        (1, 2, 1, 2),
        (1, 1, 3, 3),
        (1, 2, 3, 2),
        (Fact(1), Fact(2), Fact(1), Fact(2)),
        (Fact(1), Fact(gap=Gap("a:B", "c")), Fact(1), Fact(gap=Gap("a:B", "c"))),
        (("a",), ("a", "b"), ("a", "c"), ("a", "c", "b")),
        (("a", "b"), ("b",), ("a", "b", "c"), ("b", "c")),
        (("a",), ("a", "b"), ("a", "b"), ("a", "b")),
        (Listing((1,)), Listing((1, 2)), Listing((1, 3)), Listing((1, 3, 2))),
        (Pair(left=1), Pair(left=2), Pair(left=1, right=3), Pair(left=2, right=3)),
        (
            Fact(Pair(left=(1,), right=1)),
            Fact(Pair(left=(1, 2), right=1)),
            Fact(Pair(left=(1, 3), right=2)),
            Fact(Pair(left=(1, 3, 2), right=2)),
        ),
        (None, Pair(left=1), Pair(left=2), Pair(left=1)),
    ],
)
def test_what_the_later_changes_is_changed_of_what_the_earlier_left(
    old: Any, new: Any, current: Any, expected: Any
) -> None:
    assert rebased(old, new, current) == expected


def account(one: Table) -> Snapshot:
    return snapshot(region(one))


def test_two_drafts_change_members_of_one_description() -> None:
    one = table(description=description(deletion_protection_enabled=False))
    merged = MergedAccount(account(one))
    merged.add(changed(one, deletion_protection_enabled=True))
    merged.add(changed(one, sse=Sse(status="ENABLED")))
    merged.add(changed(one, item_count=7))
    (after,) = merged.snapshot.tables()
    told = after.description.known()
    assert (told.deletion_protection_enabled, told.sse, told.item_count) == (True, Sse(status="ENABLED"), 7)
    assert one.description.known().item_count is None


def test_a_draft_may_go_on_from_what_another_makes() -> None:
    one = table(description=description())
    first = changed(one, item_count=1)
    ((_, made),) = first.replaces
    assert isinstance(made, Fact)
    second = draft((made, Fact(made.known().model_copy(update={"table_size_bytes": 2}))))
    merged = MergedAccount(account(one))
    for each in (first, changed(one, table_id="x"), second):
        merged.add(each)
    (after,) = merged.snapshot.tables()
    told = after.description.known()
    assert (told.item_count, told.table_id, told.table_size_bytes) == (1, "x", 2)


def test_a_draft_of_something_that_is_not_there_changes_nothing() -> None:
    one = table(description=description())
    merged = MergedAccount(account(one))
    strange = draft(
        (one.description, Fact(description(item_count=1))), (Fact(description()), Fact(description()))
    )
    with pytest.raises(LookupError):
        merged.add(strange)
    (after,) = merged.snapshot.tables()
    assert after.description.known().item_count is None
    merged.add(changed(one, table_id="x"))
    assert next(merged.snapshot.tables()).description.known().table_id == "x"
