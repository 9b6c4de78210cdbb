"""Items of the most sensitive class are encrypted before they leave the application.

## Why it matters
Encryption at rest is undone for whoever may read the table. Where the client encrypts, DynamoDB, its administrators and its backups hold
nothing but ciphertext.

## Passes when
An attestation of `client-side-encryption` for it is in force (`[[attest]]` in the configuration: who vouches for it, and until when). Or,
with `--sample-items`, every item read was encrypted by the AWS Database Encryption SDK or its predecessor, at least in part, and a hundred
items or the whole table were read. Or an index is keyed by a beacon of that SDK (`aws_dbe_b_…`), and no item read is in clear. Without any
of these the answer is unknown: no API but the items themselves shows it. Not applicable below the highest class of the ladder, and to an
empty table.

## How to fix
- Console: has no setting for it; the application must use the AWS Database Encryption SDK for DynamoDB.
- CLI: `aws dynamodb update-table --global-secondary-index-updates …` to key an index by a beacon.
- Terraform: `global_secondary_index` with a beacon as `hash_key` in `aws_dynamodb_table`.
- CloudFormation: `GlobalSecondaryIndexes` in `AWS::DynamoDB::Table`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.item_sample import SCAN, ItemSample
from dynasec.model.table import Table, TableDescription
from dynasec.semantics.attestation import ITEMS_UNSEEN, attestations, in_force, why_unseen
from dynasec.semantics.item_evidence import TOO_FEW, sample_of

check = Check(
    subject=Table,
    title="The client encrypts restricted items",
    severity=Severity.MEDIUM,
    reads=("dynamodb:DescribeTable",),
    item_reads=(SCAN,),
    frameworks=("nist-800-53-r5:SC-28", "pci-dss-4.0.1:3.5.1", "source-post:client-side-encryption"),
)

_BEACON = "aws_dbe_b_"


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Ask whoever vouches first, since there are other ways to encrypt; then the items; then the keys of indexes."""
    own, highest = context.classifier.counts_as(table), context.settings.classes.ladder[-1]
    if own != highest:
        return Verdict.not_applicable(f"data of class {own} is below {highest}")
    found = attestations(context.settings, table, "client-side-encryption")
    vouched = in_force(found, context.now.date())
    if vouched is not None:
        return Verdict.passed(f"{vouched.by} attests it until {vouched.expires}", attested_on=str(vouched.on))
    sample = sample_of(table)
    judged = None if sample is None else _judged(sample)
    if judged is not None:
        return judged
    index = _beacon_index(table.description.known())
    if index is not None:
        return Verdict.passed(f"index {index} is keyed by a beacon of the Database Encryption SDK")
    if sample is not None:
        return Verdict.unknown(TOO_FEW, reason=f"{sample.words} read, all encrypted: too few to tell")
    return Verdict.unknown(ITEMS_UNSEEN, reason=why_unseen(found))


def _judged(sample: ItemSample) -> Verdict | None:
    """Return what the items say; None where they are too few to say it."""
    evidence = {"items": sample.items, "encrypted": sample.encrypted}
    clear = sample.items - sample.encrypted
    if clear:
        return Verdict.failed(
            f"{clear} of {sample.items} items read were not encrypted by the client", **evidence
        )
    if not sample.suffices:
        return None
    if not sample.items:
        return Verdict.not_applicable("the table is empty")
    return Verdict.passed(f"the client encrypted {sample.words} read", **evidence)


def _beacon_index(description: TableDescription) -> str | None:
    for index in (*description.global_secondary_indexes, *description.local_secondary_indexes):
        if any(key.attribute_name.startswith(_BEACON) for key in index.key_schema):
            return index.index_name
    return None
