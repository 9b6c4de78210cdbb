"""Who is allowed within an account and across accounts: caller x identity policy x resource policy x what limits the caller.

How a resource policy names the caller decides how strong its Allow is (`STRENGTH`):

    itself    the user, session, root user or service itself, or everybody: enough alone within the account, whatever boundary
              and session policies do not allow
    issuer    the role whose session calls: enough alone within the account, but boundary and session policies must allow
    account   its account: delegates, so that the identity policy must allow; the root user is meant itself
    nobody    somebody else

Across accounts the identity policy (within boundary and session policies) and the resource policy must both allow; the root
user needs no identity policy. SCPs bind all principals of the account, RCPs every caller; an explicit deny always wins.
"""

from collections.abc import Iterator
from typing import Any

GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
WITHIN = GUIDE + "reference_policies_evaluation-logic_policy-eval-basics-single-account.html"
TYPES = GUIDE + "reference_policies_evaluation-logic_policy-eval-denyallow.html"
ACROSS = GUIDE + "reference_policies_evaluation-logic-cross-account.html"
PRINCIPAL = GUIDE + "reference_policies_elements_principal.html"

HOME, ABROAD, THIRD = "111122223333", "444455556666", "777788889999"
ACTION = "dynamodb:GetItem"
CALLERS = {
    "user": f"arn:aws:iam::{HOME}:user/ann",
    "role": f"arn:aws:iam::{HOME}:role/app",
    "session": f"arn:aws:sts::{HOME}:assumed-role/app/web",
    "root": f"arn:aws:iam::{HOME}:root",
}
STRENGTH = {
    "user": {
        "user": "itself",
        "account id": "account",
        "account root": "account",
        "everybody": "itself",
        "somebody else": "nobody",
    },
    "role": {
        "role": "issuer",
        "account id": "account",
        "account root": "account",
        "everybody": "itself",
        "somebody else": "nobody",
    },
    "session": {
        "session": "itself",
        "role": "issuer",
        "account id": "account",
        "account root": "account",
        "everybody": "itself",
        "somebody else": "nobody",
    },
    "root": {
        "account id": "itself",
        "account root": "itself",
        "everybody": "itself",
        "somebody else": "nobody",
    },
}
NAMES: dict[str, Any] = {
    **{kind: {"AWS": arn} for kind, arn in CALLERS.items()},
    "account id": {"AWS": HOME},
    "account root": {"AWS": f"arn:aws:iam::{HOME}:root"},
    "everybody": "*",
    "somebody else": {"AWS": [f"arn:aws:iam::{HOME}:user/bob", THIRD, f"arn:aws:iam::{ABROAD}:user/ann"]},
}
IDENTITY = ("allows", "is silent", "denies")
LIMITS = (
    "nothing",
    "a boundary that allows",
    "a boundary that is silent",
    "a boundary that denies",
    "a session policy that is silent",
    "an SCP that allows",
    "an SCP that is silent",
    "an SCP that denies",
    "an RCP that allows",
    "an RCP that denies",
)


def files() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for kind in CALLERS:
        for owner, place in ((HOME, "same-account"), (ABROAD, "cross-account")):
            yield f"{place}/{kind}.json", [*_identity_and_resource(kind, owner)]
            yield f"{place}/{kind}-limited.json", [*_limited(kind, owner)]


def _identity_and_resource(kind: str, owner: str) -> Iterator[dict[str, Any]]:
    for identity in IDENTITY:
        yield _case(kind, owner, identity, None, "nothing")
        yield _case(kind, owner, identity, "everybody", "nothing", resource_effect="Deny")
        for name in STRENGTH[kind]:
            yield _case(kind, owner, identity, name, "nothing")


def _limited(kind: str, owner: str) -> Iterator[dict[str, Any]]:
    for limit in LIMITS[1:]:
        if kind == "root" and ("boundary" in limit or "session" in limit):
            continue
        yield _case(kind, owner, "allows", None, limit)
        for name in STRENGTH[kind]:
            if name != "somebody else":
                yield _case(kind, owner, "is silent", name, limit)
                if owner == ABROAD:
                    yield _case(kind, owner, "allows", name, limit)


