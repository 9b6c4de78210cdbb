"""The policy of a table's key admits nobody outside the trusted accounts.

## Why it matters
A key policy is enough to let another account decrypt with the key, re-encrypt, or take the key over and schedule its deletion. A `*` that
nothing narrows gives it to every account there is.

## Passes when
Evaluated with their conditions, the key's policies (`default`, and `AWS_RAM` where the key is shared) admit no principal of an account
other than the key's own, the audited one, those under `trust.accounts` and the members of `trust.organizations`. Who is admitted only under
a condition that the policy does not decide counts as admitted, and the reason gives the condition: `kms:ViaService` alone keeps nobody
out, for a foreigner has DynamoDB too. A name that tells no account, as a deleted role leaves behind, makes the answer unknown. AWS
services are not counted.

## How to fix
- Console: Key Management Service, the key, Key policy: remove the statement, or tie it with `kms:CallerAccount`.
- CLI: `aws kms put-key-policy --key-id ARN --policy-name default --policy file://policy.json` (the call replaces the whole policy).
- Terraform: `policy` in `aws_kms_key`, or `aws_kms_key_policy`.
- CloudFormation: `KeyPolicy` in `AWS::KMS::Key`.
"""

from dynasec.arn import Arn
from dynasec.check import Check, Context, Severity, Verdict
from dynasec.iam.worlds import Target
from dynasec.model.fact import Unknown, malformed
from dynasec.model.key import Key
from dynasec.semantics.key_access import outsiders
from dynasec.semantics.policy_text import document_of

_READ = "kms:GetKeyPolicy"

check = Check(
    subject=Key,
    title="Keys of tables admit no foreign account",
    severity=Severity.CRITICAL,
    reads=("kms:ListKeyPolicies", _READ, "organizations:DescribeOrganization"),
    frameworks=(
        "nist-800-53-r5:AC-3",
        "nist-800-53-r5:SC-12",
        "pci-dss-4.0.1:3.6.1",
        "source-post:encryption-at-rest",
    ),
)


@check.evaluator
def evaluate(key: Key, context: Context) -> Verdict:
    """Evaluate all policies together for strangers and for every foreign account they name."""
    documents = {name: document_of(text, _READ, key.region) for name, text in key.policies.known().items()}
    if not documents:
        raise Unknown(malformed(_READ, "no policy at all", key.region))
    above = context.snapshot.organization.description.value
    trust, arn = context.settings.trust, Arn.parse(key.arn)
    found = list(
        outsiders(
            documents,
            Target(arn.partition, arn.region, arn.account, None if above is None else above.id),
            frozenset((*trust.accounts, context.snapshot.account.id)),
            frozenset(trust.organizations),
        )
    )
    told = [one for one in found if one.account is not None]
    if told:
        first = min(told, key=lambda one: bool(one.conditions))
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        return Verdict.failed(first.words + more, admitted=[one.words for one in found])
    if found:
        raise Unknown(malformed(_READ, found[0].words, key.region))
    return Verdict.passed(f"its policies ({', '.join(documents)}) admit nobody from outside")
