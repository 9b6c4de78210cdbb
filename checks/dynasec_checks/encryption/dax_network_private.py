"""A DAX cluster keeps off the internet.

## Why it matters
DAX authenticates callers, but its nodes answer whoever reaches their ports. In a subnet that leads to the internet, behind a security
group that admits anybody, only that one check is left between the world and the cached items.

## Passes when
No subnet of the cluster's subnet group has a route to an internet gateway, and no security group of the cluster admits to its ports (8111,
9111) ranges so wide that they hold everybody's addresses. Rules that name a prefix list make the answer unknown.

## How to fix
- Console: DynamoDB, DAX, Subnet groups: use private subnets; EC2, Security groups: admit the applications' group only.
- CLI: `aws ec2 revoke-security-group-ingress --group-id ID --protocol tcp --port 9111 --cidr 0.0.0.0/0`
- Terraform: `subnet_group_name` and `security_group_ids` in `aws_dax_cluster`.
- CloudFormation: `SubnetGroupName` and `SecurityGroupIds` in `AWS::DAX::Cluster`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.companion import DaxCluster
from dynasec.model.fact import Gaps
from dynasec.semantics.cluster_network import exposures

check = Check(
    subject=DaxCluster,
    title="DAX is in a private network",
    severity=Severity.MEDIUM,
    reads=(
        "dax:DescribeSubnetGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroups",
    ),
    frameworks=("nist-800-53-r5:SC-7", "pci-dss-4.0.1:1.4.4", "source-post:isolating-networks"),
)


@check.evaluator
def evaluate(cluster: DaxCluster, context: Context) -> Verdict:
    """Look for exposures; only if there are none, what is unreadable matters."""
    gaps = Gaps()
    found = list(exposures(cluster, context.region(cluster).network, gaps))
    if found:
        return Verdict.failed("; ".join(found), exposures=found)
    gaps.settle()
    return Verdict.passed("its subnets have no internet gateway and its security groups admit no wide range")
