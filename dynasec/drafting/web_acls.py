"""States and calls for WAFv2 web ACLs.

`UpdateWebACL` replaces all that can be changed of a web ACL, and refuses a lock token that is not the latest:
https://docs.aws.amazon.com/waf/latest/APIReference/API_UpdateWebACL.html. So all of it is read, looked at, and written back, and the token
is the one of the state that was reviewed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from dynasec.change import Call, Identity, Json, State, result
from dynasec.model.edge import WebAcl

_GET: Final = "wafv2:GetWebACL"
_REGION_OF_CLOUDFRONT: Final = "us-east-1"
_BY_PRIORITY: Final = "sort_by(WebACL.Rules || `[]`, &Priority)"
_FIREWALL_MANAGER: Final = ("PreProcessFirewallManagerRuleGroups", "PostProcessFirewallManagerRuleGroups")
_MANAGED: Final = ("ManagedByFirewallManager", "RetrofittedByFirewallManager")
_READ_ONLY: Final = frozenset(
    {"ARN", "Capacity", "Id", "LabelNamespace", "Name", *_FIREWALL_MANAGER, *_MANAGED},
)

MUTABLE: Final = (
    "ApplicationConfig",
    "AssociationConfig",
    "CaptchaConfig",
    "ChallengeConfig",
    "CustomResponseBodies",
    "DataProtectionConfig",
    "DefaultAction",
    "Description",
    "MonetizationConfig",
    "OnSourceDDoSProtectionConfig",
    "Rules",
    "TokenDomains",
    "VisibilityConfig",
)
"""What `UpdateWebACL` replaces: it takes away what is left out."""


@dataclass(frozen=True, slots=True)
class Specification:
    """What a web ACL says, and the token of that state."""

    body: Mapping[str, Any]
    token: str

    @staticmethod
    def of(acl: WebAcl) -> Specification:
        """Return what was read of a web ACL.

        Raises:
            Unknown: it could not be read.

        """
        read = acl.specification.known()
        return Specification(json.loads(read.document), read.lock_token)

    @property
    def rules(self) -> list[Json]:
        """The web ACL's own rules as they stand there; `in_order` is how they are evaluated."""
        return list(self.body.get("Rules") or [])

    @property
    def in_order(self) -> list[Json]:
        """The web ACL's own rules in the order of evaluation."""
        return sorted(self.rules, key=lambda rule: int(rule["Priority"]))

    @property
    def capacity(self) -> int:
        """The capacity units that it uses."""
        return int(self.body.get("Capacity", 0))

    @property
    def central(self) -> bool:
        """Whether Firewall Manager has a hand in it."""
        return any(self.body.get(name) for name in (*_MANAGED, *_FIREWALL_MANAGER))

    @property
    def unknown(self) -> list[str]:
        """Members that may have to be written back, or must not be: nobody knew them when this was written."""
        return sorted(set(self.body) - set(MUTABLE) - _READ_ONLY)

    def with_rules(self, rules: list[Json]) -> Specification:
        """Return the web ACL with other rules of its own; what it is marked by then is not known."""
        return Specification({**self.body, "Rules": rules}, "")


def region_of(acl: WebAcl) -> str:
    """Return the Region where calls about a web ACL go."""
    return acl.region or _REGION_OF_CLOUDFRONT


def same_acl(acl: WebAcl) -> State:
    """Return that the web ACL is there, and none of Firewall Manager's. Its id is never given twice."""
    own = {f"WebACL.{name} || `false`": False for name in _MANAGED}
    return _look(acl, {"WebACL.ARN": acl.arn, **own}, always=True)


def acl_says(acl: WebAcl, said: Specification) -> State:
    """Return that all that can be changed of the web ACL is so, and, where a token is known, that it is the very state."""
    facts: dict[str, Any] = {f"WebACL.{name}": said.body.get(name) for name in MUTABLE if name != "Rules"}
    marked = {"LockToken": said.token} if said.token else {}
    return _look(acl, {_BY_PRIORITY: said.in_order, **facts, **marked})


def acl_decides(acl: WebAcl, said: Specification) -> State:
    """Return that the web ACL treats requests so: its rules and what it does with the rest."""
    decides = {"WebACL.DefaultAction": said.body.get("DefaultAction")}
    return _look(acl, {_BY_PRIORITY: said.in_order, **decides})


def update(acl: WebAcl, old: Specification, new: Specification) -> Call:
    """Return the call that makes a web ACL say something else, and the one that takes it back."""
    there = Specification(old.body, "")
    back = _update(acl, old, result("update", "NextLockToken"), acl_says(acl, there))
    call = _update(acl, new, old.token, acl_says(acl, new))
    named = {"name": "update", "adopt": {"NextLockToken": "LockToken"}, "undo": (back,)}
    return call.model_copy(update=named)


def _update(acl: WebAcl, said: Specification, lock: str | Json, done: State) -> Call:
    given = {name: said.body[name] for name in MUTABLE if said.body.get(name)}
    rules = {"Rules": said.rules}  # also where there are none
    return Call(
        operation="wafv2:UpdateWebACL",
        params={**_named(acl), "LockToken": lock, **given, **rules},
        identity=Identity.COMPARE_AND_SET,
        done=done,
    )


def _look(acl: WebAcl, facts: dict[str, Any], *, always: bool = False) -> State:
    return State(operation=_GET, params=_named(acl), facts=facts, always=always)


def _named(acl: WebAcl) -> dict[str, Any]:
    return {"Name": acl.name, "Scope": acl.scope, "Id": acl.id}
