"""An interface endpoint for DynamoDB takes connections from its own network only.

## Why it matters
An interface endpoint is an address in the VPC. Whatever can route to it (peered VPCs, transit gateways, VPN, another department's data
centre) can use it, and then counts as coming from this VPC in every policy that asks for `aws:SourceVpc`. Its security groups are what
decides who that is.

## Passes when
Every security group of the endpoint admits TCP port 443 only from ranges within the VPC's own, from ranges declared as on premises
(`network.on_premises`), or from security groups of the same VPC. Rules for other ports do not matter: nothing listens there. A rule that
names a prefix list whose ranges were not read makes the answer unknown. Gateway endpoints have no security groups and are not judged.

## How to fix
- Console: VPC, Endpoints, the endpoint, Security groups: a group whose inbound rule is HTTPS from the VPC's range or the workload's group.
- CLI: `aws ec2 modify-vpc-endpoint --vpc-endpoint-id VPCE --add-security-group-ids SG --remove-security-group-ids OLD`
- Terraform: `security_group_ids` of `aws_vpc_endpoint`; `aws_vpc_security_group_ingress_rule` with `referenced_security_group_id`.
- CloudFormation: `SecurityGroupIds` of `AWS::EC2::VPCEndpoint`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown, malformed
from dynasec.model.network import Endpoint, Network, Vpc
from dynasec.model.packet_filter import SecurityGroup
from dynasec.semantics.admitted_sources import outside_sources
from dynasec.semantics.endpoint_request import OPERATION, is_gone

check = Check(
    subject=Endpoint,
    title="Interface endpoints admit only their own network",
    severity=Severity.MEDIUM,
    reads=("ec2:DescribeSecurityGroups", "ec2:DescribeVpcs"),
    frameworks=("nist-800-53-r5:AC-4", "nist-800-53-r5:SC-7", "source-post:isolating-networks"),
)

_HTTPS = 443


@check.evaluator
def evaluate(endpoint: Endpoint, context: Context) -> Verdict:
    """Go through the rules of its groups."""
    if is_gone(endpoint):
        return Verdict.not_applicable(f"the endpoint is {endpoint.state}")
    if not endpoint.is_interface:
        return Verdict.not_applicable("only interface endpoints have security groups")
    network, region = context.region(endpoint).network, endpoint.region
    if not endpoint.groups:
        raise Unknown(malformed(OPERATION, f"{endpoint.vpc_endpoint_id} shows no security group", region))
    inside = (*_vpc(network, endpoint).cidrs, *context.settings.network.on_premises)
    found: dict[str, list[str]] = {}
    for one in endpoint.groups:
        group = _group(network, one.group_id, region)
        sources = list(dict.fromkeys(outside_sources(network, group, _HTTPS, inside, region)))
        if sources:
            found[group.group_id] = sources
    if not found:
        return Verdict.passed("its security groups admit port 443 from its own network only")
    told = "; ".join(f"{name} admits port 443 from {', '.join(sources)}" for name, sources in found.items())
    return Verdict.failed(told, admitted=found)


def _vpc(network: Network, endpoint: Endpoint) -> Vpc:
    for vpc in network.vpcs.items:
        if vpc.vpc_id == endpoint.vpc_id:
            return vpc
    network.vpcs.complete()
    raise Unknown(malformed("ec2:DescribeVpcs", f"{endpoint.vpc_id} is not listed", endpoint.region))


def _group(network: Network, group_id: str, region: str) -> SecurityGroup:
    for group in network.security_groups.items:
        if group.group_id == group_id:
            return group
    network.security_groups.complete()
    raise Unknown(malformed("ec2:DescribeSecurityGroups", f"{group_id} is not listed", region))
