"""The remediation `associate-web-acl`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from dynasec.demo.overlay import AwsError
from dynasec.errors import ConfigurationError
from dynasec.remedy.impact.analysis import assessor
from dynasec.remedy.planning.contradictions import one_at_a_time
from dynasec.settings import Remedy, Settings, parse
from tests.remediations.edge import doors
from tests.support.accounts import NOW
from tests.support.remedied import planned, read, round_trip

NAME = "associate-web-acl"
pytestmark = pytest.mark.usefixtures("aws", "shielded", "orders")
NOWHERE = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/gone/1"


def naming(*arns: str) -> Settings:
    return Settings(remedy=Remedy(web_acls=arns))


@pytest.mark.parametrize("make", [doors.balancer, doors.stage, doors.graphql, doors.pool])
def test_each_kind_of_front_door_gets_the_web_acl_and_loses_it_again(make: Callable[[], str]) -> None:
    arn, door = doors.web_acl(doors.blocks("/admin", 0)), make()
    (change,) = round_trip(NAME, settings=naming(arn)).changes
    assert (change.resource, change.after, change.undo.kind) == (door, {"WebACL": arn}, "exact")
    assert [one.operation for one in change.calls] == ["wafv2:AssociateWebACL"]
    assert change.risk.level == "access"


def test_several_front_doors_get_one_web_acl() -> None:
    arn = doors.web_acl()
    expected = {doors.balancer(), doors.balancer("second"), doors.stage()}
    plan = round_trip(NAME, settings=naming(arn))
    assert {change.resource for change in plan.changes} == expected


def test_a_web_acl_that_is_there_stays() -> None:
    first, second = doors.web_acl(name="first"), doors.web_acl(name="second")
    doors.before(first, doors.balancer())
    plan = planned(NAME, read(NAME, settings=naming(second)))
    assert (plan.changes, plan.advice) == ((), ())


def test_without_a_name_a_person_must_choose() -> None:
    doors.web_acl()
    doors.balancer()
    plan = planned(NAME, read(NAME))
    assert plan.changes == ()
    assert "[remedy] web_acls" in plan.advice[0].how


def test_the_name_of_one_in_another_region_is_none() -> None:
    doors.balancer()
    elsewhere = "arn:aws:wafv2:us-west-2:123456789012:regional/webacl/shop/1"
    plan = planned(NAME, read(NAME, settings=naming(elsewhere)))
    assert plan.changes == ()
    assert "no web ACL is named for us-east-1" in plan.advice[0].why


def test_two_names_in_one_region_decide_nothing() -> None:
    doors.balancer()
    arns = doors.web_acl(name="first"), doors.web_acl(name="second")
    plan = planned(NAME, read(NAME, settings=naming(*arns)))
    assert plan.changes == ()
    assert "leave one" in plan.advice[0].how


def test_a_web_acl_that_does_not_exist_blocks() -> None:
    doors.balancer()
    (change,) = planned(NAME, read(NAME, settings=naming(NOWHERE))).changes
    assert "has no web ACL" in change.blocked[0].reason
    assert change.blocked[0].override == ""


def test_what_is_no_web_acl_of_a_region_is_refused_when_the_settings_are_read() -> None:
    for wrong in ("shop", "arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/1"):
        with pytest.raises(ConfigurationError, match="web_acls"):
            parse(f"[remedy]\nweb_acls = ['{wrong}']", "dynasec.toml", today=NOW.date())


def test_a_distribution_is_left_to_a_person() -> None:
    arn, door = doors.web_acl(), doors.distribution()
    plan = planned(NAME, read(NAME, settings=naming(arn)))
    assert plan.changes == ()
    assert (plan.advice[0].resource, "WebACLId" in plan.advice[0].how) == (door, True)


def test_a_web_acl_of_waf_classic_is_not_replaced() -> None:
    arn, door = doors.web_acl(), doors.stage()
    stages = {"item": [{"stageName": "live", "webAclArn": "arn:aws:waf-regional:us-east-1:1:webacl/old"}]}
    report = read(NAME, settings=naming(arn), script={"apigateway:GetStages": stages})
    plan = planned(NAME, report)
    assert plan.changes == ()
    assert (plan.advice[0].resource, "WAF Classic" in plan.advice[0].why) == (door, True)


def test_firewall_manager_associates_its_own() -> None:
    arn = doors.web_acl()
    doors.balancer()

    def managed(_: Any) -> Any:
        return {"WebACL": {**doors.told(arn), "ManagedByFirewallManager": True}, "LockToken": "1"}

    told = managed(None)
    report = read(NAME, settings=naming(arn), script={"wafv2:GetWebACL": told})
    (change,) = planned(NAME, report).changes
    assert "Firewall Manager" in change.blocked[0].reason


def test_a_web_acl_that_cannot_be_read_is_not_set_before_anything() -> None:
    arn = doors.web_acl()
    doors.balancer()
    script = {"wafv2:GetWebACL": AwsError("AccessDeniedException")}
    plan = planned(NAME, read(NAME, settings=naming(arn), script=script))
    assert plan.changes == ()
    assert "cannot be planned" in plan.advice[0].why


def test_a_default_of_block_is_told() -> None:
    arn = doors.web_acl(DefaultAction={"Block": {}})
    doors.balancer()
    (change,) = planned(NAME, read(NAME, settings=naming(arn))).changes
    assert any("Block" in reason for reason in change.risk.reasons)


@pytest.mark.parametrize(("accept", "ready"), [(False, False), (True, True)])
def test_no_evidence_can_tell_whom_it_denies(*, accept: bool, ready: bool) -> None:
    arn = doors.web_acl()
    doors.balancer()
    report = read(NAME, settings=naming(arn))
    (change,) = planned(NAME, report, assess=assessor(None, accept_no_evidence=accept)).changes
    assert (not change.blocked) is ready
    assert {one.override for one in change.blocked} <= {"accept-no-evidence"}


def test_the_front_door_of_a_stack_is_left_to_it() -> None:
    arn = doors.web_acl()
    doors.balancer(**{"aws:cloudformation:stack-name": "shop"})
    (change,) = planned(NAME, read(NAME, settings=naming(arn))).changes
    assert change.managed_by == {"cloudformation": "shop"}
    assert change.blocked[0].override == "allow-drift"


def test_tags_that_cannot_be_read_may_be_those_of_a_stack() -> None:
    arn = doors.web_acl()
    doors.balancer()
    script = {"elasticloadbalancing:DescribeTags": AwsError("AccessDeniedException")}
    (change,) = planned(NAME, read(NAME, settings=naming(arn), script=script)).changes
    assert "a stack may own it" in change.blocked[0].reason


def test_a_rule_that_changed_since_the_review_is_seen() -> None:
    arn = doors.web_acl()
    doors.balancer()
    (change,) = planned(NAME, read(NAME, settings=naming(arn))).changes
    looks = [state for state in change.expect if state.operation == "wafv2:GetWebACL" and not state.always]
    assert any("Rules" in path for state in looks for path in state.facts)
    assert boto3.client("wafv2").get_web_acl_for_resource(ResourceArn=change.resource).get("WebACL") is None


def test_a_web_acl_whose_rules_the_plan_changes_first_is_set_before_nothing_yet() -> None:
    arn = doors.web_acl()
    doors.before(arn, doors.balancer())
    doors.stage()
    settings = Settings(remedy=Remedy(web_acls=(arn,), managed_rules="block"))
    (rules,) = planned("add-managed-rules", read("add-managed-rules", settings=settings)).changes
    (association,) = planned(NAME, read(NAME, settings=settings)).changes
    first, second = one_at_a_time([rules, association])
    assert first.blocked == ()
    assert f"{rules.id} changes the same first" in second.blocked[0].reason
