"""The stack that owns the table is checked for drift, and has none.

## Why it matters
A protection that was switched off by hand comes back only when somebody notices, and one that was switched on by hand is gone with the
next deployment. CloudFormation compares a stack with what exists, but only when it is told to.

## Passes when
The stack of its Region that holds the table was checked for drift within `thresholds.stack_drift_days` (30 days by default), the table too,
and neither has drifted. A table that no stack of its Region holds has nothing to drift from; the replicas of a global table are compared in
the Region of their stack.

With `--deep` the answer is a new one: CloudFormation is told to detect the drift of each stack that holds a table, ten minutes at most for
each and five at a time in a Region. That changes nothing but the result that CloudFormation shows for the stack, and a failure then names
what differs. A detection that is refused, fails or does not end is UNKNOWN, and so is a table that it did not look at: an older answer is
never taken for it. CloudFormation reads everything in the stack with the caller's rights: `dynasec permissions --deep` allows it to read
tables; what else a stack holds takes reading rights of its own.

CloudFormation compares only what the template sets, and never a table's resource policy. It may take a key that the template names by its
alias or id for another one.

## How to fix
- Console: CloudFormation, Stacks, the stack, Stack actions, Detect drift; then View drift results, and correct the template or the table.
- CLI: `aws cloudformation detect-stack-drift --stack-name NAME`, then `aws cloudformation describe-stack-resource-drifts --stack-name NAME`
- Terraform: `terraform plan -refresh-only` is its counterpart; for stacks, `aws_cloudformation_stack` only deploys.
- CloudFormation: deploy the corrected template; run the detection on a schedule.
"""

from datetime import timedelta

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gap, Unknown, malformed
from dynasec.model.stack import DETECT, DRIFTS, RESOURCES, DriftDetection, Stack
from dynasec.model.table import Table

_STACKS = "cloudformation:DescribeStacks"

check = Check(
    subject=Table,
    title="The table's stack has not drifted",
    severity=Severity.MEDIUM,
    reads=(_STACKS, RESOURCES),
    deep_reads=(DETECT, "cloudformation:DescribeStackDriftDetectionStatus", DRIFTS),
    frameworks=("nist-800-53-r5:CM-3", "nist-800-53-r5:CM-6", "source-post:configuration-drift"),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Judge by the detection that was started for this audit, or else by the latest one that anybody had made."""
    stack = context.region(table).recording.stack_of("dynamodb", table.name)
    if stack is None:
        return Verdict.not_applicable("no CloudFormation stack of this Region holds the table")
    if not stack.was_to_be_checked:
        return _last_known(table, stack, context)
    gap = stack.detection.gap
    if gap is not None:
        reason = f"drift of stack {stack.stack_name} could not be detected: {gap.message or gap.code}"
        return Verdict.unknown(gap, reason=reason, stack=stack.stack_name)
    return _detected(table, stack.stack_name, stack.detection.known())


def _detected(table: Table, stack: str, found: DriftDetection) -> Verdict:
    differing = {one.logical_resource_id: one.differences for one in found.drifted}
    evidence = {"stack": stack, "detected": found.started.isoformat(), "drifted": differing}
    for one in found.drifted:
        if one.is_of_table(table.name):
            return Verdict.failed(
                f"the table has drifted from stack {stack}: {', '.join(one.differences)}", **evidence
            )
    if differing or found.status == "DRIFTED":
        where = f" in {', '.join(differing)}" if differing else ""
        return Verdict.failed(f"stack {stack} has drifted{where}", **evidence)
    own = found.of_table(table.name)
    if own is None or not found.covers(own) or own.stack_resource_drift_status != "IN_SYNC":
        why = "" if own is None else own.drift_status_reason or own.stack_resource_drift_status
        gap = Gap(DRIFTS, "NotChecked", why, table.region)
        return Verdict.unknown(
            gap, reason=f"the drift detection of stack {stack} did not cover the table", **evidence
        )
    if found.status != "IN_SYNC":
        raise Unknown(Gap(DETECT, found.status, f"drift of stack {stack} is {found.status}", table.region))
    found.resources.complete()
    return Verdict.passed(f"stack {stack} was compared in this audit and is in sync", **evidence)


def _last_known(table: Table, stack: Stack, context: Context) -> Verdict:
    name, whole, own = stack.stack_name, stack.drift_information, stack.table(table.name)
    part = None if own is None else own.drift_information
    status = None if whole is None else whole.stack_drift_status
    if part is not None and part.has_drifted:
        return Verdict.failed(f"the table has drifted from stack {name}", stack=name)
    if status == "DRIFTED":
        return Verdict.failed(f"stack {name} has drifted", stack=name)
    if status == "NOT_CHECKED":
        return Verdict.failed(f"stack {name} was never checked for drift", stack=name)
    if whole is None or status != "IN_SYNC":
        raise Unknown(malformed(_STACKS, f"drift of stack {name} is {status}"))
    if part is not None and part.stack_resource_drift_status == "NOT_CHECKED":
        return Verdict.failed(f"stack {name} was checked for drift, but not the table", stack=name)
    if part is None or part.stack_resource_drift_status != "IN_SYNC":
        raise Unknown(
            malformed(RESOURCES, f"drift of the table is {part and part.stack_resource_drift_status}")
        )
    if whole.last_check_timestamp is None or part.last_check_timestamp is None:
        raise Unknown(malformed(_STACKS, f"nothing is said of when stack {name} was checked"))
    checked = min(whole.last_check_timestamp, part.last_check_timestamp)
    day, limit = checked.date().isoformat(), context.settings.thresholds.stack_drift_days
    if context.now - checked > timedelta(days=limit):
        return Verdict.failed(f"stack {name} was last checked for drift on {day}", stack=name)
    return Verdict.passed(f"stack {name} was in sync on {day}", stack=name)
