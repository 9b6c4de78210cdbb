"""Shield Advanced protects each public front door.

## Why it matters
A subscription protects nothing by itself: every resource has to be added, and the one that was made last is the one that was forgotten.

## Passes when
The internet-facing application or classic load balancer, the enabled CloudFront distribution or accelerator, or the public hosted zone is a
protected resource. Without a subscription there is nothing to add it to: see `shield-advanced`. Network load balancers are protected by
their Elastic IP addresses, and APIs by the distribution before them.

## How to fix
- Console: WAF & Shield, AWS Shield, Protected resources, Add resources to protect.
- CLI: `aws shield create-protection --name NAME --resource-arn ARN`
- Terraform: `aws_shield_protection`.
- CloudFormation: `AWS::Shield::Protection`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.edge import DoorKind, FrontDoor

check = Check(
    subject=FrontDoor,
    title="Shield Advanced protects the front door",
    severity=Severity.LOW,
    reads=("shield:GetSubscriptionState", "shield:ListProtections"),
    frameworks=("nist-800-53-r5:SC-5", "source-post:ddos-and-application-level-threats"),
)

PROTECTABLE = frozenset(
    {
        DoorKind.ACCELERATOR,
        DoorKind.APPLICATION_LOAD_BALANCER,
        DoorKind.CLASSIC_LOAD_BALANCER,
        DoorKind.DISTRIBUTION,
        DoorKind.HOSTED_ZONE,
    }
)


@check.evaluator
def evaluate(door: FrontDoor, context: Context) -> Verdict:
    """Look for the door among what is protected."""
    if door.kind not in PROTECTABLE:
        return Verdict.not_applicable(f"Shield Advanced does not protect a {door.kind} by itself")
    if not door.public:
        return Verdict.not_applicable(f"the {door.kind} is not public")
    account, edge = context.snapshot.account, context.snapshot.edge
    if account.partition != "aws":
        return Verdict.not_applicable(f"the partition {account.partition} has no Shield Advanced")
    if edge.shield_state.known() != "ACTIVE":
        return Verdict.not_applicable("there is no Shield Advanced: see shield-advanced")
    if door.arn in edge.shield_protections.items:
        return Verdict.passed(f"the {door.kind} is a protected resource")
    edge.shield_protections.complete()
    return Verdict.failed(f"the {door.kind} is public, and no protected resource of Shield Advanced")
