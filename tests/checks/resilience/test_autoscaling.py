import pytest

from dynasec.check import Status
from dynasec.model.companion import Companions, ScalableTarget, ScalingPolicy, SuspendedState
from dynasec.model.fact import Gap, Listing
from dynasec.model.table import BillingMode, GlobalIndex, Throughput
from tests.support.accounts import denied, denied_listing, description, region, snapshot, table, verdict

CONTROL = "autoscaling"
TARGETS = "application-autoscaling:DescribeScalableTargets"
POLICIES = "application-autoscaling:DescribeScalingPolicies"
PROVISIONED = {"provisioned_throughput": Throughput(read_capacity_units=5, write_capacity_units=5)}
TABLE = (
    ("table/orders", "dynamodb:table:ReadCapacityUnits"),
    ("table/orders", "dynamodb:table:WriteCapacityUnits"),
)
INDEX = (
    ("table/orders/index/by-day", "dynamodb:index:ReadCapacityUnits"),
    ("table/orders/index/by-day", "dynamodb:index:WriteCapacityUnits"),
)


def targets(*keys, least=5, most=100, suspended=None):
    return tuple(
        ScalableTarget(
            resource_id=resource,
            scalable_dimension=dimension,
            min_capacity=least,
            max_capacity=most,
            suspended_state=suspended,
        )
        for resource, dimension in keys
    )


def policies(*keys):
    return tuple(
        ScalingPolicy(
            policy_name="follow", policy_type="TargetTrackingScaling", resource_id=one, scalable_dimension=two
        )
        for one, two in keys
    )


def judged(found=(), rules=(), *, indexed=False, target_gap=None, policy_gap=None, **members):
    members = {**PROVISIONED, **members}
    if indexed:
        members["global_secondary_indexes"] = (GlobalIndex(index_name="by-day"),)
    companions = Companions(
        scalable_targets=Listing(tuple(found), target_gap), scaling_policies=Listing(tuple(rules), policy_gap)
    )
    one = table(description=description(**members))
    return verdict(CONTROL, snapshot(region(one, companions=companions)))


def test_reads_and_writes_scale():
    assert judged(targets(*TABLE), policies(*TABLE)).status is Status.PASS


def test_a_table_on_demand_needs_none():
    mode = BillingMode(billing_mode="PAY_PER_REQUEST")
    assert judged(billing_mode_summary=mode).status is Status.NOT_APPLICABLE


def test_a_table_without_billing_mode_is_provisioned():
    finding = judged()
    assert finding.status is Status.FAIL
    assert "read capacity of the table does not scale" in finding.reason


def test_each_index_has_capacity_of_its_own():
    finding = judged(targets(*TABLE), policies(*TABLE), indexed=True)
    assert finding.status is Status.FAIL
    assert set(finding.evidence["defects"]) == {
        "read capacity of index by-day",
        "write capacity of index by-day",
    }
    assert judged(targets(*TABLE, *INDEX), policies(*TABLE, *INDEX), indexed=True).status is Status.PASS


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (targets(*TABLE, least=10, most=10), "cannot scale"),
        (targets(*TABLE, suspended=SuspendedState(dynamic_scaling_out_suspended=True)), "suspended"),
        (targets(*TABLE[:1]), "write capacity of the table does not scale"),
    ],
)
def test_a_target_that_does_not_scale(found, words):
    finding = judged(found, policies(*TABLE))
    assert finding.status is Status.FAIL
    assert words in finding.reason


def test_a_target_without_a_policy_is_never_scaled():
    finding = judged(targets(*TABLE), policies(*TABLE[:1]))
    assert finding.status is Status.FAIL
    assert "write capacity of the table has a scalable target without a policy" in finding.reason


def test_scaling_in_alone_may_be_suspended():
    found = targets(*TABLE, suspended=SuspendedState(dynamic_scaling_in_suspended=True))
    assert judged(found, policies(*TABLE)).status is Status.PASS


@pytest.mark.parametrize("hidden", ["target_gap", "policy_gap"])
def test_what_was_not_read_is_unknown(hidden):
    gap = Gap(TARGETS if hidden == "target_gap" else POLICIES, "AccessDeniedException")
    found = targets(*TABLE) if hidden == "policy_gap" else ()
    assert judged(found, **{hidden: gap}).status is Status.UNKNOWN
    assert judged(targets(*TABLE), policies(*TABLE), **{hidden: gap}).status is Status.PASS


def test_a_defect_that_is_seen_counts_though_others_are_hidden():
    found = targets(*TABLE, least=1, most=1)
    companions = Companions(scalable_targets=denied_listing(TARGETS, *found))
    one = table(description=description(**PROVISIONED))
    assert verdict(CONTROL, snapshot(region(one, companions=companions))).status is Status.FAIL


def test_an_answer_without_throughput_is_unknown():
    assert judged(provisioned_throughput=None).status is Status.UNKNOWN
    one = table(description=denied("dynamodb:DescribeTable"))
    assert verdict(CONTROL, snapshot(region(one))).status is Status.UNKNOWN
