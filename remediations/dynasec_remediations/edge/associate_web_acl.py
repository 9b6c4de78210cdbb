"""Sets a web ACL before a public front door that has none.

## What it does
`AssociateWebACL` with the web ACL that `[remedy] web_acls` names for the Region, for application load balancers, REST API stages, AppSync
APIs and Cognito user pools. A web ACL that is there, also one of WAF Classic, is never replaced; web ACLs are not made. A distribution
names its web ACL in its own configuration, which is for a person to change.

## Safety
From then on the web ACL's rules and its default action decide who gets in: they can deny good requests, which no policy and no CloudTrail
event tells of beforehand. So it is an access change without evidence, and BLOCKED until `--accept-no-evidence`. Try the web ACL with its
rules in Count, or before a front door of a test stage, first. What the web ACL says is pinned: a change of its rules after the review makes
the change STALE. AWS knows no condition on the association itself: one that somebody else makes within the milliseconds between the last
look and the call is replaced.

## Undo
Exact: the web ACL is taken away again.
"""

import json
from collections.abc import Iterator

from dynasec.arn import Arn
from dynasec.check import Context
from dynasec.drafting.web_acl_associations import ASSOCIABLE, associate, same_door, stands_before
from dynasec.drafting.web_acls import Specification, acl_decides, same_acl
from dynasec.model.edge import FrontDoor, WebAcl
from dynasec.model.fact import NOT_COLLECTED, Fact, Listing
from dynasec.remediation import Advice, Draft, Proposal, Remediation, Risk, UndoClass
from dynasec.semantics.web_acl_binding import acl_of
from dynasec.semantics.wording import counted

remediation = Remediation(
    subject=FrontDoor,
    title="Set a web ACL before a front door",
    controls=("front-door-web-acl",),
    risk=Risk.ACCESS,
    undo=UndoClass.EXACT,
    reads=(
        "cognito-idp:ListTagsForResource",
        "elasticloadbalancing:DescribeTags",
        "wafv2:GetWebACL",
        "wafv2:ListTagsForResource",
    ),
)

_HOW = "name the ARN of one as [remedy] web_acls, and plan again"


@remediation.each
def plan(door: FrontDoor, context: Context) -> Iterator[Proposal]:
    """Draft the association, or say what is missing for it."""
    named = [one for one in context.settings.remedy.web_acls if Arn.parse(one).region == door.region]
    classic = acl_of(door, context.snapshot)
    if door.kind not in ASSOCIABLE:
        why = "a distribution names its web ACL in its own configuration"
        yield Advice(door.arn, why, "set WebACLId in it to the ARN of a web ACL of scope CLOUDFRONT")
    elif classic is not None:
        why = f"{classic} of WAF Classic stands before it, and only a person can say what replaces it"
        yield Advice(door.arn, why, "make a web ACL that does what it does, and associate that")
    elif not named:
        yield Advice(door.arn, f"no web ACL is named for {door.region}, which a person must choose", _HOW)
    elif len(named) > 1:
        why = f"{counted(len(named), 'web ACL')} are named for {door.region}"
        yield Advice(door.arn, why, "leave one of a Region in [remedy] web_acls, and plan again")
    else:
        acls = context.region(door).edge.web_acls.complete()
        acl = next((one for one in acls if one.arn == named[0]), None)
        yield _draft(door, acl) if acl else _no_such(door, named[0])


def _draft(door: FrontDoor, acl: WebAcl) -> Draft:
    said = Specification.of(acl)
    central = "Firewall Manager manages the web ACL: let it associate" if said.central else ""
    return Draft(
        resource=door.arn,
        region=door.region,
        summary=f"set web ACL {acl.name} before {door.kind} {door.label}",
        before={"WebACL": None},
        after={"WebACL": acl.arn},
        expect=(same_door(door), same_acl(acl), acl_decides(acl, said), stands_before(door, None)),
        calls=(associate(door, acl.arn),),
        verify=(stands_before(door, acl.arn),),
        replaces=((door, _behind(door, acl)), (acl, _before(acl, door))),
        reasons=(
            f"what {counted(len(said.rules), 'rule')} of {acl.name} deny is denied",
            f"what no rule decides gets its default action: {json.dumps(said.body.get('DefaultAction'))}",
        ),
        blocked=central,
    )


def _behind(door: FrontDoor, acl: WebAcl) -> FrontDoor:
    """Return the front door as it will tell of itself; some leave that to the web ACL."""
    told = door.web_acl.gap is None or door.web_acl.gap.code != NOT_COLLECTED
    return door.model_copy(update={"web_acl": Fact(acl.arn)}) if told else door


def _before(acl: WebAcl, door: FrontDoor) -> WebAcl:
    resources = Listing(tuple(sorted((*acl.resources.items, door.arn))), acl.resources.gap)
    return acl.model_copy(update={"resources": resources})


def _no_such(door: FrontDoor, arn: str) -> Draft:
    """Return what would be done were the web ACL there: a wrong name is not passed over."""
    return Draft(
        resource=door.arn,
        region=door.region,
        summary=f"set web ACL {arn} before {door.kind} {door.label}",
        before={"WebACL": None},
        after={"WebACL": arn},
        expect=(same_door(door), stands_before(door, None)),
        calls=(associate(door, arn),),
        verify=(stands_before(door, arn),),
        blocked=f"{door.region} has no web ACL {arn}: mend [remedy] web_acls",
    )
