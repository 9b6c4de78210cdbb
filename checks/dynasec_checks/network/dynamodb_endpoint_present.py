"""A VPC in which something may use DynamoDB has an endpoint for it.

## Why it matters
Without an endpoint, requests to DynamoDB leave the VPC through a NAT or internet gateway. They cannot be told from other traffic to the
internet, no endpoint policy limits where data may go, and no resource policy can ask for the VPC they come from.

## Passes when
The VPC holds an available DynamoDB endpoint: a gateway endpoint with at least one route table, or an interface endpoint. Whether each
subnet really uses it belongs to `subnet-path-private`. A VPC in which nothing runs that may use DynamoDB is not judged.

## How to fix
- Console: VPC, Endpoints, Create endpoint, AWS services, com.amazonaws.REGION.dynamodb, type Gateway, all route tables of the workload.
- CLI: `aws ec2 create-vpc-endpoint --vpc-id VPC --service-name com.amazonaws.REGION.dynamodb --route-table-ids RTB --policy-document FILE`
- Terraform: `aws_vpc_endpoint` with `vpc_endpoint_type = "Gateway"`, `route_table_ids` and a `policy`.
- CloudFormation: `AWS::EC2::VPCEndpoint` with `VpcEndpointType: Gateway`, `RouteTableIds` and a `PolicyDocument`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown, malformed
from dynasec.model.network import Endpoint, Vpc
from dynasec.semantics.workload import workload_subnets

check = Check(
    subject=Vpc,
    title="A VPC with workloads has a DynamoDB endpoint",
    severity=Severity.HIGH,
    reads=("ec2:DescribeSubnets", "ec2:DescribeNetworkInterfaces", "ec2:DescribeVpcEndpoints"),
    frameworks=("nist-800-53-r5:SC-7", "source-post:vpc-endpoints"),
)


@check.evaluator
def evaluate(vpc: Vpc, context: Context) -> Verdict:
    """Look for one endpoint that can be used."""
    network = context.region(vpc).network
    subnets = workload_subnets(network, context.settings, vpc.vpc_id)
    if not subnets.items:
        subnets.complete()
        return Verdict.not_applicable("nothing that may use DynamoDB runs in this VPC")
    busy = [subnet.subnet_id for subnet in subnets.items]
    endpoints = [one for one in network.endpoints.items if one.vpc_id == vpc.vpc_id and one.reaches_tables]
    usable = [one for one in endpoints if _fault(one) is None]
    if usable:
        named = ", ".join(f"{one.vpc_endpoint_type.lower()} endpoint {one.vpc_endpoint_id}" for one in usable)
        return Verdict.passed(f"DynamoDB can be reached through {named}", workload_subnets=busy)
    network.endpoints.complete()
    if vpc.owner_id != context.snapshot.account.id:
        hidden = f"only account {vpc.owner_id}, which shares the VPC, sees all of its endpoints"
        raise Unknown(malformed("ec2:DescribeVpcEndpoints", hidden, vpc.region))
    faults = "; ".join(f"{one.vpc_endpoint_id} {_fault(one)}" for one in endpoints)
    where = f"workloads run in {', '.join(busy[:5])}{' and more' if len(busy) > 5 else ''}"  # noqa: PLR2004 - enough to read
    return Verdict.failed(
        f"{where}, but {faults or 'the VPC has no DynamoDB endpoint'}", workload_subnets=busy
    )


def _fault(endpoint: Endpoint) -> str | None:
    if not endpoint.available:
        return f"is {endpoint.state}"
    if endpoint.is_gateway:
        return None if endpoint.route_table_ids else "is in no route table"
    return None if endpoint.is_interface else f"is of type {endpoint.vpc_endpoint_type}"
