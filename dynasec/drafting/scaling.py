"""Targets and policies of Application Auto Scaling for the capacities of tables and indexes: what is drafted, and how it is looked up.

Rests on https://docs.aws.amazon.com/autoscaling/application/APIReference/ and
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.CLI.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dynasec.change import CHANGE_TAG_KEY, Call, Cost, Identity, State, change_tag
from dynasec.drafting.prices import READ_CAPACITY, WRITE_CAPACITY, monthly
from dynasec.model.companion import ScalableTarget, ScalingPolicy
from dynasec.model.fact import Unknown, malformed
from dynasec.semantics.capacity import Dimension

_FACTOR: Final = 4
_LEAST: Final = 10
_QUOTA: Final = 40_000
"""The default quota of a table or index, in units of either kind."""
_UTILISATION: Final = 70.0
_SERVICE: Final = "application-autoscaling"
_ALARMS: Final = ("cloudwatch:DeleteAlarms", "cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm")
_PERMISSIONS: Final = (
    "application-autoscaling:TagResource",
    "dynamodb:DescribeTable",
    "dynamodb:UpdateTable",
    "iam:CreateServiceLinkedRole",
    *_ALARMS,
)


def units(one: Dimension) -> int:
    """Return the capacity that is provisioned.

    Raises:
        Unknown: it was not told.

    """
    if one.units is None:
        raise Unknown(malformed("dynamodb:DescribeTable", f"no ProvisionedThroughput for {one.words}"))
    return one.units


def most(one: Dimension) -> int:
    """Return the capacity up to which it may scale: four times of the present, within the quota of a table."""
    return max(min(max(_FACTOR * units(one), _LEAST), _QUOTA), units(one) + 1)


def _place(one: Dimension) -> dict[str, str]:
    return {"ServiceNamespace": "dynamodb", "ResourceId": one.resource_id, "ScalableDimension": one.name}


def _name(one: Dimension) -> str:
    return f"dynasec-{one.name.rpartition(':')[2]}"


def register(one: Dimension) -> Call:
    """Return the call that lets a capacity scale from what it is, and its undo."""
    return Call(
        operation=f"{_SERVICE}:RegisterScalableTarget",
        params={
            **_place(one),
            "MinCapacity": units(one),
            "MaxCapacity": most(one),
            "Tags": {CHANGE_TAG_KEY: change_tag()},
        },
        identity=Identity.SET_STATE,
        done=registered(one, target_of(one)),
        permissions=_PERMISSIONS,
        undo=(
            Call(
                operation=f"{_SERVICE}:DeregisterScalableTarget",
                params=_place(one),
                identity=Identity.SET_STATE,
                done=registered(one, None),
            ),
        ),
    )


def track(one: Dimension) -> Call:
    """Return the call that makes it follow the load, and its undo."""
    metric = "DynamoDBReadCapacityUtilization" if "Read" in one.name else "DynamoDBWriteCapacityUtilization"
    tracking = {
        "TargetValue": _UTILISATION,
        "PredefinedMetricSpecification": {"PredefinedMetricType": metric},
    }
    return Call(
        operation=f"{_SERVICE}:PutScalingPolicy",
        params={
            **_place(one),
            "PolicyName": _name(one),
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": tracking,
        },
        identity=Identity.SET_STATE,
        done=scaled(one, 1),
        permissions=_PERMISSIONS,
        undo=(
            Call(
                operation=f"{_SERVICE}:DeleteScalingPolicy",
                params={**_place(one), "PolicyName": _name(one)},
                identity=Identity.SET_STATE,
                done=scaled(one, 0),
                permissions=_ALARMS,
            ),
        ),
    )


def registered(one: Dimension, target: ScalableTarget | None) -> State:
    """Return the state in which a capacity has this target; None for none."""
    params = {
        "ServiceNamespace": "dynamodb",
        "ResourceIds": [one.resource_id],
        "ScalableDimension": one.name,
    }
    facts: dict[str, object] = {"length(ScalableTargets)": 0}
    if target is not None:
        facts = {
            "ScalableTargets[0].MinCapacity": target.min_capacity,
            "ScalableTargets[0].MaxCapacity": target.max_capacity,
        }
    return State(operation=f"{_SERVICE}:DescribeScalableTargets", params=params, facts=facts)


def scaled(one: Dimension, policies: int) -> State:
    """Return the state in which a capacity has so many policies."""
    facts = {"length(ScalingPolicies)": policies}
    return State(operation=f"{_SERVICE}:DescribeScalingPolicies", params=_place(one), facts=facts)


def target_of(one: Dimension) -> ScalableTarget:
    """Return the target that `register` makes."""
    return ScalableTarget(
        resource_id=one.resource_id,
        scalable_dimension=one.name,
        min_capacity=units(one),
        max_capacity=most(one),
    )


def policy_of(one: Dimension) -> ScalingPolicy:
    """Return the policy that `track` makes."""
    return ScalingPolicy(
        policy_name=_name(one),
        policy_type="TargetTrackingScaling",
        resource_id=one.resource_id,
        scalable_dimension=one.name,
    )


def cost(new: Sequence[Dimension]) -> Cost:
    """Return what it costs to let these capacities scale: nothing, or all that they may rise to."""
    reads = sum(most(one) - units(one) for one in new if "Read" in one.name)
    writes = sum(most(one) - units(one) for one in new if "Write" in one.name)
    top = reads * READ_CAPACITY.dollars + writes * WRITE_CAPACITY.dollars
    return monthly(0, top, READ_CAPACITY, WRITE_CAPACITY, basis="nothing while the load is as now")
