"""The key that encrypts a table can be used.

## Why it matters
A table whose key is disabled, lost or waiting for its deletion cannot be read. DynamoDB archives it after seven days, a replica leaves its
global table after twenty hours, and once the key is deleted neither the table nor its backups can ever be read again.

## Passes when
The key's state is Enabled (or Updating, in which it goes on working) and DynamoDB does not report the table's key as inaccessible. A
key that AWS owns is AWS's to keep. While DynamoDB changes the key, or where a foreign account does not let its key be described, the
answer is unknown unless the key is known to be unusable.

## How to fix
- Console: Key Management Service, the key, Cancel key deletion or Enable; reconnect the key store or import the material again.
- CLI: `aws kms cancel-key-deletion --key-id ARN`, then `aws kms enable-key --key-id ARN`
- Terraform: `is_enabled = true` in `aws_kms_key`.
- CloudFormation: `Enabled: true` in `AWS::KMS::Key`.
"""

from dynasec.check import Check, Context, Severity, Status, Verdict
from dynasec.model.fact import Unknown, malformed
from dynasec.model.key import Key
from dynasec.model.table import Table
from dynasec.semantics.key_state import why_unusable
from dynasec.semantics.table_encryption import key_of, transition, uses_aws_owned_key

check = Check(
    subject=Table,
    title="The table's key can be used",
    severity=Severity.CRITICAL,
    reads=("dynamodb:DescribeTable", "kms:DescribeKey"),
    frameworks=("aws-fsbp:KMS.3", "nist-800-53-r5:SC-12", "source-post:encryption-at-rest"),
)

_LOCKED = {"INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ARCHIVING", "ARCHIVED"}


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Ask DynamoDB's own view first, then the key's state."""
    description = table.description.known()
    sse = description.sse
    if description.table_status in _LOCKED:
        return Verdict.failed(f"the table is {description.table_status}: its key cannot be used")
    if sse is not None and sse.inaccessible_encryption_date_time is not None:
        since = sse.inaccessible_encryption_date_time.isoformat()
        return Verdict.failed(
            f"DynamoDB cannot use the table's key since {since}", key=sse.kms_master_key_arn
        )
    if sse is None or uses_aws_owned_key(sse):
        return Verdict.passed("AWS owns the key and keeps it usable")
    changing = transition(sse)
    if sse.kms_master_key_arn is None:
        raise Unknown(
            changing or malformed("dynamodb:DescribeTable", "SSEDescription names no KMSMasterKeyArn")
        )
    verdict = _judge(key_of(sse.kms_master_key_arn, context.snapshot))
    return Verdict.unknown(changing) if changing and verdict.status is Status.PASS else verdict


def _judge(key: Key) -> Verdict:
    """Judge a key by its state.

    Raises:
        Unknown: the state could not be read, or is none that KMS documents.

    """
    why = why_unusable(key)
    if why is not None:
        return Verdict.failed(why, key=key.arn)
    return Verdict.passed(f"the key {key.label} is {key.metadata.known().key_state}", key=key.arn)
