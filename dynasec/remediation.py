"""The contract of a remediation.

A remediation is a module: its name is its id, its docstring the documentation (`## What it does`, `## Safety`, `## Undo`). It holds one
`Remediation`, which says which controls it closes, and one planner: a pure function from failures and a `Context` to drafts of changes.
It never calls AWS: the calls are data, carried out by `dynasec.remedy` under its protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Generic, TypeVar

from dynasec.change import (
    CHANGE_TAG_KEY,
    Call,
    Cost,
    Identity,
    Json,
    State,
    change_tag,
    result,
    text,
    token,
)
from dynasec.check import Context
from dynasec.model.fact import Fact, Listing, Unknown
from dynasec.model.key import Key
from dynasec.model.shape import Resource, Shape

__all__ = [
    "CHANGE_TAG_KEY",
    "Advice",
    "Call",
    "Cost",
    "Draft",
    "Failure",
    "Identity",
    "Json",
    "Remediation",
    "Risk",
    "State",
    "UndoClass",
    "change_tag",
    "result",
    "text",
    "token",
]

R = TypeVar("R", bound=Resource)
Piece = Shape | Fact[Any] | Listing[Any]
"""What a snapshot is made of."""


class Risk(StrEnum):
    """What a change can do to those who use the account; the order of the members is the order of risk."""

    OBSERVE = "observe"
    """Adds logs, trails, alerts, rules."""
    ADDITIVE = "additive"
    """Adds protection without effect on clients."""
    DATA_PATH = "data-path"
    """Touches what serves requests."""
    ACCESS = "access"
    """Can deny somebody something."""

    @property
    def rank(self) -> int:
        """0 for observe to 3 for access."""
        return list(Risk).index(self)


class UndoClass(StrEnum):
    """How much of a change can be taken back."""

    EXACT = "exact"
    LIMITED = "limited"
    """Something harmless stays, or is not restored; `loses` says what."""
    WITH_LOSS = "with-loss"
    """Undoing loses something of value; `loses` says what."""
    NONE = "none"
    """Applied only with --allow-irreversible."""


@dataclass(frozen=True, slots=True)
class Failure(Generic[R]):
    """A subject that fails. `controls` are those of the remediation, `all_controls` all of the audit; `evidence` is by control."""

    subject: R
    controls: tuple[str, ...]
    all_controls: tuple[str, ...] = ()
    evidence: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])


@dataclass(frozen=True, slots=True)
class Draft:
    """A change as a remediation proposes it.

    `before` and `after` are what a reviewer compares: small JSON documents of the same shape. `expect` are re-read right before acting:
    where one does not hold the change is stale. At least one of them should pin the thing itself (`always=True`).
    `verify` must hold in the end, within `timeout_s`; where all of `verify` holds beforehand there is nothing to do.
    `replaces` are pairs of pieces of the snapshot (the very objects) and what they become: the plan is tried on the account as it would
    be. Access changes must give them. `new_keys` are KMS keys that will exist then; one of a known ARN serves its `tables` besides.
    `vanishes`: the subject is gone afterwards, as an AWS managed policy is that nobody has any more; its findings then close with it.
    `touches` are other resources that the calls change: who manages one of them manages the change.
    `prepares`: it closes nothing yet, only makes the next step safe; what that is says an `Advice` beside it.
    `closes` are ARNs of the subjects that pass afterwards (default: the subject that failed), `controls` under which (default: all of
    the remediation's).
    `key` names the draft within the plan, for `depends_on` and `result(of=…)`; two drafts of one key are one change.
    `lane`: changes of one lane run one after another (default: the resource). `risk` and `undo` override the remediation's.
    `reasons` say why the risk is what it is; `loses` what an undo does not bring back. `blocked` says why it must not be applied.
    """

    resource: str
    region: str
    summary: str
    before: Json
    after: Json
    expect: tuple[State, ...]
    calls: tuple[Call, ...]
    verify: tuple[State, ...]
    timeout_s: int = 120
    replaces: tuple[tuple[Piece, Piece], ...] = ()
    touches: tuple[Resource, ...] = ()
    new_keys: tuple[Key, ...] = ()
    closes: tuple[str, ...] = ()
    vanishes: bool = False
    prepares: bool = False
    controls: tuple[str, ...] = ()
    key: str = ""
    depends_on: tuple[str, ...] = ()
    lane: str = ""
    risk: Risk | None = None
    undo: UndoClass | None = None
    reasons: tuple[str, ...] = ()
    loses: str = ""
    cost: Cost | None = None
    blocked: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """What a person must do, since no call should: `why` it is not automated, `how` to do it, for which `controls` (default: all)."""

    resource: str
    why: str
    how: str
    controls: tuple[str, ...] = ()


Proposal = Draft | Advice
Planner = Callable[[Sequence[Failure[R]], Context], Iterable[Proposal]]
EachPlanner = Callable[[R, Context], Iterable[Proposal]]
FailurePlanner = Callable[[Failure[R], Context], Iterable[Proposal]]


@dataclass(slots=True)
class Remediation(Generic[R]):
    """What is mended, and what must be read to plan it.

    `controls` are the ids that it closes, all of one subject. `reads` are operations that the planner needs beside those of the controls.
    """

    subject: type[R]
    title: str
    controls: tuple[str, ...]
    risk: Risk
    undo: UndoClass
    reads: tuple[str, ...] = ()
    plan: Planner[R] | None = None

    def planner(self, function: Planner[R]) -> Planner[R]:
        """Register the function that drafts changes for all failures at once: for what many subjects share."""
        self.plan = function
        return function

    def each(self, function: EachPlanner[R]) -> EachPlanner[R]:
        """Register a function that drafts changes for one subject."""
        self.each_failure(lambda failure, context: function(failure.subject, context))
        return function

    def each_failure(self, function: FailurePlanner[R]) -> FailurePlanner[R]:
        """Register a function that drafts changes for one subject and must know which of its controls fail."""

        def plan(failures: Sequence[Failure[R]], context: Context) -> Iterable[Proposal]:
            for failure in failures:
                arn = failure.subject.arn
                try:
                    proposals = list(function(failure, context))
                except Unknown as missing:  # what could not be read is never changed
                    yield Advice(arn, f"cannot be planned: {missing}", "let dynasec read it, then plan again")
                    continue
                for proposal in proposals:
                    if isinstance(proposal, Draft) and not proposal.closes:
                        yield replace(proposal, closes=(arn,))
                    else:
                        yield proposal

        self.plan = plan
        return function
