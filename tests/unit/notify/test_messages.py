"""What targets are told of a run."""

import json

import pytest

from dynasec.check import Severity
from dynasec.notify.as_slack import code
from tests.support.histories import seen, unlisted
from tests.support.notices import eventbridge, keep, queued, security_hub, sns, webhook

AT = "\N{FULLWIDTH COMMERCIAL AT}"
WIDE = "\N{MATHEMATICAL FRAKTUR CAPITAL U}"
HOSTILE = "<!channel> & <@U1> `x` @channel bob@here \x1b[31m\u202e\n*b* [l](http://e.vil)"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "history.db"


def _told(path, target, day, *findings, **members):
    """What the run of a day tells a target, where all that it told before was delivered."""
    earlier = {message.run for message, _ in queued(path)} if path.exists() else set()
    keep(path, day, *findings, targets=(target,), **members)
    return [item for message, items in queued(path) if message.run not in earlier for item in items]


def _texts(items):
    return [one["Message"].split("\n\n")[1] for one in items]


def test_states_are_told_once_each(path):
    said = [_texts(_told(path, sns(), day, seen(letter))) for day, letter in enumerate("FFUPPFN")]
    line = "MEDIUM some-control: orders (us-east-1): for a reason"
    assert said == [[f"NEW {line}"], [], [], [f"FIXED {line}"], [], [f"REGRESSED {line}"], []]


def test_other_states_where_they_are_wanted(path):
    target = sns(states=("persisting", "gone", "unknown", "suppressed"))
    said = [_texts(_told(path, target, day, seen(letter))) for day, letter in enumerate("FFUSN")]
    line = "MEDIUM some-control: orders (us-east-1): for a reason"
    assert said == [[], [f"PERSISTING {line}"], [f"UNKNOWN {line}"], [f"SUPPRESSED {line}"], [f"GONE {line}"]]


def test_what_is_less_grave_is_left_out_and_the_gravest_comes_first(path):
    found = [seen("F", name, severity=Severity[name]) for name in ("LOW", "HIGH", "CRITICAL", "MEDIUM")]
    (item,) = _told(path, sns(severity="MEDIUM"), 0, *found)
    assert [line.split()[1] for line in _texts([item])[0].splitlines()] == ["CRITICAL", "HIGH", "MEDIUM"]
    assert item["Subject"] == "dynasec: 3 new in account 123456789012"
    assert item["MessageAttributes"]["severity"]["StringValue"] == "CRITICAL"


def test_news_are_relative_to_the_run_before_and_not_to_a_baseline(path):
    from dynasec.history.reading import all_runs
    from dynasec.history.upkeep import set_baseline

    _told(path, sns(), 0)
    set_baseline(path, all_runs(path)[0])
    assert len(_told(path, sns(), 1, seen("F"))) == 1
    assert _told(path, sns(), 2, seen("F")) == []


@pytest.mark.parametrize("target", [sns(limit=3), webhook(limit=3)], ids=str)
def test_a_digest_is_capped_and_counts_the_rest(path, target):
    (item,) = _told(path, target, 0, *(seen("F", f"t{number}") for number in range(50)))
    text = item.get("Message") or item["text"]
    assert text.count("some-control") == 3
    assert text.endswith("and 47 more")
    assert "50 new" in text


@pytest.mark.parametrize("target", [sns(limit=100), webhook(limit=100)], ids=str)
def test_however_long_texts_are_the_limits_hold(path, target):
    found = [seen("F", f"{number}{WIDE}" * 300_000, reason="\u20ac<&@" * 250_000) for number in range(4)]
    found += [seen("F", f"{number}{WIDE}" * 900, reason="&" * 2000) for number in range(96)]
    (item,) = _told(path, target, 0, *found)
    if target.kind == "sns":
        assert len(item["Subject"]) <= 100
        assert item["Subject"].isascii()
        assert len(item["Message"].encode()) <= 262_144 - 200
    else:
        assert len(item["text"]) < 40_000
    text = item.get("Message") or item["text"]
    shown = text.count("some-control")
    assert shown == 100 or text.endswith(f"and {100 - shown} more")


def test_a_webhook_is_told_what_aws_says_and_nobody_is_mentioned(path):
    (item,) = _told(path, webhook(), 0, seen("F", HOSTILE, reason=HOSTILE))
    text = item["text"]
    assert "<" not in text
    assert ">" not in text
    assert "@channel" not in text
    assert "@here" not in text
    assert f"&lt;!channel&gt; &amp; &lt;{AT}U1&gt; 'x' {AT}channel bob{AT}here" in text
    assert text.count("`") == 6
    assert len(text.splitlines()) == 2
    assert text.isprintable() or set(text) - {"\n"} == {one for one in text if one.isprintable()}
    assert item["unfurl_links"] is False


@pytest.mark.parametrize(
    ("text", "shown"), [("", "`-`"), ("bob@example.com", "`bob@example.com`"), ("@bob", f"`{AT}bob`")]
)
def test_code_spans(text, shown):
    assert code(text) == shown


