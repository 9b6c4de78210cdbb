"""Only principals of the own accounts can use a DynamoDB endpoint.

## Why it matters
Keys of another account that work from inside the VPC are how an intruder moves data without using, or being limited by, any role of the
own account. An endpoint policy that asks whose principal it is makes them useless.

## Passes when
Evaluated with its conditions and Denies, the endpoint policy lets a principal of a foreign account do nothing that reads, writes or
changes something, on whatever table. Own are the audited account, `trust.accounts`, and the members of `trust.organizations` and of the
account's own organisation. What depends on something the policy does not decide passes, and the finding names it. A policy that names an
organisation while the own one cannot be read is unknown.

## How to fix
In the policy of a gateway endpoint the Principal must stay `"*"`: an account named there means its root user only. Narrow by conditions.
- Console: VPC, Endpoints, the endpoint, Policy, Edit policy: add `"StringEquals": {"aws:PrincipalAccount": "ACCOUNT"}` (or
  `aws:PrincipalOrgID`) to each Allow.
- CLI: `aws ec2 modify-vpc-endpoint --vpc-endpoint-id VPCE --policy-document file://policy.json`
- Terraform: `policy` of `aws_vpc_endpoint`, or `aws_vpc_endpoint_policy`.
- CloudFormation: `PolicyDocument` of `AWS::EC2::VPCEndpoint`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.network import Endpoint
from dynasec.semantics.action_words import few
from dynasec.semantics.endpoint_foreigners import foreign_principals, own_of
from dynasec.semantics.endpoint_request import Gate, is_gone

check = Check(
    subject=Endpoint,
    title="The endpoint serves no foreign account's principals",
    severity=Severity.MEDIUM,
    reads=("organizations:DescribeOrganization",),
    frameworks=(
        "nist-800-53-r5:AC-3",
        "nist-800-53-r5:SC-7",
        "source-post:vpc-endpoints",
    ),
)


@check.evaluator
def evaluate(endpoint: Endpoint, context: Context) -> Verdict:
    """Ask what foreigners can do."""
    if is_gone(endpoint):
        return Verdict.not_applicable(f"the endpoint is {endpoint.state}")
    holes = foreign_principals(Gate.of(endpoint), own_of(context.snapshot, context.settings))
    if not holes:
        return Verdict.passed("the endpoint policy lets no principal of a foreign account do anything")
    return Verdict.failed(
        "; ".join(
            f"{' and '.join(one.statements)} lets principals of {one.whose} use {few(one.actions)}{one.demand}"
            for one in holes
        ),
        holes=[one.evidence for one in holes],
    )
