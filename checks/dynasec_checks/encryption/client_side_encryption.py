"""Items of the most sensitive class are encrypted before they leave the application.

## Why it matters
Encryption at rest is undone for whoever may read the table. Where the client encrypts, DynamoDB, its administrators and its backups hold
nothing but ciphertext.

## Passes when
An index is keyed by a beacon of the AWS Database Encryption SDK (`aws_dbe_b_…`), or an attestation of `client-side-encryption` for it
is in force (`[[attest]]` in the configuration: who vouches for it, and until when). No API shows items' contents and no items are read, so
without these the answer is unknown. Not applicable below the highest class of the ladder.

## How to fix
- Console: has no setting for it; the application must use the AWS Database Encryption SDK for DynamoDB.
- CLI: `aws dynamodb update-table --global-secondary-index-updates …` to key an index by a beacon.
- Terraform: `global_secondary_index` with a beacon as `hash_key` in `aws_dynamodb_table`.
- CloudFormation: `GlobalSecondaryIndexes` in `AWS::DynamoDB::Table`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.table import Table, TableDescription
from dynasec.semantics.attestation import ITEMS_UNSEEN, attestations, in_force, why_unseen

check = Check(
    subject=Table,
    title="The client encrypts restricted items",
    severity=Severity.MEDIUM,
    reads=("dynamodb:DescribeTable",),
    frameworks=("nist-800-53-r5:SC-28", "pci-dss-4.0.1:3.5.1", "source-post:client-side-encryption"),
)

_BEACON = "aws_dbe_b_"


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Ask whoever vouches first, then the keys of indexes."""
    classes = context.settings.classes
    own = context.classifier.data_class(table) or classes.unclassified_as
    if own != classes.ladder[-1]:
        return Verdict.not_applicable(f"data of class {own} is below {classes.ladder[-1]}")
    found = attestations(context.settings, table, "client-side-encryption")
    vouched = in_force(found, context.now.date())
    if vouched is not None:
        return Verdict.passed(f"{vouched.by} attests it until {vouched.expires}", attested_on=str(vouched.on))
    index = _beacon_index(table.description.known())
    if index is not None:
        return Verdict.passed(f"index {index} is keyed by a beacon of the Database Encryption SDK")
    return Verdict.unknown(ITEMS_UNSEEN, reason=why_unseen(found))


def _beacon_index(description: TableDescription) -> str | None:
    for index in (*description.global_secondary_indexes, *description.local_secondary_indexes):
        if any(key.attribute_name.startswith(_BEACON) for key in index.key_schema):
            return index.index_name
    return None
