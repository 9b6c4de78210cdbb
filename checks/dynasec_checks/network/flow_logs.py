"""Flow logs record all traffic of the subnets in which workloads run.

## Why it matters
Flow logs tell who talked to whom: whether a workload went to DynamoDB past the endpoint, which machine sent the gigabytes, what was tried
and refused. What was not recorded cannot be looked up after an incident.

## Passes when
For every workload subnet, logs that are ACTIVE and deliver successfully record accepted and rejected traffic: logs of the VPC, of the
subnet, or of each of its network interfaces, together. A log that has told nothing of its delivery yet proves nothing. A VPC in which
nothing runs that may use DynamoDB is not judged.

## How to fix
- Console: VPC, Your VPCs, the VPC, Flow logs, Create flow log, Filter: All.
- CLI: `aws ec2 create-flow-logs --resource-type VPC --resource-ids VPC --traffic-type ALL --log-destination-type s3 --log-destination ARN`
- Terraform: `aws_flow_log` with `vpc_id` and `traffic_type = "ALL"`.
- CloudFormation: `AWS::EC2::FlowLog` with `ResourceType: VPC` and `TrafficType: ALL`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown, malformed
from dynasec.model.network import Vpc
from dynasec.semantics.flow_log_coverage import ALL, logs_of, not_delivering, recorded, unrecorded
from dynasec.semantics.workload import workload_subnets

check = Check(
    subject=Vpc,
    title="Flow logs record all traffic of workload subnets",
    severity=Severity.MEDIUM,
    reads=("ec2:DescribeSubnets", "ec2:DescribeNetworkInterfaces", "ec2:DescribeFlowLogs"),
    frameworks=(
        "aws-fsbp:EC2.6",
        "cis-aws-3.0:3.7",
        "nist-800-53-r5:AU-12",
        "nist-800-53-r5:SI-4",
        "source-post:isolating-networks",
    ),
)

_OPERATION = "ec2:DescribeFlowLogs"


@check.evaluator
def evaluate(vpc: Vpc, context: Context) -> Verdict:
    """Judge what is recorded for certain, then what could be at best."""
    network = context.region(vpc).network
    subnets = workload_subnets(network, context.settings, vpc.vpc_id)
    if not subnets.items:
        subnets.complete()
        return Verdict.not_applicable("nothing that may use DynamoDB runs in this VPC")
    if recorded(logs_of(network, vpc.vpc_id)) == ALL:
        return Verdict.passed("flow logs of the VPC record all traffic")
    if not any(unrecorded(network, one) for one in subnets.items):
        subnets.complete()
        return Verdict.passed("flow logs record all traffic of every workload subnet")
    network.flow_logs.complete()
    if vpc.owner_id != context.snapshot.account.id:
        hidden = f"only account {vpc.owner_id}, which shares the VPC, sees all of its flow logs"
        raise Unknown(malformed(_OPERATION, hidden, vpc.region))
    bare = {one.subnet_id: sorted(unrecorded(network, one, pending=True)) for one in subnets.items}
    bare = {name: missing for name, missing in bare.items() if missing}
    if not bare:
        raise Unknown(malformed(_OPERATION, "a flow log does not tell yet whether it delivers", vpc.region))
    alike: dict[str, list[str]] = {}
    for name, missing in bare.items():
        alike.setdefault(" and ".join(missing), []).append(name)
    what = [f"{missing} traffic of {', '.join(names)} is not recorded" for missing, names in alike.items()]
    what += [
        f"{log.flow_log_id} of {log.resource_id} does not deliver: {log.deliver_logs_error_message or 'no reason given'}"
        for log in not_delivering(network, vpc.vpc_id)
    ]
    return Verdict.failed("; ".join(what), unrecorded=bare)
