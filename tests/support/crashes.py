"""Applies a remediation to an emulator in another process, and kills the process that applies it: really, with SIGKILL."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dynasec.audit.report import Report, audit
from dynasec.collect.caller import resolve
from dynasec.collect.clients import Clients
from dynasec.collect.collector import Request, collect
from dynasec.permissions import reads_of
from dynasec.remedies import Remedies
from dynasec.remedy.aws import AwsHands
from dynasec.remedy.execution import Execution
from dynasec.remedy.outcomes import RunResult
from dynasec.remedy.ownership import Ownership
from dynasec.remedy.plan import Plan
from dynasec.remedy.planner import Planner
from dynasec.remedy.rollback import undo_plan
from dynasec.remedy.runs import Runs
from dynasec.remedy.stage import Options
from tests.remediations.worlds import World
from tests.support.accounts import registry
from tests.support.remedied import harmless, remedy
from tests.support.scripted import ScriptedSession

_LACKING: Any = {"dynamodb:ListGlobalTables": {"GlobalTables": []}}
"""What the emulator cannot say in a process of its own."""


class QuickClock:
    """The machine's clock, but nobody waits for long."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def elapsed(self) -> float:
        import time

        return time.monotonic()

    def wait(self, seconds: float, stop: threading.Event) -> None:
        stop.wait(min(seconds, 0.01))


@dataclass
class Laboratory:
    """One remediation, its world on a server, and a state directory."""

    name: str
    world: World
    url: str
    directory: Path

    def __post_init__(self) -> None:
        self.connect()
        self.runs = Runs(self.directory)
        self.world.seed()
        self.settings = self.world.settings()

    def connect(self) -> None:
        """Make clients; a child must, for connections that two processes share mix up their answers."""
        session = ScriptedSession()
        session.answer_with({**_LACKING, **self.world.script})
        self.clients = Clients(session, self.url)

    def read(self) -> Report:
        one = remedy(self.name).remediation
        controls = [registry().get(control) for control in one.controls]
        reads = frozenset(reads_of(controls) | set(one.reads))
        scope = resolve(self.clients, self.world.regions, all_regions=False)
        snapshot = collect(self.clients, scope, Request(reads, replicas=len(self.world.regions) > 1))
        return audit(snapshot, registry(), controls, self.settings)

    def plan(self, report: Report) -> Plan:
        planner = Planner(Remedies((remedy(self.name),)), harmless, Ownership({}))
        return planner.plan(report, datetime.now(UTC))

    def apply(self, plan: Plan, boundary: Callable[[str], None] = lambda _: None) -> RunResult:
        """Apply a plan, or take its run up again."""
        clock = QuickClock()
        begun = self.runs.path(plan.plan_id[:16]).exists()
        begin = self.runs.resume if begun else self.runs.create
        options = Options(clock=clock, boundary=boundary)
        with self.runs.lock(plan.subject), begin(plan, clock, boundary) as journal:
            chosen = [change.id for change in plan.changes]
            return Execution(journal, AwsHands(self.clients), options).run(chosen)

    def roll_back(self, plan: Plan, boundary: Callable[[str], None] = lambda _: None) -> RunResult:
        undo = next((one.plan for one in self.runs.undoing(plan.plan_id[:16])), None)
        if undo is None:
            undo = undo_plan(self.runs.read(plan.plan_id[:16]), datetime.now(UTC), ())
        return self.apply(undo, boundary)


def boundaries(work: Callable[[Callable[[str], None]], Any]) -> list[str]:
    """The boundaries that a piece of work passes when nobody disturbs it."""
    passed: list[str] = []
    work(passed.append)
    return passed


def killed_at(lab: Laboratory, number: int, work: Callable[[Callable[[str], None]], Any]) -> bool:
    """Do a piece of work in a child that is killed at the boundary of a number; False where it came to its end before."""
    child = os.fork()
    if child == 0:
        count = iter(range(10_000))
        lab.connect()

        def boundary(_: str) -> None:
            if next(count) == number:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            work(boundary)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
