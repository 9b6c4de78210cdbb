"""AWS's rules of how layers combine, over formulas: they serve truth values and open conditions alike.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from dataclasses import dataclass
from functools import cache, lru_cache

from dynasec.iam.formula import Formula
from dynasec.iam.request import CallerKind, Request

_TRUST = frozenset(
    {
        "sts:assumerole",
        "sts:assumerolewithsaml",
        "sts:assumerolewithwebidentity",
        "sts:tagsession",
        "sts:setsourceidentity",
        "sts:setcontext",
    }
)


@dataclass(frozen=True, slots=True)
class Rules:
    """Which of AWS's rules bind a request.

    `needs_resource`: the resource's policy must allow even within an account (KMS keys, role trust). `principal`: the
    caller has an account whose policies count. `root`: it is the account's root user, allowed everything by default.
    """

    same_account: bool
    needs_resource: bool
    principal: bool
    root: bool

    @staticmethod
    def of(request: Request) -> "Rules":
        """Find the rules that bind a request."""
        return _rules(request.same_account, _needs_resource(request.action), request.caller.kind)


@dataclass(frozen=True, slots=True)
class Named:
    """When a resource's policy allows, by how it names the caller (see `addressed.Address`), and when it denies."""

    itself: Formula = False
    issuer: Formula = False
    account: Formula = False
    deny: Formula = False

    @property
    def allow(self) -> Formula:
        """When it allows in whichever way."""
        return self.itself | self.issuer | self.account


def by_identity(rules: Rules, identity: Formula, limits: Formula) -> Formula:
    """Say when the caller's own policies allow, within `limits`: its boundary and session policies."""
    return rules.principal and (rules.root or identity & limits)


def by_resource(rules: Rules, named: Named, limits: Formula, grants: Formula) -> Formula:
    """Say when the resource's side suffices alone: within one account, or for callers that have none.

    What names the user or session itself is not limited by boundary and session policies; what names the role is.
    """
    if not rules.principal:
        return named.itself
    return rules.same_account and (named.itself | (named.issuer & limits) | grants)


def base(rules: Rules, identity: Formula, limits: Formula, named: Named, grants: Formula) -> Formula:
    """Say when identity and resource policies together allow. `grants`: when a KMS grant does."""
    own = by_identity(rules, identity, limits)
    if rules.principal and not rules.same_account:
        return own & (named.allow | grants)
    alone = by_resource(rules, named, limits, grants)
    return alone | (own & named.account if rules.needs_resource else own)


def under_scps(request: Request) -> bool:
    """Whether SCPs bind the caller: not service-linked roles, nor the management account, nor who has no account."""
    caller = request.caller
    return caller.account is not None and not caller.service_linked and not caller.management_account


def under_rcps(request: Request) -> bool:
    """Whether RCPs bind the request: not calls by service-linked roles, nor to the management account's resources."""
    return not request.caller.service_linked and not request.resource_in_management_account


@lru_cache(maxsize=4096)
def _needs_resource(action: str) -> bool:
    folded = action.lower()
    return folded in _TRUST or folded.startswith("kms:")


@cache
def _rules(same_account: bool, needs_resource: bool, kind: CallerKind) -> Rules:  # noqa: FBT001 - cached by position
    principal = kind not in {CallerKind.SERVICE, CallerKind.FEDERATED, CallerKind.ANONYMOUS}
    return Rules(same_account, needs_resource, principal, kind is CallerKind.ROOT)
