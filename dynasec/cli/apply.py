"""`dynasec apply`."""

from __future__ import annotations

from pathlib import Path

import click

from dynasec.cli import approvals
from dynasec.cli.applying import Application, carry_out
from dynasec.cli.consent import Given, gate_options
from dynasec.cli.evidence import assessor, evidence_options
from dynasec.cli.options import FILE, Common, common_options
from dynasec.cli.run_output import deliver, format_option, watcher
from dynasec.cli.site import Site, runs_in, session_of
from dynasec.registry import load as load_registry
from dynasec.remedies import load as load_remedies
from dynasec.remedy.applying.gates import Consent
from dynasec.remedy.applying.journal import run_of
from dynasec.remedy.plan import load
from dynasec.report import plan_text


@click.command("apply")
@click.argument("plan", type=FILE)
@gate_options
@click.option("--wave", type=click.IntRange(1), default=None, help="Only up to this wave.")
@click.option("--resume", is_flag=True, help="Take the plan's run up again, where it was left.")
@evidence_options
@format_option
@common_options
def command(  # noqa: PLR0913 - one parameter an option
    *,
    plan: Path,
    given: Given,
    wave: int | None,
    resume: bool,
    observed: tuple[str, ...],
    accept_no_evidence: bool,
    style: str,
    common: Common,
) -> int:
    """Carry a plan out; what is not as it was reviewed is left alone.

    A plan is applied once. Without the flags of the gates it asks on a terminal, and refuses (exit code 8) otherwise. Every call is
    written into the run's journal before it is sent, and every control of the plan is run again at the end.
    """
    document = load(plan)
    clients = session_of(common, run_of(document))
    site = Site(
        clients=clients,
        registry=load_registry(),
        remedies=load_remedies(),
        settings=common.settings(),
        runs=runs_in(given.state_dir),
        common=common,
        watch=watcher(common),
    )
    if given.asks:
        for line in plan_text.head(document):
            click.echo(line, err=True, color=common.color)
    wanted = Application(
        consent=Consent(
            yes=given.yes,
            confirm=given.confirm,
            account=given.account,
            unattended=given.unattended,
            allow_drift=given.allow_drift,
            accept_no_evidence=accept_no_evidence,
            allow_irreversible=given.allow_irreversible,
            approvals=approvals.load(given.approval, plan),
        ),
        ask=given.asks,
        only=given.only,
        wave=wave or 0,
        resume=resume,
        assess=assessor(observed, common, accept_none=accept_no_evidence),
    )
    return deliver(carry_out(site, document, wanted), style, common)
