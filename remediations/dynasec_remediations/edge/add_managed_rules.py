"""Adds AWS's managed rule groups to a web ACL: to count first, then to act.

## What it does
`[remedy] managed_rules` says how far it goes. `advice` (the default) changes nothing. `count`: the groups that are missing of the four
that `web-acl-owasp-rules` asks for are added after the web ACL's own rules, in Count; that closes nothing yet. `block`: groups that only
count act, and groups that are missing are added so that they act. `UpdateWebACL` replaces a web ACL as a whole: everything else is written
back as it was read. A group of which somebody tamed single rules, or whose web ACL is Firewall Manager's, is left to a person.

## Safety
In Count nobody is denied; metrics and sampled requests show who would be. Acting groups do deny, and no policy or CloudTrail event tells
whom: an access change without evidence, BLOCKED until `--accept-no-evidence`. Let them count for some days first. A web ACL that needed
more than 5,000 capacity units is BLOCKED; above 1,500 AWS charges for requests. The lock token of the reviewed state is sent along, so
AWS refuses where somebody else changed the web ACL since. Settings that the installed AWS SDK does not know yet cannot be written back:
keep it up to date.

## Undo
Exact: the web ACL as it was is written back, by the lock token that the change left.
"""

import json
from collections.abc import Iterator

from dynasec.check import Context
from dynasec.drafting.managed_rules import INCLUDED_UNITS, MOST_UNITS, Revision, revised
from dynasec.drafting.prices import WEB_ACL_RULE, monthly
from dynasec.drafting.web_acls import Specification, acl_says, region_of, same_acl, update
from dynasec.model.edge import AclSpecification, WebAcl
from dynasec.model.fact import Fact
from dynasec.remediation import Advice, Draft, Failure, Proposal, Remediation, Risk, UndoClass
from dynasec.semantics.web_acl_rules import protection
from dynasec.semantics.wording import counted

remediation = Remediation(
    subject=WebAcl,
    title="Add AWS's managed rule groups to a web ACL",
    controls=("web-acl-owasp-rules",),
    risk=Risk.ACCESS,
    undo=UndoClass.EXACT,
    reads=("wafv2:ListTagsForResource",),
)


@remediation.each_failure
def plan(failure: Failure[WebAcl], context: Context) -> Iterator[Proposal]:
    """Draft the rules, as far as the settings let them go."""
    acl, mode = failure.subject, context.settings.remedy.managed_rules
    said = Specification.of(acl)
    revision = revised(said.rules, protection(acl.rules.known()).idle, acting=mode == "block")
    advice = _by_hand(acl, said, revision)
    if advice is not None:
        yield advice
    elif mode == "advice":
        why = "acting rules can deny good requests, and whether they may is for a person to say"
        how = 'set [remedy] managed_rules = "count", plan and apply; when the metrics show no good request, set it to "block"'
        yield Advice(acl.arn, why, how)
    elif mode == "block":
        yield _draft(acl, said, revision, acting=True)
    else:
        if revision.added:
            yield _draft(acl, said, revision, acting=False)
        why = f"in Count nothing is denied yet: {', '.join((*revision.counting, *revision.added))}"
        how = 'look at their metrics for some days, then set [remedy] managed_rules = "block", and plan again'
        yield Advice(acl.arn, why, how)


def _by_hand(acl: WebAcl, said: Specification, revision: Revision) -> Advice | None:
    if said.central:
        why, how = "Firewall Manager has a hand in it", "change the policy there"
    elif said.unknown:
        why = f"it has settings that dynasec does not know: {', '.join(said.unknown)}"
        how = "add the groups by hand: written back without these settings it would lose them"
    elif revision.undecided:
        why = f"somebody chose that single rules do not act: {', '.join(revision.undecided)}"
        how = "find out which requests they were meant to let in, and narrow the rules to that with a scope-down statement"
    else:
        return None
    return Advice(acl.arn, why, how)


def _draft(acl: WebAcl, said: Specification, revision: Revision, *, acting: bool) -> Draft:
    new = said.with_rules(revision.rules)
    verb = "let act" if acting else "count what would be denied by"
    price = len(revision.added) * WEB_ACL_RULE.dollars
    return Draft(
        resource=acl.arn,
        region=region_of(acl),
        summary=f"{verb} {counted(len(revision.added + revision.released), 'managed rule group')} in web ACL {acl.name}",
        before={"Rules": said.rules},
        after={"Rules": new.rules},
        expect=(same_acl(acl), acl_says(acl, said)),
        calls=(update(acl, said, new),),
        verify=(acl_says(acl, new),),
        replaces=((acl, _after(acl, new)),),
        prepares=not acting,
        risk=None if acting else Risk.DATA_PATH,
        reasons=tuple(_reasons(said, revision, acting=acting)),
        cost=monthly(price, price, WEB_ACL_RULE, basis=counted(len(revision.added), "rule group")),
        blocked=_too_large(said, revision),
    )


def _after(acl: WebAcl, new: Specification) -> WebAcl:
    body = AclSpecification(document=json.dumps(new.body, sort_keys=True), lock_token=new.token)
    rules = json.dumps(new.in_order, sort_keys=True)
    return acl.model_copy(update={"rules": Fact(rules), "specification": Fact(body)})


def _reasons(said: Specification, revision: Revision, *, acting: bool) -> Iterator[str]:
    if acting:
        yield "requests that the groups take for attacks are denied"
    if acting and revision.added:
        yield f"never tried in Count here: {', '.join(revision.added)}"
    if said.capacity + revision.units > INCLUDED_UNITS:
        yield f"above {INCLUDED_UNITS:,} capacity units AWS charges for requests"


def _too_large(said: Specification, revision: Revision) -> str:
    units = said.capacity + revision.units
    return f"it would need {units:,} capacity units of {MOST_UNITS:,}" if units > MOST_UNITS else ""
