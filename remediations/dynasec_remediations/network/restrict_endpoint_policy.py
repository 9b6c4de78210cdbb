"""Lets through a DynamoDB endpoint only what its tier, its lane and the own accounts need.

## What it does
`ModifyVpcEndpoint` with a policy made from the one that is there: each Allow keeps what lies within the bounds that the failing controls
ask for. These are principals and tables of the account, of `trust.accounts` and of `trust.organizations`; for an endpoint of the tier
`app` the actions on items, of the tier `control` those that change tables; for an endpoint of a lane the lane's tables with their indexes,
and no settings of the whole account. Without a tier the planes are parted by principal where `trust.administrators` names some: they change
tables, all others use items. Actions that only tell of tables stay, and `dynamodb:DescribeEndpoints` is allowed. A Deny stays as it is.
Policies that break calls by mistake are mended: principals of a gateway endpoint become conditions, `table/X/index/*` gets its table, what
is no action is left out.

## Safety
Nothing is allowed that was not, mistakes that are mended aside. Whoever used the endpoint with keys of other accounts (also of the own
organisation, unless the configuration trusts it), for their tables, or for the other plane, is denied: the impact analysis names them, and
observed requests that would be denied block the change. AWS services that call DynamoDB do not come through the endpoint. A new policy
takes effect within minutes.

## Undo
Exact: the very policy that was there is put back.
"""

import json
from collections.abc import Iterator
from dataclasses import replace

from dynasec.check import Context
from dynasec.drafting.endpoint_bounds import CONTROLS, LANE, PLANES, bounds_of
from dynasec.drafting.endpoint_policy import Bounds, bounded
from dynasec.drafting.endpoints import policy_call, policy_is, same_endpoint
from dynasec.drafting.policies import Kind, same, too_long
from dynasec.model.network import Endpoint
from dynasec.remediation import Advice, Draft, Failure, Proposal, Remediation, Risk, UndoClass

remediation = Remediation(
    subject=Endpoint,
    title="Restrict an endpoint's policy",
    controls=CONTROLS,
    risk=Risk.ACCESS,
    undo=UndoClass.EXACT,
)


@remediation.each_failure
def plan(failure: Failure[Endpoint], context: Context) -> Iterator[Proposal]:
    """Draft the policy within its bounds."""
    endpoint = failure.subject
    bounds = bounds_of(endpoint, context, failure.controls)
    yield from _undecided(endpoint, failure, bounds)
    controls = tuple(one for one in failure.controls if _decided(one, bounds))
    old = endpoint.policy_document
    if not controls or old is None:
        return
    new = bounded(old, replace(bounds, lane=bounds.lane or None))
    if same(old, new):
        why = "within its bounds the policy would be what it is"
        yield Advice(endpoint.arn, why, "write the policy anew, statement by statement", controls)
        return
    yield Draft(
        resource=endpoint.arn,
        region=endpoint.region,
        summary=f"restrict the policy of {endpoint.label} to {_words(bounds)}",
        before={"PolicyDocument": json.loads(old)},
        after={"PolicyDocument": json.loads(new)},
        expect=(same_endpoint(endpoint), policy_is(endpoint, old)),
        calls=(policy_call(endpoint, new, undo=(policy_call(endpoint, old),)),),
        verify=(policy_is(endpoint, new),),
        replaces=((endpoint, endpoint.model_copy(update={"policy_document": new})),),
        controls=controls,
        reasons=tuple(_reasons(bounds)),
        blocked=too_long(Kind.ENDPOINT, new) or "",
    )


def _decided(control: str, bounds: Bounds) -> bool:
    if control == PLANES:
        return bounds.tier is not None or bool(bounds.administrators)
    return control != LANE or bool(bounds.lane)


def _undecided(endpoint: Endpoint, failure: Failure[Endpoint], bounds: Bounds) -> Iterator[Advice]:
    if PLANES in failure.controls and not _decided(PLANES, bounds):
        why = "nobody said which plane the endpoint serves, nor who may change tables"
        how = "tag it `tier` app or control, or name trust.administrators, and plan again; best, an endpoint for each plane"
        yield Advice(endpoint.arn, why, how, (PLANES,))
    if LANE in failure.controls and not _decided(LANE, bounds):
        why = "no table of this Region is in the endpoint's lane: its policy would let nothing through"
        yield Advice(endpoint.arn, why, "tag the tables `lane`, and plan again", (LANE,))


def _words(bounds: Bounds) -> str:
    found = [
        "the lane's tables" if bounds.lane else "own tables" if bounds.tables else "",
        "own principals" if bounds.principals else "",
        {"app": "item actions", "control": "actions on tables"}.get(bounds.tier or "", ""),
        "one plane for each principal" if bounds.administrators else "",
        "what can work" if bounds.repair else "",
    ]
    return ", ".join(filter(None, found))


def _reasons(bounds: Bounds) -> Iterator[str]:
    if bounds.principals is not None:
        yield f"principals of other accounts than {_owners(bounds)} are denied"
    if bounds.lane:
        yield "tables of other lanes are denied, as are tables that join the lane later and settings of the whole account"
    elif bounds.tables is not None:
        yield f"tables of other accounts than {_owners(bounds)} are denied"
    if bounds.tier is not None:
        yield f"of the tier {bounds.tier}: actions of the other plane are denied"
    elif bounds.administrators:
        yield "trust.administrators cannot use items through it any more, nobody else can change tables"
    if bounds.repair:
        yield "calls that the policy broke by mistake are let through"


def _owners(bounds: Bounds) -> str:
    owners = bounds.principals or bounds.tables
    return "" if owners is None else ", ".join((*owners.accounts, *owners.organizations))
