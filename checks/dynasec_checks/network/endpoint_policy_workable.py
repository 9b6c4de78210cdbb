"""A DynamoDB endpoint's policy lets through what it means to let through.

## Why it matters
A policy that breaks calls without saying so is soon replaced by full access, in a hurry. The usual mistakes do not show when the policy is
saved: item actions on `table/*/index/*`, which names indexes and no table; an ARN with a space in it; an account as the Principal of a
gateway endpoint, which means its root user; `dynamodb:TransactWriteItems`, which is no IAM action.

## Passes when
Every statement has a Principal (`"*"` on a gateway endpoint), every DynamoDB ARN is well-formed and of the endpoint's Region, item actions
that work on tables are allowed on tables, API operations that are no IAM actions are not named, and some principal of the account may call
`dynamodb:DescribeEndpoints`. The finding tells which calls fail.

## How to fix
- Console: VPC, Endpoints, the endpoint, Policy, Edit policy: `"Principal": "*"`, resources `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME` and
  `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME/index/*`, and a statement that allows `dynamodb:DescribeEndpoints` on `*`.
- CLI: `aws ec2 modify-vpc-endpoint --vpc-endpoint-id VPCE --policy-document file://policy.json`
- Terraform: `policy` of `aws_vpc_endpoint`, or `aws_vpc_endpoint_policy`.
- CloudFormation: `PolicyDocument` of `AWS::EC2::VPCEndpoint`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.network import Endpoint
from dynasec.semantics.endpoint_faults import faults
from dynasec.semantics.endpoint_request import Gate, is_gone

check = Check(
    subject=Endpoint,
    title="The endpoint policy breaks no calls by mistake",
    severity=Severity.MEDIUM,
    frameworks=("nist-800-53-r5:CM-6", "source-post:vpc-endpoints"),
)


@check.evaluator
def evaluate(endpoint: Endpoint, context: Context) -> Verdict:
    """Look for each of the mistakes."""
    if is_gone(endpoint):
        return Verdict.not_applicable(f"the endpoint is {endpoint.state}")
    found = list(dict.fromkeys(faults(Gate.of(endpoint), context.snapshot.account.id)))
    if found:
        return Verdict.failed("; ".join(found), faults=found)
    return Verdict.passed("the endpoint policy is well-formed, and what it allows works")
