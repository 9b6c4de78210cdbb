"""KMS rotates the material of the keys that encrypt tables.

## Why it matters
Rotation bounds how much data one key material ever protects. It costs no downtime and no re-encryption: KMS keeps the older material
to decrypt what it encrypted.

## Passes when
Automatic rotation is on, with a period of at most `thresholds.key_rotation_days` (365 by default). AWS rotates the keys that it
manages once a year. Not applicable to keys that cannot rotate by themselves (imported material, custom key stores, asymmetric and HMAC
keys) and to keys that are waiting for their deletion, which KMS does not rotate and reports as off. A multi-Region key has one
setting, made on its primary key.

## How to fix
- Console: Key Management Service, the key, Key rotation, Edit, Enable.
- CLI: `aws kms enable-key-rotation --key-id ARN --rotation-period-in-days 365`
- Terraform: `enable_key_rotation = true` in `aws_kms_key`.
- CloudFormation: `EnableKeyRotation: true` in `AWS::KMS::Key`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown, malformed
from dynasec.model.key import Key, KeyMetadata

check = Check(
    subject=Key,
    title="Keys of tables rotate",
    severity=Severity.MEDIUM,
    reads=("kms:GetKeyRotationStatus", "kms:ListAliases"),
    frameworks=(
        "aws-fsbp:KMS.4",
        "cis-aws-3.0:3.6",
        "nist-800-53-r5:SC-12",
        "pci-dss-4.0.1:3.7.4",
        "source-post:encryption-at-rest",
    ),
)

_EVERY_YEAR = 365
_ORIGINS = {
    "EXTERNAL": "its material is imported",
    "AWS_CLOUDHSM": "it is in a CloudHSM key store",
    "EXTERNAL_KEY_STORE": "it is in an external key store",
}


@check.evaluator
def evaluate(key: Key, context: Context) -> Verdict:
    """Judge whether the key can rotate, then whether it does, and how often."""
    wanted = context.settings.thresholds.key_rotation_days
    metadata = key.metadata.known()
    if key.aws_managed.known():
        return _judge(_EVERY_YEAR, wanted, "AWS manages the key")
    obstacle = _obstacle(metadata)
    if obstacle is not None:
        return Verdict.not_applicable(f"cannot rotate by itself: {obstacle}")
    rotation = key.rotation.known()
    if not rotation.key_rotation_enabled:
        return Verdict.failed(f"automatic rotation is off{_where_to_set(metadata)}")
    if rotation.rotation_period_in_days is None:  # AWS sends it since the period can be chosen
        gap = malformed("kms:GetKeyRotationStatus", "no RotationPeriodInDays")
        return Verdict.unknown(gap, reason="automatic rotation is on, but its period is not told")
    return _judge(rotation.rotation_period_in_days, wanted, "automatic rotation is on")


def _judge(days: int, wanted: int, how: str) -> Verdict:
    if days > wanted:
        return Verdict.failed(
            f"{how}, but rotates only every {days} days, not every {wanted}", period_days=days
        )
    return Verdict.passed(f"{how}: rotates every {days} days", period_days=days)


def _obstacle(metadata: KeyMetadata) -> str | None:
    """Return why KMS does not rotate a key by itself, or None where it can."""
    if metadata.origin is None or metadata.key_spec is None:
        raise Unknown(malformed("kms:DescribeKey", "no Origin or no KeySpec"))
    if metadata.key_state in {"PendingDeletion", "PendingReplicaDeletion"}:
        return "it is waiting for its deletion"
    if metadata.key_spec != "SYMMETRIC_DEFAULT":
        return f"its spec is {metadata.key_spec}"
    return _ORIGINS.get(metadata.origin)


def _where_to_set(metadata: KeyMetadata) -> str:
    configuration = metadata.multi_region_configuration
    primary = None if configuration is None else configuration.primary_key
    elsewhere = primary is not None and primary.arn != metadata.arn
    return f": to be set on the primary key {primary.arn}" if primary is not None and elsewhere else ""
