"""`dynasec export`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from dynasec.cli.options import FILE
from dynasec.cli.planning import reads_to_plan
from dynasec.errors import Exit
from dynasec.files import refuse_unwritable, write_private
from dynasec.permissions import reads_of
from dynasec.registry import load as load_registry
from dynasec.remedies import load as load_remedies
from dynasec.remedy.export import cloudformation, role, shell, terraform
from dynasec.remedy.plan import Plan, load

_MANAGED: Final = 6144
_INLINE: Final = 10240
"""Characters, spaces aside, that a managed policy and a role's own policies may have; IAM and AWS STS quotas."""


@click.command("export")
@click.argument("plan", type=FILE)
@click.option(
    "--to",
    "target",
    type=click.Choice(["cloudformation", "terraform", "cli", "role"]),
    required=True,
    help="The form; role: the least privilege that applying the plan takes.",
)
@click.option("-o", "--output", type=FILE, help="The file; without it, it goes to stdout.")
def command(plan: Path, target: str, output: Path | None) -> int:
    """Write a plan as infrastructure code, as a script, or as a role.

    What is blocked is left out and named, but for what a stack or a Terraform state manages: that is what the first two are for.
    """
    if output is not None:
        refuse_unwritable(output)
    document = load(plan)
    text = "".join(_pieces(document, target))
    if output is None:
        click.echo(text, nl=False)
    else:
        write_private(output, [text.encode()])
    return Exit.OK


def _pieces(plan: Plan, target: str) -> Iterator[str]:
    match target:
        case "cloudformation":
            yield from cloudformation.pieces(plan)
        case "terraform":
            yield from terraform.pieces(plan)
        case "cli":
            yield from shell.pieces(plan)
        case _:
            yield from _role(plan)


def _role(plan: Plan) -> Iterator[str]:
    policy = role.policy(plan, _reads(plan))
    size = len(json.dumps(policy, separators=(",", ":")))
    if size > _MANAGED:
        most = f"a managed policy may have {_MANAGED:,}, the policies within a role {_INLINE:,} together"
        click.echo(f"dynasec: the policy has {size:,} characters; {most}", err=True)
    yield json.dumps(policy, indent=2) + "\n"


def _reads(plan: Plan) -> frozenset[str]:
    """Return what an apply reads beside the calls of the plan: to judge the controls again, and to plan access changes anew."""
    registry, remedies = load_registry(), load_remedies()
    named = {control for change in plan.changes for control in change.controls}
    controls = [control for control in registry.controls if control.id in named]
    return reads_of(controls) | reads_to_plan(controls, remedies)
