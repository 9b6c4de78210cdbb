"""A DAX cluster speaks TLS only.

## Why it matters
Requests and items travel between the applications and the cluster's nodes. Without TLS everybody on the network between them can read
and change both.

## Passes when
`ClusterEndpointEncryptionType` is TLS.

## How to fix
The endpoint's encryption is chosen when a cluster is made: make a new one, point the clients to its `daxs://` address and delete the old.
- Console: DynamoDB, DAX, Clusters, Create cluster, Encryption in transit.
- CLI: `aws dax create-cluster … --cluster-endpoint-encryption-type TLS`
- Terraform: `cluster_endpoint_encryption_type = "TLS"` in `aws_dax_cluster`.
- CloudFormation: `ClusterEndpointEncryptionType: TLS` in `AWS::DAX::Cluster`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.companion import DaxCluster
from dynasec.model.fact import Unknown, malformed

check = Check(
    subject=DaxCluster,
    title="DAX encrypts in transit",
    severity=Severity.HIGH,
    frameworks=(
        "aws-fsbp:DynamoDB.7",
        "nist-800-53-r5:SC-8",
        "hipaa-164:312(e)(1)",
        "source-post:encryption-in-transit",
    ),
)


@check.evaluator
def evaluate(cluster: DaxCluster, _: Context) -> Verdict:
    """Judge the endpoint's type; AWS sends it of every cluster."""
    kind = cluster.description.cluster_endpoint_encryption_type
    if kind == "TLS":
        return Verdict.passed("its endpoint speaks TLS only")
    if kind == "NONE":
        return Verdict.failed("its endpoint speaks without TLS")
    raise Unknown(
        malformed("dax:DescribeClusters", f"ClusterEndpointEncryptionType is {kind}", cluster.region)
    )
