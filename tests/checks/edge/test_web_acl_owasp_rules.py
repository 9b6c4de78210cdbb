import json

import pytest

from dynasec.check import Status
from dynasec.model.edge import DoorKind
from dynasec.model.fact import Fact, Listing
from dynasec.semantics.web_acl_rules import BASELINE
from tests.support.accounts import denied, denied_listing, region, snapshot, table, verdict
from tests.support.edge import SHOP, acl, balancer, global_edge, whole_edge

CONTROL = "web-acl-owasp-rules"


def group(name, override="None", at="Statement", **members):
    managed = {"VendorName": "AWS", "Name": name, **members}
    return {"Name": name, "OverrideAction": {override: {}}, at: {"ManagedRuleGroupStatement": managed}}


ALL = [group(name) for name in BASELINE]
ALLOW = {"Name": "partners", "Action": {"Allow": {}}, "Statement": {"IPSetReferenceStatement": {}}}
OWN_GROUP = {"Name": "own", "OverrideAction": {"None": {}}, "Statement": {"RuleGroupReferenceStatement": {}}}


def judge(*rules, resources=(SHOP,), text=None, **members):
    facts = {"rules": Fact(json.dumps(rules) if text is None else text), **members}
    own = acl(*resources, **facts)
    return verdict(CONTROL, snapshot(region(table(), edge=whole_edge(acls=[own])), edge=global_edge()))


def test_all_groups_at_work_pass():
    assert judge(*ALL).status is Status.PASS


@pytest.mark.parametrize("name", BASELINE)
def test_each_group_is_needed(name):
    found = judge(*(rule for rule in ALL if rule["Name"] != name))
    assert (found.status, found.reason) == (Status.FAIL, f"{name} is missing")


def test_a_web_acl_without_rules_fails():
    assert len(judge().evidence["lacking"]) == len(BASELINE)


@pytest.mark.parametrize(
    ("first", "says"),
    [
        (group(BASELINE[0], "Count"), "only counts"),
        (
            group(BASELINE[0], ExcludedRules=[{"Name": "NoUserAgent_HEADER"}]),
            "does not act by NoUserAgent_HEADER",
        ),
        (
            group(
                BASELINE[0],
                RuleActionOverrides=[{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}],
            ),
            "does not act by SizeRestrictions_BODY",
        ),
        (
            group(
                BASELINE[0],
                RuleActionOverrides=[{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Allow": {}}}],
            ),
            "does not act by SizeRestrictions_BODY",
        ),
    ],
)
def test_a_group_that_does_not_act_is_no_protection(first, says):
    found = judge(first, *ALL[1:])
    assert (found.status, found.reason) == (Status.FAIL, f"{BASELINE[0]} {says}")
    assert judge(first, *ALL).status is Status.PASS


def test_an_override_to_challenge_still_acts():
    strict = [{"Name": "NoUserAgent_HEADER", "ActionToUse": {"Challenge": {}}}]
    assert judge(group(BASELINE[0], RuleActionOverrides=strict), *ALL[1:]).status is Status.PASS


def test_a_group_of_another_vendor_with_that_name_does_not_count():
    assert judge(group(BASELINE[0], VendorName="Other"), *ALL[1:]).status is Status.FAIL


def test_firewall_managers_groups_count():
    assert judge(group(BASELINE[0], at="FirewallManagerStatement"), *ALL[1:]).status is Status.PASS


def test_a_scope_down_statement_cannot_be_judged():
    narrowed = group(BASELINE[0], ScopeDownStatement={"ByteMatchStatement": {}})
    assert judge(narrowed, *ALL[1:]).status is Status.UNKNOWN
    assert judge(narrowed, *ALL[2:]).status is Status.FAIL
    assert judge(narrowed, *ALL).status is Status.PASS


@pytest.mark.parametrize(
    "early",
    [
        ALLOW,
        OWN_GROUP,
        group(
            "AWSManagedRulesAnonymousIpList",
            RuleActionOverrides=[{"Name": "x", "ActionToUse": {"Allow": {}}}],
        ),
    ],
)
def test_what_an_earlier_rule_may_allow_is_not_looked_at(early):
    found = judge(early, *ALL)
    assert (found.status, "may let requests past" in found.gaps[0].message) == (Status.UNKNOWN, True)
    assert judge(*ALL, early).status is Status.PASS


@pytest.mark.parametrize(
    "early",
    [
        {"Name": "geo", "Action": {"Block": {}}, "Statement": {"GeoMatchStatement": {}}},
        {**OWN_GROUP, "OverrideAction": {"Count": {}}},
        group("AWSManagedRulesAnonymousIpList"),
    ],
)
def test_earlier_rules_that_block_or_count_are_no_way_past(early):
    assert judge(early, *ALL).status is Status.PASS


def test_a_web_acl_before_nothing_is_left_out():
    assert judge(*ALL, resources=()).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    "members",
    [
        {"rules": denied("wafv2:GetWebACL")},
        {"resources": denied_listing("wafv2:ListResourcesForWebACL")},
        {"text": "{}"},
        {"text": "["},
        {"text": '[{"Name": "x"}]'},
        {"text": json.dumps([{"Statement": ALL[0]["Statement"], "Name": "no override action"}])},
    ],
)
def test_what_cannot_be_read_is_unknown(members):
    if isinstance(members.get("resources"), Listing):
        own = acl(rules=Fact(json.dumps(ALL)), **members)
        account = snapshot(region(table(), edge=whole_edge(acls=[own])), edge=global_edge())
        assert verdict(CONTROL, account).status is Status.UNKNOWN
    else:
        assert judge(*ALL, **members).status is Status.UNKNOWN


def test_one_of_cloudfront_is_bound_by_what_distributions_say():
    own = acl(scope="CLOUDFRONT", rules=Fact(json.dumps(ALL)))
    bound = balancer(DoorKind.DISTRIBUTION, region="", web_acl=Fact(own.arn))

    def statuses(distributions):
        around = global_edge(distributions=distributions, web_acls=Listing((own,)))
        return verdict(CONTROL, snapshot(region(table(), edge=whole_edge()), edge=around)).status

    assert statuses(Listing((bound,))) is Status.PASS
    assert statuses(Listing()) is Status.NOT_APPLICABLE
    assert statuses(denied_listing("cloudfront:ListDistributions")) is Status.UNKNOWN
