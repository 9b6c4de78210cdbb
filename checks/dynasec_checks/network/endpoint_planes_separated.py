"""No principal uses both data plane and control plane through one endpoint.

## Why it matters
A workload reads and writes items; pipelines and administrators create, change and delete tables. Whoever takes over a workload's machine
should find no way from there to delete a table, switch its recovery off or write its policy, even with an administrator's keys.

## Passes when
By tier (tag `tier` on the endpoint, or a rule): through an endpoint of the tier `app` no action that changes tables passes, through one of
the tier `control` no item action. Without a tier: no principal of the account can do both. The policy is evaluated with its conditions and
Denies. Conditions that exclude one another (two roles, two values of a principal tag) separate; those that one principal may meet do not.

## How to fix
- Console: VPC, Endpoints, the endpoint, Policy, Edit policy: item actions for the workload's roles, table actions for administrators' by
  `aws:PrincipalArn`; better, an endpoint for each tier, each on its own route tables.
- CLI: `aws ec2 modify-vpc-endpoint --vpc-endpoint-id VPCE --policy-document file://policy.json`
- Terraform: `policy` of `aws_vpc_endpoint`, or `aws_vpc_endpoint_policy`.
- CloudFormation: `PolicyDocument` of `AWS::EC2::VPCEndpoint`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown, malformed
from dynasec.model.network import Endpoint
from dynasec.semantics.endpoint_planes import Passage, both, passages
from dynasec.semantics.endpoint_request import OPERATION, Gate, is_gone

check = Check(
    subject=Endpoint,
    title="Data plane and control plane use separate endpoints",
    severity=Severity.HIGH,
    frameworks=("nist-800-53-r5:AC-6", "nist-800-53-r5:SC-7", "source-post:vpc-endpoints"),
)

_FOREIGN_PLANE = {"app": "control", "control": "data"}


@check.evaluator
def evaluate(endpoint: Endpoint, context: Context) -> Verdict:
    """Try both planes."""
    if is_gone(endpoint):
        return Verdict.not_applicable(f"the endpoint is {endpoint.state}")
    gate = Gate.of(endpoint)
    if gate.serves_streams:
        return Verdict.not_applicable("an endpoint for streams has no control plane")
    tier = context.placement.tier(endpoint)
    found = passages(gate, context.snapshot.account.id)
    wrong: tuple[Passage, ...]
    if tier is None:
        wrong = next(both(found), ())
        good = "no principal can use both planes through this endpoint"
    else:
        wrong = tuple(one for one in found if one.plane == _FOREIGN_PLANE[tier])[:1]
        good = f"of the tier {tier}, it lets no action of the other plane pass"
    if not wrong:
        return Verdict.passed(good, tier=tier)
    if all(one.undecided for one in wrong):
        raise Unknown(malformed(OPERATION, "; ".join(map(str, wrong)), endpoint.region))
    told = " and ".join(map(str, wrong))
    lead = f"of the tier {tier}, but" if tier else "one principal can use both planes:"
    return Verdict.failed(f"{lead} {told}", tier=tier, passages=[_evidence(one) for one in wrong])


def _evidence(one: Passage) -> dict[str, object]:
    return {"plane": one.plane, "statements": list(one.statements), "actions": list(one.actions)}
