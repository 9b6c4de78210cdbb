"""Every read and every write of a sensitive table's items is recorded.

## Why it matters
GetItem, Query, Scan, PutItem and their like are data events: no trail logs them unless it is told to, so after an incident nobody can
say which items were read, or by whom. A trail that logs writes only misses the very theft of data.

## Passes when
Trails that are logging, or event data stores that are enabled, and that cover the table's Region, together select all reads and all
writes of the table. Basic and advanced selectors are evaluated; PartiQL statements count as reads and writes, and reads of the
table's stream as reads. Deletions by Time to Live are never logged. An organization's event data store is invisible to member
accounts, and event data stores are looked for in the audited Regions only: where such a store is all there is, suppress this control.

## How to fix
- Console: CloudTrail, the trail, Data events, Edit, add DynamoDB with the log selector template "Log all events".
- CLI: `aws cloudtrail put-event-selectors --trail-name NAME --advanced-event-selectors …` with `eventCategory` = `Data` and
  `resources.type` = `AWS::DynamoDB::Table`. The call replaces all selectors: send those that were there as well.
- Terraform: `advanced_event_selector` in `aws_cloudtrail`.
- CloudFormation: `AdvancedEventSelectors` in `AWS::CloudTrail::Trail`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown
from dynasec.model.table import Table
from dynasec.semantics.event_log import coverage, shortfalls, table_events

check = Check(
    subject=Table,
    title="Reads and writes of items are logged",
    severity=Severity.HIGH,
    reads=(
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetTrailStatus",
        "cloudtrail:GetEventSelectors",
        "cloudtrail:ListEventDataStores",
        "cloudtrail:GetEventDataStore",
    ),
    frameworks=(
        "nist-800-53-r5:AU-2",
        "nist-800-53-r5:AU-12",
        "pci-dss-4.0.1:10.2.1",
        "hipaa-164:312(b)",
        "source-post:fine-grained-audits",
    ),
)


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Judge all trails and stores that take in events of the table's Region together, reads and writes apart."""
    if not context.is_sensitive(table):
        return Verdict.not_applicable("the table's data is not sensitive")
    trails, cover = context.snapshot.trails, table_events(table.arn)
    found = coverage(trails, table.region, cover)
    if found.missing:
        near = shortfalls(trails, table.region, cover, lambda _: "logs no data events of it")
        said = "; ".join(near[:3]) or "no trail and no event data store was found"
        missing = " and ".join(found.missing)
        return Verdict.failed(f"not all {missing} of items are logged: {said}", logs=list(near))
    if not found.proven:
        raise Unknown(*found.gaps)
    titles = [log.title for log in found.by]
    return Verdict.passed(f"reads and writes of items are logged by {' and '.join(titles)}", logs=titles)
