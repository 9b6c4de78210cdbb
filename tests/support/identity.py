"""Builds users, groups, roles and policies by hand; whatever is not given is observed to be empty."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dynasec.model.fact import Fact, Gap, Listing
from dynasec.model.identity import (
    AccessKey,
    Credentials,
    Group,
    Identity,
    InlinePolicy,
    ManagedPolicy,
    Role,
    User,
)
from tests.support.accounts import ACCOUNT

AS_OF = datetime(2026, 1, 15, 10, tzinfo=UTC)
REFUSED = Gap("iam:GetAccountAuthorizationDetails", "AccessDenied", "not authorized", "us-east-1")

Documents = Mapping[str, Any]
"""Names of policies to their documents: lists of statements, text, or facts."""


def allow(*actions: str, resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """An Allow statement."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def deny(*actions: str, resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """A Deny statement."""
    return {**allow(*actions, resource=resource), "Effect": "Deny", **more}


def document(*statements: Mapping[str, Any]) -> str:
    """A policy document of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _fact(content: Any) -> Fact[str]:
    if isinstance(content, Fact):
        return content
    return Fact(content if isinstance(content, str) else document(*content))


def _inline(policies: Documents | Listing[InlinePolicy] | None) -> Listing[InlinePolicy]:
    if isinstance(policies, Listing):
        return policies
    named = (policies or {}).items()
    return Listing(tuple(InlinePolicy(name=name, text=_fact(content)) for name, content in named))


def _listing(names: tuple[str, ...] | Listing[str]) -> Listing[str]:
    return names if isinstance(names, Listing) else Listing(names)


def credentials(*active: int, password: bool = False, mfa: bool = False, **more: Any) -> Credentials:
    """A row of the credential report with these access keys: 1 is an active one, 0 none."""
    keys = tuple(AccessKey(active=bool(one)) for one in (*active, 0, 0)[:2])
    return Credentials(
        as_of=AS_OF,
        password_enabled=password,
        mfa_active=mfa,
        access_keys=more.pop("access_keys", keys),
        **more,
    )


def user(name: str = "ci", *, inline: Any = None, attached: Any = (), groups: Any = (), **more: Any) -> User:
    """A user; without `credentials` it has no password and no key."""
    facts = {
        key: value if isinstance(value, Fact) or key in {"path", "tags"} else Fact(value)
        for key, value in more.items()
    }
    return User(
        **{
            "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
            "name": name,
            "groups": _listing(groups),
            "inline": _inline(inline),
            "attached": _listing(attached),
            "boundary": Fact(None),
            "credentials": Fact(credentials()),
            **facts,
        }
    )


def group(name: str = "team", *, inline: Any = None, attached: Any = ()) -> Group:
    """A group."""
    arn = f"arn:aws:iam::{ACCOUNT}:group/{name}"
    return Group(arn=arn, name=name, inline=_inline(inline), attached=_listing(attached))


def role(name: str = "app", *, inline: Any = None, attached: Any = (), path: str = "/", **more: Any) -> Role:
    """A role; `trust` and `boundary` are facts or values."""
    facts = {
        key: value if isinstance(value, Fact) or key == "tags" else Fact(value) for key, value in more.items()
    }
    return Role(
        **{
            "arn": f"arn:aws:iam::{ACCOUNT}:role{path}{name}",
            "name": name,
            "path": path,
            "inline": _inline(inline),
            "attached": _listing(attached),
            "boundary": Fact(None),
            **facts,
        }
    )


def managed(name: str, content: Any, *, aws: bool = False, path: str = "/", **more: Any) -> ManagedPolicy:
    """A managed policy with a document; `attachments` is left untold unless given."""
    owner = "aws" if aws else ACCOUNT
    return ManagedPolicy(
        arn=f"arn:aws:iam::{owner}:policy{path}{name}",
        path=path,
        text=_fact(content),
        version_id="v1",
        **more,
    )


def identity(*things: User | Group | Role | ManagedPolicy, gaps: Mapping[str, Gap] | None = None) -> Identity:
    """IAM with these things, completely listed but for the lists named in `gaps`."""
    kinds = {"users": User, "groups": Group, "roles": Role, "managed_policies": ManagedPolicy}
    listed = {
        name: Listing(tuple(one for one in things if isinstance(one, kind)), (gaps or {}).get(name))
        for name, kind in kinds.items()
    }
    return Identity(**listed)
