"""The plan document `dynasec.plan/v1`: what is reviewed is what is applied.

A plan is canonical JSON (sorted keys, no spaces); `plan_id` is the SHA-256 of the document without it. A plan that was edited has
another digest and is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal, Self, cast

from pydantic import Field, ValidationError

from dynasec.change import Call, Cost, Document, Json, State
from dynasec.errors import DynasecError
from dynasec.files import write_private
from dynasec.remediation import Risk, UndoClass

SCHEMA: Final = "dynasec.plan/v1"
LIFETIME: Final = timedelta(hours=24)
LIFETIME_OF_ACCESS: Final = timedelta(hours=4)
"""How long a plan may be applied; the shorter one where it holds access changes."""


class PlanError(DynasecError):
    """A file is not a plan, was edited, or is of a schema that this version does not know."""


class Tool(Document):
    """What made the plan."""

    version: str


class Subject(Document):
    """The account and Regions that the plan is for, and who made it."""

    partition: str
    account: str
    regions: tuple[str, ...]
    caller_arn: str


class SourceAudit(Document):
    """The audit that the plan rests on: its run, when the account was read, and how much of it could be judged (0 to 1).

    `tables` are the globs that it was narrowed to, if it was: access changes are planned anew under the same ones.
    """

    run_id: str
    taken_at: datetime
    coverage: float
    tables: tuple[str, ...] = ()


class Limits(Document):
    """What one apply may do at most."""

    max_changes: int = 100
    max_tables: int = 50
    concurrency: int = 5


class Undo(Document):
    """How far the change can be taken back; the calls are those of `calls[].undo`, last call first."""

    kind: UndoClass
    loses: str = ""


class RiskOf(Document):
    """A level and what makes it so."""

    level: Risk
    reasons: tuple[str, ...] = ()


class Impact(Document):
    """What an access change takes away, by the policy engine: `evaluated` answers were compared.

    `denied` are those allowed before (perhaps under conditions) and not after, `narrowed` those that depend on more conditions after, in
    words. `observed` is how many different observed requests were asked again, `observed_denied` which of them would be denied;
    `evidence` says in one line what was observed. `unknown` says what could not be told.
    """

    evaluated: int
    denied: tuple[str, ...] = ()
    narrowed: tuple[str, ...] = ()
    observed: int = 0
    observed_denied: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    evidence: str = ""


class Blocked(Document):
    """Why a change is not applied, and the flag of `apply` that overrides it; none where it is empty."""

    reason: str
    override: Literal["", "allow-drift", "accept-no-evidence"] = ""


class Change(Document):
    """One reviewed change. `key` is how others of the plan refer to it, `wave` in which of the waves it runs (from 1).

    `vanishes`: what it is about is gone afterwards, and its findings with it.
    """

    id: str
    key: str
    remediation: str
    controls: tuple[str, ...]
    fingerprints: tuple[str, ...]
    resource: str
    region: str
    lane: str
    wave: int
    summary: str
    before: Json
    after: Json
    diff: tuple[Json, ...]
    expect: tuple[State, ...]
    calls: tuple[Call, ...]
    verify: tuple[State, ...]
    timeout_s: int
    undo: Undo
    risk: RiskOf
    impact: Impact | None = None
    cost: Cost | None = None
    depends_on: tuple[str, ...] = ()
    managed_by: Mapping[str, str] = Field(default_factory=dict)
    permissions: tuple[str, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    vanishes: bool = False


class AdviceOf(Document):
    """What a person must do."""

    control: str
    resource: str
    why: str
    how: str


class Totals(Document):
    """What a reviewer sees first. `score_after` is the score of the account as it would be, where all changes could be tried."""

    changes: int
    blocked: int
    advice: int
    by_risk: Mapping[str, int]
    cost_low: float
    cost_high: float
    score_before: float | None = None
    score_after: float | None = None
    regressions: tuple[str, ...] = ()


class Plan(Document):
    """The whole document. `kind` is "undo" for the plan of a rollback, `undoes` the run that it takes back."""

    schema_id: Literal["dynasec.plan/v1"] = Field(default="dynasec.plan/v1", alias="schema")
    kind: Literal["remediate", "undo"] = "remediate"
    undoes: str = ""
    plan_id: str = ""
    created_at: datetime
    expires_at: datetime
    tool: Tool
    subject: Subject
    source_audit: SourceAudit
    limits: Limits
    changes: tuple[Change, ...]
    advice: tuple[AdviceOf, ...]
    problems: tuple[str, ...] = ()
    totals: Totals

    def sealed(self) -> Self:
        """Return the plan with the digest that makes it valid."""
        return self.model_copy(update={"plan_id": self.digest()})

    def digest(self) -> str:
        """Return the SHA-256 of the document without its id, in hexadecimal."""
        document = self.model_dump(mode="json", by_alias=True, exclude={"plan_id"})
        return hashlib.sha256(canonical(document)).hexdigest()

    def to_bytes(self) -> bytes:
        """Return the file's content."""
        return canonical(self.model_dump(mode="json", by_alias=True)) + b"\n"

    def change(self, change_id: str) -> Change:
        """Return one change.

        Raises:
            KeyError: there is none of that id.

        """
        found = next((change for change in self.changes if change.id == change_id), None)
        if found is None:
            raise KeyError(change_id)
        return found


def canonical(document: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return the one way to write a JSON value: sorted keys, no spaces, ASCII.

    Raises:
        TypeError: it is no JSON value.
        ValueError: it holds a number that JSON has not.

    """
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def save(plan: Plan, path: Path) -> None:
    """Write a plan, atomically, mode 0600.

    Raises:
        DynasecError: the file cannot be written.

    """
    write_private(path, [plan.to_bytes()])


def load(path: Path) -> Plan:
    """Read a plan and check its digest.

    Raises:
        PlanError: it cannot be read, is no plan of this schema, or was edited.

    """
    try:
        content = path.read_bytes()
    except OSError as problem:
        msg = f"cannot read {path}: {problem.strerror or problem}"
        raise PlanError(msg) from problem
    return parse(content, str(path))


def parse(content: bytes, name: str) -> Plan:
    """Read a plan from its bytes; `name` is what errors call it.

    Raises:
        PlanError: it is no plan of this schema, or was edited.

    """
    try:
        raw: Any = json.loads(content)
    except (UnicodeDecodeError, ValueError, RecursionError) as problem:
        msg = f"{name} is not a plan: it is not JSON"
        raise PlanError(msg, hint="make one with `dynasec plan -o FILE`") from problem
    schema = cast("Any", raw).get("schema") if isinstance(raw, dict) else None
    if schema != SCHEMA:
        what = f"its schema is {schema!r}" if isinstance(schema, str) else "it has no schema"
        msg = f"{name} is not a plan that this version can apply: {what}"
        raise PlanError(msg, hint=f"this version knows {SCHEMA}")
    try:
        plan = Plan.model_validate(raw)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        msg = f"{name} is not a whole plan: {where}: {first['msg']}"
        raise PlanError(msg, hint="plan anew") from problem
    if plan.digest() != plan.plan_id:
        msg = f"{name} was changed after it was made: its digest does not match"
        raise PlanError(msg, hint="plan anew, and review what you apply")
    return plan
