"""Nobody both administers a table's key and uses it.

## Why it matters
Whoever may change the key's policy or schedule its deletion decides who reads the data; whoever decrypts reads it. In one hand, one stolen
credential reads everything and locks everybody else out.

## Passes when
No user or role of the account, whom the key's policy names or to whose identity policies it delegates, may both use the key (decrypt,
encrypt, make data keys) and administer it (change its policy, disable or delete it). Principals under `trust.administrators` are left
aside. Conditions are not counted. Not applicable to keys that AWS manages.

## How to fix
- Console: Key Management Service, the key, Key policy: different Key administrators and Key users; keep kms:* out of identity policies.
- CLI: `aws kms put-key-policy --key-id ARN --policy-name default --policy file://policy.json`
- Terraform: `policy` in `aws_kms_key`.
- CloudFormation: `KeyPolicy` in `AWS::KMS::Key`.
"""

from collections import defaultdict
from fnmatch import fnmatchcase

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gaps
from dynasec.model.identity import DETAILS
from dynasec.model.key import Key
from dynasec.semantics.key_rights import ADMINISTRATION, USE, default_policy, rights
from dynasec.semantics.wording import counted

check = Check(
    subject=Key,
    title="Administering a key and using it are separate duties",
    severity=Severity.MEDIUM,
    reads=("kms:ListKeyPolicies", "kms:GetKeyPolicy", "kms:ListAliases", DETAILS),
    frameworks=("nist-800-53-r5:AC-6", "nist-800-53-r5:SC-12", "source-post:encryption-at-rest"),
)


@check.evaluator
def evaluate(key: Key, context: Context) -> Verdict:
    """Put together what each principal may do; one with both is enough."""
    if key.aws_managed.known():
        return Verdict.not_applicable("AWS manages the key")
    document = default_policy(key)
    gaps, by_principal = Gaps(), defaultdict[str, dict[str, str]](dict)
    for right in rights(key.arn, document, context.snapshot.identity, gaps):
        by_principal[right.principal] |= dict.fromkeys(right.actions, right.statement)
    trusted = context.settings.trust.administrators
    both = {
        who: (min(ADMINISTRATION & actions.keys()), min(USE & actions.keys()))
        for who, actions in sorted(by_principal.items())
        if ADMINISTRATION & actions.keys() and USE & actions.keys()
        if not any(fnmatchcase(who, pattern) for pattern in trusted)
    }
    if both:
        who, (administers, uses) = next(iter(both.items()))
        how = f"{administers} by {by_principal[who][administers]}, {uses} by {by_principal[who][uses]}"
        more = f", and {counted(len(both) - 1, 'more principal')}" if len(both) > 1 else ""
        return Verdict.failed(f"{who} may do both: {how}{more}", principals=list(both))
    gaps.settle()
    aside = " (declared administrators aside)" if trusted else ""
    return Verdict.passed(f"nobody may both administer and use the key{aside}")
