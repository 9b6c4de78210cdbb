"""A change of one identity policy: a new default version of a managed one, or another text of an inline one.

A managed policy keeps its versions, so the new one is made first, unused, and then put in force; which version a call made whose answer was
lost is found by its contents. IAM has no compare-and-set: what was reviewed is read again right before each change, a small race remains.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final

from dynasec.change import Call, Identity, State, result
from dynasec.check import Context
from dynasec.drafting.policies import Kind, canonical, too_long
from dynasec.model.fact import Fact, Unknown, malformed
from dynasec.model.identity import DETAILS, Group, InlinePolicy, ManagedPolicy, Policy, Principal, Role, User
from dynasec.model.identity import Identity as Iam
from dynasec.remediation import Draft

_ABSENT: Final = ("NoSuchEntity",)
_MOST_VERSIONS: Final = 5
_RESERVED: Final = ":role/aws-reserved/"
_LINKED: Final = ":role/aws-service-role/"
_VERSION: Final = "PolicyVersion.VersionId"
_CUSTOMERS: Final = {"Filter": ["LocalManagedPolicy"]}


@dataclass(frozen=True, slots=True)
class Holder:
    """How IAM's API calls a user, role or group: `word` is part of the operations' names, `params` names it."""

    arn: str
    word: str
    params: Mapping[str, str]
    kind: Kind

    @property
    def label(self) -> str:
        """Its kind and name."""
        return f"{self.word.lower()} {next(iter(self.params.values()))}"


def holder(principal: Principal) -> Holder:
    """Return how a principal is called."""
    match principal:
        case Role():
            return Holder(principal.arn, "Role", {"RoleName": principal.name}, Kind.ROLE_INLINE)
        case User():
            return Holder(principal.arn, "User", {"UserName": principal.name}, Kind.USER_INLINE)
        case Group():
            return Holder(principal.arn, "Group", {"GroupName": principal.name}, Kind.GROUP_INLINE)


def fixed(policy: Policy) -> str | None:
    """Say why nobody in the account can change a policy's text; None where somebody can."""
    if policy.aws_managed:
        return "AWS owns the policy: it can be detached, not changed"
    return fixed_holder(policy.owner)


def fixed_holder(arn: str) -> str | None:
    """Say why nobody in the account can change the policies of a principal; None where somebody can."""
    if _RESERVED in arn:
        return "a permission set of IAM Identity Center owns the role: change it there"
    if _LINKED in arn:
        return "an AWS service owns the role"
    return None


def same_holder(principal: Principal) -> State:
    """Return the state in which a principal is the very one that was audited, not another that was made under its name since.

    Raises:
        Unknown: when it was created was not read.

    """
    one = holder(principal)
    facts = {
        f"{one.word}.Arn": one.arn,
        f"{one.word}.CreateDate": principal.created.known().astimezone(UTC).isoformat(),
    }
    return State(operation=f"iam:Get{one.word}", params=one.params, facts=facts, always=True)


def policy_change(
    policy: Policy, text: str, context: Context, summary: str, reasons: tuple[str, ...] = ()
) -> Draft:
    """Return the change of a policy, which somebody in the account can change, to a text.

    Raises:
        Unknown: the policy, or what belongs to it, could not be read.

    """
    bounded = (f"also bounds {', '.join(one.rsplit(':', 1)[-1] for one in policy.bounds)}",)
    more = bounded if policy.bounds else ()
    parts = (_inline if policy.owner else _managed)(policy, text, context.snapshot.identity)
    return Draft(
        resource=policy.arn,
        region=home(context),
        summary=summary,
        before={"PolicyDocument": json.loads(policy.text.known())},
        after={"PolicyDocument": json.loads(text)},
        expect=parts.expect,
        calls=parts.calls,
        verify=parts.verify,
        replaces=(parts.replaces,),
        reasons=(*reasons, *more),
        blocked=parts.blocked,
    )


def home(context: Context) -> str:
    """Return the Region whose IAM endpoint is asked: any of the partition's answers for all.

    Raises:
        Unknown: no Region was read.

    """
    regions = context.snapshot.regions
    if not regions:
        raise Unknown(malformed(DETAILS, "no Region was read"))
    return regions[0].region


@dataclass(frozen=True, slots=True)
class _Parts:
    expect: tuple[State, ...]
    calls: tuple[Call, ...]
    verify: tuple[State, ...]
    replaces: tuple[ManagedPolicy, ManagedPolicy] | tuple[InlinePolicy, InlinePolicy]
    blocked: str


