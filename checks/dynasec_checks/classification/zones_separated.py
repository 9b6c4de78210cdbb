"""Security zones of a VPC share no route table, network ACL or DynamoDB endpoint.

## Why it matters
A zone is what its rules make it. Where two zones share a route table, a route added for one is there for the other; a shared network ACL
cannot tell them apart; through a shared endpoint, whose policy is one for all, the less trusted zone reaches what the other may.

## Passes when
No route table in force, network ACL or DynamoDB endpoint serves subnets of more than one declared zone. Each thing that is shared is told
once. Subnets without a zone are not compared. A VPC in which no subnet is in a zone is not judged: give VPCs or subnets a `zone` tag, or
rules with `match` and `zone`.

## How to fix
- Console: VPC, Route tables, Create route table for each zone, Subnet associations; likewise Network ACLs; a gateway endpoint for each
  zone's route table with its own policy.
- CLI: `aws ec2 replace-route-table-association`, `aws ec2 replace-network-acl-association`, `aws ec2 create-vpc-endpoint`
- Terraform: one `aws_route_table`, `aws_network_acl` and `aws_vpc_endpoint` for each zone.
- CloudFormation: one `AWS::EC2::RouteTable`, `AWS::EC2::NetworkAcl` and `AWS::EC2::VPCEndpoint` for each zone.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gaps
from dynasec.model.network import Vpc
from dynasec.semantics.shared_paths import place_of, shared

check = Check(
    subject=Vpc,
    title="Security zones share no network paths",
    severity=Severity.MEDIUM,
    reads=(
        "ec2:DescribeNetworkAcls",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcEndpoints",
    ),
    frameworks=(
        "nist-800-53-r5:AC-4",
        "nist-800-53-r5:SC-7",
        "source-post:data-classification-and-security-zone-modeling",
    ),
)


@check.evaluator
def evaluate(vpc: Vpc, context: Context) -> Verdict:
    """See which things serve more than one zone."""
    network = context.region(vpc).network
    own = [one for one in network.subnets.items if one.vpc_id == vpc.vpc_id]
    zones = [(one, place_of(context.placement.zone, network, one)) for one in own]
    placed = [(one, zone) for one, zone in zones if zone is not None]
    gaps = Gaps()
    found = shared(network, placed, gaps)
    if found:
        return Verdict.failed(
            "; ".join(str(one) for one in found),
            shared=[
                {
                    "kind": one.kind,
                    "id": one.id,
                    "zones": {zone: list(ids) for zone, ids in one.places.items()},
                }
                for one in found
            ],
        )
    network.subnets.complete()
    if not placed:
        return Verdict.not_applicable(
            "none of its subnets is in a zone: tag the VPC or its subnets `zone`, or configure rules with `zone`"
        )
    names = sorted({zone for _, zone in placed})
    if len(names) == 1:
        return Verdict.passed(f"all its subnets that are in a zone are in {names[0]}", zones=names)
    gaps.settle()
    return Verdict.passed(f"zones {', '.join(names)} share nothing", zones=names)