def _case(
    kind: str, owner: str, identity: str, name: str | None, limit: str, *, resource_effect: str = "Allow"
) -> dict[str, Any]:
    said = "no resource policy" if name is None else f"resource policy: {resource_effect} to {name}"
    limited = "" if limit == "nothing" else f", {limit}"
    table = f"arn:aws:dynamodb:us-east-1:{owner}:table/Orders"
    request: dict[str, Any] = {
        "PolicyInputList": _policies(identity, table),
        "ActionNames": [ACTION],
        "ResourceArns": [table],
        "CallerArn": CALLERS[kind],
    }
    if name is not None:
        statement = {"Effect": resource_effect, "Principal": NAMES[name], "Action": ACTION, "Resource": table}
        request["ResourcePolicy"] = _document(statement)
    request.update(_limit(limit))
    decision, decided_by = _outcome(kind, owner, identity, name, limit, resource_effect)
    return {
        "name": f"{kind}, {'same' if owner == HOME else 'other'} account: identity policy {identity}, {said}{limited}",
        "source": _source(owner, name, limit),
        "request": request,
        "expect": {"decision": decision, **({"decided_by": decided_by} if decided_by else {})},
    }


def _source(owner: str, name: str | None, limit: str) -> str:
    if owner != HOME:
        return ACROSS
    if limit != "nothing":
        return TYPES
    return PRINCIPAL if name in {"account id", "account root"} else WITHIN


def _outcome(
    kind: str, owner: str, identity: str, name: str | None, limit: str, resource_effect: str
) -> tuple[str, str | None]:
    """Say what AWS answers, and what decides where only one thing can."""
    if limit.endswith("that denies"):
        return "explicitDeny", {"boundary": "boundary", "SCP": "scp", "RCP": "rcp"}[limit.split()[1]]
    if resource_effect == "Deny":
        return "explicitDeny", None if identity == "denies" else "resource"
    if identity == "denies":
        return "explicitDeny", "identity"
    by_identity = kind == "root" or identity == "allows"
    strength = "nobody" if name is None else STRENGTH[kind][name]
    silent = limit.split()[1] if limit.endswith("is silent") else ""
    inner = silent in {"boundary", "session"}
    if owner == HOME:
        alone = strength == "itself" or (strength == "issuer" and not inner)
        allowed = alone or (by_identity and not inner)
        by = "resource" if alone and not by_identity else "identity" if by_identity and not alone else None
    else:
        alone = False
        allowed = by_identity and strength != "nobody" and not inner
        by = "resource"
    if silent == "SCP":
        return "implicitDeny", "scp" if allowed else None
    if allowed:
        return "allowed", by
    return "implicitDeny", silent if inner and _would_be(owner, strength, by_identity=by_identity) else None


def _would_be(owner: str, strength: str, *, by_identity: bool) -> bool:
    """Whether the request would be allowed but for boundary or session policy."""
    if owner == HOME:
        return by_identity or strength == "issuer"
    return by_identity and strength != "nobody"


def _policies(identity: str, table: str) -> list[dict[str, Any]]:
    if identity == "is silent":
        return []
    effect = "Allow" if identity == "allows" else "Deny"
    return [_document({"Effect": effect, "Action": ACTION, "Resource": table})]


def _limit(limit: str) -> dict[str, Any]:
    if limit == "nothing":
        return {}
    layer, says = limit.split()[1], limit.rpartition(" that ")[2]
    effect = "Deny" if says == "denies" else "Allow"
    action = "dynamodb:Scan" if says == "is silent" else ACTION
    document = _document({"Effect": effect, "Action": action, "Resource": "*"})
    everything = _document({"Effect": "Allow", "Action": "*", "Resource": "*"})
    if layer == "boundary":
        return {"PermissionsBoundaryPolicyInputList": [document]}
    if layer == "session":
        return {"SessionPolicyInputList": [document]}
    if layer == "SCP":
        last = [document] if says != "denies" else [everything, document]
        return {"ServiceControlPolicyInputList": [[everything], last]}
    for policy in (document, everything):
        policy["Statement"] = {"Principal": "*", **policy["Statement"]}
    return {
        "ResourceControlPolicyInputList": [
            [everything],
            [everything, document] if says == "denies" else [everything],
        ]
    }


def _document(statement: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statement}
