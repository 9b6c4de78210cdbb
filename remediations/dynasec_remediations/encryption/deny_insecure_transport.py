"""Denies requests over plain HTTP in the table's resource policy.

## What it does
`PutResourcePolicy` with one statement more: a Deny of everything on the table and its indexes where `aws:SecureTransport` is false. All
other statements stay as they are.

## Safety
AWS services and the SDKs use TLS unless told otherwise; a client that calls plain HTTP is denied, and should be. Whoever reads a table's
policy as the only thing that grants access is not affected: a Deny grants nothing and takes nothing else away.

## Undo
Exact: the old policy is put back, or the policy is deleted where there was none.
"""

from collections.abc import Iterator

from dynasec.check import Context
from dynasec.drafting.policies import with_statement
from dynasec.drafting.table_policy import policy_change
from dynasec.model.table import Table
from dynasec.remediation import Draft, Remediation, Risk, UndoClass

remediation = Remediation(
    subject=Table,
    title="Deny requests over plain HTTP",
    controls=("tls-enforced",),
    risk=Risk.ACCESS,
    undo=UndoClass.EXACT,
)


@remediation.each
def plan(table: Table, _: Context) -> Iterator[Draft]:
    """Draft the policy with the Deny merged in."""
    old = table.policy.known()
    statement = {
        "Sid": "DenyPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "dynamodb:*",
        "Resource": [table.arn, f"{table.arn}/index/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    new = with_statement(None if old is None else old.text, statement)
    summary = f"deny requests over plain HTTP to {table.name}"
    yield policy_change(table, table.arn, table.policy, new, summary)
