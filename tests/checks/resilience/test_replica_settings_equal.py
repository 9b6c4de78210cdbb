import json

import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact
from dynasec.model.table import ContinuousBackups, ReplicaDescription, ResourcePolicy
from tests.support.accounts import (
    denied,
    denied_listing,
    description,
    judge,
    region,
    snapshot,
    table,
    verdict,
)

CONTROL = "replica-settings-equal"
HERE, THERE = "us-east-1", "eu-west-1"
BACKUPS = ContinuousBackups(enabled=True, window_days=35)


def replica(where, **facts):
    """The table `orders` in one Region, which names the other Region as its replica; strict unless told otherwise."""
    other = THERE if where == HERE else HERE
    protected = facts.pop("protected", True)
    described = description(
        region=where,
        replicas=(ReplicaDescription(region_name=other),),
        deletion_protection_enabled=protected,
    )
    strict = {"description": described, "continuous_backups": BACKUPS, "policy": None}
    return table(region=where, **{**strict, **facts})


def account(here, there):
    return snapshot(region(here, name=HERE), region(there, name=THERE))


def judged(here, there):
    """The findings of both Regions, by Region."""
    return {finding.region: finding for finding in judge(CONTROL, account(here, there))}


def policy(*statements):
    return Fact(ResourcePolicy(text=json.dumps({"Version": "2012-10-17", "Statement": list(statements)})))


def allow(where, **members):
    return {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:role/app"},
        "Action": "dynamodb:GetItem",
        "Resource": f"arn:aws:dynamodb:{where}:123456789012:table/orders",
        **members,
    }


DENY = {
    "Sid": "NoDelete",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "dynamodb:DeleteTable",
    "Resource": "*",
}


def test_equal_replicas_pass_on_both_sides():
    found = judged(replica(HERE), replica(THERE))
    assert {finding.status for finding in found.values()} == {Status.PASS}
    assert found[HERE].reason == "as strict in eu-west-1"


def test_a_table_without_replicas_is_not_judged():
    assert (
        verdict(CONTROL, snapshot(region(table(description=description())))).status is Status.NOT_APPLICABLE
    )


def test_a_table_that_lists_itself_has_no_replicas():
    own = description(replicas=(ReplicaDescription(region_name=HERE),))
    assert verdict(CONTROL, snapshot(region(table(description=own)))).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("weaker", "reason"),
    [
        ({"protected": False}, "deletion protection is off"),
        ({"continuous_backups": ContinuousBackups(enabled=False)}, "point-in-time recovery is off"),
        ({"continuous_backups": ContinuousBackups(enabled=True, window_days=7)}, "keeps 7 days, not 35"),
        ({"tags": {}}, "tag data-class is missing"),
        ({"policy": policy(allow(THERE))}, "the resource policy adds Allow statement 1"),
    ],
)
def test_the_weaker_region_is_named_once(weaker, reason):
    """Wrong answer 7: nothing of this replicates."""
    tags = {"tags": {"data-class": "restricted"}}
    found = judged(replica(HERE, **tags), replica(THERE, **{**tags, **weaker}))
    assert found[HERE].status is Status.FAIL
    assert reason in found[HERE].reason
    assert THERE in found[HERE].reason
    assert found[THERE].status is Status.PASS


def test_a_lost_deny_is_weaker():
    found = judged(replica(HERE, policy=policy(DENY)), replica(THERE))
    assert found[HERE].reason == "less strict in eu-west-1: the resource policy lacks Deny NoDelete"
    assert found[THERE].status is Status.PASS


def test_policies_that_differ_only_in_the_region_of_arns_are_equal():
    """Wrong answer 7."""
    found = judged(
        replica(HERE, policy=policy(allow(HERE), DENY)),
        replica(THERE, policy=policy({**DENY, "Sid": "Other"}, allow(THERE, Action=["DynamoDB:GetItem"]))),
    )
    assert {finding.status for finding in found.values()} == {Status.PASS}


