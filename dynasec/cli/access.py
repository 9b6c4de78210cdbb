"""`dynasec access`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

import click

from dynasec import snapshot_file
from dynasec.access import READS, Access
from dynasec.access.answer import MatrixAnswer, TableAnswer
from dynasec.access.questions import Question, questions
from dynasec.access.row import Row, Standing
from dynasec.cli.live import read
from dynasec.cli.options import FILE, Common, common_options
from dynasec.collect.collector import Request
from dynasec.errors import Exit, UsageError
from dynasec.iam.matching import Pattern
from dynasec.model.network import Endpoint
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import Table
from dynasec.report.access_formats import ACCESS_FORMATS, access_format

_ENDPOINTS: Final = "ec2:DescribeVpcEndpoints"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are shown. `denied`: also what is denied, in the view for people."""

    principal: tuple[str, ...] = ()
    external: bool = False
    denied: bool = False

    def of(self, rows: Iterable[Row]) -> tuple[Row, ...]:
        """Return the lines that were asked for."""
        return tuple(row for row in rows if self._wants(row))

    def _wants(self, row: Row) -> bool:
        if self.external and not row.external:
            return False
        if not self.denied and row.decision is Standing.DENIED:
            return False
        return self.names(row.principal)

    def names(self, principal: str) -> bool:
        """Whether a principal was asked for: by its ARN, or by what follows the last slash."""
        if not self.principal:
            return True
        texts = (principal, principal.rpartition("/")[2], principal.rpartition(":")[2])
        return any(fnmatchcase(text, glob) for glob in self.principal for text in texts)


@click.command("access")
@click.argument("table", required=False)
@click.option("--all", "everything", is_flag=True, help="The whole account: principals by tables.")
@click.option("--action", multiple=True, metavar="GLOB", help="Only these actions, such as GetItem or Put*.")
@click.option("--principal", multiple=True, metavar="GLOB", help="Only these principals, by name or ARN.")
@click.option("--external", is_flag=True, help="Only principals that are not the account's own.")
@click.option("--via", metavar="VPCE", help="As if every request came through this VPC endpoint.")
@click.option("--snapshot", type=FILE, help="Ask a file that `dynasec collect --access` wrote, not AWS.")
@click.option("--why", is_flag=True, help="Show the statements that decide.")
@click.option(
    "-f",
    "--format",
    "style",
    type=click.Choice([one.name for one in ACCESS_FORMATS]),
    default="table",
    show_default=True,
)
@common_options
def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    table: str | None,
    everything: bool,  # noqa: FBT001 - click hands options over by name
    action: tuple[str, ...],
    principal: tuple[str, ...],
    external: bool,  # noqa: FBT001 - see above
    via: str | None,
    snapshot: Path | None,
    why: bool,  # noqa: FBT001 - see above
    style: str,
    common: Common,
) -> int:
    """Show who can do what to a table, by which path, and why.

    TABLE is a name or an ARN; without it the whole account is shown. Exits 0, or 4 when something could not be read on which an
    answer depends.
    """
    if table is not None and everything:
        msg = "give a table, or --all"
        raise UsageError(msg)
    asked = _asked(action)
    account = _read(common, via) if snapshot is None else snapshot_file.load(snapshot)
    access = Access(account, endpoint=None if via is None else _endpoint(account, via))
    people = style == "table"
    wanted = Wanted(principal, external, denied=not people or bool(principal) or common.verbose)
    answer: TableAnswer | MatrixAnswer
    if table is None:
        answer = access.matrix(asked, wanted.names if principal else None, external=external)
    else:
        found = access.answer(_table(account, table, common.region), asked)
        answer = TableAnswer(account, found.table, wanted.of(found.rows), found.caveats)
    show(answer, style, common, why=why)
    return Exit.INCOMPLETE if answer.incomplete else Exit.OK


def show(answer: TableAnswer | MatrixAnswer, style: str, common: Common, *, why: bool = False) -> None:
    """Print an answer."""
    for piece in access_format(style).pieces(answer, why=why):
        click.echo(piece, nl=False, color=common.color)


def _read(common: Common, via: str | None) -> Snapshot:
    return read(common, Request(READS if via is None else READS | {_ENDPOINTS}))


def _asked(globs: Sequence[str]) -> tuple[Question, ...]:
    """Return the questions about the actions that were asked for; all of them by default.

    Raises:
        UsageError: an action is none of DynamoDB's that concern a table.

    """
    if not globs:
        return questions()
    chosen: set[Question] = set()
    for glob in globs:
        spelled = glob if ":" in glob else f"dynamodb:{glob}"
        pattern = Pattern.of(spelled, ignore_case=True)
        matching = {question for question in questions() if pattern.matches(question.action.lower())}
        if not matching:
            kind = "action"
            raise _unknown(kind, spelled, [question.action for question in questions()])
        chosen |= matching
    return tuple(question for question in questions() if question in chosen)


def _table(account: Snapshot, wanted: str, regions: tuple[str, ...]) -> Table:
    """Return the table with this name or ARN, of a name that several Regions have that one in these `regions`.

    Raises:
        UsageError: there is none, or several Regions have one of the name.

    """
    found = [table for table in account.tables() if wanted in {table.name, table.arn}]
    here = [table for table in found if table.region in regions] if len(found) > 1 else found
    if len(here) == 1:
        return here[0]
    if found:
        msg = f"{wanted} is in {', '.join(table.region for table in found)}: give its ARN, or one --region"
        raise UsageError(msg)
    names = [name for table in account.tables() for name in (table.name, table.arn)]
    kind = "table"
    raise _unknown(kind, wanted, names)


def _endpoint(account: Snapshot, wanted: str) -> Endpoint:
    endpoints = [one for region in account.regions for one in region.network.dynamodb_endpoints.items]
    found = next((one for one in endpoints if one.vpc_endpoint_id == wanted), None)
    if found is None:
        kind = "VPC endpoint of DynamoDB"
        raise _unknown(kind, wanted, [one.vpc_endpoint_id for one in endpoints])
    return found


def _unknown(kind: str, wanted: str, names: Sequence[str]) -> UsageError:
    nearest = difflib.get_close_matches(wanted, names, n=1, cutoff=0)
    hint = f"did you mean {nearest[0]}?" if nearest else f"there is no {kind} at all"
    msg = f"no {kind} {wanted}"
    return UsageError(msg, hint=hint)
