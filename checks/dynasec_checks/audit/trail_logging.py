"""Every call that changes or looks up the account's configuration is recorded, in all Regions.

## Why it matters
Who switched the recovery of a table off, changed its policy, or handed the key's use to somebody else, is told by CloudTrail's
management events alone. Without a trail they are kept for 90 days, and where nobody reads them. A trail of one Region is blind to
whoever goes to another one, and a trail of writes only is blind to whoever looks around first.

## Passes when
Trails or event data stores of all Regions, the account's own or its organization's, are logging and together record reading and
writing management events of every service. A trail that leaves out the events of AWS KMS or of another service does not count. That
the latest delivery went wrong is mentioned, and judged by `trail-delivers`. An organization's event data store is invisible to member
accounts, and event data stores are looked for in the audited Regions only: where such a store is all there is, suppress this control.

## How to fix
- Console: CloudTrail, Trails, Create trail; a trail made there is of all Regions. Event type: Management events, Read and Write.
- CLI: `aws cloudtrail create-trail --name NAME --s3-bucket-name BUCKET --is-multi-region-trail --enable-log-file-validation`, then
  `aws cloudtrail start-logging --name NAME`.
- Terraform: `aws_cloudtrail` with `is_multi_region_trail = true` and `enable_logging = true`.
- CloudFormation: `AWS::CloudTrail::Trail` with `IsMultiRegionTrail: true` and `IsLogging: true`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.account import Account
from dynasec.model.fact import Unknown
from dynasec.model.trail import EventSelectors
from dynasec.semantics.event_log import coverage, management_events, shortfalls
from dynasec.semantics.event_selector import logs_management_events

check = Check(
    subject=Account,
    title="A trail of all Regions logs management events",
    severity=Severity.HIGH,
    reads=(
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetTrailStatus",
        "cloudtrail:GetEventSelectors",
        "cloudtrail:ListEventDataStores",
        "cloudtrail:GetEventDataStore",
    ),
    frameworks=(
        "aws-fsbp:CloudTrail.1",
        "cis-aws-3.0:3.1",
        "nist-800-53-r5:AU-2",
        "nist-800-53-r5:AU-12",
        "pci-dss-4.0.1:10.2.1",
        "hipaa-164:312(b)",
        "source-post:fine-grained-audits",
    ),
)

ALL_REGIONS = ""


@check.evaluator
def evaluate(_: Account, context: Context) -> Verdict:
    """Judge all trails and stores together, reads and writes apart."""
    trails = context.snapshot.trails
    found = coverage(trails, ALL_REGIONS, management_events)
    if found.missing:
        near = shortfalls(trails, ALL_REGIONS, management_events, _nothing)
        said = "; ".join(near[:3]) or "no trail and no event data store was found"
        missing = " and ".join(found.missing)
        return Verdict.failed(f"no log of all Regions has all management {missing}: {said}", logs=list(near))
    if not found.proven:
        raise Unknown(*found.gaps)
    broken = [
        f"; the latest delivery of {log.title} failed: {log.delivery_error}"
        for log in found.by
        if log.delivery_error
    ]
    titles = [log.title for log in found.by]
    return Verdict.passed(
        f"management events of all Regions are logged by {' and '.join(titles)}{''.join(broken)}", logs=titles
    )


def _nothing(selectors: EventSelectors) -> str:
    excluded = logs_management_events(selectors.basic, selectors.advanced).excluded_sources
    return f"leaves out {', '.join(sorted(excluded))}" if excluded else "logs no management events"
