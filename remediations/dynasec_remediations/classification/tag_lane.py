"""Gives a table the lane that its replicas are tagged with.

## What it does
`TagResource` with key and value of the replicas' lane tag, where all replicas that have one agree. To which domain an unreplicated table
belongs nobody but its owner knows: that is left to a person, who may also give the lane by a rule in `dynasec.toml`.

## Safety
A tag costs nothing and stops nothing, unless policies ask for it: then the change counts as one of access, and what it takes away and
gives is worked out first. Where a policy could not be read it counts as asking.

## Undo
Exact: the tag is removed, or has the value from before.
"""

from collections.abc import Iterator

from dynasec.check import Context
from dynasec.drafting.table_tags import as_replicas_say
from dynasec.model.table import Table
from dynasec.remediation import Proposal, Remediation, Risk, UndoClass
from dynasec.rights.limited_access import ACCESS_READS

remediation = Remediation(
    subject=Table,
    title="Tag the table with its lane",
    controls=("lane-assigned",),
    risk=Risk.ADDITIVE,
    undo=UndoClass.EXACT,
    reads=("dynamodb:DescribeTable", *ACCESS_READS),
)


@remediation.each
def plan(table: Table, context: Context) -> Iterator[Proposal]:
    """Take the tag of the replicas."""
    keys = context.settings.tags.lane

    def find(replica: Table) -> tuple[str, str] | None:
        tags = {key.casefold(): (key, value) for key, value in replica.tags.known().items()}
        found = next((tags[key.casefold()] for key in keys if key.casefold() in tags), None)
        return found if found is not None and found[1].strip() else None

    yield from as_replicas_say(table, context, find, f"tag it with {keys[0]}, or add a rule with `lane`")
