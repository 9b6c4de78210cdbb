"""Exports of the table went into own buckets, encrypted with KMS.

## Why it matters
An export is the whole table in plain files, past all of DynamoDB's permissions. One call with another account's bucket is the quietest
way to carry all data away.

## Passes when
Of the exports that AWS still lists (the last 90 days), each went into a bucket of the audited account or of `trust.accounts`, and was
encrypted under KMS as the export itself says; exports that failed are not counted. Where an export names no encryption, the bucket's
default decided, and the answer is unknown. Not applicable where there was no export.

## How to fix
- Console: DynamoDB, Exports to S3: choose an own bucket and encryption with AWS KMS; delete the exported objects that should not exist.
- CLI: `aws dynamodb export-table-to-point-in-time --table-arn ARN --s3-bucket NAME --s3-sse-algorithm KMS --s3-sse-kms-key-id ARN`
- Terraform: `s3_sse_algorithm = "KMS"` in `aws_dynamodb_table_export`.
- CloudFormation: has no exports; deny `dynamodb:ExportTableToPointInTime` by a policy.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown, malformed
from dynasec.model.table import Table
from dynasec.semantics.wording import counted

_READ = "dynamodb:DescribeExport"

check = Check(
    subject=Table,
    title="Exports stay inside and encrypted",
    severity=Severity.HIGH,
    reads=("dynamodb:ListExports", _READ),
    frameworks=("nist-800-53-r5:AC-4", "nist-800-53-r5:SC-28", "source-post:encryption-at-rest"),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Judge each export; one that is seen to be bad counts although others are hidden."""
    listing = context.region(table).table_exports
    exports = [one for one in listing.items if one.table_arn == table.arn and one.export_status != "FAILED"]
    known = {table.account, *context.settings.trust.accounts}
    bad = [
        f"an export went to bucket {one.s3_bucket} of account {one.s3_bucket_owner}"
        for one in exports
        if one.s3_bucket_owner is not None and one.s3_bucket_owner not in known
    ]
    bad += [
        f"an export to bucket {one.s3_bucket} is encrypted with {one.s3_sse_algorithm}, not with KMS"
        for one in exports
        if one.s3_sse_algorithm not in {"KMS", None}
    ]
    if bad:
        more = f", and {len(bad) - 1} more" if len(bad) > 1 else ""
        return Verdict.failed(bad[0] + more, exports=bad)
    listing.complete()
    untold = next((one for one in exports if one.s3_sse_algorithm is None), None)
    if untold is not None:
        raise Unknown(malformed(_READ, f"no S3SseAlgorithm for bucket {untold.s3_bucket}", table.region))
    if not exports:
        return Verdict.not_applicable("was not exported in the last 90 days")
    buckets = sorted({one.s3_bucket for one in exports})
    return Verdict.passed(
        f"{counted(len(exports), 'export')} went to {', '.join(buckets)}, encrypted with KMS"
    )
