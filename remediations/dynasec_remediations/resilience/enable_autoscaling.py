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
from dynasec.drafting.scaling import (
    cost,
    most,
    policy_of,
    register,
    registered,
    scaled,
    target_of,
    track,
    units,
)
from dynasec.drafting.tables import same_table, table_is
from dynasec.model.companion import Companions, ScalableTarget
from dynasec.model.fact import Listing
from dynasec.model.table import Table
from dynasec.remediation import Advice, Draft, Proposal, Remediation, Risk, State, UndoClass
from dynasec.semantics.capacity import Dimension, dimensions

remediation = Remediation(
    subject=Table,
    title="Let provisioned capacity follow the load",
    controls=("autoscaling",),
    risk=Risk.DATA_PATH,
    undo=UndoClass.EXACT,
)

T = TypeVar("T")


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
        before={one.words: units(one) for one in still},
        after={one.words: f"{units(one)} to {most(one)}" if one in new else "scales" for one in still},
        expect=(
            same_table(table),
            _provisioned(table),
            *(registered(one, None if one in new else one.target(companions)) for one in still),
            *(scaled(one, 0) for one in still),
        ),
        calls=tuple(call for one in still for call in ([register(one)] if one in new else []) + [track(one)]),
        verify=tuple(scaled(one, 1) for one in still),
        replaces=(
            (
                companions.scalable_targets,
                _with(companions.scalable_targets, [target_of(one) for one in new]),
            ),
            (
                companions.scaling_policies,
                _with(companions.scaling_policies, [policy_of(one) for one in still]),
            ),
        ),
        reasons=("capacity, and with it the bill, rises with the load",),
        cost=cost(new),
    )


def _provisioned(table: Table) -> State:
    facts = {"Table.BillingModeSummary.BillingMode == 'PAY_PER_REQUEST'": False}
    return table_is(table).model_copy(update={"facts": facts})


def _with(listing: Listing[T], new: list[T]) -> Listing[T]:
    return Listing((*listing.items, *new), listing.gap)
