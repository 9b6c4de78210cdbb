"""Full access in any spelling: what a VPC endpoint policy should not be.

https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""

from collections.abc import Iterable
from dataclasses import dataclass

from dynasec.iam.actions import Capability, capabilities, catalogue, is_known, reaches
from dynasec.iam.document import Document, Statement
from dynasec.iam.matching import Pattern, covers
from dynasec.iam.narrowing import narrowing, whitelists

_SERVICE = "dynamodb"
_DATA = frozenset({Capability.READ, Capability.WRITE})
_CONTROL = frozenset({Capability.CONTROL, Capability.DELETE, Capability.PERMISSIONS})

# Every request that an endpoint policy sees came through that endpoint, so these tell nothing.
_GIVEN_BY_ENDPOINT = frozenset({"aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn"})

# What a Deny "unless it is one of ours" may exempt besides, and still hold for strangers.
_EXEMPTIONS = frozenset({"aws:principalisawsservice", "aws:viaawsservice", "aws:principaltype"})

_PARTS = 6


@dataclass(frozen=True, slots=True)
class Broad:
    """A statement that gives full access, alone or with others, and why."""

    statement: str
    explanation: str


def broad_statements(document: Document) -> tuple[Broad, ...]:
    """Find the Allow statements by which anybody may do (nearly) everything to every table; () when there are none.

    A statement counts when its principal is anyone, no condition narrows it, its resources are all tables of at least
    one Region in any account, and what its actions leave after the unconditional Denies spans data plane and control
    plane, or is the whole data plane. Statements that only together grant every sensitive action are all reported.
    Nothing is reported when a Deny keeps everybody out but named principals, accounts, organisations or networks.
    """
    if any(_keeps_strangers_out(statement) for statement in document.statements):
        return ()
    denied = frozenset[str]().union(*(_surely_denied(statement) for statement in document.statements))
    granting = [
        (statement, reaches(statement, _SERVICE) - denied)
        for statement in document.statements
        if statement.allows and _is_for_anyone(statement) and _is_for_all_tables(statement)
    ]
    alone = tuple(Broad(each.label, _explain(each)) for each, actions in granting if _is_full(each, actions))
    if alone:
        return alone
    together = frozenset[str]().union(*(actions for _, actions in granting))
    if _sensitive() <= together:
        labels = [each.label for each, actions in granting if actions & _sensitive()]
        return tuple(Broad(label, _explain_union(label, labels)) for label in labels)
    return ()


def _is_for_anyone(statement: Statement) -> bool:
    # An endpoint policy must have a Principal; without one, nobody is excluded.
    anyone = statement.principals is None or statement.principals.anyone
    return anyone and not narrowing(statement.conditions, disregarded=_GIVEN_BY_ENDPOINT)


def _is_for_all_tables(statement: Statement) -> bool:
    if statement.not_resources is not None:
        patterns = [Pattern.of(text, variables=statement.variables) for text in statement.not_resources]
        return not any(_covers_all_tables(pattern) for pattern in patterns)
    if statement.resources is None:
        return True
    return any(
        _covers_all_tables(Pattern.of(text, variables=statement.variables)) for text in statement.resources
    )


def _covers_all_tables(pattern: Pattern) -> bool:
    """Whether all tables of any account are covered, in all Regions or in the one that the pattern names."""
    parts = pattern.split(":", _PARTS)
    partition, region = Pattern.literally("aws"), Pattern.literally("us-east-1")
    if len(parts) == _PARTS:
        partition, region = (parts[1], parts[3])
    every_table = Pattern(
        (*"arn:", *partition.tokens, *":dynamodb:", *region.tokens, *Pattern.of(":*:table/*").tokens)
    )
    return covers(pattern, every_table)


def _is_full(statement: Statement, remaining: frozenset[str]) -> bool:
    """Whether an open grant still is full access after the Denies.

    A list of actions is no open grant, however long, unless it holds every sensitive action; `*` in all spellings and
    NotAction are.
    """
    if _sensitive() <= remaining:
        return True
    if statement.not_actions is None and not reaches(statement, _SERVICE) >= _sensitive():
        return False
    known = {action: capabilities(action) for action in remaining if is_known(action)}
    has_data = any(found & _DATA for found in known.values())
    has_control = any(found & _CONTROL for found in known.values())
    all_data = {action for action in _sensitive() if capabilities(action) & _DATA} <= remaining
    return all_data or (has_data and has_control)


def _sensitive() -> frozenset[str]:
    return frozenset(action for action in catalogue(_SERVICE) if capabilities(action))


def _surely_denied(statement: Statement) -> frozenset[str]:
    """List the actions that a Deny takes from everybody on every table, whatever the request."""
    unconditional = (
        not statement.conditions and statement.principals is not None and statement.principals.anyone
    )
    if statement.allows or not unconditional or not _denies_all_tables(statement):
        return frozenset()
    return reaches(statement, _SERVICE)


def _denies_all_tables(statement: Statement) -> bool:
    everything = Pattern.of("arn:*:dynamodb:*:*:*")
    patterns = [Pattern.of(text, variables=statement.variables) for text in statement.resources or ()]
    return any(covers(pattern, everything) for pattern in patterns)


def _keeps_strangers_out(statement: Statement) -> bool:
    """Whether this is a Deny of all sensitive actions for all but named principals, accounts, networks..."""
    if (
        statement.allows
        or not _denies_all_tables(statement)
        or not reaches(statement, _SERVICE) >= _sensitive()
    ):
        return False
    if statement.not_principals is not None:
        return not statement.not_principals.anyone and not statement.conditions
    if statement.principals is None or not statement.principals.anyone:
        return False
    counted = [entry for entry in statement.conditions if entry.key.lower() not in _EXEMPTIONS]
    return bool(counted) and all(
        whitelists(entry) and entry.key.lower() not in _GIVEN_BY_ENDPOINT for entry in counted
    )


def _explain(statement: Statement) -> str:
    who = "anyone"
    if statement.not_actions is not None:
        actions = f"every action but {_listed(statement.not_actions)}"
    else:
        actions = _listed(statement.actions or ())
    if statement.not_resources is not None:
        resources = f"every resource but {_listed(statement.not_resources)}"
    else:
        resources = _listed(statement.resources or ("*",))
    words = f"allows {actions} on {resources} to {who}"
    return words + (", and its conditions exclude nobody" if statement.conditions else "")


def _explain_union(label: str, labels: list[str]) -> str:
    others = [other for other in labels if other != label]
    return f"together with {_listed(others)}, allows every sensitive action on every table to anyone"


def _listed(texts: Iterable[str]) -> str:
    shown = list(texts)
    more = [f"{len(shown) - 3} more"] if len(shown) > 3 else []  # noqa: PLR2004 - enough for a finding
    return ", ".join([*shown[:3], *more])
