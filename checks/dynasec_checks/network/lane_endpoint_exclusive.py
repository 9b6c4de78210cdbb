"""A gateway endpoint serves subnets of one lane.

## Why it matters
A lane is a business domain whose data keeps to itself. An endpoint has one policy for everybody who comes through it: where two lanes share
it, the policy must allow what either of them needs, and so each gets at the other's tables.

## Passes when
All subnets whose route table in force leads to the endpoint are in one lane; a subnet is in its own lane, else in its VPC's. Not judged are
endpoints that serve no subnet with a lane (tag subnets or VPCs `lane`, or configure rules with `lane`), and interface endpoints, which the
whole VPC reaches.

## How to fix
- Console: VPC, Route tables: one for each lane's subnets; VPC, Endpoints: one gateway endpoint for each lane's route table.
- CLI: `aws ec2 create-vpc-endpoint --vpc-id VPC --service-name com.amazonaws.REGION.dynamodb --route-table-ids RTB`, after
  `aws ec2 modify-vpc-endpoint --vpc-endpoint-id VPCE --remove-route-table-ids RTB`
- Terraform: one `aws_vpc_endpoint` with its `route_table_ids` for each lane.
- CloudFormation: one `AWS::EC2::VPCEndpoint` with its `RouteTableIds` for each lane.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.network import Endpoint
from dynasec.semantics.endpoint_request import is_gone
from dynasec.semantics.lane_of_endpoint import lanes_served

check = Check(
    subject=Endpoint,
    title="A gateway endpoint serves one lane",
    severity=Severity.MEDIUM,
    reads=("ec2:DescribeRouteTables", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
    frameworks=("nist-800-53-r5:AC-4", "nist-800-53-r5:SC-7", "source-post:swim-lane-isolation"),
)


@check.evaluator
def evaluate(endpoint: Endpoint, context: Context) -> Verdict:
    """Count the lanes."""
    if is_gone(endpoint):
        return Verdict.not_applicable(f"the endpoint is {endpoint.state}")
    if not endpoint.is_gateway:
        return Verdict.not_applicable("the whole VPC reaches an interface endpoint")
    served = lanes_served(context.region(endpoint).network, endpoint, context.placement)
    lanes = {lane: subnets for lane, subnets in sorted(served.items(), key=str) if lane is not None}
    if not lanes:
        return Verdict.not_applicable(
            "no subnet it serves is in a lane: tag subnets or their VPC `lane`, or configure rules with `lane`"
        )
    evidence = {"lanes": {lane: list(subnets) for lane, subnets in lanes.items()}}
    whose = [f"{lane} ({', '.join(subnets)})" for lane, subnets in lanes.items()]
    nobodys = served.get(None, ())
    if len(lanes) > 1:
        return Verdict.failed(f"serves lanes {' and '.join(whose)}", **evidence)
    if nobodys:
        told = f"serves lane {whose[0]} and subnets of no lane ({', '.join(nobodys)})"
        return Verdict.failed(told, **evidence, without_lane=list(nobodys))
    return Verdict.passed(f"serves lane {whose[0]} only", **evidence)
