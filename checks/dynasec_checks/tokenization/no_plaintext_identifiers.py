"""Tables of the most sensitive class hold tokens in the place of identifiers.

## Why it matters
A card number, a national id or a secret in a table is there for every reader, in every export, backup and log of the table. A token in its
place means nothing to anybody who cannot ask the token vault.

## Passes when
An attestation of `tokenization` or `client-side-encryption` for the table is in force (`[[attest]]` in the configuration). No API shows
items' contents and no items are read, so without one the answer is unknown. Not applicable below the highest class of the ladder, nor to
the token vault itself.

## How to fix
- Console: has no setting for it; let the application replace identifiers by tokens before it writes.
- CLI: `aws dynamodb update-item …` for each item that holds an identifier in clear.
- Terraform: has no setting for it; the application must tokenize.
- CloudFormation: has no setting for it; the application must tokenize.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.table import Table
from dynasec.semantics.attestation import ITEMS_UNSEEN, attestations, in_force, why_unseen

check = Check(
    subject=Table,
    title="Restricted tables hold tokens, not identifiers",
    severity=Severity.HIGH,
    frameworks=("pci-dss-4.0.1:3.5.1", "source-post:tokenization"),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Ask whoever vouches for the items."""
    classes = context.settings.classes
    own = context.classifier.data_class(table) or classes.unclassified_as
    if own != classes.ladder[-1]:
        return Verdict.not_applicable(f"data of class {own} is below {classes.ladder[-1]}")
    if context.placement.is_token_vault(table):
        return Verdict.not_applicable("is the token vault: it holds what tokens stand for")
    found = attestations(context.settings, table, "tokenization", "client-side-encryption")
    vouched = in_force(found, context.now.date())
    if vouched is not None:
        words = f"{vouched.by} attests {vouched.claim} until {vouched.expires}"
        return Verdict.passed(words, attested_on=str(vouched.on))
    return Verdict.unknown(ITEMS_UNSEEN, reason=why_unseen(found))
