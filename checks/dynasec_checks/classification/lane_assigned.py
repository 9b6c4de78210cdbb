"""A table belongs to a lane.

## Why it matters
Lanes keep business domains apart: their subnets, endpoints, roles and tables. A table of no lane is nobody's, so that no rule keeps the
others off it.

## Passes when
The table has a tag with one of `tags.lane` as its key, or a configured rule gives it a lane. Not judged where no table has a lane and no
rule gives one: then the account is not divided into lanes.

## How to fix
Under access control by tags, a tag may change who has access.
- Console: DynamoDB, the table, Additional settings, Tags.
- CLI: `aws dynamodb tag-resource --resource-arn ARN --tags Key=lane,Value=DOMAIN`
- Terraform: `tags` of `aws_dynamodb_table`.
- CloudFormation: `Tags` of `AWS::DynamoDB::Table`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gaps, Unknown
from dynasec.model.table import Table

check = Check(
    subject=Table,
    title="Tables belong to a lane",
    severity=Severity.LOW,
    frameworks=("nist-800-53-r5:AC-4", "source-post:swim-lane-isolation"),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Look for the lane, and if there is none for lanes at all."""
    lane = context.placement.lane(table)
    if lane is not None:
        return Verdict.passed(f"in lane {lane}", lane=lane)
    gaps = Gaps()
    if not context.placement.knows_lanes and not _some_table_has_one(context, gaps):
        gaps.settle()
        return Verdict.not_applicable(
            "no table is in a lane: tag tables `lane`, or configure rules with `lane`, to keep domains apart"
        )
    keys = ", ".join(context.settings.tags.lane)
    return Verdict.failed(f"in no lane, as other tables are: no tag {keys}, and no rule")


def _some_table_has_one(context: Context, gaps: Gaps) -> bool:
    for region in context.snapshot.regions:
        for table in gaps.items(region.tables):
            try:
                if context.placement.lane(table) is not None:
                    return True
            except Unknown as missing:
                gaps.found.extend(missing.gaps)
    return False
