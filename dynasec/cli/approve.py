"""`dynasec approve`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from dynasec.cli import approvals
from dynasec.cli.options import FILE, Common, common_options
from dynasec.collect.caller import resolve
from dynasec.collect.clients import Clients, open_session
from dynasec.errors import Exit
from dynasec.files import refuse_unwritable
from dynasec.remedy.applying.gates import Approval, ExpiredError, GateRefusedError, principal_of
from dynasec.remedy.plan import load


@click.command("approve")
@click.argument("plan", type=FILE)
@click.option("-o", "--output", type=FILE, help="The approval; default: PLAN.approval.json.")
@common_options
def command(plan: Path, output: Path | None, common: Common) -> int:
    """Approve of a plan, with a file that `apply` looks for.

    Who approves is who the credentials say (sts:GetCallerIdentity). It must be another principal than the one that made the plan, and
    than the one that applies it. The file is no signature: protect the folder it is in.
    """
    path = output or approvals.beside(plan)
    refuse_unwritable(path)
    document = load(plan)
    now = datetime.now(UTC)
    if now >= document.expires_at:
        msg = f"the plan expired at {document.expires_at:%Y-%m-%d %H:%M:%S} UTC"
        raise ExpiredError(msg, hint="plan anew")
    session = open_session(common.profile, role_arn=common.role_arn, external_id=common.external_id)
    clients = Clients(session, common.endpoint_url)
    scope = resolve(clients, common.region or document.subject.regions[:1], all_regions=False)
    caller = scope.caller_arn
    if (scope.partition, scope.account) != (document.subject.partition, document.subject.account):
        msg = f"the plan is for account {document.subject.account}, the credentials are of {scope.account}"
        raise GateRefusedError(msg, hint="approve as a principal of that account")
    if principal_of(caller) == principal_of(document.subject.caller_arn):
        msg = f"{caller} made the plan"
        raise GateRefusedError(msg, hint="somebody else must approve of it")
    approvals.save(Approval(plan_id=document.plan_id, principal=caller, at=now), path)
    if not common.quiet:
        click.echo(f"{path}: plan {document.plan_id[:8]} approved by {caller}", err=True)
    return Exit.OK
