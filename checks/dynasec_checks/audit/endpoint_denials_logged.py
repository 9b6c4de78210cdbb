"""What an endpoint's policy refuses is logged.

## Why it matters
A refusal at an endpoint is somebody inside the network who tries what he must not, stolen credentials of another account for instance.
It reaches neither the table nor the management events: without network activity events nobody sees it.

## Passes when
A trail that is logging, or an event data store that is enabled, covers the endpoint's Region and selects the network activity events of
`dynamodb.amazonaws.com`, all of them or those with the error code VpceAccessDenied, of all endpoints or of this one.

## How to fix
- Console: CloudTrail, the trail, Network activity events, Edit, source `dynamodb.amazonaws.com`, template "Log VPC endpoint access denied".
- CLI: `aws cloudtrail put-event-selectors --trail-name NAME --advanced-event-selectors …` with `eventCategory` = `NetworkActivity`,
  `eventSource` = `dynamodb.amazonaws.com` and `errorCode` = `VpceAccessDenied`. The call replaces all selectors: send those that were
  there as well.
- Terraform: `advanced_event_selector` in `aws_cloudtrail`.
- CloudFormation: `AdvancedEventSelectors` in `AWS::CloudTrail::Trail`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown
from dynasec.model.network import Endpoint
from dynasec.semantics.denied_at_endpoint import denials_at
from dynasec.semantics.event_log import coverage, shortfalls

check = Check(
    subject=Endpoint,
    title="Refusals at endpoints are logged",
    severity=Severity.LOW,
    reads=(
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetTrailStatus",
        "cloudtrail:GetEventSelectors",
        "cloudtrail:ListEventDataStores",
        "cloudtrail:GetEventDataStore",
    ),
    frameworks=("nist-800-53-r5:AU-12", "source-post:vpc-endpoints", "source-post:fine-grained-audits"),
)


@check.evaluator
def evaluate(endpoint: Endpoint, context: Context) -> Verdict:
    """Judge all logs of the endpoint's Region."""
    trails, cover = context.snapshot.trails, denials_at(endpoint.vpc_endpoint_id)
    found = coverage(trails, endpoint.region, cover).writes
    if found.proven:
        titles = [log.title for log in found.by]
        return Verdict.passed(f"refusals are logged by {' and '.join(titles)}", logs=titles)
    if found.gaps:
        raise Unknown(*found.gaps)
    near = shortfalls(trails, endpoint.region, cover, lambda _: "selects none of them")
    said = "; ".join(near[:3]) or "no trail and no event data store was found"
    return Verdict.failed(f"refusals are not logged: {said}", logs=list(near))
