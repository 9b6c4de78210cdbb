"""An endpoint policy kept within bounds: what it allows of this, and nothing that it did not allow before.

Each Allow is replaced by what it has in common with the bounds, so that the full-access policy becomes the bounds themselves and a policy
that already restricts only loses what exceeds them. A Deny stays as it is. Only `repair` can allow more: it mends what was written by
mistake and allows nothing as it stands. Calls that AWS services make by themselves do not come through a VPC's endpoint; roles that
services assume are principals of the account.

https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html (elements, Principal of gateway endpoints),
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html (aws:PrincipalAccount, aws:ResourceOrgID).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from dynasec.drafting.arn_patterns import common, mended
from dynasec.drafting.endpoint_planes import (
    DISCOVERY,
    items,
    metadata,
    on_global_tables,
    plane,
    without_resource,
)
from dynasec.drafting.policies import canonical
from dynasec.drafting.policy_conditions import asking, asks
from dynasec.iam.actions import NOT_ACTIONS, reaches
from dynasec.iam.document import (
    WITH_VARIABLES,
    WITHOUT_VARIABLES,
    MalformedPolicy,
    Principals,
    Statement,
    parse,
)
from dynasec.iam.json_text import listed
from dynasec.iam.matching import Pattern, covers
from dynasec.iam.principals import PrincipalKind, names
from dynasec.model.fact import Unknown, malformed

Json = Mapping[str, Any]

FULL_ACCESS: Final = canonical(
    {
        "Version": WITH_VARIABLES,
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
    }
)
"""What an endpoint is given that nobody gives a policy."""

_DISCOVERY_STATEMENT: Final[Json] = {
    "Sid": "EndpointDiscovery",
    "Effect": "Allow",
    "Principal": "*",
    "Action": DISCOVERY,
    "Resource": "*",
}
_EVERYTHING: Final = Pattern.of("*")


@dataclass(frozen=True, slots=True)
class Owners:
    """Accounts (ids) and organisations (ids) that are no foreigners."""

    accounts: tuple[str, ...]
    organizations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a policy may allow at most. None, or empty: that side of it stays as it is.

    `principals`: whose may come. `tables`: whose may be reached; `lane`: ARNs of the tables of one lane instead. `tier`: "app" or
    "control", whose plane alone may pass; else `administrators` (globs on ARNs) alone may change tables and all others alone may use
    items. `repair` mends mistakes. `partition` and `region` are the endpoint's; `streams`: it leads to the API of streams.
    """

    partition: str
    region: str
    gateway: bool = True
    streams: bool = False
    principals: Owners | None = None
    tables: Owners | None = None
    lane: tuple[str, ...] | None = None
    tier: str | None = None
    administrators: tuple[str, ...] = ()
    repair: bool = False


_Asked = tuple[tuple[str, str, tuple[str, ...]], ...]
"""Operator, key and values of conditions."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One part of a statement: the end of its Sid, its elements that are not as they were, and what it asks besides."""

    suffix: str = ""
    actions: frozenset[str] | None = None
    resources: tuple[str, ...] | None = None
    asked: _Asked = ()


def bounded(text: str, bounds: Bounds) -> str:
    """Return a policy with each Allow cut down to the bounds, and with endpoint discovery allowed.

    Raises:
        Unknown: the document is malformed, or what is left of a statement cannot be written.

    """
    try:
        document, raw = parse(text), json.loads(text)
    except (MalformedPolicy, ValueError) as problem:
        raise Unknown(malformed("policy", f"the document cannot be bounded: {problem}")) from problem
    made: list[Json] = []
    for written, statement in zip(listed(raw["Statement"]), document.statements, strict=True):
        if statement.allows and not _only_discovers(statement):
            made.extend(_cut(written, statement, bounds))
        else:
            made.append(written)
    if not (bounds.streams or any(_discovers(one) for one in made)):
        made.append(_DISCOVERY_STATEMENT)
    version = {} if "${" in text and document.version != WITH_VARIABLES else {"Version": WITH_VARIABLES}
    return canonical({**version, **_other_members(raw, version), "Statement": _named(made)})


def _other_members(raw: Json, version: Json) -> Json:
    return {name: value for name, value in raw.items() if name != "Statement" and name not in version}


def _only_discovers(statement: Statement) -> bool:
    """Whether a statement allows nothing of DynamoDB but endpoint discovery, which tells nothing of anybody."""
    return reaches(statement, "dynamodb") <= {DISCOVERY}


