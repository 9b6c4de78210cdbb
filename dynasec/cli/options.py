"""Options that several commands share, and what is made of them."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from dynasec import settings as configuration
from dynasec.cli import logs
from dynasec.errors import UsageError
from dynasec.registry import Control, Registry
from dynasec.settings import Settings

FILE: Final = click.Path(path_type=Path)
"""A file; what is wrong with it is told by whoever reads or writes it, in one line."""
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


@dataclass(frozen=True)
class Common:
    """Where to look and how to speak."""

    profile: str | None
    region: tuple[str, ...]
    all_regions: bool
    role_arn: str | None
    external_id: str | None
    config: Path | None
    endpoint_url: str | None
    quiet: bool
    verbose: bool
    log_format: str
    no_color: bool

    def settings(self) -> Settings:
        """Return the configuration: the given file, else the nearest `dynasec.toml` upward, else the defaults.

        Raises:
            ConfigurationError: the file cannot be used.

        """
        return settings_of(self.config)

    @property
    def color(self) -> bool | None:
        """See `colour_wanted`."""
        return colour_wanted(off=self.no_color)


def settings_of(config: Path | None) -> Settings:
    """Return what a file configures: the given one, else the nearest `dynasec.toml` upward, else the defaults.

    Raises:
        ConfigurationError: the file cannot be used.

    """
    path = config or configuration.find(Path.cwd())
    return Settings() if path is None else configuration.load(path, today=datetime.now(UTC).date())


def colour_wanted(*, off: bool) -> bool | None:
    """Return False where colour is unwanted (https://no-color.org), else None: click decides by the stream."""
    return False if off or os.environ.get("NO_COLOR") else None


MOST_ITEMS: Final = 1_000


@dataclass(frozen=True)
class Selection:
    """Which controls, and what they may do beyond reading what AWS shows of the account."""

    control: tuple[str, ...]
    skip: tuple[str, ...]
    section: tuple[str, ...]
    framework: tuple[str, ...]
    deep: bool = False
    sample_items: int = 0

    def of(self, registry: Registry, *, listing: bool = False) -> tuple[Control, ...]:
        """Return the chosen controls; those that ask AWS to start something with `--deep` only, or where they are only listed.

        Raises:
            UsageError: something given matches nothing, or names what needs `--deep`.

        """
        chosen = registry.select(
            controls=self.control, skip=self.skip, sections=self.section, frameworks=self.framework
        )
        if self.deep or listing:
            return chosen
        left = tuple(control for control in chosen if not control.check.deep)
        deep = next(
            (one.id for one in chosen if one.check.deep and (one.id in self.control or not left)), None
        )
        if deep is not None:
            msg = f"{deep} asks AWS to start something, which only --deep does"
            raise UsageError(msg, hint="add --deep")
        return left


def bundle(kind: type[Any], argument: str, options: list[Decorator]) -> Decorator:
    """Return a decorator that adds options and hands them over as one object."""
    names = [field.name for field in fields(kind)]

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapped(*args: Any, **given: Any) -> Any:  # noqa: ANN401 - whatever the command takes and gives
            bundle = kind(**{name: given.pop(name) for name in names})
            if isinstance(bundle, Common):
                logs.configure(
                    verbose=bundle.verbose, quiet=bundle.quiet, as_json=bundle.log_format == "json"
                )
            return function(*args, **{argument: bundle}, **given)

        decorated: Callable[..., Any] = wrapped
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate


config_option: Final[Decorator] = click.option(
    "--config", type=FILE, help="Configuration; default: the nearest dynasec.toml upward."
)

common_options = bundle(
    Common,
    "common",
    [
        click.option("--profile", help="Profile of the AWS configuration files."),
        click.option("--region", multiple=True, metavar="NAME", help="Region to read; may be given again."),
        click.option("--all-regions", is_flag=True, help="Every Region that is enabled for the account."),
        click.option("--role-arn", metavar="ARN", help="Role to assume first."),
        click.option("--external-id", metavar="ID", help="External id for that role."),
        config_option,
        click.option("--endpoint-url", metavar="URL", help="Send every call there (emulators)."),
        click.option("-q", "--quiet", is_flag=True, help="No progress, no warnings."),
        click.option("-v", "--verbose", is_flag=True, help="Log what could not be read, and tracebacks."),
        click.option("--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True),
        click.option(
            "--no-color", is_flag=True, help="No colours; NO_COLOR in the environment does the same."
        ),
    ],
)

selection_options = bundle(
    Selection,
    "selection",
    [
        click.option(
            "--control", multiple=True, metavar="ID", help="Control id or glob; may be given again."
        ),
        click.option("--skip", multiple=True, metavar="ID", help="Control id or glob to leave out."),
        click.option("--section", multiple=True, metavar="NAME", help="Section or glob."),
        click.option(
            "--framework", multiple=True, metavar="NAME", help="Framework, or framework:requirement."
        ),
        click.option(
            "--deep",
            is_flag=True,
            help="Also have AWS find out what takes minutes: last use of rights, drift of stacks.",
        ),
        click.option(
            "--sample-items",
            type=click.IntRange(0, MOST_ITEMS),
            default=0,
            metavar="N",
            help=f"Also read N items ({MOST_ITEMS} at most) of each table of the highest class; keep none of them.",
        ),
    ],
)
