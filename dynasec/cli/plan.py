"""`dynasec plan`."""

from __future__ import annotations

from pathlib import Path

import click

from dynasec import snapshot_file
from dynasec.cli.evidence import assessor, evidence_options
from dynasec.cli.live import read
from dynasec.cli.options import FILE, Common, Selection, common_options, selection_options
from dynasec.cli.planning import Basis, ownership_of
from dynasec.errors import Exit
from dynasec.files import refuse_unwritable
from dynasec.registry import load
from dynasec.remedies import load as load_remedies
from dynasec.remedy.plan import Plan, save
from dynasec.report import plan_text


@click.command("plan")
@selection_options
@click.option("--table", multiple=True, metavar="GLOB", help="Judge only these tables (name or ARN).")
@click.option("--snapshot", type=FILE, help="Plan from a file of `dynasec collect`, without asking AWS.")
@click.option("-o", "--output", type=FILE, help="The plan file; without it the plan goes to stdout.")
@evidence_options
@click.option(
    "--terraform-state",
    multiple=True,
    type=FILE,
    help="A Terraform state, as `terraform state pull` prints it: what it manages is left to it.",
)
@common_options
def command(  # noqa: PLR0913 - one parameter an option
    *,
    selection: Selection,
    table: tuple[str, ...],
    snapshot: Path | None,
    output: Path | None,
    observed: tuple[str, ...],
    accept_no_evidence: bool,
    terraform_state: tuple[Path, ...],
    common: Common,
) -> int:
    """Turn failed findings into a remediation plan file; write nothing to AWS.

    Only what failed, is not suppressed and could be read in full becomes a change. Look at the plan with `dynasec show`, carry it
    out with `dynasec apply`. Exits 0 whatever the plan holds.
    """
    if output is not None:
        refuse_unwritable(output)
    registry = load()
    basis = Basis(
        registry=registry,
        controls=selection.of(registry),
        remedies=load_remedies(),
        settings=common.settings(),
        assess=assessor(observed, common, accept_none=accept_no_evidence),
        ownership=ownership_of(terraform_state),
        tables=table,
        deep=selection.deep,
    )
    account = read(common, basis.request()) if snapshot is None else snapshot_file.load(snapshot)
    plan = basis.plan(account)
    if output is None:
        click.echo(plan.to_bytes(), nl=False)
    else:
        save(plan, output)
    if not common.quiet:
        _summarise(plan, output, common)
    return Exit.OK


def _summarise(plan: Plan, output: Path | None, common: Common) -> None:
    for line in plan_text.head(plan):
        click.echo(line, err=True, color=common.color)
    if output is not None:
        click.echo(f"review it: dynasec show {output}", err=True)
