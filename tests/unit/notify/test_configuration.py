"""`[[notify]]` in dynasec.toml."""

import re
from datetime import date
from pathlib import Path

import pytest

from dynasec.errors import ConfigurationError
from dynasec.notify.permissions import ACTIONS
from dynasec.settings import parse
from tests.support.notices import BUS, TOPIC

SECRET = "https://hooks.example.com/services/T0SECRET"


def _parse(text):
    return parse(text, "dynasec.toml", today=date(2026, 1, 1))


def _target(**members):
    return "[[notify]]\n" + "\n".join(f"{name} = {value!r}" for name, value in members.items())


@pytest.mark.parametrize(
    "members",
    [
        {"kind": "sns", "topic": TOPIC},
        {"kind": "sns", "topic": "arn:aws-us-gov:sns:us-gov-west-1:123456789012:a.fifo"},
        {"kind": "eventbridge", "bus": BUS},
        {"kind": "webhook", "url_env": "CHAT_URL", "severity": "HIGH", "states": ["new", "gone"], "limit": 5},
        {"kind": "security-hub"},
    ],
)
def test_targets(members):
    (target,) = _parse(_target(name="ops", **members)).notify
    assert target.kind == members["kind"]


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"kind": "sns"}, "a target of kind sns needs topic"),
        ({"kind": "webhook"}, "a target of kind webhook needs url_env"),
        ({"kind": "eventbridge", "topic": TOPIC}, "a target of kind eventbridge needs bus"),
        ({"kind": "sns", "topic": TOPIC, "bus": BUS}, "a target of kind sns has no bus"),
        ({"kind": "security-hub", "states": ["new", "fixed"]}, "a target of kind security-hub has no states"),
        ({"kind": "security-hub", "limit": 5}, "a target of kind security-hub has no limit"),
        ({"kind": "security-hub", "severity": "HIGH"}, "a target of kind security-hub has no severity"),
        ({"kind": "pager"}, "notify.0.kind"),
        ({"kind": "sns", "topic": "alerts"}, "notify.0.topic"),
        ({"kind": "sns", "topic": f"{TOPIC}\n"}, "notify.0.topic"),
        ({"kind": "eventbridge", "bus": "default"}, "notify.0.bus"),
        ({"kind": "webhook", "url_env": SECRET}, "notify.0.url_env"),
        ({"kind": "webhook", "url": SECRET}, "unknown key notify.0.url; did you mean url_env?"),
        ({"kind": "webhook", "url_env": "X", "states": ["NEW"]}, "notify.0.states.0"),
        ({"kind": "webhook", "url_env": "X", "limit": 0}, "notify.0.limit"),
        ({"kind": "webhook", "url_env": "X", "severity": "high"}, "notify.0.severity"),
    ],
)
def test_mistakes_are_named_and_secrets_are_not(members, says):
    with pytest.raises(ConfigurationError) as refusal:
        _parse(_target(name="ops", **members))
    assert says in str(refusal.value)
    assert "SECRET" not in str(refusal.value)


def test_names_are_their_own():
    one = _target(name="ops", kind="security-hub")
    with pytest.raises(ConfigurationError, match="two targets of notify are called 'ops'"):
        _parse(f"{one}\n{one}")


@pytest.mark.parametrize("name", ["", "a b", "-x", "x\x1b", "x" * 65])
def test_names_are_short_words(name):
    with pytest.raises(ConfigurationError, match=r"notify\.0\.name"):
        _parse(f"[[notify]]\nname = {_quoted(name)}\nkind = 'security-hub'")


def _quoted(text):
    return '"' + text.replace("\x1b", "\\u001b") + '"'


def test_the_documentation_shows_one_that_can_be_used():
    page = (Path(__file__).parents[3] / "docs/operations.md").read_text(encoding="utf-8")
    shown = re.search(r"```toml\n(.*?)```", page[page.index("## Notifications") :], re.DOTALL)
    assert shown is not None
    assert {one.kind for one in _parse(shown[1]).notify} == {"webhook", *ACTIONS}
    for action in ACTIONS.values():
        assert f"`{action}`" in page
