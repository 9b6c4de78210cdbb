"""Options of an audit that runs by itself: where its history is, how long it may take, and who is told that it ran."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import click

from dynasec.audit.changes import State
from dynasec.cli.options import FILE, Decorator, bundle

NONE: Final = "none"


@dataclass(frozen=True)
class Running:
    """`store` is None for the default, "none" for no history; `deadline` and `jitter` are seconds."""

    store: str | None
    only: tuple[State, ...]
    deadline: float | None
    jitter: float
    heartbeat: str | None
    no_notify: bool


def _states(_: click.Context, option: click.Parameter, text: str | None) -> tuple[State, ...]:
    names = [name.strip().upper() for name in (text or "").split(",") if name.strip()]
    wrong = next((name for name in names if name not in State.__members__), None)
    if wrong is not None:
        known = ", ".join(state.lower() for state in State)
        msg = f"{wrong.lower()!r} is none of {known}"
        raise click.BadParameter(msg, param=option)
    if text is not None and not names:
        msg = "names no state"
        raise click.BadParameter(msg, param=option)
    return tuple(state for state in State if state.value in names)


def _seconds(*, above: float) -> Callable[[click.Context, click.Parameter, float | None], float | None]:
    """Return what refuses a number that is no length of time; `above` is what it must be more than."""

    def check(_: click.Context, option: click.Parameter, seconds: float | None) -> float | None:
        if seconds is not None and not above < seconds <= _LONGEST_S:
            msg = f"{seconds} is not a number of seconds from {max(above, 0):g} to {_LONGEST_S:g}"
            raise click.BadParameter(msg, param=option)
        return seconds

    return check


_LONGEST_S: Final = 7 * 86_400.0

store_option: Final[Decorator] = click.option(
    "--store", type=FILE, help="Where the history of audits is kept; default: the user's data folder."
)

running_options = bundle(
    Running,
    "running",
    [
        click.option(
            "--store",
            metavar="FILE|none",
            help="Keep history there; default: the user's data folder, or none with --snapshot.",
        ),
        click.option(
            "--only",
            metavar="STATES",
            callback=_states,
            help="Print and count only failures in these states, as new,regressed.",
        ),
        click.option(
            "--deadline",
            type=float,
            metavar="SECONDS",
            callback=_seconds(above=0),
            help="Stop reading then, report what was read, exit 11.",
        ),
        click.option(
            "--jitter",
            type=float,
            metavar="SECONDS",
            default=0.0,
            callback=_seconds(above=-1e-9),
            help="Wait up to so long first.",
        ),
        click.option(
            "--heartbeat",
            metavar="URL",
            envvar="DYNASEC_HEARTBEAT_URL",
            help="Ask for this URL when the audit has run, and for URL/fail when it could not.",
        ),
        click.option(
            "--no-notify", is_flag=True, help="Tell nobody that dynasec.toml names, not even later."
        ),
    ],
)
