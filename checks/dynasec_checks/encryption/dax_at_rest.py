"""A DAX cluster encrypts what it caches.

## Why it matters
The nodes hold items of tables, encrypted there, on disks of their own. Without encryption at rest the copy lies open where the original
does not.

## Passes when
`SSEDescription.Status` is ENABLED.

## How to fix
Encryption is chosen when a cluster is made: make a new one, point the clients to it and delete the old one.
- Console: DynamoDB, DAX, Clusters, Create cluster, Encryption at rest.
- CLI: `aws dax create-cluster … --sse-specification Enabled=true`
- Terraform: `server_side_encryption { enabled = true }` in `aws_dax_cluster`.
- CloudFormation: `SSESpecification: {SSEEnabled: true}` in `AWS::DAX::Cluster`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.companion import DaxCluster
from dynasec.model.fact import Unknown, malformed

check = Check(
    subject=DaxCluster,
    title="DAX encrypts at rest",
    severity=Severity.HIGH,
    frameworks=(
        "aws-fsbp:DynamoDB.3",
        "nist-800-53-r5:SC-28",
        "hipaa-164:312(a)(2)(iv)",
        "source-post:encryption-at-rest",
    ),
)


@check.evaluator
def evaluate(cluster: DaxCluster, _: Context) -> Verdict:
    """Judge the status; AWS sends it of every cluster."""
    sse = cluster.description.sse
    status = None if sse is None else sse.status
    if status == "ENABLED":
        return Verdict.passed("encryption at rest is on")
    if status in {"DISABLED", "DISABLING"}:
        return Verdict.failed("encryption at rest is off")
    raise Unknown(malformed("dax:DescribeClusters", f"SSEDescription.Status is {status}", cluster.region))
