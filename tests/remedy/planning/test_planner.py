"""The planner: only what is known to be wrong is changed, tried first, and blocked where it must not be touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dynasec.audit.report import Report, audit
from dynasec.change import Call, Cost, Identity
from dynasec.drafting.tables import table_is
from dynasec.guidance import first_way
from dynasec.model.fact import Fact, Gap, Unknown
from dynasec.model.table import Table
from dynasec.plugins import BrokenPlugin
from dynasec.remediation import Advice, Draft, Remediation, Risk, UndoClass
from dynasec.remedies import Remedies, Remedy
from dynasec.remedy.plan import Blocked, Impact, Plan
from dynasec.remedy.planning.ownership import Ownership
from dynasec.remedy.planning.planner import Planner
from dynasec.settings import Settings
from tests.support.accounts import NOW, denied, description, region, registry, snapshot, table

Function = Callable[[Table, Any], Iterable[Any]]


def audited(*tables: Table) -> Report:
    control = registry().get("deletion-protection")
    return audit(snapshot(region(*tables)), registry(), [control], Settings())


def bad(name: str = "orders", **members: Any) -> Table:
    return table(name, description=description(name, deletion_protection_enabled=False, **members))


def draft(one: Table, **members: Any) -> Draft:
    """A draft that closes `deletion-protection`."""
    state = table_is(one, DeletionProtectionEnabled=True)
    told = one.description.known()
    fields: dict[str, Any] = {
        "resource": one.arn,
        "region": one.region,
        "summary": "protect",
        "before": {"Protected": False},
        "after": {"Protected": True},
        "expect": (table_is(one, DeletionProtectionEnabled=False),),
        "calls": (
            Call(
                operation="dynamodb:UpdateTable",
                params={"TableName": one.name},
                identity=Identity.SET_STATE,
                done=state,
            ),
        ),
        "verify": (state,),
        "replaces": ((one.description, Fact(told.model_copy(update={"deletion_protection_enabled": True}))),),
        **members,
    }
    return Draft(**fields)


def remedy(function: Function, name: str = "protect", risk: Risk = Risk.ADDITIVE) -> Remedy:
    remediation: Remediation[Table] = Remediation(
        subject=Table, title="", controls=("deletion-protection",), risk=risk, undo=UndoClass.EXACT
    )
    remediation.each(function)
    return Remedy(name, "resilience", "tests", "", remediation)


def nobody(*_: object) -> tuple[Impact, tuple[Blocked, ...]]:
    return Impact(evaluated=1), ()


def plan(
    report: Report, *remedies: Remedy, assess: Any = nobody, terraform: dict[str, str] | None = None
) -> Plan:
    return Planner(Remedies(remedies), assess, Ownership(terraform or {})).plan(report, NOW)


def test_a_change_says_what_it_does_and_closes() -> None:
    cost = Cost(low=1, high=2, basis="b", as_of="2026-01")
    found = plan(audited(bad(), bad("customers")), remedy(lambda one, _: [draft(one, cost=cost)]))
    first, second = found.changes
    assert first.controls == ("deletion-protection",)
    assert first.diff == ({"op": "replace", "path": "/Protected", "value": True},)
    assert first.permissions == ("dynamodb:DescribeTable", "dynamodb:UpdateTable")
    assert (first.wave, second.wave) == (1, 2)
    assert (found.totals.changes, found.totals.by_risk, found.totals.cost_high) == (2, {"additive": 2}, 4.0)
    assert (found.totals.score_before, found.totals.score_after) == (0.0, 100.0)
    assert found.expires_at - found.created_at == timedelta(hours=24)


def test_the_same_world_gives_the_same_changes_and_another_world_others() -> None:
    def one_id(*tables: Table) -> str:
        return plan(audited(*tables), remedy(lambda one, _: [draft(one)])).changes[0].id

    def pinned(*tables: Table) -> str:
        change = remedy(
            lambda one, _: [draft(one, expect=(table_is(one, TableId=one.description.known().table_id),))]
        )
        return plan(audited(*tables), change).changes[0].id

    assert one_id(bad()) == one_id(bad())
    assert pinned(bad(table_id="1")) != pinned(bad(table_id="2"))


def test_what_does_not_close_the_finding_is_blocked() -> None:
    found = plan(
        audited(bad()), remedy(lambda one, _: [draft(one, replaces=((one.tags, Fact({"a": "b"})),))])
    )
    assert (
        "would not close the finding: deletion-protection would still be FAIL"
        in found.changes[0].blocked[0].reason
    )
    assert (found.totals.changes, found.totals.blocked, found.totals.score_after) == (0, 1, 0.0)


def test_what_is_no_piece_of_the_account_cannot_be_tried() -> None:
    other = bad("other")
    found = plan(audited(bad()), remedy(lambda one, _: [draft(one, replaces=draft(other).replaces)]))
    assert "cannot be tried" in found.changes[0].blocked[0].reason


@pytest.mark.parametrize(
    ("subject", "reason", "override"),
    [
        (bad(table_status="UPDATING"), "the table is UPDATING, not ACTIVE", ""),
        (
            bad().model_copy(update={"tags": Fact({"aws:cloudformation:stack-name": "shop"})}),
            "cloudformation manages it (shop)",
            "allow-drift",
        ),
        (bad().model_copy(update={"tags": denied("tag:GetResources")}), "a stack may own it", "allow-drift"),
    ],
)
def test_what_must_not_be_touched(subject: Table, reason: str, override: str) -> None:
    (blocked,) = plan(audited(subject), remedy(lambda one, _: [draft(one)])).changes[0].blocked
    assert reason in blocked.reason
    assert blocked.override == override


def test_terraform() -> None:
    found = plan(
        audited(bad()), remedy(lambda one, _: [draft(one)]), terraform={bad().arn: "aws_dynamodb_table.a"}
    )
    assert found.changes[0].managed_by == {"terraform": "aws_dynamodb_table.a"}
    assert found.changes[0].blocked


def test_a_draft_may_block_itself() -> None:
    found = plan(audited(bad()), remedy(lambda one, _: [draft(one, blocked="no")]))
    assert [one.reason for one in found.changes[0].blocked] == ["no"]


def test_a_draft_that_prepares_closes_nothing_and_is_not_blocked_for_it() -> None:
    report = audited(bad())
    step = Advice(bad().arn, "it is not protected yet", "look, then plan again")
    found = plan(
        report, remedy(lambda one, _: [draft(one, prepares=True, replaces=((one, replace_of(one)),)), step])
    )
    (change,) = found.changes
    assert (change.controls, change.fingerprints, change.blocked) == ((), (), ())
    assert [(one.control, one.why) for one in found.advice] == [("deletion-protection", step.why)]


def replace_of(one: Table) -> Table:
    """The table as it is: nothing that a control would see."""
    return one.model_copy()


def test_access_changes_need_an_impact_and_run_out_sooner() -> None:
    denied_impact = Impact(evaluated=3, denied=("role/app: dynamodb:Query",))
    change = remedy(lambda one, _: [draft(one)], risk=Risk.ACCESS)
    found = plan(audited(bad()), change, assess=lambda *_: (denied_impact, (Blocked(reason="locks out"),)))
    assert found.changes[0].impact == denied_impact
    assert [one.reason for one in found.changes[0].blocked] == ["locks out"]
    assert found.expires_at - found.created_at == timedelta(hours=4)


def test_an_access_change_that_cannot_be_tried_is_blocked() -> None:
    found = plan(audited(bad()), remedy(lambda one, _: [draft(one, replaces=())], risk=Risk.ACCESS))
    assert "cannot be computed" in found.changes[0].blocked[0].reason
    assert found.changes[0].impact is None


def test_one_change_for_two_tables() -> None:
    shared = draft(bad("a"), key="shared", replaces=())
    found = plan(audited(bad("a"), bad("b")), remedy(lambda one, _: [replace(shared, closes=(one.arn,))]))
    (change,) = found.changes
    assert len(change.fingerprints) == 2


def test_two_different_changes_of_one_key() -> None:
    found = plan(audited(bad("a"), bad("b")), remedy(lambda one, _: [draft(one, key="shared", replaces=())]))
    assert len(found.changes) == 1
    assert "two different changes" in found.problems[0]


def test_dependencies_come_first() -> None:
    def drafts(one: Table, _: Any) -> list[Draft]:
        return [draft(one, key="second", depends_on=("first",)), draft(one, key="first", replaces=())]

    found = plan(audited(bad()), remedy(drafts))
    assert [change.key for change in found.changes] == ["first", "second"]


def test_nothing_is_planned_for_what_is_unknown() -> None:
    unknown = table(description=denied("dynamodb:DescribeTable"))
    found = plan(audited(unknown), remedy(lambda one, _: [draft(bad(one.name))]))
    assert (found.changes, found.advice) == ((), ())


def test_a_planner_that_lacks_a_fact_becomes_advice_for_that_table_alone() -> None:
    def drafts(one: Table, _: Any) -> list[Draft]:
        if one.name == "a":
            raise Unknown(Gap("dynamodb:DescribeTable", "AccessDenied"))
        return [draft(one)]

    found = plan(audited(bad("a"), bad("b")), remedy(drafts))
    assert [change.resource for change in found.changes] == [bad("b").arn]
    assert "cannot be planned: dynamodb:DescribeTable: AccessDenied" in found.advice[0].why


def test_a_planner_that_crashes_changes_nothing_and_is_named() -> None:
    def crash(*_: object) -> list[Draft]:
        msg = "boom"
        raise RuntimeError(msg)

    found = plan(audited(bad()), remedy(crash, "crasher"), remedy(lambda one, _: [draft(one)]))
    assert [change.remediation for change in found.changes] == ["protect"]
    assert found.problems == ("crasher crashed: RuntimeError: boom",)


def test_what_nothing_mends_is_advice() -> None:
    found = plan(audited(bad()))
    assert [(one.control, one.resource) for one in found.advice] == [("deletion-protection", bad().arn)]
    assert found.advice[0].how.startswith(
        "Console: DynamoDB, the table, Additional settings, Deletion protection, Turn on"
    )
    assert "explain deletion-protection" in found.advice[0].how


@pytest.mark.parametrize("control", [one.id for one in registry().controls])
def test_every_control_without_a_remediation_says_what_to_do_in_a_line(control: str) -> None:
    how = first_way(registry().get(control).page)
    assert how
    assert "\n" not in how
    assert not how.startswith("-")
    assert len(how) < 500


@pytest.mark.parametrize(
    ("page", "first"),
    [
        ("A title.\n\n## How to fix\nDo this\nand that.\n\n- Console: a\n- CLI: b", "Do this and that."),
        ("A title.\n\n## How to fix\n- Console: a,\n  b - c\n- CLI: b", "Console: a, b - c"),
        ("A title.", ""),
    ],
)
def test_the_first_way_of_a_page(page: str, first: str) -> None:
    assert first_way(page) == first


def test_advice_of_a_remediation() -> None:
    found = plan(audited(bad()), remedy(lambda one, _: [Advice(one.arn, "why", "how")]))
    assert [(one.why, one.how) for one in found.advice] == [("why", "how")]


def test_broken_remediations_are_named() -> None:
    broken = Remedies((), (BrokenPlugin("pack", "module", "ImportError: x"),))
    found = Planner(broken, nobody, Ownership({})).plan(audited(bad()), NOW)
    assert found.problems == ("module could not be loaded: ImportError: x",)


def test_changes_that_only_together_lock_somebody_out_are_blocked() -> None:
    def assess(_: Draft, __: Any, after: Any) -> tuple[Impact, tuple[Blocked, ...]]:
        protected = [one for one in after.tables() if one.description.known().deletion_protection_enabled]
        return Impact(evaluated=1), (Blocked(reason="locks out"),) if len(protected) > 1 else ()

    change = remedy(lambda one, _: [draft(one)], risk=Risk.ACCESS)
    found = plan(audited(bad("a"), bad("b")), change, assess=assess)
    assert [one.blocked[0].reason for one in found.changes] == [
        "together with the other access changes of the plan: locks out"
    ] * 2
    assert not plan(audited(bad("a")), change, assess=assess).changes[0].blocked


def test_a_blocked_change_is_not_the_one_on_which_the_others_are_tried() -> None:
    tables = [bad("a", table_status="UPDATING"), bad("b"), bad("c")]
    found = plan(audited(*tables), remedy(lambda one, _: [draft(one)]))
    assert [one.wave for one in found.changes] == [3, 1, 2]


def test_what_a_change_touches_has_an_owner_too() -> None:
    other = table("other", tags={"aws:cloudformation:stack-name": "shop"})
    found = plan(audited(bad()), remedy(lambda one, _: [draft(one, touches=(other,))]))
    assert found.changes[0].managed_by == {"cloudformation": "shop"}
    assert [one.override for one in found.changes[0].blocked] == ["allow-drift"]