def _inline(policy: Policy, text: str, identity: Iam) -> _Parts:
    owner = next((one for one in identity.principals() if one.arn == policy.owner), None)
    texts = () if owner is None else owner.inline.complete()
    piece = next((one for one in texts if one.name == policy.name), None)
    if owner is None or piece is None:
        raise Unknown(malformed(DETAILS, f"{policy.label} is nobody's"))
    others = [one.text.known() for one in texts if one is not piece]
    one, old = holder(owner), piece.text.known()
    return _Parts(
        expect=(same_holder(owner), _inline_is(one, piece.name, old)),
        calls=(_put(one, piece.name, text, undo=(_put(one, piece.name, old),)),),
        verify=(_inline_is(one, piece.name, text),),
        replaces=(piece, piece.model_copy(update={"text": Fact(text)})),
        blocked=too_long(one.kind, *others, text) or "",
    )


def _inline_is(one: Holder, name: str, text: str) -> State:
    params = {**one.params, "PolicyName": name}
    return State(operation=f"iam:Get{one.word}Policy", params=params, facts={"PolicyDocument": text})


def _put(one: Holder, name: str, text: str, undo: tuple[Call, ...] = ()) -> Call:
    return Call(
        operation=f"iam:Put{one.word}Policy",
        params={**one.params, "PolicyName": name, "PolicyDocument": text},
        identity=Identity.SET_STATE,
        done=_inline_is(one, name, text),
        undo=undo,
    )


def _managed(policy: Policy, text: str, identity: Iam) -> _Parts:
    piece = next((one for one in identity.managed_policies.items if one.arn == policy.arn), None)
    if piece is None or piece.versions is None or not piece.version_id:
        raise Unknown(malformed(DETAILS, f"the versions of {policy.label}"))
    pin = State(
        operation="iam:GetPolicy",
        params={"PolicyArn": piece.arn},
        facts={
            "Policy.Arn": piece.arn,
            "Policy.CreateDate": piece.created.known().astimezone(UTC).isoformat(),
        },
        always=True,
    )
    reviewed = State(
        operation=DETAILS,
        params=_CUSTOMERS,
        facts={
            _in_force(piece.arn, "VersionId"): piece.version_id,
            _in_force(piece.arn, "Document"): piece.text.known(),
            _that_says(piece.arn, text): None,
        },
    )
    made = {"text": Fact(text), "versions": piece.versions + 1}
    full = f"IAM keeps {_MOST_VERSIONS} versions of a policy and {policy.label} has them: delete one that nobody needs"
    return _Parts(
        expect=(pin, reviewed),
        calls=(_new_version(piece.arn, text), _put_in_force(piece)),
        verify=(State(operation=DETAILS, params=_CUSTOMERS, facts={_in_force(piece.arn, "Document"): text}),),
        replaces=(piece, piece.model_copy(update=made)),
        blocked=full if piece.versions >= _MOST_VERSIONS else too_long(Kind.MANAGED, text) or "",
    )


def _new_version(arn: str, text: str) -> Call:
    made = result("version", _VERSION)
    gone = State(
        operation="iam:GetPolicyVersion",
        params={"PolicyArn": arn, "VersionId": made},
        facts={_VERSION: None},
        absent=_ABSENT,
    )
    there = State(operation=DETAILS, params=_CUSTOMERS, facts={f"type({_that_says(arn, text)})": "string"})
    return Call(
        operation="iam:CreatePolicyVersion",
        name="version",
        params={"PolicyArn": arn, "PolicyDocument": text, "SetAsDefault": False},
        identity=Identity.NAME,
        done=there,
        adopt={_VERSION: _that_says(arn, text)},
        settled=there,
        settle_s=60,
        undo=(
            Call(
                operation="iam:DeletePolicyVersion",
                params={"PolicyArn": arn, "VersionId": made},
                identity=Identity.SET_STATE,
                done=gone,
            ),
        ),
    )


def _put_in_force(piece: ManagedPolicy) -> Call:
    new, old = result("version", _VERSION), piece.version_id
    undo = _set_default(piece.arn, old)
    return _set_default(piece.arn, new).model_copy(update={"undo": (undo,)})


def _set_default(arn: str, version: Any) -> Call:  # noqa: ANN401 - a version id, or the placeholder for one
    return Call(
        operation="iam:SetDefaultPolicyVersion",
        params={"PolicyArn": arn, "VersionId": version},
        identity=Identity.SET_STATE,
        done=State(
            operation="iam:GetPolicy",
            params={"PolicyArn": arn},
            facts={"Policy.DefaultVersionId": version},
        ),
    )


def _in_force(arn: str, member: str) -> str:
    """Return where `GetAccountAuthorizationDetails` shows a member of the version in force."""
    return f"Policies[?Arn=='{arn}'].PolicyVersionList[] | [?IsDefaultVersion] | [0].{member}"


def _that_says(arn: str, text: str) -> str:
    """Return where it shows the id of the version that says what a text does."""
    literal = canonical(json.loads(text)).replace("`", "\\`")
    return f"Policies[?Arn=='{arn}'].PolicyVersionList[] | [?Document==`{literal}`] | [0].VersionId"
