"""Builds DAX clusters by hand."""

from __future__ import annotations

from typing import Any

from dynasec.model.companion import Companions, DaxCluster, DaxDescription, DaxSubnetGroup
from dynasec.model.fact import Fact, Listing
from dynasec.model.region import Region
from tests.support.accounts import ACCOUNT, REGION, region, table

ROLE = f"arn:aws:iam::{ACCOUNT}:role/dax"
GROUP = DaxSubnetGroup.model_validate(
    {"SubnetGroupName": "private", "VpcId": "vpc-1", "Subnets": [{"SubnetIdentifier": "subnet-1"}]}
)


def cluster(name: str = "cache", *, group: Any = GROUP, **members: Any) -> DaxCluster:
    """A cluster; `members` as AWS spells them, None to leave one out."""
    arn = f"arn:aws:dax:{REGION}:{ACCOUNT}:cache/{name}"
    defaults = {
        "ClusterName": name,
        "ClusterArn": arn,
        "Status": "available",
        "IamRoleArn": ROLE,
        "SubnetGroup": "private",
        "SecurityGroups": [{"SecurityGroupIdentifier": "sg-1", "Status": "active"}],
        "SSEDescription": {"Status": "ENABLED"},
        "ClusterEndpointEncryptionType": "TLS",
    }
    fields = {key: value for key, value in {**defaults, **members}.items() if value is not None}
    return DaxCluster(
        arn=arn,
        region=REGION,
        name=name,
        description=DaxDescription.model_validate(fields),
        subnet_group=group if isinstance(group, Fact) else Fact(group),
    )


def with_clusters(*clusters: DaxCluster, **families: Any) -> Region:
    """A Region with a table and these clusters."""
    return region(table(), companions=Companions(dax_clusters=Listing(clusters)), **families)
