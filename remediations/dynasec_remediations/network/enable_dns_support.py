"""Switches on the DNS support of a VPC that has a gateway endpoint.

## What it does
`ModifyVpcAttribute` with `EnableDnsSupport` true: names resolve through Amazon's resolver at the second address of the VPC. Nothing else
of the VPC is touched; which resolver instances are told to use is a matter of its DHCP options.

## Safety
Additive: who uses a resolver of their own goes on doing so.

## Undo
Exact: DNS support is switched off again.
"""

from collections.abc import Iterator

from dynasec.check import Context
from dynasec.drafting.vpcs import same_vpc
from dynasec.model.fact import Fact
from dynasec.model.network import Vpc
from dynasec.remediation import Call, Draft, Identity, Proposal, Remediation, Risk, State, UndoClass

remediation = Remediation(
    subject=Vpc,
    title="Enable DNS support",
    controls=("endpoint-dns-support",),
    risk=Risk.ADDITIVE,
    undo=UndoClass.EXACT,
)


@remediation.each
def plan(vpc: Vpc, _: Context) -> Iterator[Proposal]:
    """Draft the change of the attribute."""
    yield Draft(
        resource=vpc.arn,
        region=vpc.region,
        summary=f"enable DNS support of {vpc.label}",
        before={"EnableDnsSupport": False},
        after={"EnableDnsSupport": True},
        expect=(same_vpc(vpc), _is(vpc, on=False)),
        calls=(_set(vpc, on=True, undo=(_set(vpc, on=False),)),),
        verify=(_is(vpc, on=True),),
        replaces=((vpc.dns_support, Fact(value=True)),),
    )


def _is(vpc: Vpc, *, on: bool) -> State:
    params = {"VpcId": vpc.vpc_id, "Attribute": "enableDnsSupport"}
    return State(operation="ec2:DescribeVpcAttribute", params=params, facts={"EnableDnsSupport.Value": on})


def _set(vpc: Vpc, *, on: bool, undo: tuple[Call, ...] = ()) -> Call:
    return Call(
        operation="ec2:ModifyVpcAttribute",
        params={"VpcId": vpc.vpc_id, "EnableDnsSupport": {"Value": on}},
        identity=Identity.SET_STATE,
        done=_is(vpc, on=on),
        undo=undo,
    )
