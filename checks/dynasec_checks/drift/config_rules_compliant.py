"""AWS Config finds nothing wrong with the table.

## Why it matters
A finding of AWS Config that nobody clears hides the next one. And where its view differs from this audit's, one of the two looks at old
facts.

## Passes when
No managed rule about DynamoDB reports the table NON_COMPLIANT, at least one reports it COMPLIANT, and the recorder that keeps the results
fresh is on. Where a result contradicts what the table shows now, the rule is named: its next run will tell otherwise. Which rules
should be deployed is `config-dynamodb-rules`' question.

## How to fix
Fix what the rule named in the reason asks for; the control about the same setting says how.
- Console: AWS Config, Rules, the rule, Resources in scope, Noncompliant; then Re-evaluate.
- CLI: `aws configservice get-compliance-details-by-config-rule --config-rule-name NAME --compliance-types NON_COMPLIANT`, later
  `aws configservice start-config-rules-evaluation --config-rule-names NAME`.
- Terraform: `aws_dynamodb_table`, the argument that the rule is about.
- CloudFormation: `AWS::DynamoDB::Table`, the property that the rule is about.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gap, Gaps, Unknown
from dynasec.model.table import Table
from dynasec.semantics.config_recorder import TABLE, shortcoming
from dynasec.semantics.config_verdict import disagreements, results

_DETAILS = "config:GetComplianceDetailsByConfigRule"

check = Check(
    subject=Table,
    title="AWS Config reports the table compliant",
    severity=Severity.MEDIUM,
    reads=(
        "config:DescribeConfigRules",
        _DETAILS,
        "config:DescribeConfigurationRecorders",
        "config:DescribeConfigurationRecorderStatus",
        "dynamodb:DescribeTable",
        "dynamodb:DescribeContinuousBackups",
    ),
    frameworks=("nist-800-53-r5:CM-6", "source-post:configuration-drift"),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Gather the results, bad ones first, then ask whether good ones are fresh."""
    recording, gaps = context.region(table).recording, Gaps()
    found = results(recording, table, gaps)
    stale = disagreements(table, found)
    evidence = {"results": {one.rule: one.compliant for one in found}, "contradicted": list(stale)}
    aside = f" (the table shows otherwise now than {', '.join(stale)} says)" if stale else ""
    bad = [one for one in found if not one.compliant]
    if bad:
        said = "; ".join(f"{one.rule}{one.annotation and f': {one.annotation}'}" for one in bad)
        return Verdict.failed(f"AWS Config reports it NON_COMPLIANT by {said}{aside}", **evidence)
    gaps.settle()
    if not found:
        return Verdict.not_applicable("no managed rule about DynamoDB has judged the table")
    asleep = shortcoming(recording, TABLE)
    if asleep:
        raise Unknown(Gap(_DETAILS, "Stale", f"{asleep}: the results are old", table.region))
    return Verdict.passed(f"COMPLIANT by {', '.join(one.rule for one in found)}{aside}", **evidence)
