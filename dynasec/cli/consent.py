"""What the person who applies must say: the flags of `apply` and `rollback`, and the questions on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import click

from dynasec.cli.options import FILE, bundle
from dynasec.remedy.applying.gates import Consent, Gate, Gates, Situation, gates_of, judge
from dynasec.remedy.plan import Plan

PREFIX: Final = 8
"""How many characters of a plan's id are typed."""


@dataclass(frozen=True)
class Given:
    """The flags of the gates."""

    yes: bool
    confirm: str
    account: str
    unattended: bool
    allow_drift: bool
    allow_irreversible: bool
    only: tuple[str, ...]
    approval: Path | None
    state_dir: Path | None

    @property
    def asks(self) -> bool:
        """Whether to ask for what no flag says: on a terminal, unless unattended."""
        return not self.unattended and sys.stdin.isatty()


gate_options = bundle(
    Given,
    "given",
    [
        click.option("--yes", is_flag=True, help="Apply observe and additive changes."),
        click.option("--confirm", default="", metavar="ID8", help="Apply data-path changes: the id's first 8 characters."),
        click.option("--account", default="", metavar="ID", help="Apply access changes: the account's id."),
        click.option("--only", multiple=True, metavar="CHANGE", help="Only this change; may be given again."),
        click.option(
            "--unattended",
            is_flag=True,
            help="Ask nothing; only observe and additive changes for controls that remedy.unattended lists.",
        ),
        click.option("--allow-drift", is_flag=True, help="Also what a stack or a Terraform state manages."),
        click.option("--allow-irreversible", is_flag=True, help="Also what cannot be undone."),
        click.option("--approval", type=FILE, help="File of `dynasec approve`; default: PLAN.approval.json where it exists."),
        click.option("--state-dir", type=FILE, help="Folder of journals and locks; default: the user's state folder."),
    ],
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """Which changes of a plan are meant: some ids, up to a wave, and those that were begun before."""

    only: Collection[str] = ()
    wave: int = 0
    begun: Collection[str] = ()

    def judge(self, plan: Plan, consent: Consent, situation: Situation) -> Gates:
        """Judge the changes that are meant.

        Raises:
            UsageError: the plan has no such change.
            GateRefusedError: they are too many.

        """
        return judge(plan, consent, situation, only=self.only, wave=self.wave, begun=self.begun)


def asked(plan: Plan, consent: Consent, situation: Situation, choice: Choice, word: str) -> Consent:
    """Ask for what no flag said, as far as it is needed. `word` is what is typed to confirm data-path changes."""
    everything = replace(consent, yes=True, confirm=plan.plan_id[:PREFIX], account=plan.subject.account)
    possible = set(choice.judge(plan, everything, situation).chosen)
    changes = [change for change in plan.changes if change.id in possible]
    for gate in sorted(gates_of(changes)):
        count = sum(gate in gates_of([change]) for change in changes)
        consent = _asked(gate, count, plan, consent, word)
    return consent


def _asked(gate: Gate, count: int, plan: Plan, consent: Consent, word: str) -> Consent:
    match gate:
        case Gate.YES:
            if not consent.yes:
                what = f"Apply {_changes(count)} that only add (observe, additive)?"
                return replace(consent, yes=click.confirm(what, err=True))
        case Gate.CONFIRM:
            if not consent.confirm:
                what = f"{_changes(count)} touch what serves requests. Type {word} to apply (Enter: not)"
                agreed = _typed(what) == word
                return replace(consent, confirm=plan.plan_id[:PREFIX] if agreed else "")
        case Gate.ACCOUNT:
            if not consent.account:
                what = f"{_changes(count)} can deny access. Type the account's id to apply (Enter: not)"
                return replace(consent, account=_typed(what))
    return consent


def _changes(count: int) -> str:
    return f"{count} change" if count == 1 else f"{count} changes"


def _typed(question: str) -> str:
    answer: str = click.prompt(question, default="", show_default=False, err=True)
    return answer.strip()