def test_control_characters_reach_no_mail(path):
    (item,) = _told(path, sns(), 0, seen("F", HOSTILE, reason=HOSTILE))
    assert len(item["Message"].splitlines()) == 3
    assert all(one.isprintable() or one == "\n" for one in item["Message"])


def test_an_event_a_finding_and_one_for_the_rest(path):
    keep(path, 0, *(seen("F", f"t{n}") for n in range(30)), targets=(eventbridge(limit=12),))
    parts = queued(path)
    assert [(len(items), message.findings) for message, items in parts] == [(10, 10), (3, 20)]
    events = [item for _, items in parts for item in items]
    assert {one["Source"] for one in events} == {"dynasec"}
    assert [one["DetailType"] for one in events] == ["dynasec Finding"] * 12 + ["dynasec Findings Left Out"]
    first, rest = json.loads(events[0]["Detail"]), json.loads(events[-1]["Detail"])
    assert (first["state"], first["run"], first["label"]) == ("NEW", "run-of-day-0", "t0")
    assert events[0]["Resources"] == [first["resource"]]
    assert (rest["left_out"], rest["states"]) == (18, {"NEW": 18})


def test_what_one_call_cannot_carry_is_sent_by_two(path):
    huge = [seen("F", f"{n}", resource="arn:" + f"{n}\x00é" * 900, reason="\x00" * 9000) for n in range(30)]
    keep(path, 0, *huge, targets=(eventbridge(limit=100),))
    for _, items in queued(path):
        assert len(items) <= 10
        assert sum(len(json.dumps(one)) for one in items) < 262_144


def _hub(path, day, *findings, **members):
    found = _told(path, security_hub(), day, *findings, **members)
    return [
        (one["Compliance"]["Status"], one["RecordState"], one["FindingProviderFields"]["Severity"]["Label"])
        for one in found
    ]


def test_security_hub_follows_every_state(path):
    active = {
        "F": [("FAILED", "ACTIVE", "MEDIUM")],
        "P": [("PASSED", "ACTIVE", "INFORMATIONAL")],
        "U": [("WARNING", "ACTIVE", "INFORMATIONAL")],
        "S": [("FAILED", "ACTIVE", "MEDIUM")],
        "N": [("NOT_AVAILABLE", "ARCHIVED", "INFORMATIONAL")],
    }
    for day, letter in enumerate("FFUFPPUPFSFN"):
        assert _hub(path, day, seen(letter)) == active[letter], (day, letter)
    assert _hub(path, 12, seen("N")) == []
    assert _hub(path, 13, seen("F")) == active["F"]


def test_what_always_passed_is_not_imported(path):
    assert _hub(path, 0, seen("P"), seen("N", "b")) == []


@pytest.mark.parametrize("letter", ["F", "P", "U"])
def test_only_what_is_gone_is_archived(path, letter):
    _hub(path, 0, seen("F"))
    _hub(path, 1, seen(letter))
    hidden = _hub(path, 2, unlisted())
    assert hidden == [("WARNING", "ACTIVE", "INFORMATIONAL")] * 2
    archived = ("NOT_AVAILABLE", "ARCHIVED", "INFORMATIONAL")
    assert _hub(path, 3) == [archived] * 2  # the table, and that it could not be listed
    assert _hub(path, 4) == []


def test_what_a_run_leaves_out_is_not_told(path):
    from tests.support.findings import control

    _hub(path, 0, seen("F"))
    assert _hub(path, 1, controls=(control(name="other"),)) == []


def test_security_hub_is_told_when_it_began_and_where(path):
    first = seen("F")
    elsewhere = seen(
        "F",
        "carts",
        region="eu-west-1",
        resource="arn:aws:dynamodb:eu-west-1:123456789012:table/carts",
        fingerprint="f" * 32,
    )
    both = ("us-east-1", "eu-west-1")
    keep(path, 0, first, elsewhere, regions=both, targets=())
    keep(path, 1, first, elsewhere, regions=both, targets=(security_hub(),))
    assert [message.region for message, _ in queued(path)] == ["eu-west-1", "us-east-1"]
    for message, (item,) in queued(path):
        assert f":securityhub:{message.region}:" in item["ProductArn"]
        assert (item["CreatedAt"][:10], item["UpdatedAt"][:10]) == ("2026-01-15", "2026-01-16")


def test_at_most_100_findings_a_call(path):
    keep(path, 0, *(seen("F", f"t{n}") for n in range(201)), targets=(security_hub(),))
    assert [len(items) for _, items in queued(path)] == [100, 100, 1]


def test_a_later_word_replaces_one_that_waits(path):
    """Told late, `it passes` would hide that it fails again."""
    for day, letter in enumerate("FPF"):
        keep(path, day, seen(letter), seen("F", "b"), targets=(security_hub(), sns()))
    hub = [(message, items) for message, items in queued(path) if message.kind == "security-hub"]
    ((message, items),) = hub
    assert message.run == "run-of-day-2"
    assert [one["Compliance"]["Status"] for one in items] == ["FAILED", "FAILED"]
    assert len([1 for message, _ in queued(path) if message.kind == "sns"]) == 3
