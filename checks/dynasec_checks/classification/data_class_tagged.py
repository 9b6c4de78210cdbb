"""Every table says how sensitive its data is.

## Why it matters
What a table needs (whose key, which endpoint, which readers) follows from what it holds. A table that nobody classified is protected by
guesswork, and dynasec itself has to take it for sensitive.

## Passes when
The table carries a class tag (`classes.tag_keys` of the configuration) whose value is on the ladder (`classes.ladder`), or a configured
rule gives it a class. The first of the configured keys that the table carries counts; upper and lower case make no difference. Tags are
neither copied to replicas nor kept by a restore.

## How to fix
- Console: DynamoDB, the table, Additional settings, Tags, Manage tags.
- CLI: `aws dynamodb tag-resource --resource-arn ARN --tags Key=data-class,Value=confidential`
- Terraform: `tags = { data-class = "confidential" }` in `aws_dynamodb_table`.
- CloudFormation: `Tags: [{Key: data-class, Value: confidential}]` in `AWS::DynamoDB::Table`.
- Without touching AWS: `[[rules]]` with `match` and `data_class` in `dynasec.toml`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.table import Table

check = Check(
    subject=Table,
    title="The table's data is classified",
    severity=Severity.MEDIUM,
    frameworks=(
        "aws-fsbp:DynamoDB.5",
        "nist-800-53-r5:RA-2",
        "source-post:data-classification-and-security-zone-modeling",
    ),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Look for a rule, then for a tag."""
    classifier, classes = context.classifier, context.settings.classes
    by_rule = classifier.rule_for(table)
    if by_rule is not None:
        return Verdict.passed(f"a configured rule gives the class {by_rule}", data_class=by_rule)
    tag = classifier.class_tag(table)
    if tag is None:
        return Verdict.failed(
            f"carries no class tag: none of {', '.join(classes.tag_keys)}", tag_keys=list(classes.tag_keys)
        )
    key, value = tag
    found = classifier.on_ladder(value)
    if found is None:
        return Verdict.failed(
            f"tag {key} = {value!r} is not on the ladder {', '.join(classes.ladder)}",
            tag_key=key,
            value=value,
        )
    return Verdict.passed(f"tag {key} gives the class {found}", data_class=found, tag_key=key)
