"""Where plans are carried out: an account through its clients, the configuration, and the state directory with its journals."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from dynasec.audit.report import audit
from dynasec.cli.live import collect_with, request_of
from dynasec.cli.options import Common
from dynasec.cli.planning import Basis
from dynasec.collect.caller import resolve
from dynasec.collect.clients import Clients, open_session
from dynasec.errors import UsageError
from dynasec.registry import Registry
from dynasec.remediation import Risk
from dynasec.remedies import Remedies
from dynasec.remedy.applying.execution import Execution
from dynasec.remedy.applying.gates import Gates, Situation
from dynasec.remedy.applying.hands import AwsHands
from dynasec.remedy.applying.journal import Journal
from dynasec.remedy.applying.outcomes import Ending, Outcome, RunResult
from dynasec.remedy.applying.pace import Clock, SystemClock, stopping_on_signals
from dynasec.remedy.applying.runs import Runs, default_directory
from dynasec.remedy.applying.stage import Options, Recheck
from dynasec.remedy.impact.analysis import Assessor
from dynasec.remedy.plan import Change, Plan
from dynasec.remedy.planning.ownership import Ownership
from dynasec.settings import Settings

_NOT_AGAIN: Final = Outcome(
    Ending.STALE, "planned anew, this change does not come out again; nothing was changed"
)


@dataclass(frozen=True)
class Site:
    """One account to change. `watch` is told what happens to which change."""

    clients: Clients
    registry: Registry
    remedies: Remedies
    settings: Settings
    runs: Runs
    common: Common
    watch: Callable[[Change, str], None]
    clock: Clock = field(default_factory=SystemClock)

    def situation(self, plan: Plan) -> Situation:
        """Return where and when a plan would be applied, and by whom.

        Raises:
            CredentialsError: AWS cannot be asked.
            UsageError: a Region does not exist.

        """
        regions = self.common.region or plan.subject.regions[:1]
        scope = resolve(self.clients, regions, all_regions=False)
        return Situation(
            now=self.clock.now(),
            partition=scope.partition,
            account=scope.account,
            caller_arn=scope.caller_arn,
            remedy=self.settings.remedy,
            regions=self.common.region,
        )

    @property
    def options(self) -> Options:
        """Return how a run is carried out here, its controls aside."""
        return Options(clock=self.clock, watch=self.watch)

    def run(self, journal: Journal, gates: Gates) -> RunResult:
        """Carry out what the gates let through; on SIGINT or SIGTERM the call in flight is finished and written down.

        Raises:
            JournalError: not even the beginning could be written down.

        """
        stop = threading.Event()
        options = replace(self.options, stop=stop, recheck=self.recheck(journal.plan))
        with stopping_on_signals(stop):
            return Execution(journal, AwsHands(self.clients), options).run(gates.chosen, gates.refused)

    def recheck(self, plan: Plan) -> Recheck:
        """Return what runs the controls of applied changes again, on the account as it is then."""

        def again(changes: Sequence[Change]) -> Mapping[str, tuple[str, str]]:
            names = {name for change in changes for name in change.controls}
            controls = [control for control in self.registry.controls if control.id in names]
            quiet = replace(self.common, quiet=True, all_regions=False)
            account = collect_with(self.clients, plan.subject.regions, request_of(controls), quiet)
            report = audit(account, self.registry, controls, self.settings)
            return {one.fingerprint: (str(one.status), one.reason) for one in report.findings}

        return again

    def reviewed_again(
        self, plan: Plan, assess: Assessor, among: Collection[str]
    ) -> tuple[Plan, Mapping[str, Outcome]]:
        """Plan the access changes among these anew, on the account as it is now; reads nothing where there are none.

        Returns the plan with what blocks those changes now, and how those end that do not come out again.

        Raises:
            CredentialsError: AWS cannot be asked.

        """
        due = [one for one in plan.changes if one.risk.level is Risk.ACCESS and one.id in among]
        if not due or plan.kind == "undo":
            return plan, {}
        fresh = {one.id: one for one in self._planned_again(plan, assess)}
        stale = {one.id: _NOT_AGAIN for one in due if one.id not in fresh}
        judged = {one.id: _blocked_now(one, fresh[one.id]) for one in due if one.id in fresh}
        changes = tuple(judged.get(one.id, one) for one in plan.changes)
        return plan.model_copy(update={"changes": changes}), stale

    def _planned_again(self, plan: Plan, assess: Assessor) -> Sequence[Change]:
        named = {control for change in plan.changes for control in change.controls}
        named |= {advice.control for advice in plan.advice}
        basis = Basis(
            registry=self.registry,
            controls=tuple(control for control in self.registry.controls if control.id in named),
            remedies=self.remedies,
            settings=self.settings,
            assess=assess,
            ownership=Ownership({}),
            tables=plan.source_audit.tables,
        )
        quiet = replace(self.common, all_regions=False)
        account = collect_with(self.clients, plan.subject.regions, basis.request(), quiet)
        try:
            return basis.plan(account, now=self.clock.now()).changes
        except UsageError:  # a table that the plan was narrowed to is gone
            return ()


def _blocked_now(reviewed: Change, fresh: Change) -> Change:
    """Return the reviewed change, blocked by what was said then and what is said now; of evidence, only what is said now."""
    kept = [one for one in reviewed.blocked if one.override != "accept-no-evidence"]
    more = [one for one in fresh.blocked if one not in kept]
    return reviewed.model_copy(update={"blocked": (*kept, *more), "impact": fresh.impact})


def session_of(common: Common, run: str) -> Clients:
    """Return clients by which a run changes the account; where a role is assumed, its session has the run's name.

    Raises:
        CredentialsError: the profile does not exist, or cannot be used.

    """
    session = open_session(
        common.profile,
        role_arn=common.role_arn,
        external_id=common.external_id,
        session_name=f"dynasec-{run}",
    )
    return Clients(session, common.endpoint_url)


def runs_in(directory: Path | None) -> Runs:
    """Return the runs of a state directory, the user's by default."""
    return Runs(directory or default_directory())
