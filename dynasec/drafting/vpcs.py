"""States for VPCs."""

from __future__ import annotations

from dynasec.change import State
from dynasec.model.network import Vpc


def same_vpc(vpc: Vpc) -> State:
    """Return that the VPC is there, whose id is never given twice, and that it is the same account's."""
    return State(
        operation="ec2:DescribeVpcs",
        params={"VpcIds": [vpc.vpc_id]},
        facts={"Vpcs[0].VpcId": vpc.vpc_id, "Vpcs[0].OwnerId": vpc.owner_id},
        always=True,
    )
