"""A sensitive table is encrypted with a key that the customer manages.

## Why it matters
Only a customer managed key has a policy of the account's own: who may decrypt is decided a second time, apart from DynamoDB's permissions,
every use is recorded, and the key can be disabled to stop all access at once. The AWS managed key serves whoever may read the table.

## Passes when
The key's manager is the customer: `KeyManager` of `kms:DescribeKey`, and no alias of the service's own (`alias/aws/dynamodb`) points
to the key. `SSEType` is KMS in both cases and proves nothing. Not applicable below the class from which data is sensitive.

## How to fix
Give the table's users kms:Decrypt under `kms:ViaService` first, or their requests will be denied.
- Console: DynamoDB, the table, Additional settings, Encryption, Manage encryption, Stored in your account.
- CLI: `aws dynamodb update-table --table-name NAME --sse-specification Enabled=true,SSEType=KMS,KMSMasterKeyId=ARN`
- Terraform: `server_side_encryption { enabled = true, kms_key_arn = aws_kms_key.NAME.arn }` in `aws_dynamodb_table`.
- CloudFormation: `SSESpecification: {SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: ARN}` in `AWS::DynamoDB::Table`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown
from dynasec.model.table import Table
from dynasec.semantics.table_encryption import KeyClass, key_arn, key_class

check = Check(
    subject=Table,
    title="A customer managed key encrypts sensitive data",
    severity=Severity.HIGH,
    reads=("dynamodb:DescribeTable", "kms:DescribeKey", "kms:ListAliases"),
    frameworks=(
        "nist-800-53-r5:SC-12",
        "nist-800-53-r5:SC-28",
        "pci-dss-4.0.1:3.6.1",
        "hipaa-164:312(a)(2)(iv)",
        "source-post:encryption-at-rest",
    ),
)

_REASONS = {
    KeyClass.AWS_OWNED: "is encrypted with a key that AWS owns, which the account cannot control",
    KeyClass.AWS_MANAGED: "is encrypted with the AWS managed key: its policy cannot be changed and it cannot be disabled",
}


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Ask the class first; where it is unknown, only a customer managed key is an answer."""
    unclassified: Unknown | None = None
    try:
        if not context.is_sensitive(table):
            below = context.settings.classes.sensitive_from
            own = context.classifier.counts_as(table)
            return Verdict.not_applicable(f"data of class {own} is below {below}")
    except Unknown as missing:
        unclassified = missing
    found = key_class(table, context.snapshot)
    if found is KeyClass.CUSTOMER_MANAGED:
        return Verdict.passed("is encrypted with a customer managed key", key=key_arn(table))
    if unclassified is not None:
        raise unclassified
    return Verdict.failed(_REASONS[found], key=key_arn(table), key_class=found.value)
