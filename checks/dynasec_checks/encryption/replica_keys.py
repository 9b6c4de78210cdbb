"""Every replica of a global table is encrypted under the same class of key.

## Why it matters
The replicas hold the same items. A replica under a key that AWS owns lets whoever reads it there do without the permissions, the
records and the emergency switch that a customer managed key gives elsewhere.

## Passes when
On every replica the key is of the class that it has here: AWS owned, AWS managed or customer managed. Replicas in other Regions are read
there; those of other accounts cannot be. Not applicable to tables without replicas.

## How to fix
- Console: DynamoDB, choose the replica's Region, the table, Additional settings, Encryption, Manage encryption.
- CLI: `aws dynamodb update-table --region REGION --table-name NAME --sse-specification Enabled=true,SSEType=KMS,KMSMasterKeyId=ARN`
- Terraform: `kms_key_arn` of each `replica` block in `aws_dynamodb_table`.
- CloudFormation: `SSESpecification` of every entry of `Replicas` in `AWS::DynamoDB::GlobalTable`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gap, Unknown
from dynasec.model.table import Table
from dynasec.semantics.replica_settings import others, table_of
from dynasec.semantics.table_encryption import KeyClass, key_class

check = Check(
    subject=Table,
    title="Replicas are encrypted alike",
    severity=Severity.HIGH,
    reads=("dynamodb:DescribeTable", "kms:DescribeKey", "kms:ListAliases"),
    frameworks=("nist-800-53-r5:SC-12", "nist-800-53-r5:SC-28", "source-post:encryption-at-rest"),
    across_replicas=True,
)

_LEGACY = "2017.11.29"


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Compare with every other replica; what cannot be read matters only while no difference is found."""
    replicas = others(table)
    if not replicas:
        if table.description.known().global_table_version == _LEGACY:
            gap = Gap("dynamodb:DescribeTable", "Unsupported", f"version {_LEGACY} names no replicas")
            raise Unknown(gap)
        return Verdict.not_applicable("has no replicas")
    own = key_class(table, context.snapshot)
    different: dict[str, KeyClass] = {}
    gaps: list[Gap] = []
    for replica in replicas:
        try:
            found = key_class(table_of(table, replica, context.snapshot), context.snapshot)
        except Unknown as missing:
            gaps += missing.gaps
            continue
        if found is not own:
            different[replica.region_name] = found
    if different:
        text = ", ".join(f"{one.value} in {region}" for region, one in different.items())
        return Verdict.failed(
            f"its key is {own.value} here, but {text}", key_class=own.value, others=different
        )
    if gaps:
        raise Unknown(*gaps)
    regions = [one.region_name for one in replicas]
    return Verdict.passed(f"its key is {own.value} here and in {', '.join(regions)}", key_class=own.value)
