"""Contributor Insights does not publish the keys of a sensitive table.

## Why it matters
Contributor Insights writes the partition and sort keys that are used most into CloudWatch, in plain text, where neither the table's key nor
its permissions guard them: e-mail addresses and account numbers make popular keys.

## Passes when
On the table and on every index it is off, or in the mode that shows throttled keys only. Not applicable below the class from which data
is sensitive.

## How to fix
- Console: DynamoDB, the table, Monitor, CloudWatch Contributor Insights, Turn off.
- CLI: `aws dynamodb update-contributor-insights --table-name NAME --contributor-insights-action DISABLE`
- Terraform: remove `aws_dynamodb_contributor_insights`, or give it `mode = "THROTTLED_KEYS"`.
- CloudFormation: `ContributorInsightsSpecification: {Enabled: false}` in `AWS::DynamoDB::Table`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown, malformed
from dynasec.model.table import Table

_READ = "dynamodb:ListContributorInsights"

check = Check(
    subject=Table,
    title="Contributor Insights shows no sensitive keys",
    severity=Severity.LOW,
    reads=(_READ,),
    frameworks=("nist-800-53-r5:AC-4", "source-post:encryption-at-rest"),
)

_OFF = {"DISABLED", "DISABLING", "FAILED"}
_ON = {"ENABLED", "ENABLING"}


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Judge the table and each index that has insights; without a mode, AWS does not say which keys are shown."""
    if not context.is_sensitive(table):
        return Verdict.not_applicable("the table's data is not sensitive")
    shown: list[str] = []
    unclear: list[str] = []
    for one in table.contributor_insights.known():
        where = "the table" if one.index_name is None else f"index {one.index_name}"
        status, mode = one.contributor_insights_status, one.contributor_insights_mode
        if status in _OFF or (status in _ON and mode == "THROTTLED_KEYS"):
            continue
        if status in _ON and mode == "ACCESSED_AND_THROTTLED_KEYS":
            shown.append(where)
        else:
            unclear.append(f"{where}: {status}, mode {mode}")
    if shown:
        return Verdict.failed(
            f"the keys used most of {', '.join(shown)} are published in CloudWatch", on=shown
        )
    if unclear:
        raise Unknown(malformed(_READ, "; ".join(unclear), table.region))
    return Verdict.passed("Contributor Insights is off, or shows throttled keys only")
