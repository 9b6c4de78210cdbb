import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from dynasec.cli.options import Common, Selection, common_options, selection_options
from dynasec.errors import ConfigurationError, UsageError
from dynasec.registry import load
from dynasec.settings import Settings


@click.command()
@selection_options
@click.argument("thing")
@common_options
def _command(selection, common, thing):
    """Give back what was understood."""
    return selection, common, thing


def _understood(*arguments):
    return _command.main(list(arguments), standalone_mode=False)


def test_without_options():
    selection, common, thing = _understood("x")
    assert selection == Selection((), (), (), ())
    assert common == Common(
        profile=None,
        region=(),
        all_regions=False,
        role_arn=None,
        external_id=None,
        config=None,
        endpoint_url=None,
        quiet=False,
        verbose=False,
        log_format="text",
        no_color=False,
    )
    assert thing == "x"


def test_with_all_of_them():
    given = (
        "x --control a --control b* --skip c --section d --framework e --profile p --region r --region s "
        "--all-regions --role-arn arn --external-id id --config f.toml --endpoint-url http://x --quiet "
        "--verbose --log-format json --no-color"
    )
    selection, common, _ = _understood(*given.split())
    assert selection == Selection(("a", "b*"), ("c",), ("d",), ("e",))
    assert common == Common(
        profile="p",
        region=("r", "s"),
        all_regions=True,
        role_arn="arn",
        external_id="id",
        config=Path("f.toml"),
        endpoint_url="http://x",
        quiet=True,
        verbose=True,
        log_format="json",
        no_color=True,
    )


def test_the_log_is_configured_before_the_command_runs():
    _understood("x", "-v")
    assert logging.getLogger("dynasec").level == logging.DEBUG
    _understood("x", "-q")
    assert logging.getLogger("dynasec").level == logging.ERROR


def test_a_selection_chooses_from_a_registry():
    registry = load()
    selection, _, _ = _understood("x", "--control", "point-in-time-recovery")
    assert [one.id for one in selection.of(registry)] == ["point-in-time-recovery"]
    with pytest.raises(UsageError):
        _understood("x", "--control", "zzzz")[0].of(registry)
    assert _understood("x")[0].of(registry) == tuple(one for one in registry.controls if not one.check.deep)
    assert _understood("x", "--deep")[0].of(registry) == registry.controls


@pytest.mark.parametrize(
    ("arguments", "variable", "color"),
    [
        ([], None, None),
        ([], "", None),
        ([], "1", False),
        ([], "0", False),
        (["--no-color"], None, False),
    ],
)
def test_colours(arguments, variable, color, monkeypatch):
    if variable is not None:
        monkeypatch.setenv("NO_COLOR", variable)
    assert _understood("x", *arguments)[1].color is color


def test_settings_without_a_file_are_the_defaults():
    assert _understood("x")[1].settings() == Settings()


def test_a_given_file_goes_before_the_one_found_upward(tmp_path):
    (tmp_path / "dynasec.toml").write_text('severity = { a = "LOW" }')
    (tmp_path / "other.toml").write_text('severity = { b = "LOW" }')
    assert set(_understood("x")[1].settings().severity) == {"a"}
    assert set(_understood("x", "--config", "other.toml")[1].settings().severity) == {"b"}


@pytest.mark.parametrize(("days", "fine"), [(170, True), (190, False)])
def test_suppressions_may_run_for_180_days_from_today(tmp_path, days, fine):
    expires = datetime.now(UTC).date() + timedelta(days=days)
    (tmp_path / "dynasec.toml").write_text(
        f'[[suppress]]\ncontrol = "x"\nreason = "y"\nowner = "z"\nexpires = {expires}\n'
    )
    common = _understood("x")[1]
    if fine:
        assert common.settings().suppress[0].expires == expires
    else:
        with pytest.raises(ConfigurationError, match="more than 180 days"):
            common.settings()


@pytest.mark.parametrize("options", [common_options, selection_options])
def test_every_option_says_what_it_is_for(options):
    @click.command()
    @options
    def command(**_):
        """Do nothing."""

    assert command.params
    undocumented = {"log_format"}  # its choices say it
    assert all(one.help for one in command.params if one.name not in undocumented)
