"""Gives a table the data class that its replicas are tagged with.

## What it does
`TagResource` with key and value of the replicas' class tag, where all replicas that have one agree and it is on the ladder. What an
unreplicated table holds nobody but its owner knows: that is left to a person, who may also give the class by a rule in `dynasec.toml`.

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
    title="Tag the table with its data class",
    controls=("data-class-tagged",),
    risk=Risk.ADDITIVE,
    undo=UndoClass.EXACT,
    reads=("dynamodb:DescribeTable", *ACCESS_READS),
)


@remediation.each
def plan(table: Table, context: Context) -> Iterator[Proposal]:
    """Take the tag of the replicas whose class is on the ladder."""

    def find(replica: Table) -> tuple[str, str] | None:
        tag = context.classifier.class_tag(replica)
        return tag if tag is not None and context.classifier.on_ladder(tag[1]) else None

    classes = context.settings.classes
    how = f"tag it with {classes.tag_keys[0]}, one of {', '.join(classes.ladder)}, or add a rule with `data_class`"
    yield from as_replicas_say(table, context, find, how)
