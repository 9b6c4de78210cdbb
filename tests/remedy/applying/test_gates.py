from datetime import timedelta
from typing import Any

import pytest

from dynasec.errors import Exit, UsageError
from dynasec.remediation import Risk, UndoClass
from dynasec.remedy.applying.gates import (
    Approval,
    Consent,
    ExpiredError,
    Gate,
    GateRefusedError,
    Situation,
    examine,
    gates_of,
    judge,
)
from dynasec.remedy.applying.outcomes import Ending
from dynasec.remedy.plan import Blocked, Change, Limits, Plan, PlanError, RiskOf, Undo
from dynasec.settings import Remedy
from tests.support.plans import ACCOUNT, NOW, change, plan

CALLER = "arn:aws:iam::111122223333:user/operator"
ALL = {"yes": True, "account": ACCOUNT}


def situation(**more: Any) -> Situation:
    return Situation(**{"now": NOW, "partition": "aws", "account": ACCOUNT, "caller_arn": CALLER, **more})


def at(level: Risk, name: str = "", **more: Any) -> Change:
    return change(name or f"c-{level}", risk=RiskOf(level=level), **more)


def everything() -> Plan:
    return plan(*(at(level) for level in Risk))


def confirmed(made: Plan, **more: Any) -> Consent:
    return Consent(**{**ALL, "confirm": made.plan_id[:8], **more})


# -- the plan as a whole


def test_a_good_plan_passes() -> None:
    examine(everything(), situation())


def test_an_edited_plan_is_refused() -> None:
    made = everything()
    edited = made.model_copy(update={"changes": made.changes[:1]})
    with pytest.raises(PlanError, match="digest"):
        examine(edited, situation())


@pytest.mark.parametrize(("field", "value"), [("account", "444455556666"), ("partition", "aws-cn")])
def test_a_plan_of_another_account_is_refused(field: str, value: str) -> None:
    with pytest.raises(GateRefusedError, match="credentials") as caught:
        examine(everything(), situation(**{field: value}))
    assert caught.value.exit_code is Exit.REFUSED


@pytest.mark.parametrize("late", [timedelta(hours=24), timedelta(days=9)])
def test_an_expired_plan_is_stale(late: timedelta) -> None:
    with pytest.raises(ExpiredError) as caught:
        examine(everything(), situation(now=NOW + late))
    assert caught.value.exit_code is Exit.STALE


def test_a_plan_is_good_until_it_expires() -> None:
    examine(everything(), situation(now=NOW + timedelta(hours=24) - timedelta(seconds=1)))


def test_an_expired_run_may_be_finished_but_nothing_new_begun() -> None:
    made = everything()
    late = situation(now=NOW + timedelta(days=2))
    examine(made, late, resuming=True)
    gates = judge(made, confirmed(made), late, begun=["c-additive"])
    assert gates.chosen == ("c-additive",)
    assert {outcome.state for outcome in gates.refused.values()} == {Ending.STALE}


def test_what_was_begun_needs_no_second_word() -> None:
    gates = judge(everything(), Consent(), situation(), begun=["c-access"])
    assert gates.chosen == ("c-access",)


def test_a_clock_that_was_set_back_is_refused() -> None:
    with pytest.raises(GateRefusedError, match="yet to come"):
        examine(everything(), situation(now=NOW - timedelta(hours=1)))
    examine(everything(), situation(now=NOW - timedelta(seconds=30)))  # two machines


@pytest.mark.parametrize(("made", "asked"), [("undo", "remediate"), ("remediate", "undo")])
def test_a_plan_of_the_other_kind_is_refused(made: Any, asked: Any) -> None:
    with pytest.raises(GateRefusedError):
        examine(plan(kind=made), situation(), kind=asked)


# -- each change


@pytest.mark.parametrize(
    ("given", "let_through"),
    [
        ({}, []),
        ({"yes": True}, ["c-observe", "c-additive"]),
        ({"account": ACCOUNT}, ["c-access"]),
        ({"account": "444455556666"}, []),
        ({"confirm": "00000000"}, []),
        ({"confirm": ""}, []),
    ],
)
def test_each_level_needs_its_own_word(given: dict[str, Any], let_through: list[str]) -> None:
    gates = judge(everything(), Consent(**given), situation())
    assert list(gates.chosen) == let_through
    assert {outcome.state for outcome in gates.refused.values()} <= {Ending.REFUSED}
    assert len(gates.chosen) + len(gates.refused) == 4


def test_data_path_changes_need_the_plans_own_characters() -> None:
    made = everything()
    assert judge(made, Consent(confirm=made.plan_id[:8]), situation()).chosen == ("c-data-path",)
    assert judge(made, Consent(confirm=made.plan_id[:7]), situation()).chosen == ()
    assert judge(made, Consent(confirm=made.plan_id), situation()).chosen == ()


def test_what_must_be_said_is_known_beforehand() -> None:
    assert gates_of(everything().changes) == set(Gate)
    assert gates_of([at(Risk.OBSERVE)]) == {Gate.YES}


@pytest.mark.parametrize(
    ("blocked", "flags", "let_through"),
    [
        ([Blocked(reason="no")], {"allow_drift": True, "accept_no_evidence": True, "allow_irreversible": True}, False),
        ([Blocked(reason="a stack", override="allow-drift")], {}, False),
        ([Blocked(reason="a stack", override="allow-drift")], {"accept_no_evidence": True}, False),
        ([Blocked(reason="a stack", override="allow-drift")], {"allow_drift": True}, True),
        ([Blocked(reason="data", override="accept-no-evidence")], {"accept_no_evidence": True}, True),
        ([Blocked(reason="a stack", override="allow-drift"), Blocked(reason="no")], {"allow_drift": True}, False),
    ],
)  # fmt: skip
def test_what_the_plan_blocks(blocked: list[Blocked], flags: dict[str, bool], let_through: bool) -> None:  # noqa: FBT001 - a parameter of the test
    made = plan(at(Risk.ADDITIVE, "x", blocked=tuple(blocked)))
    gates = judge(made, confirmed(made, **flags), situation())
    assert (gates.chosen == ("x",)) is let_through
    if not let_through:
        assert gates.refused["x"].state is Ending.BLOCKED
        assert blocked[-1].reason in gates.refused["x"].reason


