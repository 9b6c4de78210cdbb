"""AWS Shield Advanced stands behind the account's public front doors.

## Why it matters
A flood of requests at a front door ends up as throttled tables, and as a bill. Shield Standard stops floods of packets; Shield Advanced
adds detection at the application layer, a response team and protection from the bill.

## Passes when
The account is subscribed to Shield Advanced and the subscription renews itself. Asked only where there is something it can protect: an
internet-facing load balancer, an enabled CloudFront distribution or accelerator, a public hosted zone. (Which of
them are protected is another question.)

## How to fix
A subscription commits to a year of fees, so decide this for the organisation, not for one account.
- Console: WAF & Shield, AWS Shield, Getting started, Subscribe to Shield Advanced.
- CLI: `aws shield create-subscription`; `aws shield update-subscription --auto-renew ENABLED`.
- Terraform: `aws_shield_subscription` with `auto_renew = "ENABLED"`.
- CloudFormation: none; subscribe first, then `AWS::Shield::Protection` for each front door.
"""

from collections.abc import Iterator

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.account import Account
from dynasec.model.edge import FrontDoor
from dynasec.model.fact import Gaps, Listing, Unknown, malformed
from dynasec.model.snapshot import Snapshot

check = Check(
    subject=Account,
    title="Shield Advanced is subscribed to",
    severity=Severity.LOW,
    reads=(
        "shield:GetSubscriptionState",
        "shield:DescribeSubscription",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elb:DescribeLoadBalancers",
        "cloudfront:ListDistributions",
        "globalaccelerator:ListAccelerators",
        "route53:ListHostedZones",
    ),
    frameworks=("nist-800-53-r5:SC-5", "source-post:ddos-and-application-level-threats"),
)


@check.evaluator
def evaluate(account: Account, context: Context) -> Verdict:
    """Look for one front door, then judge the subscription."""
    if account.partition != "aws":
        return Verdict.not_applicable(f"the partition {account.partition} has no Shield Advanced")
    gaps = Gaps()
    doors = [door for doors in _listings(context.snapshot) for door in gaps.items(doors) if door.public]
    if not doors:
        gaps.settle()
        return Verdict.not_applicable(
            "no public front door in the audited Regions that Shield Advanced protects"
        )
    behind = f"behind {doors[0].kind} {doors[0].label}" + (f" and {len(doors) - 1} more" if doors[1:] else "")
    edge = context.snapshot.edge
    state = edge.shield_state.known()
    if state != "ACTIVE":
        return Verdict.failed(f"there is no Shield Advanced {behind}", state=state, front_doors=len(doors))
    subscription = edge.shield_subscription.known()
    if subscription is None or subscription.auto_renew not in {"ENABLED", "DISABLED"}:
        raise Unknown(malformed("shield:DescribeSubscription", "nothing is said of the renewal"))
    if subscription.auto_renew == "DISABLED":
        end = subscription.end_time.date().isoformat() if subscription.end_time else "an unknown day"
        return Verdict.failed(f"the Shield Advanced {behind} ends on {end}", front_doors=len(doors))
    return Verdict.passed(f"Shield Advanced is active {behind}, and renews itself", front_doors=len(doors))


def _listings(snapshot: Snapshot) -> Iterator[Listing[FrontDoor]]:
    yield from snapshot.edge.shieldable()
    for region in snapshot.regions:
        yield from region.edge.shieldable()
