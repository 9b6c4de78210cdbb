"""The key of a table is used through DynamoDB only.

## Why it matters
A principal that may call KMS directly can decrypt whatever else the key encrypts, wherever it got the ciphertext from: from a backup, an
export, another service. Under `kms:ViaService` the right is worth something only together with the right on the table.

## Passes when
Every right to use the key, by its policy or by an identity policy to which that delegates, holds for requests through DynamoDB or DAX only,
by a condition on `kms:ViaService`. Principals under `trust.administrators` are left aside, AWS services are not counted. Not applicable to
keys that AWS manages, whose policies are so limited.

## How to fix
- Console: Key Management Service, the key, Key policy: add `StringEquals: {"kms:ViaService": "dynamodb.REGION.amazonaws.com"}`.
- CLI: `aws kms put-key-policy --key-id ARN --policy-name default --policy file://policy.json`
- Terraform: `policy` in `aws_kms_key`, with a `condition` on `kms:ViaService`.
- CloudFormation: `KeyPolicy` in `AWS::KMS::Key`.
"""

from fnmatch import fnmatchcase

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.iam.conditions import Condition, Knowledge, judge_all
from dynasec.iam.ternary import Ternary
from dynasec.model.fact import Gaps
from dynasec.model.identity import DETAILS
from dynasec.model.key import Key
from dynasec.semantics.key_rights import USE, default_policy, rights

_VIA = "kms:viaservice"
_SERVICES = ("dynamodb.", "dax.")

check = Check(
    subject=Key,
    title="Keys of tables are used through DynamoDB only",
    severity=Severity.LOW,
    reads=("kms:ListKeyPolicies", "kms:GetKeyPolicy", "kms:ListAliases", DETAILS),
    frameworks=("nist-800-53-r5:AC-6", "nist-800-53-r5:SC-12", "source-post:encryption-at-rest"),
)


@check.evaluator
def evaluate(key: Key, context: Context) -> Verdict:
    """Look for a right that holds without DynamoDB in between."""
    if key.aws_managed.known():
        return Verdict.not_applicable("AWS manages the key, for one service only")
    document = default_policy(key)
    gaps, trusted = Gaps(), context.settings.trust.administrators
    open_ = {
        f"{right.principal} ({right.statement})": None
        for right in rights(key.arn, document, context.snapshot.identity, gaps)
        if right.actions & USE
        and not any(fnmatchcase(right.principal, pattern) for pattern in trusted)
        and not _limited(right.conditions, key.region)
    }
    if open_:
        more = f", and {len(open_) - 1} more" if len(open_) > 1 else ""
        return Verdict.failed(
            f"may be used without DynamoDB by {next(iter(open_))}{more}", rights=list(open_)
        )
    gaps.settle()
    aside = " (declared administrators aside)" if trusted else ""
    return Verdict.passed(f"every right to use it asks for DynamoDB by kms:ViaService{aside}")


def _limited(conditions: tuple[Condition, ...], region: str) -> bool:
    """Whether the conditions exclude direct calls, and calls through any other service."""
    named = {value for one in conditions if one.key.lower() == _VIA for value in one.values}
    others = {value for value in named if not value.startswith(_SERVICES)} | {f"s3.{region}.amazonaws.com"}
    probes = [Knowledge(absent=frozenset({_VIA}))]
    probes += [Knowledge().updated(**{_VIA: (value,)}) for value in sorted(others)]
    return all(judge_all(conditions, probe) is Ternary.FALSE for probe in probes)
