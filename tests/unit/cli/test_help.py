"""The help of every command is as wide as that of any other: 100 columns where nobody says otherwise, else what the terminal has."""

import click
import pytest

from dynasec.cli import cli, run


def _commands(command, path=()):
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from _commands(command.get_command(context, name), (*path, name))


COMMANDS = list(_commands(cli))
each_command = pytest.mark.parametrize(
    "path", COMMANDS, ids=[" ".join(path) or "dynasec" for path in COMMANDS]
)


def _help(path, capsys):
    assert run([*path, "--help"]) == 0
    return capsys.readouterr().out


def _wanted(path, width):
    context = click.Context(cli, info_name="dynasec", terminal_width=width, **cli.context_settings)
    command = cli
    for name in path:
        command = command.get_command(context, name)
        context = click.Context(command, info_name=name, parent=context)
    return command.get_help(context) + "\n"


def test_commands_within_commands_are_among_them():
    assert {("history", "diff"), ("baseline", "set"), ("notify", "test"), ("audit",)} <= set(COMMANDS)


@each_command
def test_in_a_pipe_help_has_a_hundred_columns(path, monkeypatch, capsys):
    monkeypatch.delenv("COLUMNS", raising=False)
    text = _help(path, capsys)
    assert text == _wanted(path, 100)
    assert max(map(len, text.splitlines())) <= 100


@each_command
def test_a_narrow_terminal_is_heeded(path, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    assert max(map(len, _help(path, capsys).splitlines())) <= 80


def test_a_wide_terminal_makes_no_wider_lines(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "300")
    lines = _help(("audit",), capsys).splitlines()
    assert 80 < max(map(len, lines)) <= 100
