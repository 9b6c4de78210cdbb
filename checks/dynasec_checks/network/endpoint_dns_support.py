"""A VPC with a gateway endpoint for DynamoDB resolves names through Amazon's DNS.

## Why it matters
A gateway endpoint is a route to the addresses that DynamoDB's regional name has in this Region. AWS demands DNS support for it: without,
clients ask some other resolver, which may give no answer or addresses that the endpoint's route does not cover, and the traffic fails or
leaves through NAT.

## Passes when
`enableDnsSupport` is on in each VPC that holds an available gateway endpoint for DynamoDB. Other VPCs are not judged.

## How to fix
- Console: VPC, Your VPCs, the VPC, Actions, Edit VPC settings, Enable DNS resolution.
- CLI: `aws ec2 modify-vpc-attribute --vpc-id VPC --enable-dns-support`
- Terraform: `enable_dns_support = true` in `aws_vpc`.
- CloudFormation: `EnableDnsSupport: true` in `AWS::EC2::VPC`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.network import Vpc

check = Check(
    subject=Vpc,
    title="DNS support is on where a gateway endpoint is",
    severity=Severity.LOW,
    reads=("ec2:DescribeVpcAttribute", "ec2:DescribeVpcEndpoints"),
    frameworks=("nist-800-53-r5:SC-7", "source-post:vpc-endpoints"),
)


@check.evaluator
def evaluate(vpc: Vpc, context: Context) -> Verdict:
    """Judge a VPC that has a gateway endpoint."""
    endpoints = context.region(vpc).network.endpoints
    gateways = [
        one.vpc_endpoint_id
        for one in endpoints.items
        if one.vpc_id == vpc.vpc_id and one.is_gateway and one.reaches_tables and one.available
    ]
    if not gateways:
        endpoints.complete()
        return Verdict.not_applicable("the VPC shows no gateway endpoint for DynamoDB")
    named = ", ".join(gateways)
    if vpc.dns_support.known():
        return Verdict.passed("DNS support is on", endpoints=gateways)
    return Verdict.failed(f"DNS support is off, which gateway endpoint {named} needs", endpoints=gateways)
