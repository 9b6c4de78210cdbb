"""A DynamoDB endpoint does not let anybody do everything.

## Why it matters
A new endpoint gets a policy that allows every action on every table of every account to everybody. Then whoever gets hold of one machine
in the VPC can carry data to a table of their own, with keys of their own, and the way there looks like any other request.

## Passes when
No statement of the endpoint policy gives full access in whatever spelling: `*` or `dynamodb:*`, wildcards that amount to it, inverse
elements, several statements together, without a condition that narrows who or what. An endpoint that is being removed is not judged.

## How to fix
- Console: VPC, Endpoints, the endpoint, Policy, Edit policy, Custom: name the actions, the tables and, by `aws:PrincipalAccount` or
  `aws:PrincipalOrgID`, whose principals.
- CLI: `aws ec2 modify-vpc-endpoint --vpc-endpoint-id VPCE --policy-document file://policy.json`
- Terraform: `policy` of `aws_vpc_endpoint`, or `aws_vpc_endpoint_policy`.
- CloudFormation: `PolicyDocument` of `AWS::EC2::VPCEndpoint`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.iam.document import MalformedPolicy, parse
from dynasec.iam.full_access import broad_statements
from dynasec.model.fact import Unknown, malformed
from dynasec.model.network import Endpoint

check = Check(
    subject=Endpoint,
    title="The endpoint policy is not full access",
    severity=Severity.HIGH,
    frameworks=(
        "nist-800-53-r5:AC-3",
        "nist-800-53-r5:AC-6",
        "nist-800-53-r5:SC-7",
        "source-post:vpc-endpoints",
    ),
)

_OPERATION = "ec2:DescribeVpcEndpoints"
_GONE = frozenset({"deleting", "deleted", "rejected", "failed", "expired"})


@check.evaluator
def evaluate(endpoint: Endpoint, _: Context) -> Verdict:
    """Read the policy statement by statement."""
    if endpoint.state.casefold() in _GONE:
        return Verdict.not_applicable(f"the endpoint is {endpoint.state}")
    if endpoint.policy_document is None:
        raise Unknown(malformed(_OPERATION, f"{endpoint.vpc_endpoint_id} shows no policy", endpoint.region))
    try:
        document = parse(endpoint.policy_document)
    except MalformedPolicy as problem:
        raise Unknown(malformed(_OPERATION, problem, endpoint.region)) from problem
    broad = broad_statements(document)
    if not broad:
        return Verdict.passed("no statement of the endpoint policy gives full access")
    return Verdict.failed(
        "; ".join(f"{one.statement} {one.explanation}" for one in broad),
        statements=[one.statement for one in broad],
    )
