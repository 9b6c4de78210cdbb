"""The table is encrypted with a KMS key in the account, not with one that AWS owns and shares.

## Why it matters
Every table is encrypted at rest. Under the default key, which AWS owns, nobody in the account can see the key, its policy or its use:
there is no CloudTrail record of a decryption and nothing to switch off in an emergency.

## Passes when
The table's key is AWS managed (`alias/aws/dynamodb`) or customer managed. A table without `SSEDescription` is under the key that AWS
owns: encrypted all the same. While DynamoDB changes the key the answer is unknown; a table that is on its way back to the AWS owned
key fails. What a sensitive table needs beyond that is asked by `customer-key`.

## How to fix
- Console: DynamoDB, the table, Additional settings, Encryption, Manage encryption.
- CLI: `aws dynamodb update-table --table-name NAME --sse-specification Enabled=true,SSEType=KMS`
- Terraform: `server_side_encryption { enabled = true }` in `aws_dynamodb_table`.
- CloudFormation: `SSESpecification: {SSEEnabled: true, SSEType: KMS}` in `AWS::DynamoDB::Table`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.table import Table
from dynasec.semantics.table_encryption import key_arn, uses_aws_owned_key

check = Check(
    subject=Table,
    title="A KMS key of the account encrypts the table",
    severity=Severity.MEDIUM,
    reads=("dynamodb:DescribeTable",),
    frameworks=(
        "nist-800-53-r5:SC-12",
        "nist-800-53-r5:SC-28",
        "hipaa-164:312(a)(2)(iv)",
        "source-post:encryption-at-rest",
    ),
)


@check.evaluator
def evaluate(table: Table, _: Context) -> Verdict:
    """Judge whether the key is one that AWS owns."""
    sse = table.description.known().sse
    if uses_aws_owned_key(sse):
        return Verdict.failed(
            "is encrypted with a key that AWS owns, which the account cannot see or control"
        )
    if sse is not None and sse.status == "DISABLING":
        return Verdict.failed("is being switched to a key that AWS owns", key=sse.kms_master_key_arn)
    arn = key_arn(table)
    return Verdict.passed("is encrypted with a KMS key that AWS does not own", key=arn)
