"""Packets from a workload's subnet to DynamoDB pass an endpoint, not the internet gateway.

## Why it matters
An endpoint helps only those subnets whose route table leads to it. A subnet that stayed on the main route table, or a more specific
route beside the endpoint's, still sends its requests out through NAT, past the endpoint policy and past every policy that names the VPC.

## Passes when
The route table in force for the subnet (its own, else the VPC's main one) sends every range of DynamoDB's prefix list to an available
gateway endpoint, longest prefix first; or no route leads to DynamoDB at all and the VPC has an interface endpoint, which then is the only
way. An interface endpoint beside another way out proves nothing: its use is a matter of the name that clients call. Not judged: subnets
in which nothing runs that may use DynamoDB, and subnets from which nothing reaches it.

## How to fix
- Console: VPC, Endpoints, the gateway endpoint, Route tables, Manage route tables, add the one named in the finding. Remove routes that are
  more specific than DynamoDB's ranges.
- CLI: `aws ec2 modify-vpc-endpoint --vpc-endpoint-id VPCE --add-route-table-ids RTB`
- Terraform: `aws_vpc_endpoint_route_table_association` for each route table.
- CloudFormation: add the table to `RouteTableIds` of the `AWS::EC2::VPCEndpoint`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.network import Subnet
from dynasec.semantics.network_path import interface_endpoint, path_to_dynamodb
from dynasec.semantics.route_target import PathKind
from dynasec.semantics.workload import is_workload

check = Check(
    subject=Subnet,
    title="Workload subnets reach DynamoDB through an endpoint",
    severity=Severity.HIGH,
    reads=(
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeRouteTables",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribePrefixLists",
        "ec2:GetManagedPrefixListEntries",
    ),
    frameworks=(
        "nist-800-53-r5:AC-4",
        "nist-800-53-r5:SC-7",
        "source-post:isolating-networks",
        "source-post:vpc-endpoints",
    ),
)


@check.evaluator
def evaluate(subnet: Subnet, context: Context) -> Verdict:
    """Follow the packets."""
    network = context.region(subnet).network
    if not is_workload(network, context.settings, subnet):
        return Verdict.not_applicable("nothing that may use DynamoDB runs in this subnet")
    path = path_to_dynamodb(network, subnet)
    evidence = {
        "path": path.kind.value,
        "route_table": path.route_table,
        "hops": [{"to": hop.target.id or "nowhere", "ranges": list(hop.cidrs)} for hop in path.hops],
    }
    if path.is_private:
        return Verdict.passed(path.reason, **evidence, endpoint=path.endpoint)
    if path.kind is PathKind.NONE:
        return Verdict.not_applicable(path.reason, **evidence)
    interface = interface_endpoint(network, subnet)
    unproven = (
        "" if interface is None else f"; that clients use interface endpoint {interface} cannot be proven"
    )
    return Verdict.failed(f"{path.reason}{unproven}", **evidence)
