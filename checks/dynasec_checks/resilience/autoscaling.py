"""Provisioned capacity follows the load.

## Why it matters
A table with fixed capacity throttles its users when the load rises, by success or by attack, and an index that cannot keep up throttles
the writes of its whole table.

## Passes when
Reads and writes of the table and of each global secondary index have a scalable target of Application Auto Scaling, with a policy
that scales it, room between its minimum and maximum, and no scaling that is suspended. Not applicable on demand.

## How to fix
- Console: DynamoDB, the table, Additional settings, Read/write capacity, Edit, Auto scaling (or On-demand).
- CLI: `aws application-autoscaling register-scalable-target --service-namespace dynamodb …`, then `put-scaling-policy`
- Terraform: `aws_appautoscaling_target` and `aws_appautoscaling_policy`, for the table and for each index.
- CloudFormation: `AWS::ApplicationAutoScaling::ScalableTarget` and `AWS::ApplicationAutoScaling::ScalingPolicy`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.companion import Companions
from dynasec.model.fact import Gaps, Unknown, malformed
from dynasec.model.table import Table
from dynasec.semantics.capacity import Dimension, dimensions

check = Check(
    subject=Table,
    title="Capacity scales with demand",
    severity=Severity.MEDIUM,
    reads=(
        "dynamodb:DescribeTable",
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScalingPolicies",
    ),
    frameworks=("aws-fsbp:DynamoDB.1", "nist-800-53-r5:SC-5", "nist-800-53-r5:CP-10"),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Look at each dimension; a defect that is seen counts although others are hidden."""
    description = table.description.known()
    if description.on_demand:
        return Verdict.not_applicable("pays per request")
    if description.provisioned_throughput is None:
        raise Unknown(malformed("dynamodb:DescribeTable", "no ProvisionedThroughput", table.region))
    gaps = Gaps()
    companions = context.region(table).companions
    all_ = list(dimensions(description))
    wrong = {one.words: why for one in all_ if (why := _defect(companions, one, gaps))}
    if wrong:
        return Verdict.failed("; ".join(f"{what} {why}" for what, why in wrong.items()), defects=wrong)
    gaps.settle()
    return Verdict.passed(f"all {len(all_)} dimensions scale: {', '.join(one.words for one in all_)}")


def _defect(companions: Companions, dimension: Dimension, gaps: Gaps) -> str | None:
    target = dimension.target(companions)
    if target is None:
        hidden = companions.scalable_targets.gap is not None
        gaps.items(companions.scalable_targets)
        return None if hidden else "does not scale"
    if target.suspended_state is not None and target.suspended_state.dynamic_scaling_out_suspended:
        return "has its scaling out suspended"
    if target.max_capacity <= target.min_capacity:
        return f"cannot scale: its minimum and maximum are both {target.max_capacity}"
    if dimension.has_policy(companions):
        return None
    hidden = companions.scaling_policies.gap is not None
    gaps.items(companions.scaling_policies)
    return None if hidden else "has a scalable target without a policy"
