"""Tables of the most sensitive class hold tokens in the place of identifiers.

## Why it matters
A card number, a national id or a secret in a table is there for every reader, in every export, backup and log of the table. A token in its
place means nothing to anybody who cannot ask the token vault.

## Passes when
An attestation of `tokenization` or `client-side-encryption` for the table is in force (`[[attest]]` in the configuration). Or, with
`--sample-items`, a hundred items or the whole table were read and hold no card number, IBAN, private key, AWS access key id or national id
in clear. Items that do hold them fail it whatever is attested; a single number that may be one by chance makes it unknown, as do bytes
that are neither text nor encrypted by a client. Without attestation and sample the answer is unknown: no API but the items themselves
shows it. Tokens that keep the format and the check digits of what they stand for look like it: suppress the finding with that reason.
Not applicable below the highest class of the ladder, to the token vault itself, and to a table that is seen to be empty.

## How to fix
- Console: has no setting for it; let the application replace identifiers by tokens before it writes.
- CLI: `aws dynamodb update-item …` for each item that holds an identifier in clear.
- Terraform: has no setting for it; the application must tokenize.
- CloudFormation: has no setting for it; the application must tokenize.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.item_sample import SCAN, ItemSample, Sighting
from dynasec.model.table import Table
from dynasec.semantics.attestation import ITEMS_UNSEEN, attestations, in_force, why_unseen
from dynasec.semantics.item_evidence import TOO_FEW, UNCLEAR, sample_of

check = Check(
    subject=Table,
    title="Restricted tables hold tokens, not identifiers",
    severity=Severity.HIGH,
    item_reads=(SCAN,),
    frameworks=("pci-dss-4.0.1:3.5.1", "source-post:tokenization"),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Believe what the items show before whoever vouches for them."""
    own, highest = context.classifier.counts_as(table), context.settings.classes.ladder[-1]
    if own != highest:
        return Verdict.not_applicable(f"data of class {own} is below {highest}")
    if context.placement.is_token_vault(table):
        return Verdict.not_applicable("is the token vault: it holds what tokens stand for")
    sample = sample_of(table)
    if sample is not None and sample.sightings:
        return _seen(sample)
    found = attestations(context.settings, table, "tokenization", "client-side-encryption")
    vouched = in_force(found, context.now.date())
    if vouched is not None:
        words = f"{vouched.by} attests {vouched.claim} until {vouched.expires}"
        return Verdict.passed(words, attested_on=str(vouched.on))
    return Verdict.unknown(ITEMS_UNSEEN, reason=why_unseen(found)) if sample is None else _unseen(sample)


def _seen(sample: ItemSample) -> Verdict:
    certain = [one for one in sample.sightings if one.certain]
    evidence = [one.model_dump() for one in sample.sightings]
    if certain:
        what = "; ".join(map(_in_words, certain))
        return Verdict.failed(f"in clear among {sample.words} read: {what}", sightings=evidence)
    what = "; ".join(map(_in_words, sample.sightings))
    reason = f"may be chance, and a person must look: {what}, among {sample.words} read"
    return Verdict.unknown(UNCLEAR, reason=reason, sightings=evidence)


def _unseen(sample: ItemSample) -> Verdict:
    if sample.whole and not sample.items:
        return Verdict.not_applicable("the table is empty")
    if sample.opaque:
        names = ", ".join(sample.opaque)
        return Verdict.unknown(UNCLEAR, reason=f"nobody can tell what the bytes in {names} are")
    if not sample.suffices:
        return Verdict.unknown(TOO_FEW, reason=f"{sample.words} read, and nothing found: too few to tell")
    return Verdict.passed(f"no identifier in clear in {sample.words} read", items=sample.items)


def _in_words(seen: Sighting) -> str:
    number = "1 value" if seen.valid == 1 else f"{seen.valid} values"
    return f"{seen.kind} in {seen.attribute} ({number})"
