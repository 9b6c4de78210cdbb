"""Lets a sensitive table be used through the account's own DynamoDB endpoints only.

## What it does
`PutResourcePolicy` with one statement more: a Deny of every item action on the table and its indexes to whoever does not come through one
of the account's DynamoDB endpoints of the Region. Exempt are calls that AWS services make, service-linked roles, and the principals under
`trust.administrators`. Actions that change the table are not denied, so that it can still be managed. All other statements stay.

## Safety
Whoever uses items from elsewhere is denied: laptops, the console, workloads in VPCs without an endpoint, other accounts. The impact
analysis names them; observed requests that would be denied block the change.

## Undo
Exact: the old policy is put back, or the policy is deleted where there was none.
"""

from collections.abc import Iterator

from dynasec.check import Context
from dynasec.drafting.policies import with_statement
from dynasec.drafting.table_policy import policy_change
from dynasec.iam.actions import DATA_READ, DATA_WRITE
from dynasec.model.table import Table
from dynasec.remediation import Advice, Proposal, Remediation, Risk, UndoClass

remediation = Remediation(
    subject=Table,
    title="Deny use from outside the endpoints",
    controls=("table-only-through-endpoint",),
    risk=Risk.ACCESS,
    undo=UndoClass.EXACT,
    reads=("ec2:DescribeVpcEndpoints",),
)

_OF_SERVICES = frozenset({"dynamodb:ReadDataForReplication", "dynamodb:WriteDataForReplication"})
_OF_STREAMS = frozenset({"dynamodb:GetRecords"})


@remediation.each
def plan(table: Table, context: Context) -> Iterator[Proposal]:
    """Draft the policy with the Deny merged in."""
    endpoints = sorted(
        one.vpc_endpoint_id
        for one in context.region(table).network.endpoints.complete()
        if one.reaches_tables and one.available
    )
    if not endpoints:
        why = "the Region has no DynamoDB endpoint through which the table could be used"
        yield Advice(table.arn, why, "let `create-gateway-endpoint` make one, then plan again")
        return
    old = table.policy.known()
    actions = (DATA_READ | DATA_WRITE) - _OF_SERVICES - _OF_STREAMS
    partition = table.arn.split(":")[1]
    linked = f"arn:{partition}:iam::{table.account}:role/aws-service-role/*"
    statement = {
        "Sid": "DenyOutsideEndpoints",
        "Effect": "Deny",
        "Principal": "*",
        "Action": sorted(action for action in actions if action.startswith("dynamodb:")),
        "Resource": [table.arn, f"{table.arn}/index/*"],
        "Condition": {
            "StringNotEquals": {"aws:SourceVpce": endpoints},
            "Bool": {"aws:ViaAWSService": "false", "aws:PrincipalIsAWSService": "false"},
            "ArnNotLike": {"aws:PrincipalArn": [linked, *context.settings.trust.administrators]},
        },
    }
    new = with_statement(None if old is None else old.text, statement)
    summary = f"deny use of {table.name} from outside {', '.join(endpoints)}"
    reasons = ("whoever uses items from outside the endpoints is denied",)
    yield policy_change(table, table.arn, table.policy, new, summary, reasons)