def _discovers(written: Json) -> bool:
    (statement,) = parse(canonical({"Version": WITH_VARIABLES, "Statement": [written]})).statements
    return statement.allows and DISCOVERY in reaches(statement, "dynamodb") and _on_everything(statement)


def _on_everything(statement: Statement) -> bool:
    return any(covers(Pattern.of(text), _EVERYTHING) for text in statement.resources or ())


def _cut(written: Json, statement: Statement, bounds: Bounds) -> Iterator[Json]:
    """Yield what is left of an Allow: a statement for each plane, owner of tables and owner of principals."""
    base = _mended(written) if bounds.repair else dict(written)
    if base is None:
        return
    allow = _parsed(base, statement)
    for each in _planes(allow, bounds):
        for place, whose in product(_places(allow, each, bounds), _sides(allow, bounds)):
            made = _composed(base, each, place, whose, bounds)
            if made is not None:
                yield made


def _parsed(base: Json, statement: Statement) -> Statement:
    version = WITH_VARIABLES if statement.variables else WITHOUT_VARIABLES
    return parse(canonical({"Version": version, "Statement": [base]})).statements[0]


def _composed(base: Json, each: _Piece, place: _Piece, whose: _Piece, bounds: Bounds) -> Json | None:
    made = dict(base)
    actions = place.actions if place.actions is not None else each.actions
    if actions is not None:
        made.pop("NotAction", None)
        made["Action"] = _as_written(sorted(actions), base.get("Action"))
    elif listed(made.get("Action", ())) == ["*"]:
        made["Action"] = "dynamodb:*"
    if place.resources is not None:
        made["Resource"] = _as_written(place.resources, base.get("Resource"))
    if bounds.gateway and bounds.repair:
        made["Principal"] = "*"
    condition: Json | None = made.pop("Condition", {})
    for operator, key, values in (*each.asked, *place.asked, *whose.asked):
        condition = None if condition is None else asking(condition, operator, key, values)
    if condition is None:
        return None
    if condition:
        made["Condition"] = condition
    suffix = f"{each.suffix}{place.suffix}{whose.suffix}"
    if made != dict(base):
        made = {"Sid": f"{base.get('Sid', '')}{suffix}", **{k: v for k, v in made.items() if k != "Sid"}}
    return made


def _as_written(values: Sequence[str], before: Any) -> Any:  # noqa: ANN401 - JSON
    """Return values as a list, or as they were written where they are the same."""
    return before if before is not None and set(listed(before)) == set(values) else list(values)


def _mended(written: Json) -> dict[str, Any] | None:
    """Return a statement without what is no action and no ARN; None where no action is left."""
    made = dict(written)
    for element in ("Resource", "NotResource"):
        if element in made:
            made[element] = _as_written(mended(listed(made[element])), made[element])
    if "Action" in made:
        wrong = {action.lower() for action in NOT_ACTIONS}
        kept = [action for action in listed(made["Action"]) if action.lower() not in wrong]
        if not kept:
            return None
        made["Action"] = _as_written(kept, made["Action"])
    made.setdefault("Principal", "*")
    return made


def _planes(statement: Statement, bounds: Bounds) -> Iterator[_Piece]:
    reached = reaches(statement, "dynamodb")
    if bounds.tier is not None:
        name = "DataPlane" if bounds.tier == "app" else "ControlPlane"
        yield from _kept(name, reached & plane(bounds.tier), ())
    elif bounds.administrators:
        key, globs = "aws:PrincipalArn", bounds.administrators
        yield from _kept("DataPlane", reached & items(), (("StringNotLike", key, globs),))
        yield from _kept(
            "ControlPlane", (reached & plane("control")) - metadata(), (("StringLike", key, globs),)
        )
        yield from _kept("Metadata", reached & metadata(), ())
    else:
        yield _Piece()


def _kept(name: str, actions: frozenset[str], asked: _Asked) -> Iterator[_Piece]:
    if actions:
        yield _Piece(name, actions=actions, asked=asked)


