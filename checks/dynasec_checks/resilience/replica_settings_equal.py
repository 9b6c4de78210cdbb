"""Every replica of a global table is protected as strictly as the others.

## Why it matters
DynamoDB replicates items, indexes and the type of encryption. It does not replicate deletion protection, point-in-time recovery, tags and
resource policies: a replica that somebody added later holds the same data with none of them, and is the way in.

## Passes when
On no replica are these less strict than on this table: deletion protection; point-in-time recovery and its window; the tags that
people set (not `aws:…`); the resource policy, where a Deny that is missing or an Allow that only the replica has counts, whatever
Region its ARNs name. The table that is stricter reports, so each weaker Region is named by a finding of another one; a tag with
different values is named by both. Replicas outside the audited Regions are compared in both directions, for no finding of their own
could name them. Where policies differ only in the ids of VPCs or endpoints, which belong to one Region, the answer is unknown. Not
applicable to tables without replicas.

## How to fix
Change the setting on the replica that is named, in its Region.
- Console: DynamoDB, choose the replica's Region, the table, Additional settings, Backups or Permissions.
- CLI: `aws dynamodb update-table --region REGION …`, `update-continuous-backups`, `tag-resource`, `put-resource-policy`
- Terraform: `deletion_protection_enabled`, `point_in_time_recovery`, `propagate_tags` of a `replica` block in `aws_dynamodb_table`.
- CloudFormation: the same properties of every entry of `Replicas` in `AWS::DynamoDB::GlobalTable`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gap, Unknown
from dynasec.model.table import Table
from dynasec.semantics.replica_settings import others, table_of, weaknesses

check = Check(
    subject=Table,
    title="Replicas are protected alike",
    severity=Severity.MEDIUM,
    reads=("dynamodb:DescribeTable", "dynamodb:DescribeContinuousBackups", "dynamodb:GetResourcePolicy"),
    frameworks=("nist-800-53-r5:CM-6", "nist-800-53-r5:CP-9"),
    across_replicas=True,
)

_LEGACY = "2017.11.29"


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Compare with every other replica; what cannot be compared matters only while no difference is found."""
    replicas = others(table)
    if not replicas:
        if table.description.known().global_table_version == _LEGACY:
            raise Unknown(
                Gap("dynamodb:DescribeTable", "Unsupported", f"version {_LEGACY} names no replicas")
            )
        return Verdict.not_applicable("has no replicas")
    audited = {region.region for region in context.snapshot.regions}
    found: dict[str, list[str]] = {}
    gaps: list[Gap] = []
    for replica in replicas:
        try:
            other = table_of(table, replica, context.snapshot)
        except Unknown as missing:
            gaps += missing.gaps
            continue
        pairs = [(table, other)] if other.region in audited else [(table, other), (other, table)]
        for stricter, weaker in pairs:
            differences, unread = weaknesses(stricter, weaker)
            gaps += unread
            if differences:
                found.setdefault(weaker.region, []).extend(differences)
    if found:
        text = "; ".join(f"in {region}: {', '.join(what)}" for region, what in sorted(found.items()))
        return Verdict.failed(f"less strict {text}", regions=found)
    if gaps:
        raise Unknown(*gaps)
    regions = [one.region_name for one in replicas]
    return Verdict.passed(f"as strict in {', '.join(regions)}", regions=regions)
