"""Lets the provisioned capacity of a table and of its indexes follow the load.

## What it does
For reads and writes of the table and of each global secondary index that do not scale: `RegisterScalableTarget` from the present capacity
up to four times of it, and `PutScalingPolicy` that tracks 70 % utilisation. A scalable target without a policy gets the policy alone. A
target that somebody suspended, or whose minimum is its maximum, is left to a person.

## Safety
Capacity never falls below what is provisioned now, so nobody is throttled who was not before; it costs more while the load is higher.
Tables on demand are not touched. Application Auto Scaling makes its own CloudWatch alarms and service-linked role.

## Undo
Exact: policies and targets are removed, the alarms with them. Capacity stays what it was scaled to.
"""

from collections.abc import Iterator
from typing import TypeVar

from dynasec.check import Context
from dynasec.drafting.prices import READ_CAPACITY, WRITE_CAPACITY, monthly
from dynasec.drafting.tables import same_table, table_is
from dynasec.model.companion import Companions, ScalableTarget, ScalingPolicy
from dynasec.model.fact import Listing, Unknown, malformed
from dynasec.model.table import Table
from dynasec.remediation import (
    CHANGE_TAG_KEY,
    Advice,
    Call,
    Cost,
    Draft,
    Identity,
    Proposal,
    Remediation,
    Risk,
    State,
    UndoClass,
    change_tag,
)
from dynasec.semantics.capacity import Dimension, dimensions

remediation = Remediation(
    subject=Table,
    title="Let provisioned capacity follow the load",
    controls=("autoscaling",),
    risk=Risk.DATA_PATH,
    undo=UndoClass.EXACT,
)

T = TypeVar("T")

_FACTOR, _LEAST, _QUOTA = 4, 10, 40_000
_UTILISATION = 70.0
_SERVICE = "application-autoscaling"
_ALARMS = ("cloudwatch:DeleteAlarms", "cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm")
_PERMISSIONS = (
    "application-autoscaling:TagResource",
    "dynamodb:DescribeTable",
    "dynamodb:UpdateTable",
    "iam:CreateServiceLinkedRole",
    *_ALARMS,
)


@remediation.each
def plan(table: Table, context: Context) -> Iterator[Proposal]:
    """Draft the calls for what does not scale, unless somebody keeps something from scaling on purpose."""
    companions = context.region(table).companions
    companions.scalable_targets.complete()
    companions.scaling_policies.complete()
    found = list(dimensions(table.description.known()))
    pinned = [one.words for one in found if _pinned(one.target(companions))]
    if pinned:
        how = "resume scaling or raise the maximum where that is not meant, then plan again"
        yield Advice(table.arn, f"somebody keeps from scaling: {', '.join(pinned)}", how)
        return
    yield _draft(table, companions, [one for one in found if not one.has_policy(companions)])


def _pinned(target: ScalableTarget | None) -> bool:
    if target is None:
        return False
    suspended = target.suspended_state is not None and target.suspended_state.dynamic_scaling_out_suspended
    return suspended or target.max_capacity <= target.min_capacity


def _draft(table: Table, companions: Companions, still: list[Dimension]) -> Draft:
    new = [one for one in still if one.target(companions) is None]
    return Draft(
        resource=table.arn,
        region=table.region,
        summary=f"let {', '.join(one.words for one in still)} of {table.name} follow the load",
        before={one.words: _units(one) for one in still},
        after={one.words: f"{_units(one)} to {_most(one)}" if one in new else "scales" for one in still},
        expect=(
            same_table(table),
            _provisioned(table),
            *(_registered(one, None if one in new else one.target(companions)) for one in still),
            *(_scaled(one, 0) for one in still),
        ),
        calls=tuple(
            call for one in still for call in ([_register(one)] if one in new else []) + [_track(one)]
        ),
        verify=tuple(_scaled(one, 1) for one in still),
        replaces=(
            (companions.scalable_targets, _with(companions.scalable_targets, [_target(one) for one in new])),
            (
                companions.scaling_policies,
                _with(companions.scaling_policies, [_policy(one) for one in still]),
            ),
        ),
        reasons=("capacity, and with it the bill, rises with the load",),
        cost=_cost(new),
    )


def _provisioned(table: Table) -> State:
    facts = {"Table.BillingModeSummary.BillingMode == 'PAY_PER_REQUEST'": False}
    return table_is(table).model_copy(update={"facts": facts})


def _units(one: Dimension) -> int:
    if one.units is None:
        raise Unknown(malformed("dynamodb:DescribeTable", f"no ProvisionedThroughput for {one.words}"))
    return one.units


def _most(one: Dimension) -> int:
    """Return the capacity up to which it may scale: four times of the present, within the quota of a table."""
    return max(min(max(_FACTOR * _units(one), _LEAST), _QUOTA), _units(one) + 1)


def _place(one: Dimension) -> dict[str, str]:
    return {"ServiceNamespace": "dynamodb", "ResourceId": one.resource_id, "ScalableDimension": one.name}


def _name(one: Dimension) -> str:
    return f"dynasec-{one.name.rpartition(':')[2]}"


def _register(one: Dimension) -> Call:
    return Call(
        operation=f"{_SERVICE}:RegisterScalableTarget",
        params={
            **_place(one),
            "MinCapacity": _units(one),
            "MaxCapacity": _most(one),
            "Tags": {CHANGE_TAG_KEY: change_tag()},
        },
        identity=Identity.SET_STATE,
        done=_registered(one, _target(one)),
        permissions=_PERMISSIONS,
        undo=(
            Call(
                operation=f"{_SERVICE}:DeregisterScalableTarget",
                params=_place(one),
                identity=Identity.SET_STATE,
                done=_registered(one, None),
            ),
        ),
    )


def _track(one: Dimension) -> Call:
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
        done=_scaled(one, 1),
        permissions=_PERMISSIONS,
        undo=(
            Call(
                operation=f"{_SERVICE}:DeleteScalingPolicy",
                params={**_place(one), "PolicyName": _name(one)},
                identity=Identity.SET_STATE,
                done=_scaled(one, 0),
                permissions=_ALARMS,
            ),
        ),
    )


def _registered(one: Dimension, target: ScalableTarget | None) -> State:
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


def _scaled(one: Dimension, policies: int) -> State:
    facts = {"length(ScalingPolicies)": policies}
    return State(operation=f"{_SERVICE}:DescribeScalingPolicies", params=_place(one), facts=facts)


def _target(one: Dimension) -> ScalableTarget:
    return ScalableTarget(
        resource_id=one.resource_id,
        scalable_dimension=one.name,
        min_capacity=_units(one),
        max_capacity=_most(one),
    )


def _policy(one: Dimension) -> ScalingPolicy:
    return ScalingPolicy(
        policy_name=_name(one),
        policy_type="TargetTrackingScaling",
        resource_id=one.resource_id,
        scalable_dimension=one.name,
    )


def _with(listing: Listing[T], new: list[T]) -> Listing[T]:
    return Listing((*listing.items, *new), listing.gap)


def _cost(new: list[Dimension]) -> Cost:
    reads = sum(_most(one) - _units(one) for one in new if "Read" in one.name)
    writes = sum(_most(one) - _units(one) for one in new if "Write" in one.name)
    most = reads * READ_CAPACITY.dollars + writes * WRITE_CAPACITY.dollars
    return monthly(0, most, READ_CAPACITY, WRITE_CAPACITY, basis="nothing while the load is as now")