def _places(statement: Statement, each: _Piece, bounds: Bounds) -> Iterator[_Piece]:
    """Yield the resources that are left, those of accounts and of organisations apart, and what has none."""
    if bounds.lane is None and (bounds.tables is None or _is_of(statement, "resource", bounds.tables)):
        yield _Piece()
        return
    if statement.resources is None:
        raise Unknown(malformed("policy", f"{statement.label} has no Resource to be cut down"))
    reached = each.actions if each.actions is not None else reaches(statement, "dynamodb")
    on_tables = reached - without_resource()
    left = statement.resources
    for suffix, limits, asked in _limits(bounds, global_tables=any(map(on_global_tables, reached))):
        found = _met(left, limits, variables=statement.variables)
        if found and on_tables:
            actions = None if each.actions is None else on_tables
            yield _Piece(suffix, actions=actions, resources=found, asked=asked)
        left = tuple(text for text in left if text not in found)  # what one owner's limits hold whole is said
    alone = (reached & without_resource()) - {DISCOVERY}
    if bounds.lane is not None:
        alone &= metadata()  # the others act on every lane's tables, as UpdateAbacStatus does
    if alone and _on_everything(statement):
        yield _Piece("AccountLevel", actions=alone, resources=("*",))


def _is_of(statement: Statement, side: str, owners: Owners) -> bool:
    """Whether a statement asks already that principals, or resources, are of these owners."""
    return asks(statement.conditions, side, owners.accounts, owners.organizations)


def _limits(bounds: Bounds, *, global_tables: bool) -> Iterator[tuple[str, list[str], _Asked]]:
    if bounds.lane is not None:
        yield "", [pattern for arn in bounds.lane for pattern in (arn, f"{arn}/*")], ()
        return
    owners = bounds.tables or Owners(())
    start = f"arn:{bounds.partition}:dynamodb:"
    own = [f"{start}{bounds.region}:{account}:table/*" for account in owners.accounts]
    if global_tables and not bounds.streams:
        own += [f"{start}:{account}:global-table/*" for account in owners.accounts]
    yield "", own, ()
    if owners.organizations:
        asked = (("StringEquals", "aws:ResourceOrgID", owners.organizations),)
        yield "InOrganization", [f"{start}{bounds.region}:*:table/*"], asked


def _met(texts: Sequence[str], limits: Sequence[str], *, variables: bool) -> tuple[str, ...]:
    met = (common(text, limit, variables=variables) for text in texts for limit in limits)
    return tuple(dict.fromkeys(one for one in met if one is not None))


def _sides(statement: Statement, bounds: Bounds) -> Iterator[_Piece]:
    """Yield who may come: whom the statement names, as a gateway takes it, of the own accounts or organisations."""
    for suffix, asked in _named_principals(statement, bounds):
        owners = bounds.principals
        if owners is None or _is_of(statement, "principal", owners):
            yield _Piece(suffix, asked=asked)
            continue
        yield _Piece(suffix, asked=(*asked, ("StringEquals", "aws:PrincipalAccount", owners.accounts)))
        if owners.organizations:
            more = ("StringEquals", "aws:PrincipalOrgID", owners.organizations)
            yield _Piece(f"{suffix}OfOrganization", asked=(*asked, more))


def _named_principals(statement: Statement, bounds: Bounds) -> Iterator[tuple[str, _Asked]]:
    named = statement.principals
    if named is None or named.anyone or not (bounds.gateway and bounds.repair):
        yield "", ()
        return
    accounts, arns = _by_kind(named, statement.label)
    if accounts:
        yield "ByAccount", (("StringEquals", "aws:PrincipalAccount", accounts),)
    if arns:
        yield "ByArn", (("ArnEquals", "aws:PrincipalArn", arns),)


def _by_kind(named: Principals, label: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the accounts and the ARNs of roles and users that a Principal names."""
    accounts: list[str] = []
    arns: list[str] = []
    for name in names(named):
        if name.kind is PrincipalKind.ACCOUNT and name.account:
            accounts.append(name.account)
        elif name.kind is PrincipalKind.ENTITY:
            arns.append(name.text)
        else:
            what = f"{label} names {name.text}, which no condition of a gateway endpoint stands for"
            raise Unknown(malformed("policy", what))
    return tuple(accounts), tuple(arns)


def _named(statements: Sequence[Json]) -> list[Json]:
    """Give each statement a Sid of its own where it has one that another has, or one that is not alphanumeric."""
    taken: set[str] = set()
    made: list[Json] = []
    for one in statements:
        sid = one.get("Sid")
        if sid is None or (sid and sid not in taken):
            taken.add(sid or "")
            made.append(one)
            continue
        plain = re.sub(r"[^A-Za-z0-9]", "", sid) or "Own"
        fresh = next(name for name in _numbered(plain) if name not in taken)
        taken.add(fresh)
        made.append({**one, "Sid": fresh})
    return made


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}{number}"
        number += 1
