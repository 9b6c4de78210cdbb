"""Nothing passes a DynamoDB endpoint to a foreign account's table.

## Why it matters
Whoever gets hold of one machine can carry data away to a table of their own: with their own keys, or with the machine's, which their
table's policy invites. The way leads through the private endpoint and looks like any other request. No identity policy here can forbid
what somebody does with other keys; the endpoint policy can.

## Passes when
Evaluated with its conditions and Denies, for principals of the own accounts and of foreign ones, the endpoint policy lets no action that
reads, writes or changes something reach a table of a foreign account. Own are the audited account, `trust.accounts`, and the members of
`trust.organizations` and of the account's own organisation. What depends on something the policy does not decide (a tag, a name, an
address) passes, and the finding names it. A policy that names an organisation while the own one cannot be read is unknown.

## How to fix
- Console: VPC, Endpoints, the endpoint, Policy, Edit policy: name table ARNs with the account id, or demand
  `"StringEquals": {"aws:ResourceAccount": "ACCOUNT"}` (or `aws:ResourceOrgID`).
- CLI: `aws ec2 modify-vpc-endpoint --vpc-endpoint-id VPCE --policy-document file://policy.json`
- Terraform: `policy` of `aws_vpc_endpoint`, or `aws_vpc_endpoint_policy`.
- CloudFormation: `PolicyDocument` of `AWS::EC2::VPCEndpoint`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.network import Endpoint
from dynasec.semantics.action_words import few
from dynasec.semantics.endpoint_foreigners import foreign_tables, own_of
from dynasec.semantics.endpoint_request import Gate, is_gone

check = Check(
    subject=Endpoint,
    title="The endpoint leads to no foreign account's tables",
    severity=Severity.HIGH,
    reads=("organizations:DescribeOrganization",),
    frameworks=(
        "nist-800-53-r5:AC-4",
        "nist-800-53-r5:SC-7",
        "source-post:vpc-endpoints",
    ),
)


@check.evaluator
def evaluate(endpoint: Endpoint, context: Context) -> Verdict:
    """Ask whether foreign tables can be reached."""
    if is_gone(endpoint):
        return Verdict.not_applicable(f"the endpoint is {endpoint.state}")
    holes = foreign_tables(Gate.of(endpoint), own_of(context.snapshot, context.settings))
    if not holes:
        return Verdict.passed("the endpoint policy leads to no table of a foreign account")
    return Verdict.failed(
        "; ".join(
            f"{' and '.join(one.statements)} lets {few(one.actions)} reach tables of {one.whose}{one.demand}"
            for one in holes
        ),
        holes=[one.evidence for one in holes],
    )
