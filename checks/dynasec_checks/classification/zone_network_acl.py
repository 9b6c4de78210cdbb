"""The network ACL of a subnet in a security zone admits only the zone and its declared neighbours.

## Why it matters
The default network ACL lets everything in. Security groups are set by whoever deploys a workload; the network ACL is the zone's own
border, which holds when one of them is too wide.

## Passes when
Rule by rule, lowest number first, the network ACL of a subnet in a declared zone lets in connections only from subnets of the same zone
and of zones under `zones.neighbours`. Two names stand for more than subnets: `internet` for every address, `on-premises` for
`network.on_premises`. TCP and UDP to ports from 1024 up are let pass, since a network ACL cannot tell answers from new connections, and so
is ICMP. IPv6 is judged where the subnet has it. Subnets without a zone are not judged: give subnets or VPCs a `zone` tag, or configure
rules with `zone`.

## How to fix
- Console: VPC, Network ACLs, Create network ACL, Inbound rules: one for each neighbour's range and port, then TCP 1024-65535 for answers;
  Subnet associations.
- CLI: `aws ec2 create-network-acl-entry --network-acl-id ACL --ingress --rule-number 100 --protocol tcp --port-range From=443,To=443
  --cidr-block CIDR --rule-action allow`
- Terraform: `aws_network_acl` with `ingress` blocks.
- CloudFormation: `AWS::EC2::NetworkAclEntry`, `AWS::EC2::SubnetNetworkAclAssociation`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gaps, Unknown, malformed
from dynasec.model.network import Subnet
from dynasec.semantics.acl_admission import admitted
from dynasec.semantics.shared_paths import network_acl_of, place_of
from dynasec.semantics.zone_ranges import neighbours_of, ranges_of, zone_ranges

check = Check(
    subject=Subnet,
    title="Network ACLs admit declared neighbours only",
    severity=Severity.MEDIUM,
    reads=("ec2:DescribeNetworkAcls", "ec2:DescribeVpcs"),
    frameworks=(
        "nist-800-53-r5:AC-4",
        "nist-800-53-r5:SC-7",
        "pci-dss-4.0.1:1.3.1",
        "source-post:data-classification-and-security-zone-modeling",
    ),
)


@check.evaluator
def evaluate(subnet: Subnet, context: Context) -> Verdict:
    """Try packets from everywhere else."""
    network = context.region(subnet).network
    zone = place_of(context.placement.zone, network, subnet)
    if zone is None:
        return Verdict.not_applicable(
            "the subnet is in no zone: tag it or its VPC `zone`, or configure rules with `zone`"
        )
    own = tuple(ranges_of(subnet))
    if not own:
        raise Unknown(malformed("ec2:DescribeSubnets", f"{subnet.subnet_id} shows no range", subnet.region))
    acl = network_acl_of(network, subnet)
    gaps = Gaps()
    ranges = zone_ranges(context.snapshot, context.settings, context.placement, gaps)
    allowed = (zone, *neighbours_of(zone, context.settings))
    inside = [cidr for name in allowed for cidr in ranges.get(name, ())]
    found = [
        one for version in sorted({cidr.version for cidr in own}) for one in admitted(acl, inside, version)
    ]
    if not found:
        return Verdict.passed(
            f"network ACL {acl.network_acl_id} admits {' and '.join(allowed)} only", zone=zone
        )
    gaps.settle()  # an unread subnet may be a neighbour's
    told = "; ".join(str(one) for one in found)
    declared = ", ".join(allowed[1:]) or "none"
    return Verdict.failed(
        f"network ACL {acl.network_acl_id}: {told}; neighbours of zone {zone}: {declared}",
        zone=zone,
        rules=[one.rule_number for one in found],
    )