def test_what_cannot_be_undone_needs_its_flag() -> None:
    made = plan(at(Risk.ADDITIVE, "x", undo=Undo(kind=UndoClass.NONE)))
    assert judge(made, confirmed(made), situation()).refused["x"].state is Ending.REFUSED
    assert judge(made, confirmed(made, allow_irreversible=True), situation()).chosen == ("x",)


@pytest.mark.parametrize(
    ("listed", "let_through"),
    [((), []), (("some-control",), ["c-observe", "c-additive"]), (("other-control",), [])],
)
def test_unattended_does_what_is_listed_and_no_more(listed: tuple[str, ...], let_through: list[str]) -> None:
    made = everything()
    remedy = Remedy(unattended=listed)
    gates = judge(made, confirmed(made, unattended=True), situation(remedy=remedy))
    assert list(gates.chosen) == let_through


def test_unattended_needs_every_control_of_a_change() -> None:
    made = plan(
        at(Risk.OBSERVE, "x", controls=("some-control", "other-control")), at(Risk.OBSERVE, "y", controls=())
    )
    gates = judge(made, Consent(unattended=True), situation(remedy=Remedy(unattended=("some-control",))))
    assert gates.chosen == ()
    assert "other-control" in gates.refused["x"].reason


PLANNER = "arn:aws:iam::111122223333:user/planner"


@pytest.mark.parametrize(
    ("principal", "caller", "let_through"),
    [
        ("arn:aws:iam::111122223333:user/reviewer", CALLER, True),
        (PLANNER, CALLER, False),
        (CALLER, CALLER, False),
        (
            "arn:aws:sts::111122223333:assumed-role/Admin/bob",
            "arn:aws:sts::111122223333:assumed-role/Admin/ann",
            False,
        ),
        (
            "arn:aws:iam::111122223333:role/path/Admin",
            "arn:aws:sts::111122223333:assumed-role/Admin/ann",
            False,
        ),
        (
            "arn:aws:sts::111122223333:assumed-role/Review/ann",
            "arn:aws:sts::111122223333:assumed-role/Admin/ann",
            True,
        ),
        (
            "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_1/bob",
            "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_1/ann",
            True,
        ),
    ],
)
def test_access_changes_are_approved_by_somebody_else(principal: str, caller: str, let_through: bool) -> None:  # noqa: FBT001 - a parameter of the test
    made = everything()
    here = situation(remedy=Remedy(approval=True), caller_arn=caller)
    approval = Approval(plan_id=made.plan_id, principal=principal, at=NOW)
    gates = judge(made, confirmed(made, approvals=(approval,)), here)
    assert ("c-access" in gates.chosen) is let_through
    assert len(gates.chosen) == (4 if let_through else 3)


@pytest.mark.parametrize("principal", ["arn:aws:iam::999988887777:user/reviewer", "reviewer"])
def test_who_approves_is_of_the_plans_account(principal: str) -> None:
    made = everything()
    approval = Approval(plan_id=made.plan_id, principal=principal, at=NOW)
    gates = judge(made, confirmed(made, approvals=(approval,)), situation(remedy=Remedy(approval=True)))
    assert "approve" in gates.refused["c-access"].reason


def test_an_approval_is_of_one_plan() -> None:
    made = everything()
    approval = Approval(plan_id="0" * 64, principal="arn:aws:iam::111122223333:user/reviewer", at=NOW)
    gates = judge(made, confirmed(made, approvals=(approval,)), situation(remedy=Remedy(approval=True)))
    assert "approve" in gates.refused["c-access"].reason


def test_regions_that_were_not_asked_for_are_left_alone() -> None:
    made = plan(at(Risk.ADDITIVE, "here"), at(Risk.ADDITIVE, "there", region="eu-west-1"))
    gates = judge(made, confirmed(made), situation(regions=("us-east-1",)))
    assert gates.chosen == ("here",)
    assert gates.refused["there"].state is Ending.REFUSED


# -- choice and limits


def test_only_and_wave() -> None:
    made = plan(*(at(Risk.ADDITIVE, f"c{wave}", wave=wave) for wave in (1, 2, 3)))
    assert judge(made, confirmed(made), situation(), wave=2).chosen == ("c1", "c2")
    assert judge(made, confirmed(made), situation(), only=["c3"]).chosen == ("c3",)
    with pytest.raises(UsageError, match="no change c9"):
        judge(made, confirmed(made), situation(), only=["c9"])


@pytest.mark.parametrize("limits", [{"max_changes": 2}, {"max_tables": 2}])
def test_more_than_the_limits_is_refused_as_a_whole(limits: dict[str, int]) -> None:
    changes = [at(Risk.ADDITIVE, f"c{number}") for number in range(3)]
    for made, remedy in (
        (plan(*changes, limits=Limits(**limits)), Remedy()),
        (plan(*changes), Remedy(**limits)),
    ):
        with pytest.raises(GateRefusedError, match="limit of 2"):
            judge(made, confirmed(made), situation(remedy=remedy))
        assert len(judge(made, confirmed(made), situation(remedy=remedy), only=["c0", "c1"]).chosen) == 2
