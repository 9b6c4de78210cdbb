"""`dynasec rollback`."""

from __future__ import annotations

import click

from dynasec.cli import approvals
from dynasec.cli.applying import Application, carry_out
from dynasec.cli.consent import PREFIX, Given, gate_options
from dynasec.cli.options import Common, common_options
from dynasec.cli.run_output import deliver, format_option, watcher
from dynasec.cli.site import Site, runs_in, session_of
from dynasec.errors import UsageError
from dynasec.registry import load as load_registry
from dynasec.remedies import load as load_remedies
from dynasec.remedy.applying.gates import Approval, Consent, examine
from dynasec.remedy.applying.hands import AwsHands
from dynasec.remedy.applying.journal import Recorded
from dynasec.remedy.applying.rollback import blocked_by_drift, undo_plan
from dynasec.remedy.plan import Plan
from dynasec.report import plan_text


@click.command("rollback")
@click.argument("run")
@gate_options
@click.option("--resume", is_flag=True, help="Take the last rollback of the run up again, where it was left.")
@format_option
@common_options
def command(*, run: str, given: Given, resume: bool, style: str, common: Common) -> int:
    """Take an applied run back; what has moved on since is left alone.

    The plan that undoes the run is made from the run's journal and shown first. The gates are those of `apply`; data-path changes are
    confirmed by the first eight characters of the run's id, access changes need the approval that the run's plan had.
    """
    runs = runs_in(given.state_dir)
    recorded = runs.read(run)
    site = Site(
        clients=session_of(common, run),
        registry=load_registry(),
        remedies=load_remedies(),
        settings=common.settings(),
        runs=runs,
        common=common,
        watch=watcher(common),
    )
    undo = _last(site, run) if resume else _made(site, recorded, given)
    if given.asks or not common.quiet:
        for piece in plan_text.pieces(undo):
            click.echo(piece, nl=False, err=True, color=common.color)
    consent = Consent(
        yes=given.yes,
        confirm=undo.plan_id[:PREFIX] if given.confirm == run[:PREFIX] else given.confirm,
        account=given.account,
        unattended=given.unattended,
        allow_drift=given.allow_drift,
        allow_irreversible=given.allow_irreversible,
        approvals=tuple(_carried_over(approvals.load(given.approval, None), recorded, undo)),
    )
    wanted = Application(consent=consent, ask=given.asks, resume=resume, word=run[:PREFIX], kind="undo")
    return deliver(carry_out(site, undo, wanted), style, common)


def _made(site: Site, recorded: Recorded, given: Given) -> Plan:
    """Make the plan that undoes a run, with what has moved on since blocked.

    Raises:
        UsageError: the run has no such change.
        GateRefusedError: the run is of another account.

    """
    plan = undo_plan(recorded, site.clock.now(), given.only)
    examine(plan, site.situation(plan), kind="undo")
    return blocked_by_drift(plan, AwsHands(site.clients), site.options)


def _last(site: Site, run: str) -> Plan:
    """Return the plan of the last rollback of a run.

    Raises:
        UsageError: there was none.

    """
    found = max((one.plan for one in site.runs.undoing(run)), key=lambda plan: plan.created_at, default=None)
    if found is None:
        msg = f"run {run} was never rolled back"
        raise UsageError(msg, hint="roll it back without --resume")
    return found


def _carried_over(found: tuple[Approval, ...], recorded: Recorded, undo: Plan) -> list[Approval]:
    """Let the approval of a plan hold for taking it back: what undoes each change was part of what was approved."""
    return [
        one.model_copy(update={"plan_id": undo.plan_id})
        for one in found
        if one.plan_id in {recorded.plan.plan_id, undo.plan_id}
    ]
