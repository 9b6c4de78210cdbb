"""Whether a table's resource policy keeps out whoever does not come through the endpoints or VPCs that it names.

Requests are tried that come through no endpoint, and through an endpoint of somebody else; by principals of the table's account whose own
policies allow everything, and by those of others. What services do for a principal, or by themselves, is not tried: such calls carry no
endpoint, so a right policy exempts them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourcevpce
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from dynasec.iam.actions import DATA_READ, DATA_WRITE, catalogue, resource_types
from dynasec.iam.authorize import authorize
from dynasec.iam.cases import Case, cases
from dynasec.iam.conditions import Condition, Gap, Knowledge, Value
from dynasec.iam.decision import Decision, Outcome
from dynasec.iam.document import Document, parse
from dynasec.iam.explanation import conditions
from dynasec.iam.layers import Layer, Layers, Policy
from dynasec.iam.matching import ANYTHING, Pattern, covers
from dynasec.iam.principals import names, read_aws
from dynasec.iam.request import Caller, Request
from dynasec.iam.worlds import NETWORK_KEYS, foreign_names

_OF_THEMSELVES: Final = frozenset(
    {"dynamodb:GetRecords", "dynamodb:ReadDataForReplication", "dynamodb:WriteDataForReplication"}
)
"""Item actions of streams, which have policies of their own, and of the replication service."""
_SERVICE_LINKED: Final = re.compile(r"arn:[^:]+:iam::(\d{12}|\*):role/aws-service-role/.*")
_STRANGE: Final = "0f9e8d7c6b5a43210"
_IDENTITY: Final = Layer(
    (Policy("identity", "assumed", parse('{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}')),)
)
NOWHERE: Final = "from outside any endpoint"
ELSEWHERE: Final = "through an endpoint of another account"


@dataclass(frozen=True, slots=True)
class WayIn:
    """Item actions that are not denied: to whom, where from, and what else must hold (AND)."""

    who: str
    where: str
    actions: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    undecided: bool = False


@dataclass(frozen=True, slots=True)
class Guarded:
    """A table's ARN, account, policy, and whether it has indexes. `administrators`: globs on ARNs of principals that may be exempt."""

    arn: str
    account: str
    policy: Document
    has_indexes: bool
    administrators: tuple[str, ...] = ()


def ways_in(table: Guarded) -> tuple[WayIn, ...]:
    """Return the ways to a table's items that its policy leaves open from outside; certain ones first."""
    found: dict[WayIn, list[str]] = {}
    layer = Layer((Policy("resource policy", "resource", table.policy),))
    layers = Layers(identity=_IDENTITY, resource=layer)
    open_to_all: set[tuple[str, str | None, str, str]] = set()
    for where, network in _networks(table).items():
        for who, caller in _callers(table):
            for action, resource in _asked(table):
                place = where, caller.account, action, resource
                if place in open_to_all:
                    continue  # whoever is named besides is one of its account
                decision = authorize(_request(caller, action, resource, network), layers)
                if not decision.outcome.denied and not _is_excused(decision, caller, table.administrators):
                    undecided = decision.outcome is Outcome.UNKNOWN
                    way = WayIn(who, where, (), conditions(decision), undecided)
                    found.setdefault(way, []).append(action)
                    if decision.outcome is Outcome.ALLOWED and caller.name.endswith(":role/x"):
                        open_to_all.add(place)
    ways = [replace(way, actions=tuple(dict.fromkeys(actions))) for way, actions in found.items()]
    return tuple(sorted(ways, key=lambda way: (way.undecided, len(way.conditions))))


