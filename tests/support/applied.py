"""Applies plans to the world of `tests.support.world` the way the command line does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dynasec.remedy.applying.execution import Execution
from dynasec.remedy.applying.outcomes import RunResult
from dynasec.remedy.applying.rollback import blocked_by_drift, undo_plan
from dynasec.remedy.applying.runs import Runs
from dynasec.remedy.applying.stage import Options
from dynasec.remedy.plan import Change, Plan
from tests.support.plans import ACCOUNT, REGION, deny_plain_text, endpoint, own_key, plan, protect
from tests.support.world import FakeClock, FakeHands, World

POLICY = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/users"
OLD = '{"Statement":["old"]}'


def small_world() -> World:
    """Two tables, one of them with a policy."""
    world = World()
    world.table("orders", Key=None)
    world.table("users", Key=None)
    world.policies[POLICY] = {"Policy": OLD, "RevisionId": "r0"}
    return world


@dataclass
class Bench:
    """A world, hands on it, a clock and a state directory."""

    directory: Path
    world: World = field(default_factory=small_world)
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.hands = FakeHands(self.world)
        self.runs = Runs(self.directory)

    def everything(self) -> Plan:
        """A plan with every class of calls."""
        return plan(
            protect(self.world, "orders"),
            own_key(self.world, "orders"),
            endpoint("vpc-1"),
            deny_plain_text(self.world, "users"),
            protect(self.world, "users", wave=2, depends_on=("key-of:users-policy",)),
        )

    def options(self, **more: Any) -> Options:
        return Options(**{"clock": self.clock, **more})

    def apply(
        self, plan: Plan, *, resume: bool = False, only: tuple[str, ...] = (), boundary: Callable[[str], None] = lambda _: None,
        **options: Any,
    ) -> RunResult:  # fmt: skip
        begin = self.runs.resume if resume else self.runs.create
        chosen = only or tuple(change.id for change in plan.changes)
        with self.runs.lock(plan.subject), begin(plan, self.clock, boundary) as journal:
            return Execution(journal, self.hands, self.options(boundary=boundary, **options)).run(chosen)

    def undo(self, plan: Plan, only: tuple[str, ...] = ()) -> Plan:
        """The plan that takes a run back, looked at."""
        made = undo_plan(self.runs.read(plan.plan_id[:16]), self.clock.now(), only)
        return blocked_by_drift(made, self.hands, self.options())

    def roll_back(self, plan: Plan, only: tuple[str, ...] = (), **more: Any) -> RunResult:
        return self.apply(self.undo(plan, only), **more)

    def kinds(self, plan: Plan) -> list[str]:
        """The kinds of the records of a run."""
        return [record.kind for record in self.runs.read(plan.plan_id[:16]).records]

    def one(self, change: Change) -> tuple[str, str]:
        """Apply one change and return how it ended."""
        outcome = self.apply(plan(change)).changes[0][1]
        return str(outcome.state), outcome.reason
