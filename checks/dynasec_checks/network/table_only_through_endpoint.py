"""A table with sensitive data cannot be used from outside the endpoints or VPCs that its policy names.

## Why it matters
Keys leak: in a repository, in a log, from a laptop. Without a network condition they work from anywhere in the world, and all the
isolation of subnets and endpoints does not count. A Deny in the table's own policy holds whatever identity policies allow.

## Passes when
The table holds sensitive data (`classes.sensitive_from`), and its resource policy, evaluated, denies every item action on the table and
its indexes to requests that come through no endpoint or through somebody else's: a Deny on `aws:SourceVpce`, `aws:SourceVpc` or
`aws:VpceAccount`. Exempt may be calls that services make (`aws:ViaAWSService`, `aws:PrincipalIsAWSService`), service-linked roles, and
principals under `trust.administrators`. Any other exemption is named. Denies in identity policies or in policies of the organisation do
not count here: they are not the table's, and others can change them.

## How to fix
Exempt service-linked roles and service calls, or replicas, exports and the console's own features break.
- Console: DynamoDB, the table, Permissions, Resource-based policy: a Deny of `dynamodb:*` for `"*"` with `StringNotEquals` on
  `aws:SourceVpce`, `Bool` `aws:ViaAWSService` and `aws:PrincipalIsAWSService` `"false"`, and `ArnNotLike` on `aws:PrincipalArn`
  `arn:aws:iam::*:role/aws-service-role/*`.
- CLI: `aws dynamodb put-resource-policy --resource-arn ARN --policy file://policy.json --expected-revision-id ID`
- Terraform: `aws_dynamodb_resource_policy`.
- CloudFormation: `ResourcePolicy` in `AWS::DynamoDB::Table`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown, malformed
from dynasec.model.table import Table
from dynasec.semantics.action_words import few
from dynasec.semantics.outside_endpoints import Guarded, WayIn, ways_in
from dynasec.semantics.policy_text import document_of

READ = "dynamodb:GetResourcePolicy"
_TOLD = 2

check = Check(
    subject=Table,
    title="Sensitive tables are used through endpoints only",
    severity=Severity.HIGH,
    reads=("dynamodb:DescribeTable", READ),
    frameworks=("nist-800-53-r5:AC-4", "nist-800-53-r5:SC-7", "source-post:isolating-networks"),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Try to get in from outside."""
    if not context.is_sensitive(table):
        return Verdict.not_applicable("the table holds no sensitive data")
    policy = table.policy.known()
    if policy is None:
        return Verdict.failed("has no resource policy: keys that leak work from anywhere")
    described = table.description.known()
    has_indexes = bool(described.global_secondary_indexes or described.local_secondary_indexes)
    document = document_of(policy.text, READ, table.region)
    administrators = context.settings.trust.administrators
    found = ways_in(Guarded(table.arn, table.account, document, has_indexes, administrators))
    evidence = {"ways_in": [_evidence(one) for one in found], "revision": policy.revision_id}
    certain = [one for one in found if not one.undecided]
    if certain:
        others = [f"{one.who} {one.where}" for one in found if one is not certain[0]]
        told = "; nor to ".join([_words(certain[0]), *others[:_TOLD]])
        more = f", and {len(others) - _TOLD} more" if len(others) > _TOLD else ""
        return Verdict.failed(told + more, **evidence)
    if found:
        raise Unknown(malformed(READ, "; ".join(found[0].conditions) or _words(found[0]), table.region))
    return Verdict.passed(
        "its resource policy denies item actions outside the endpoints or VPCs it names", **evidence
    )


def _words(one: WayIn) -> str:
    demand = f" ({' and '.join(one.conditions)})" if one.conditions else ""
    return f"its policy does not deny {few(one.actions)} to {one.who} {one.where}{demand}"


def _evidence(one: WayIn) -> dict[str, object]:
    return {
        "who": one.who,
        "where": one.where,
        "actions": list(one.actions),
        "conditions": list(one.conditions),
    }