def _request(caller: Caller, action: str, resource: str, network: Mapping[str, tuple[Value, ...]]) -> Request:
    request = Request.of(caller, action, resource, given=Knowledge(network, NETWORK_KEYS.difference(network)))
    known: dict[str, tuple[Value, ...] | Gap] = {
        "aws:viaawsservice": ("false",),
        "aws:calledvia": Gap.ABSENT,
        "aws:calledviafirst": Gap.ABSENT,
        "aws:calledvialast": Gap.ABSENT,
        "aws:securetransport": ("true",),
    }
    if caller.name.endswith(":role/x"):
        # It stands for every principal of its account.
        partition = caller.name.split(":")[1]
        known["aws:principalarn"] = (Pattern.of(f"arn:{partition}:iam::{caller.account}:*"),)
        known["aws:username"] = Gap.UNKNOWN
        known["aws:principaltype"] = (ANYTHING,)
    return replace(request, context=request.context.updated(**known))


def _networks(table: Guarded) -> Mapping[str, Mapping[str, tuple[Value, ...]]]:
    partition, stranger = table.arn.split(":")[1], _stranger(table)
    return {
        NOWHERE: {},
        ELSEWHERE: {
            "aws:sourcevpce": (f"vpce-{_STRANGE}",),
            "aws:sourcevpc": (f"vpc-{_STRANGE}",),
            "aws:sourcevpcarn": (Pattern.of(f"arn:{partition}:ec2:*:{stranger}:vpc/vpc-{_STRANGE}"),),
            "aws:vpceaccount": (stranger,),
            "aws:vpcsourceip": (ANYTHING,),
        },
    }


def _stranger(table: Guarded) -> str:
    return foreign_names(table.policy, frozenset({table.account}), frozenset()).stranger


def _callers(table: Guarded) -> Iterator[tuple[str, Caller]]:
    partition = table.arn.split(":")[1]
    known = foreign_names(table.policy, frozenset({table.account}), frozenset())
    yield "principals of the account", Caller.of(f"arn:{partition}:iam::{table.account}:role/x")
    yield "principals of any account", Caller.of(f"arn:{partition}:iam::{known.stranger}:role/x")
    for account in known.accounts:
        yield f"principals of account {account}", Caller.of(f"arn:{partition}:iam::{account}:role/x")
    for text in _named(table.policy):
        try:
            yield text, Caller.of(text)
        except ValueError:  # an account, or nothing that makes requests
            continue


def _named(document: Document) -> Iterable[str]:
    elements = [
        one for statement in document.statements for one in (statement.principals, statement.not_principals)
    ]
    found = (name.text for element in elements if element is not None for name in names(element))
    return dict.fromkeys(text for text in found if read_aws(text).account is not None)


def _asked(table: Guarded) -> Iterator[tuple[str, str]]:
    index = f"{table.arn}/index/some-index"
    for action, kinds in _item_actions():
        if "table" in kinds:
            yield action, table.arn
        if "index" in kinds and table.has_indexes:
            yield action, index


@cache
def _item_actions() -> tuple[tuple[str, frozenset[str]], ...]:
    actions = ((DATA_READ | DATA_WRITE) & catalogue("dynamodb")) - _OF_THEMSELVES
    return tuple(
        (action, resource_types(action) or frozenset({"table", "index"})) for action in sorted(actions)
    )


def _is_excused(decision: Decision, caller: Caller, administrators: tuple[str, ...]) -> bool:
    """Whether only service-linked roles and declared administrators are let in."""
    if not caller.name.endswith(":role/x"):
        return _may_be_exempt(caller.issuer or caller.name, administrators)
    found = cases(decision.condition)
    return found is not None and all(_names_exempt(case, administrators) for case in found)


def _names_exempt(case: Case, administrators: tuple[str, ...]) -> bool:
    return any(
        literal.holds
        and isinstance(literal.atom, Condition)
        and literal.atom.key == "aws:principalarn"
        and not literal.atom.test.operator.tests_presence
        and literal.atom.test.qualifier is None
        and bool(literal.atom.values)
        and all(_may_be_exempt(value, administrators) for value in literal.atom.values)
        for literal in case
    )


def _may_be_exempt(arn: str, administrators: tuple[str, ...]) -> bool:
    if _SERVICE_LINKED.fullmatch(arn):
        return True
    return any(covers(Pattern.of(one), Pattern.of(arn, variables=True)) for one in administrators)
