"""Which item requests over plain HTTP no policy denies to everybody.

DynamoDB's endpoints answer plain HTTP, so only a Deny on `aws:SecureTransport` = false keeps a client from sending items in clear. What
counts is a Deny that holds for every caller: one that exempts somebody leaves him the way. AWS services are left out: they call over TLS.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-securetransport and
https://docs.aws.amazon.com/general/latest/gr/ddb.html.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from dynasec.iam.actions import DATA_READ, DATA_WRITE, resource_types
from dynasec.iam.conditions import Knowledge, judge_all
from dynasec.iam.document import Document, Statement
from dynasec.iam.grants import Pair, denied, resource_scope
from dynasec.iam.ternary import Ternary

_PLAIN: Final = Knowledge(
    {
        "aws:securetransport": ("false",),
        "aws:principalisawsservice": ("false",),
        "aws:viaawsservice": ("false",),
    }
)
_OF_SERVICES: Final = frozenset({"dynamodb:ReadDataForReplication", "dynamodb:WriteDataForReplication"})


def open_in_clear(documents: Iterable[Document], table_arn: str, *, indexed: bool) -> tuple[Pair, ...]:
    """Return the item actions, each with `table` or `index`, that some caller is not surely denied over plain HTTP; sorted.

    `indexed`: the table has secondary indexes, which are resources of their own.
    """
    scope = [one for one in resource_scope(table_arn) if indexed or one[0] == "table"]
    left = {
        (action, kind)
        for action in DATA_READ | DATA_WRITE
        if action.startswith("dynamodb:") and action not in _OF_SERVICES
        for kind, _ in scope
        if kind in (resource_types(action) or {kind})
    }
    for document in documents:
        for statement in document.statements:
            if _holds_for_everybody(statement):
                spoken = denied(statement, scope, left)
                left -= {pair for pair, answer in spoken.items() if answer is Ternary.TRUE}
    return tuple(sorted(left))


def _holds_for_everybody(statement: Statement) -> bool:
    """Whether a statement denies every request over plain HTTP; control policies name no principals and mean all."""
    if statement.allows or statement.not_principals is not None:
        return False
    anyone = statement.principals is None or statement.principals.anyone
    return anyone and judge_all(statement.conditions, _PLAIN) is Ternary.TRUE
