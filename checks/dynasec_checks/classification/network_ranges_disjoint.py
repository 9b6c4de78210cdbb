"""The address ranges of a VPC are its own.

## Why it matters
Zones are told apart by their addresses: network ACLs, on-premises firewalls and conditions on source addresses mean nothing where two
networks use the same ones. Networks with shared addresses cannot be routed to each other, so that they end up joined by NAT, which hides
who is asking.

## Passes when
No range of the VPC, primary or secondary, IPv4 or IPv6, has addresses in common with another VPC in use in any audited Region, nor with a
range configured as on premises (`network.on_premises`). A VPC without any network interface, such as an untouched default VPC, is
neither judged nor compared with.

## How to fix
- Console: a VPC's primary range cannot be changed. Add a secondary range of its own (VPC, Actions, Edit CIDRs), move the workloads to
  subnets in it, then remove the shared one; or create a new VPC.
- CLI: `aws ec2 associate-vpc-cidr-block --vpc-id VPC --cidr-block CIDR`
- Terraform: `aws_vpc_ipv4_cidr_block_association`; ranges from `aws_vpc_ipam_pool` never overlap.
- CloudFormation: `AWS::EC2::VPCCidrBlock`; `Ipv4IpamPoolId` of `AWS::EC2::VPC` gives ranges that never overlap.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gaps
from dynasec.model.network import Vpc
from dynasec.semantics.address_overlap import (
    Overlap,
    are_peered,
    is_in_use,
    overlaps,
    overlaps_with_vpcs,
)

check = Check(
    subject=Vpc,
    title="Network ranges do not overlap",
    severity=Severity.MEDIUM,
    reads=("ec2:DescribeNetworkInterfaces", "ec2:DescribeVpcPeeringConnections"),
    frameworks=("nist-800-53-r5:SC-7", "source-post:data-classification-and-security-zone-modeling"),
)


@check.evaluator
def evaluate(vpc: Vpc, context: Context) -> Verdict:
    """Compare with every other network that is known."""
    if not is_in_use(context.region(vpc).network, vpc):
        return Verdict.not_applicable("the VPC has no network interface: nothing runs in it")
    gaps = Gaps()
    found = [
        *overlaps_with_vpcs(context.snapshot, vpc, gaps),
        *overlaps(vpc.cidrs, context.settings.network.on_premises),
    ]
    if found:
        return Verdict.failed(
            "; ".join(_words(one, vpc, context) for one in found),
            overlaps=[
                {
                    "own": str(one.own),
                    "other": str(one.other),
                    "vpc": one.vpc.arn if one.vpc else "on premises",
                }
                for one in found
            ],
        )
    gaps.settle()
    ranges = [str(cidr) for cidr in vpc.cidrs]
    return Verdict.passed(f"no other known network uses addresses of {', '.join(ranges)}", ranges=ranges)


def _words(overlap: Overlap, vpc: Vpc, context: Context) -> str:
    what = f"{overlap.own} overlaps {overlap.other}"
    if overlap.vpc is None:
        return f"{what} on premises"
    peered = ", with which the VPC is peered" if are_peered(context.snapshot, vpc, overlap.vpc) else ""
    return f"{what} of {overlap.vpc.vpc_id} in {overlap.vpc.region}{peered}"
