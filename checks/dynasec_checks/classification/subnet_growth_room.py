"""Subnets in which workloads run have free addresses.

## Why it matters
A subnet that runs out of addresses stops deployments and scaling, and what is done then in a hurry breaks the zones: workloads move to
whichever subnet has room, with its routes, its network ACL and its endpoint.

## Passes when
At least `thresholds.free_addresses_percent` (20 by default) of the addresses that AWS leaves to customers in the subnet's IPv4 range are
free. Subnets in which nothing runs that may use DynamoDB, and those with IPv6 only, are not judged.

## How to fix
A subnet's range cannot be changed.
- Console: VPC, Subnets, Create subnet with a larger range, in the same zone; move the workloads. Or VPC, Actions, Edit CIDRs first.
- CLI: `aws ec2 create-subnet --vpc-id VPC --cidr-block CIDR`
- Terraform: a further `aws_subnet` with a wider `cidr_block`.
- CloudFormation: a further `AWS::EC2::Subnet`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown, malformed
from dynasec.model.network import Subnet
from dynasec.semantics.workload import is_workload

check = Check(
    subject=Subnet,
    title="Workload subnets have room to grow",
    severity=Severity.LOW,
    reads=("ec2:DescribeNetworkInterfaces",),
    frameworks=("source-post:data-classification-and-security-zone-modeling",),
)

_RESERVED = 5
"""Addresses that AWS keeps in every subnet: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html."""
_OPERATION = "ec2:DescribeSubnets"


@check.evaluator
def evaluate(subnet: Subnet, context: Context) -> Verdict:
    """Compare what is free with what there is."""
    if not is_workload(context.region(subnet).network, context.settings, subnet):
        return Verdict.not_applicable("nothing that may use DynamoDB runs in this subnet")
    if subnet.cidr_block is None:
        if subnet.ipv6_cidr_block_association_set:
            return Verdict.not_applicable("the subnet has IPv6 only, with room enough")
        raise Unknown(malformed(_OPERATION, f"{subnet.subnet_id} shows no range", subnet.region))
    free = subnet.available_ip_address_count
    if free is None:
        raise Unknown(
            malformed(_OPERATION, f"{subnet.subnet_id} shows no count of free addresses", subnet.region)
        )
    usable = max(1, subnet.cidr_block.num_addresses - _RESERVED)
    percent = 100 * free / usable
    demanded = context.settings.thresholds.free_addresses_percent
    told = f"{free} of {usable} addresses of {subnet.cidr_block} are free ({int(percent)} %)"
    if percent < demanded:
        return Verdict.failed(f"{told}, less than {demanded} %", free=free, usable=usable)
    return Verdict.passed(told, free=free, usable=usable)
