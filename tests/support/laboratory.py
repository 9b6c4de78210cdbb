"""Applies a remediation to its world under the real protocol: in process, or on an emulator in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dynasec.audit.report import Report, audit
from dynasec.collect.caller import resolve
from dynasec.collect.clients import Clients
from dynasec.collect.collector import Request, collect
from dynasec.demo.overlay import Answers
from dynasec.permissions import reads_of
from dynasec.remedies import Remedies
from dynasec.remedy.applying.execution import Execution
from dynasec.remedy.applying.hands import Hands
from dynasec.remedy.applying.outcomes import RunResult
from dynasec.remedy.applying.pace import Clock
from dynasec.remedy.applying.rollback import undo_plan
from dynasec.remedy.applying.runs import Runs
from dynasec.remedy.applying.stage import Options
from dynasec.remedy.plan import Plan
from dynasec.remedy.planning.ownership import READS, Ownership
from dynasec.remedy.planning.planner import Planner
from tests.remediations.worlds import World
from tests.support.accounts import registry
from tests.support.emulated import emulated
from tests.support.remedied import harmless, remedy
from tests.support.world import FakeClock

_LACKING: Any = {
    "dynamodb:ListGlobalTables": {"GlobalTables": []},
    "globalaccelerator:ListAccelerators": {"Accelerators": []},
}
"""What the emulator cannot say."""
Connection = Callable[[Answers], tuple[Clients, Hands]]
"""Makes clients and hands for an emulator, with answers laid over it."""


def served(url: str) -> Connection:
    """An emulator in another process, for which clients are kept too."""

    def connect(script: Answers) -> tuple[Clients, Hands]:
        return _connected(script, url)

    return connect


def in_process(script: Answers) -> tuple[Clients, Hands]:
    """The emulator in this process, whose clients are kept. Use inside `mock_aws()`."""
    return _connected(script, None)


def _connected(script: Answers, url: str | None) -> tuple[Clients, Hands]:
    clients, session, hands = emulated(url)
    session.answer_with({**_LACKING, **script})
    return clients, hands


@dataclass
class Laboratory:
    """One remediation, its world on an emulator, and a state directory."""

    name: str
    world: World
    connection: Connection
    directory: Path
    clock: Clock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.clients, self.hands = self.connection(self.world.script)
        self.runs = Runs(self.directory)
        self.world.seed()
        self.settings = self.world.settings()
        self.plans = 0

    def read(self) -> Report:
        one = remedy(self.name).remediation
        controls = [registry().get(control) for control in one.controls]
        reads = frozenset(reads_of(controls) | READS | set(one.reads))
        scope = resolve(self.clients, self.world.regions, all_regions=False)
        snapshot = collect(self.clients, scope, Request(reads, replicas=len(self.world.regions) > 1))
        return audit(snapshot, registry(), controls, self.settings)

    def plan(self, report: Report, ownership: Ownership | None = None) -> Plan:
        """Plan, each time another plan."""
        planner = Planner(Remedies((remedy(self.name),)), harmless, ownership or Ownership({}))
        self.plans += 1
        return planner.plan(report, datetime.now(UTC) + timedelta(milliseconds=self.plans))

    def apply(
        self, plan: Plan, boundary: Callable[[str], None] = lambda _: None, hands: Hands | None = None
    ) -> RunResult:
        """Apply a plan, or take its run up again; with other hands than usual where they are given."""
        begun = self.runs.path(plan.plan_id[:16]).exists()
        begin = self.runs.resume if begun else self.runs.create
        options = Options(clock=self.clock, boundary=boundary)
        with self.runs.lock(plan.subject), begin(plan, self.clock, boundary) as journal:
            chosen = [change.id for change in plan.changes]
            return Execution(journal, hands or self.hands, options).run(chosen)

    def roll_back(
        self, plan: Plan, boundary: Callable[[str], None] = lambda _: None, hands: Hands | None = None
    ) -> RunResult:
        """Undo the run of a plan, or take its undoing up again."""
        undo = next((one.plan for one in self.runs.undoing(plan.plan_id[:16])), None)
        if undo is None:
            undo = undo_plan(self.runs.read(plan.plan_id[:16]), datetime.now(UTC), ())
        return self.apply(undo, boundary, hands)
