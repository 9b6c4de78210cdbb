import re
import tomllib
from datetime import date

import pytest

from dynasec import snapshot_file
from dynasec.cli import run
from dynasec.errors import Exit
from dynasec.model.fact import Listing
from dynasec.model.network import Network
from dynasec.report.configuration import proposed
from dynasec.settings import load
from tests.support.accounts import denied, region, snapshot, table

HOSTILE = 'x"\n[trust]\x1b[31m\x7f\u202e'


@pytest.fixture
def account(tmp_path):
    tables = (
        table("orders", tags={"data-class": "restricted", "lane": "shop"}),
        table("ledger", tags={"data-class": "secret", "lane": "finance"}),
        table("clicks", tags={HOSTILE: HOSTILE}),
        table("hidden", tags=denied("tag:GetResources")),
    )
    path = tmp_path / "account.json"
    snapshot_file.save(snapshot(region(*tables, network=Network(subnets=Listing()))), path)
    return path


def test_the_proposal_is_a_configuration_that_changes_nothing(account, tmp_path):
    path = tmp_path / "dynasec.toml"
    assert run(["config", "init", "--snapshot", str(account), "-o", str(path)]) == Exit.OK
    settings = load(path, today=date(2026, 1, 1))
    assert settings == type(settings)()
    assert path.stat().st_mode & 0o777 == 0o600


def test_it_says_what_the_account_shows(account):
    text = proposed(snapshot_file.load(account))
    assert '# tag_keys = ["data-class"]' in text
    assert '# values of "data-class" that are not on the ladder: "secret"' in text
    assert '# tables without a class: "clicks"' in text
    assert '# lanes by the tag "lane": "finance", "shop"' in text


def test_every_proposal_is_valid_once_it_is_uncommented(account):
    lines = proposed(snapshot_file.load(account)).splitlines()
    proposals = [line.removeprefix("# ") for line in lines if re.match(r"# (\w+ = |\[\[)", line)]
    assert len(proposals) > 15
    for line in proposals:
        tomllib.loads(line)


def test_names_from_aws_cannot_leave_their_comment(account):
    text = proposed(snapshot_file.load(account))
    assert "\x1b" not in text
    assert [line for line in text.splitlines() if line.startswith("[")] == [
        "[classes]",
        "[tags]",
        "[network]",
        "[trust]",
    ]


def test_a_file_that_is_there_is_not_replaced(account, tmp_path, capsys):
    path = tmp_path / "dynasec.toml"
    path.write_text("mine")
    assert run(["config", "init", "--snapshot", str(account), "-o", str(path)]) == Exit.USAGE
    assert "--force" in capsys.readouterr().err
    assert path.read_text() == "mine"
    assert run(["config", "init", "--force", "--snapshot", str(account), "-o", str(path)]) == Exit.OK
    assert path.read_text() != "mine"


def _check(tmp_path, text):
    path = tmp_path / "dynasec.toml"
    path.write_text(text)
    return run(["config", "check", "--config", str(path)])


def test_a_good_file_is_said_to_be_good(tmp_path, capsys):
    assert _check(tmp_path, "[severity]\nkey-usable = 'LOW'\n") == Exit.OK
    assert "0 rules, 0 suppressions" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[severity]\nno-such-control = 'LOW'", "there is no control no-such-control"),
        (
            "[[suppress]]\ncontrol = 'no-such-*'\nreason = 'x'\nowner = 'x'\nexpires = 2020-01-01",
            "no control matches no-such-*; suppress: that of no-such-* expired on 2020-01-01",
        ),
        (
            "[[attest]]\ntables = '*'\nclaim = 'tokenization'\nby = 'x'\non = 2019-01-01\nexpires = 2020-01-01",
            "attest: that of * expired on 2020-01-01",
        ),
        ("[classs]", "did you mean classes?"),
    ],
)
def test_what_means_nothing_is_named(tmp_path, capsys, text, says):
    assert _check(tmp_path, text) == Exit.CANNOT_RUN
    assert says in capsys.readouterr().err


def test_no_file_at_all(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["config", "check"]) == Exit.CANNOT_RUN
    assert "dynasec config init" in capsys.readouterr().err
