"""What a change is made of: states to look at, calls to make, and how each call is undone. Plain JSON documents.

Parameters and facts may hold placeholders, for what is not known before the change runs: `result`, `token`, `change_tag` and `text`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Json = Mapping[str, Any]
Operation = Annotated[str, Field(pattern=r"^[a-z0-9-]+:[A-Z][A-Za-z0-9]+$")]


class Document(BaseModel):
    """A frozen piece of a plan; a member that nobody knows is an error, for it was reviewed as if it meant something."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Identity(StrEnum):
    """How one finds out whether a call whose answer was lost took effect."""

    TOKEN = "token"  # noqa: S105 - a class of calls, not a secret
    """It carries a client token: sent again it does nothing twice."""
    COMPARE_AND_SET = "compare-and-set"
    """It names the revision it replaces: read and compare."""
    NAME = "name"
    """It makes something of a name: look it up; adopted only where `done` holds, contents and our tag included."""
    TAG = "tag"
    """It makes something nameless under our tag: list by the tag, wait, list again."""
    SET_STATE = "set-state"
    """It sets a state: read it."""


class State(Document):
    """What a read must answer.

    `facts` maps JMESPath expressions on the answer to values. Values are compared as JSON; a text that is itself a JSON object is
    compared by what it says, not by its spaces. `absent` are error codes that mean that there is none: the answer counts as `{}`,
    of which every path is null. A paginated operation is read to its end. `always`: must hold before each call of the change, also
    when a run is taken up again (that the table is still the same table). `region` is given where it is not the change's.
    """

    operation: Operation
    params: Json
    facts: Json
    absent: tuple[str, ...] = ()
    always: bool = False
    region: str = ""


class Call(Document):
    """One AWS call that changes something. `name` is what placeholders call its answer.

    `answer` are facts that the answer itself must show (a batch call may succeed and do nothing). `done` shows that it took effect; every
    identity class but TOKEN needs it, and a rollback is refused where it does not hold any more. `adopt` maps paths of the answer to
    JMESPath expressions on what `done` reads, so that later calls can use the result of a call whose answer was lost.
    `settled` is waited for, up to `settle_s` seconds, before the next call. `undo` are the calls that take it back, in order.
    `permissions` are IAM actions needed beside those of the operation (iam:PassRole, ec2:CreateTags).
    """

    operation: Operation
    params: Json
    identity: Identity
    name: str = ""
    answer: Json = Field(default_factory=dict)
    done: State | None = None
    adopt: Mapping[str, str] = Field(default_factory=dict)
    settled: State | None = None
    settle_s: int = 1800
    undo: tuple[Call, ...] = ()
    permissions: tuple[str, ...] = ()
    region: str = ""


class Cost(Document):
    """What a change adds to the bill: US dollars a month, between `low` and `high`. An estimate; `basis` says of what, `as_of` of when."""

    low: float
    high: float
    basis: str
    as_of: str


def result(call: str, path: str, *, of: str = "") -> dict[str, Any]:
    """Return the placeholder for a value in the answer of an earlier call: of this change, or of the change whose key is `of`."""
    return {"$result": {"of": of, "call": call, "path": path}}


def token(name: str) -> dict[str, Any]:
    """Return the placeholder for a client token: the same for the same plan, change and name, so that a repeated call is recognised."""
    return {"$token": name}


def change_tag() -> dict[str, Any]:
    """Return the placeholder for the text that marks what this change made: the plan's first characters and the change's id."""
    return {"$change": True}


def text(*pieces: str | Mapping[str, Any]) -> dict[str, Any]:
    """Return the placeholder for a text that is put together of texts and other placeholders."""
    return {"$text": list(pieces)}


CHANGE_TAG_KEY = "dynasec:change"
"""The tag by which what dynasec made is found again."""
