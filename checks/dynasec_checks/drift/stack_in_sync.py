"""The stack that owns the table is checked for drift, and has none.

## Why it matters
A protection that was switched off by hand comes back only when somebody notices, and one that was switched on by hand is gone with the
next deployment. CloudFormation compares a stack with what exists, but only when it is told to.

## Passes when
The table's `aws:cloudformation:stack-id` tag names a stack of this Region whose drift was looked for within `thresholds.stack_drift_days`
(30 days by default) and was not found. A table of no stack, or of one that was deleted, has nothing to drift from. Drift is told of
the whole stack: the console shows which resource it is. CloudFormation does not look at a table's resource policy.

## How to fix
- Console: CloudFormation, Stacks, the stack, Stack actions, Detect drift; then View drift results, and correct the template or the table.
- CLI: `aws cloudformation detect-stack-drift --stack-name NAME`, then `aws cloudformation describe-stack-resource-drifts --stack-name NAME`
- Terraform: `terraform plan -refresh-only` is its counterpart; for stacks, `aws_cloudformation_stack` only deploys.
- CloudFormation: deploy the corrected template; run the detection on a schedule.
"""

from datetime import timedelta

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown, malformed
from dynasec.model.recording import Stack
from dynasec.model.table import Table

_STACKS = "cloudformation:DescribeStacks"
_OWNER = "aws:cloudformation:stack-id"

check = Check(
    subject=Table,
    title="The table's stack has not drifted",
    severity=Severity.MEDIUM,
    reads=(_STACKS,),
    frameworks=("nist-800-53-r5:CM-3", "nist-800-53-r5:CM-6", "source-post:configuration-drift"),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Find the owning stack by the tag that CloudFormation alone can set."""
    owner = table.tags.known().get(_OWNER)
    if owner is None:
        return Verdict.not_applicable("no CloudFormation stack owns the table")
    stacks = context.region(table).recording.stacks
    stack = next((one for one in stacks.items if one.stack_id == owner), None)
    if stack is None:
        stacks.complete()
        return Verdict.not_applicable("the stack that made the table does not exist any more", stack=owner)
    return _judge(stack, context)


def _judge(stack: Stack, context: Context) -> Verdict:
    name, drift = stack.stack_name, stack.drift_information
    status = None if drift is None else drift.stack_drift_status
    if drift is None or status not in {"DRIFTED", "IN_SYNC", "NOT_CHECKED"}:
        raise Unknown(malformed(_STACKS, f"drift of stack {name} is {status}"))
    if status == "NOT_CHECKED":
        return Verdict.failed(f"stack {name} was never checked for drift", stack=name)
    if status == "DRIFTED":
        return Verdict.failed(f"stack {name} has drifted", stack=name)
    if drift.last_check_timestamp is None:
        raise Unknown(malformed(_STACKS, f"nothing is said of when stack {name} was checked"))
    day, limit = drift.last_check_timestamp.date().isoformat(), context.settings.thresholds.stack_drift_days
    if context.now - drift.last_check_timestamp > timedelta(days=limit):
        return Verdict.failed(f"stack {name} was last checked for drift on {day}", stack=name)
    return Verdict.passed(f"stack {name} was in sync on {day}", stack=name)
