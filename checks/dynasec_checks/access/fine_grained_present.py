"""Items that belong to one caller each are reached under leading keys only.

## Why it matters
Where every user of an application has items of their own in one table, the partition key is what parts them. A role that may read the
table whichever the key hands everybody's items to whoever makes it ask for the wrong one.

## Passes when
On a table declared to hold items per user (by the tag `per-user`, or by a rule of the configuration), everybody but administrators can
read and write items only under a condition on `dynamodb:LeadingKeys`: with values that really limit, for every key that a request names,
and never by what carries no leading keys, such as a Scan or the table's stream. Conditions, boundaries, resource policies, keys and
control policies count, for principals of other accounts too; paths over other principals do not.

Administrators are those of `trust.administrators`; while none are declared, whoever may do everything. Root and the roles of AWS's
services are set aside. Unknown where something unread may allow it, or forbid what was found. Not applicable to tables that nobody
declared.

## How to fix
- Console: IAM, the policy named, Edit: add `"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "${aws:PrincipalTag/user}"}` or the
  subject of your identity provider, and take Scan out. A backend that serves all users assumes the role with a session tag per user.
- CLI: `aws iam create-policy-version --policy-arn ARN --set-as-default --policy-document file://policy.json`
- Terraform: a `condition` block with `test = "ForAllValues:StringEquals"`, `variable = "dynamodb:LeadingKeys"`.
- CloudFormation: `Condition` in `AWS::IAM::ManagedPolicy` or in the `Policies` of the role.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown
from dynasec.model.table import Table
from dynasec.rights.limited_access import ACCESS_READS, KEY_READS, Limits, short_names
from dynasec.rights.per_user_access import whichever_key

check = Check(
    subject=Table,
    title="Items per user are reached under leading keys only",
    severity=Severity.HIGH,
    reads=(*ACCESS_READS, *KEY_READS),
    frameworks=(
        "nist-800-53-r5:AC-3",
        "nist-800-53-r5:AC-6",
        "pci-dss-4.0.1:7.2.2",
        "source-post:iam-and-least-privilege",
    ),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Look for principals that leading keys do not limit."""
    if not context.placement.is_per_user(table):
        return Verdict.not_applicable(
            "is not declared to hold items per user (tag per-user = true, or a rule)"
        )
    found, limited = whichever_key(context.access, table, context.duties.administers)
    limits = Limits(found, context.duties.declared)
    evidence = {**limits.evidence, "limited": list(limited)}
    if limits.fault is not None:
        reason = f"whichever the key: {limits.fault}"
        if limits.above:
            return Verdict.unknown(*limits.above, reason=reason, **evidence)
        return Verdict.failed(reason, **evidence)
    if found.gaps:
        raise Unknown(*found.gaps)
    who = (
        f"others under leading keys only: {short_names(limited)}" if limited else "nobody else reaches items"
    )
    apart = f"administrators aside ({short_names(found.apart)}), " if found.apart else ""
    return Verdict.passed(f"{apart}{who}", **evidence)