def test_policies_that_differ_only_in_endpoint_ids_are_not_comparable():
    def only(endpoint):
        return policy({**DENY, "Condition": {"StringNotEquals": {"aws:SourceVpce": endpoint}}})

    found = judged(replica(HERE, policy=only("vpce-0a1")), replica(THERE, policy=only("vpce-0b2")))
    assert {finding.status for finding in found.values()} == {Status.UNKNOWN}
    assert found[HERE].gaps[0].code == "NotComparable"


def test_a_tag_with_another_value_is_named_by_both():
    found = judged(replica(HERE, tags={"lane": "a"}), replica(THERE, tags={"lane": "b"}))
    assert "tag lane is 'b', not 'a'" in found[HERE].reason
    assert "tag lane is 'a', not 'b'" in found[THERE].reason


def test_tags_of_aws_itself_make_no_difference():
    found = judged(replica(HERE, tags={"aws:cloudformation:stack-name": "x"}), replica(THERE))
    assert found[HERE].status is Status.PASS


@pytest.mark.parametrize(
    "unread",
    [
        {"description": denied("dynamodb:DescribeTable")},
        {"protected": None},
        {"continuous_backups": denied("dynamodb:DescribeContinuousBackups")},
        {"continuous_backups": ContinuousBackups(enabled=True)},
        {"tags": denied("tag:GetResources")},
        {"policy": denied("dynamodb:GetResourcePolicy")},
        {"policy": Fact(ResourcePolicy(text="{"))},
    ],
)
def test_a_setting_that_was_not_read_is_unknown(unread):
    assert judged(replica(HERE), replica(THERE, **unread))[HERE].status is Status.UNKNOWN


def test_a_difference_is_told_though_something_else_was_not_read():
    found = judged(
        replica(HERE), replica(THERE, protected=False, policy=denied("dynamodb:GetResourcePolicy"))
    )
    assert found[HERE].status is Status.FAIL


def test_a_difference_before_an_incomparable_statement_is_told():
    def only(endpoint):
        return {**DENY, "Condition": {"StringNotEquals": {"aws:SourceVpce": endpoint}}}

    lost = {**DENY, "Sid": "Lost", "Action": "dynamodb:DeleteItem"}
    found = judged(
        replica(HERE, policy=policy(only("vpce-0a1"), lost)),
        replica(THERE, policy=policy(only("vpce-0b2"))),
    )
    assert found[HERE].status is Status.FAIL


def test_a_replica_that_was_not_read_is_unknown():
    one = snapshot(region(replica(HERE), name=HERE))
    assert verdict(CONTROL, one).status is Status.UNKNOWN


def test_a_replica_in_a_region_whose_tables_could_not_be_listed_is_unknown():
    blind = region(name=THERE, tables=denied_listing("dynamodb:ListTables"))
    found = judge(CONTROL, snapshot(region(replica(HERE), name=HERE), blind))
    assert {finding.status for finding in found} == {Status.UNKNOWN}


def test_a_replica_in_another_account_is_unknown_though_a_table_of_its_name_is_here():
    foreign = ReplicaDescription(
        region_name=THERE, replica_arn=f"arn:aws:dynamodb:{THERE}:999999999999:table/orders"
    )
    here = replica(HERE, description=description(replicas=(foreign,), deletion_protection_enabled=True))
    assert judged(here, replica(THERE))[HERE].status is Status.UNKNOWN


@pytest.mark.parametrize("weak", [HERE, THERE])
def test_a_replica_outside_the_audited_regions_is_compared_in_both_directions(weak):
    here, there = (replica(where, protected=where != weak) for where in (HERE, THERE))
    finding = verdict(CONTROL, snapshot(region(here, name=HERE), replicas=(there,)))
    assert finding.status is Status.FAIL
    assert f"in {weak}: deletion protection is off" in finding.reason


def test_the_old_version_of_global_tables_names_no_replicas():
    old = description(global_table_version="2017.11.29")
    assert verdict(CONTROL, snapshot(region(table(description=old)))).status is Status.UNKNOWN
