"""The policy of a lane's endpoint leads to the lane's tables only.

## Why it matters
Separate endpoints separate nothing while their policies are the same. A policy that names the lane's tables keeps a workload in the lane
even if its role may do more, or somebody else's keys are used there.

## Passes when
The endpoint is in a lane: by its own `lane` tag, by a rule, or since all subnets it serves are in one. Evaluated with its conditions and
Denies, its policy lets principals of the account read, write or change no table of the Region that is in another lane or in none. Where
only the tags of a table decide, the answer is unknown, since no API tells whether access control by tags is on. Endpoints without a lane
are not judged.

## How to fix
- Console: VPC, Endpoints, the endpoint, Policy, Edit policy: list the ARNs of the lane's tables (`table/NAME`, `table/NAME/index/*`).
- CLI: `aws ec2 modify-vpc-endpoint --vpc-endpoint-id VPCE --policy-document file://policy.json`
- Terraform: `policy` of `aws_vpc_endpoint`, or `aws_vpc_endpoint_policy`.
- CloudFormation: `PolicyDocument` of `AWS::EC2::VPCEndpoint`.
"""

from collections.abc import Mapping

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Gaps, Unknown, malformed
from dynasec.model.network import Endpoint
from dynasec.model.table import Table
from dynasec.semantics.endpoint_request import Gate, is_gone
from dynasec.semantics.lane_of_endpoint import lane_of_endpoint, reaches

check = Check(
    subject=Endpoint,
    title="A lane's endpoint leads to its own tables only",
    severity=Severity.MEDIUM,
    reads=("ec2:DescribeRouteTables", "ec2:DescribeSubnets", "ec2:DescribeVpcs", "tag:GetResources"),
    frameworks=("nist-800-53-r5:AC-4", "nist-800-53-r5:AC-6", "source-post:swim-lane-isolation"),
)


@check.evaluator
def evaluate(endpoint: Endpoint, context: Context) -> Verdict:
    """Try each table that is not the lane's."""
    if is_gone(endpoint):
        return Verdict.not_applicable(f"the endpoint is {endpoint.state}")
    region = context.region(endpoint)
    lane = lane_of_endpoint(region.network, endpoint, context.placement)
    if lane is None:
        return Verdict.not_applicable(
            "the endpoint is in no lane: tag it, its subnets or their VPC `lane`, or configure rules with `lane`"
        )
    gate, gaps = Gate.of(endpoint), Gaps()
    found: list[str] = []
    for table in gaps.items(region.tables):
        try:
            place = context.placement.lane(table)
            if (place is None or place.casefold() != lane) and _is_open(gate, table):
                found.append(f"{table.name} (lane {place})" if place else f"{table.name} (no lane)")
        except Unknown as missing:
            gaps.found.extend(missing.gaps)
    if found:
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""  # noqa: PLR2004 - enough to read
        told = f"its policy leads beyond lane {lane}: to {', '.join(found[:5])}{more}"
        return Verdict.failed(told, lane=lane, tables=found)
    gaps.settle()
    return Verdict.passed(f"the policy leads to no table outside lane {lane}", lane=lane)


def _is_open(gate: Gate, table: Table) -> bool:
    """Say whether the policy leads to a table, whether access control by tags is on or off."""
    off: Mapping[str, str] = {}
    answers = {reaches(gate, table, tags) for tags in (off, table.tags.known())}
    if answers == {True}:
        return True
    if answers == {False}:
        return False
    what = f"whether the policy leads to {table.name} depends on access control by tags"
    raise Unknown(malformed("dynamodb:GetAbacStatus", what, table.region))
