"""What the demo shows: its configuration holds, every section has something to tell, and nothing is told of administrators."""

from datetime import date, timedelta

import pytest
from click.testing import CliRunner

from dynasec import settings
from dynasec.check import Status
from dynasec.cli import demo, run
from dynasec.demo import configuration
from dynasec.demo.requests import observed
from dynasec.remedy.impact.access_state import AccountState
from dynasec.remedy.impact.evidence import FRESH, WINDOW
from dynasec.remedy.impact.keepers import caller_of
from dynasec.settings import LONGEST_SUPPRESSION, Settings

TODAY = date(2026, 1, 15)


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """The report that the command delivers, what it prints, and the configuration it writes."""
    path = tmp_path_factory.mktemp("demo") / "dynasec.toml"
    reports = []
    with pytest.MonkeyPatch.context() as patch:
        deliver = demo.deliver
        patch.setattr(demo, "deliver", lambda report, *rest: (reports.append(report), deliver(report, *rest)))
        result = CliRunner().invoke(demo.command, ["-q", "--config-out", str(path)], standalone_mode=False)
    assert result.exception is None, result.exception
    return reports[0], result.output, path


def test_the_configuration_is_one_that_dynasec_accepts():
    found = configuration.settings(TODAY)
    assert found.trust.administrators
    assert found.zones.neighbours
    assert all(one.expires - TODAY <= LONGEST_SUPPRESSION for one in found.suppress)
    assert all(one.on < TODAY < one.expires for one in found.attest)
    assert found != Settings()


def test_its_dates_move_with_the_day():
    later = TODAY + timedelta(days=400)
    assert configuration.settings(later).suppress[0].expires - later == timedelta(days=90)


def test_every_section_has_something_to_tell(shown):
    report, _, _ = shown
    assert len(report.sections) == 10
    assert [name for name, tally in report.sections.items() if not tally.failed] == []


def test_every_line_of_the_configuration_serves(shown):
    report, _, _ = shown
    assert report.problems == ()
    assert report.overall.suppressed == 1
    placed = {one.control: one.status for one in report.findings if one.label.startswith("shop-app")}
    assert placed["zone-network-acl"] is Status.PASS


def test_declared_administrators_are_no_findings(shown):
    report, _, _ = shown
    held = [one for one in report.findings if one.label == "AdministratorAccess"]
    assert held
    assert [one.control for one in held if one.status is Status.FAIL] == []


def test_no_control_crashes(shown):
    report, _, _ = shown
    assert [one for one in report.findings if any(gap.code == "CheckCrashed" for gap in one.gaps)] == []


def test_the_configuration_is_written_and_told(shown):
    _, text, path = shown
    assert text.endswith("The configuration behind this report: dynasec demo --config-out dynasec.toml\n")
    assert max(map(len, text.splitlines())) <= 100
    today = date.fromisoformat(path.read_text().partition("expires = ")[2][:10]) - timedelta(days=90)
    assert settings.load(path, today=today) == configuration.settings(today)


def test_what_was_observed_is_enough_to_judge_the_tables_that_are_logged_and_no_others(shown):
    report, _, _ = shown
    seen = observed(report.snapshot)
    assert seen.window >= WINDOW
    assert report.snapshot.taken_at - seen.last < FRESH
    assert not seen.problems
    asked = {request.resource.rpartition("/")[2] for request in seen.requests}
    logged = {
        one.label
        for one in report.findings
        if (one.control, one.status) == ("table-data-events", Status.PASS)
    }
    assert asked == {"orders", "payments"}
    assert logged <= asked


def test_the_caller_is_a_principal_of_the_account(shown):
    report, _, _ = shown
    assert caller_of(AccountState.of(report.snapshot)) is not None


def test_items_in_clear_are_seen_where_they_are_asked_for(capsys):
    controls = ["--control", "no-plaintext-identifiers", "--control", "client-side-encryption"]
    assert run(["demo", *controls, "--sample-items", "50", "-q", "-f", "csv"]) == 0
    failed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("FAIL,")]
    assert len(failed) == 2
    assert all("payments" in line for line in failed)
    assert "payment card number in card (3 values)" in "".join(failed)
