"""The remediation `add-managed-rules`."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from dynasec.drafting.web_acls import MUTABLE
from dynasec.remedy.impact.analysis import assessor
from dynasec.semantics.web_acl_rules import BASELINE
from dynasec.settings import Remedy, Settings
from tests.remediations.edge import doors
from tests.support.remedied import Stage, planned, read, round_trip, state_of

NAME = "add-managed-rules"
pytestmark = pytest.mark.usefixtures("aws", "shielded", "orders")
COUNT = Settings(remedy=Remedy(managed_rules="count"))
BLOCK = Settings(remedy=Remedy(managed_rules="block"))


def guarding(*rules: dict[str, Any], **members: Any) -> str:
    """A web ACL with these rules before a load balancer."""
    arn = doors.web_acl(*rules, **members)
    doors.before(arn, doors.balancer())
    return arn


def plan_of(settings: Settings, **more: Any) -> Any:
    return planned(NAME, read(NAME, settings=settings, **more))


def test_by_default_a_person_decides() -> None:
    guarding()
    plan = plan_of(Settings())
    assert plan.changes == ()
    assert 'managed_rules = "count"' in plan.advice[0].how


def test_to_count_closes_nothing_and_says_what_comes_next() -> None:
    arn = guarding(doors.blocks("/admin", 4))
    before = read(NAME, settings=COUNT)
    plan = planned(NAME, before, assess=assessor(None, accept_no_evidence=False))
    (change,) = plan.changes
    assert (change.fingerprints, change.controls, change.blocked) == ((), (), ())
    assert (change.risk.level, change.cost.low) == ("data-path", 4.0)
    assert 'managed_rules = "block"' in plan.advice[0].how
    rest = doors.without_rules(arn)
    stage = Stage()
    stage.apply(plan)
    assert doors.modes(arn) == dict.fromkeys(BASELINE, "Count")
    assert [one["Priority"] for one in doors.told(arn)["Rules"]] == [4, 5, 6, 7, 8]
    assert doors.without_rules(arn) == rest
    assert {one.status for one in read(NAME, settings=COUNT).findings} == {"FAIL"}
    stage.take_back(plan)
    again = read(NAME, settings=COUNT)
    assert state_of(again.snapshot) == state_of(before.snapshot)


def test_what_counts_already_is_not_added_again() -> None:
    guarding(*doors.counting())
    plan = plan_of(COUNT)
    assert plan.changes == ()
    assert all(name in plan.advice[0].why for name in BASELINE)


@pytest.mark.parametrize(
    "rules",
    [
        (),
        (doors.blocks("/admin", 0),),
        tuple(doors.counting()),
        (doors.group(BASELINE[1], 7), doors.group(BASELINE[0], 3, "Count"), doors.blocks("ü", 1)),
    ],
    ids=["none", "own", "counting", "mixed"],
)
def test_to_block_closes_the_finding_and_is_undone_to_the_letter(rules: tuple[dict[str, Any], ...]) -> None:
    arn = guarding(*rules)
    (change,) = round_trip(NAME, settings=BLOCK).changes
    assert change.risk.level == "access"
    assert change.undo.kind == "exact"
    assert doors.modes(arn) == {
        one["Statement"]["ManagedRuleGroupStatement"]["Name"]: next(iter(one["OverrideAction"]))
        for one in rules
        if "OverrideAction" in one
    }


def test_a_web_acl_of_cloudfront_is_changed_where_it_lives() -> None:
    arn = doors.web_acl(Scope="CLOUDFRONT")
    doors.distribution(arn)
    (change,) = round_trip(NAME, settings=BLOCK).changes
    assert (change.region, change.calls[0].params["Scope"]) == ("us-east-1", "CLOUDFRONT")


def test_all_else_is_written_back() -> None:
    arn = guarding(
        doors.blocks("/admin", 0),
        CustomResponseBodies={"sorry": {"ContentType": "TEXT_PLAIN", "Content": "{not} JSON"}},
        CaptchaConfig={"ImmunityTimeProperty": {"ImmunityTime": 120}},
        TokenDomains=["example.com"],
        AssociationConfig={"RequestBody": {"API_GATEWAY": {"DefaultSizeInspectionLimit": "KB_32"}}},
    )
    before = doors.told(arn)
    (change,) = round_trip(NAME, settings=BLOCK).changes
    sent = change.calls[0].params
    for name in ("CustomResponseBodies", "CaptchaConfig", "TokenDomains", "AssociationConfig", "Description"):
        assert sent[name] == before[name]
    assert doors.told(arn) == before


def test_the_lock_token_is_that_of_what_was_reviewed() -> None:
    guarding()
    (change,) = plan_of(BLOCK).changes
    wafv2 = boto3.client("wafv2")
    summary = wafv2.list_web_acls(Scope="REGIONAL")["WebACLs"][0]
    assert change.calls[0].params["LockToken"] == summary["LockToken"]
    undo = change.calls[0].undo[0]
    assert undo.params["LockToken"] == {"$result": {"of": "", "call": "update", "path": "NextLockToken"}}
    assert undo.params["Rules"] == []


def test_groups_that_nobody_tried_are_named() -> None:
    guarding(doors.group(BASELINE[0], 0, "Count"))
    (change,) = plan_of(BLOCK).changes
    (told,) = [one for one in change.risk.reasons if "never tried" in one]
    assert BASELINE[0] not in told
    assert BASELINE[1] in told


@pytest.mark.parametrize(
    "tamed",
    [
        {"ExcludedRules": [{"Name": "NoUserAgent_HEADER"}]},
        {"RuleActionOverrides": [{"Name": "NoUserAgent_HEADER", "ActionToUse": {"Count": {}}}]},
    ],
)
def test_what_somebody_tamed_is_for_a_person(tamed: dict[str, Any]) -> None:
    guarding(doors.group(BASELINE[0], 0, **tamed))
    for settings in (COUNT, BLOCK):
        plan = plan_of(settings)
        assert plan.changes == ()
        assert f"single rules do not act: {BASELINE[0]}" in plan.advice[0].why


def test_an_earlier_allow_leaves_doubt_and_blocks() -> None:
    guarding(doors.blocks("/partners", 0, "Allow"))
    (change,) = plan_of(BLOCK).changes
    assert "would still be UNKNOWN" in change.blocked[0].reason


def test_a_web_acl_without_room_blocks() -> None:
    arn = guarding()
    full = {"WebACL": {**doors.told(arn), "Capacity": 4_500}, "LockToken": "1"}
    (change,) = plan_of(BLOCK, script={"wafv2:GetWebACL": full}).changes
    assert "5,625 capacity units of 5,000" in change.blocked[0].reason


def test_more_than_the_price_includes_is_told() -> None:
    arn = guarding()
    half = {"WebACL": {**doors.told(arn), "Capacity": 500}, "LockToken": "1"}
    (change,) = plan_of(BLOCK, script={"wafv2:GetWebACL": half}).changes
    assert any("1,500" in reason for reason in change.risk.reasons)


@pytest.mark.parametrize(
    "members",
    [
        {"ManagedByFirewallManager": True},
        {"RetrofittedByFirewallManager": True},
    ],
)
def test_firewall_manager_is_left_its_own(members: dict[str, Any]) -> None:
    arn = guarding()
    script = {"wafv2:GetWebACL": {"WebACL": {**doors.told(arn), **members}, "LockToken": "1"}}
    plan = plan_of(BLOCK, script=script)
    assert plan.changes == ()
    assert "Firewall Manager" in plan.advice[0].why


def test_the_web_acl_of_a_stack_is_left_to_it() -> None:
    guarding(Tags=[{"Key": "aws:cloudformation:stack-name", "Value": "shop"}])
    (change,) = plan_of(BLOCK).changes
    assert change.managed_by == {"cloudformation": "shop"}


@pytest.mark.parametrize("accept", [False, True])
def test_no_evidence_can_tell_whom_it_denies(*, accept: bool) -> None:
    guarding()
    report = read(NAME, settings=BLOCK)
    (change,) = planned(NAME, report, assess=assessor(None, accept_no_evidence=accept)).changes
    assert {one.override for one in change.blocked} == (set() if accept else {"accept-no-evidence"})


def test_everything_that_an_update_replaces_is_known() -> None:
    """A member that the SDK learns must be written back: this test tells when there is a new one."""
    model = boto3.client("wafv2").meta.service_model
    sent = set(model.operation_model("UpdateWebACL").input_shape.members)
    assert sent - {"Name", "Scope", "Id", "LockToken"} == set(MUTABLE)
    arn = guarding()
    odd = {"WebACL": doors.told(arn), "LockToken": "1"}
    assert plan_of(BLOCK, script={"wafv2:GetWebACL": odd}).changes
