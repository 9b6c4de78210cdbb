"""Two changes of one plan do not make each other stale."""

from __future__ import annotations

from dynasec.remedy.plan import Blocked, Change
from dynasec.remedy.planning.contradictions import one_at_a_time
from tests.support.plans import change, table_is


def rewriting(name: str, to: str, **more: object) -> Change:
    """A change of one setting of the table orders from `old`, as two remediations of one policy are."""
    return change(
        name,
        key=name,
        expect=(table_is("orders", Setting="old"),),
        verify=(table_is("orders", Setting=to),),
    ).model_copy(update=more)


def test_the_second_change_of_one_document_waits_for_the_first() -> None:
    first, second, third = one_at_a_time(
        [rewriting("a", "new"), rewriting("b", "newer"), rewriting("c", "newest")]
    )
    assert not first.blocked
    for one in (second, third):
        assert [blocked.reason for blocked in one.blocked] == [
            "a changes the same first: apply that, then plan again"
        ]


def test_what_is_blocked_stands_in_nobodys_way() -> None:
    held = rewriting("a", "new", blocked=(Blocked(reason="no"),))
    assert [bool(one.blocked) for one in one_at_a_time([held, rewriting("b", "newer")])] == [True, False]


def test_what_depends_on_the_first_comes_after_it() -> None:
    after = rewriting("b", "newer", depends_on=("a",))
    assert not any(one.blocked for one in one_at_a_time([rewriting("a", "new"), after]))


def test_the_same_name_in_another_region_is_another_table() -> None:
    elsewhere = rewriting("b", "newer", region="eu-west-1")
    assert not any(one.blocked for one in one_at_a_time([rewriting("a", "new"), elsewhere]))


def test_other_settings_of_the_same_table_are_no_contradiction() -> None:
    other = change("b", expect=(table_is("orders", Other=False),), verify=(table_is("orders", Other=True),))
    assert not any(one.blocked for one in one_at_a_time([rewriting("a", "new"), other]))
