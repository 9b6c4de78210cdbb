"""Which of DynamoDB's two planes an endpoint's policy lets principals of the account use: items, or tables and their settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Final

from dynasec.iam.actions import DATA_READ, DATA_WRITE, catalogue, changes, resource_types
from dynasec.iam.authorize import settled
from dynasec.iam.conditions import Condition
from dynasec.iam.conditions.keys import CALLER
from dynasec.iam.decision import Decision, Outcome
from dynasec.iam.explanation import conditions
from dynasec.iam.formula import Atom, Formula, Literal, substituted
from dynasec.iam.layers import LayerName
from dynasec.semantics.action_words import few
from dynasec.semantics.endpoint_request import Gate, Side

_OF_PRINCIPAL: Final = ("aws:principal", "aws:userid", "aws:username", CALLER)
_REPLICATION: Final = frozenset({"dynamodb:ReadDataForReplication", "dynamodb:WriteDataForReplication"})


@dataclass(frozen=True, slots=True)
class Passage:
    """Actions of one plane ("data" or "control") that a caller may use, by which statements, and when."""

    plane: str
    caller: str
    statements: tuple[str, ...]
    actions: tuple[str, ...]
    when: Formula
    words: tuple[str, ...]
    undecided: bool

    def __str__(self) -> str:
        demand = f" ({' and '.join(self.words)})" if self.words else ""
        return f"{' and '.join(self.statements)} lets {few(self.actions)} pass{demand}"


def passages(gate: Gate, account: str) -> tuple[Passage, ...]:
    """Return what passes, the surest first, then the data plane before the control plane."""
    side = Side(account)
    found: dict[tuple[str, str, Formula], Passage] = {}
    for caller in gate.callers(account):
        for kind, arn in gate.resources(account):
            for plane in ("data", "control"):
                fitting = (one for one in _actions(plane) if kind in (resource_types(one) or {kind}))
                for group in gate.groups(fitting):
                    decision = gate.decide(caller, group[0], arn, of=side, to=side)
                    if not decision.outcome.denied:
                        one = _passage(plane, caller.name, group, decision)
                        key = plane, caller.name, one.when
                        found[key] = _joined(found[key], one) if key in found else one
    return tuple(
        sorted(found.values(), key=lambda one: (one.undecided, one.when is not True, one.plane != "data"))
    )


def both(found: Iterable[Passage]) -> Iterator[tuple[Passage, Passage]]:
    """Yield the pairs of passages to either plane that one principal may use, the surest first."""
    for data, control in product(found, repeat=2):
        if (data.plane, control.plane) != ("data", "control") or data.caller != control.caller:
            continue
        if settled(data.when & _in_another_request(control.when)) is not False:
            yield data, control


def _in_another_request(formula: Formula) -> Formula:
    """Tell what the context says of this request from what it says of the other; of the principal both say the same."""

    def renamed(atom: Atom) -> Formula:
        if not isinstance(atom, Condition) or atom.key.startswith(_OF_PRINCIPAL):
            return Literal(atom)
        return Literal(replace(atom, key=f"{atom.key}/other"))

    return substituted(formula, renamed)


def _passage(plane: str, caller: str, actions: tuple[str, ...], decision: Decision) -> Passage:
    allows = [
        hit.label for hit in decision.matches if hit.layer is LayerName.ENDPOINT and hit.statement.allows
    ]
    return Passage(
        plane,
        caller,
        tuple(dict.fromkeys(allows)),
        actions,
        True if decision.outcome is Outcome.ALLOWED else decision.condition,
        conditions(decision),
        decision.outcome is Outcome.UNKNOWN,
    )


def _joined(one: Passage, other: Passage) -> Passage:
    return Passage(
        one.plane,
        one.caller,
        tuple(dict.fromkeys((*one.statements, *other.statements))),
        tuple(dict.fromkeys((*one.actions, *other.actions))),
        one.when,
        one.words,
        one.undecided,
    )


@cache
def _actions(plane: str) -> tuple[str, ...]:
    items = (DATA_READ | DATA_WRITE) - _REPLICATION
    if plane == "data":
        return tuple(sorted(items & catalogue("dynamodb")))
    return tuple(
        action
        for action in sorted(catalogue("dynamodb") - items - _REPLICATION)
        if changes(action) and resource_types(action) != frozenset()
    )
