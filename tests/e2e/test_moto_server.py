"""The installed program in a process of its own, against an emulated account in another."""

from __future__ import annotations

import json

import pytest

from tests.e2e.seed import EXPECTED

MOVING = ("trail-delivers",)
"""The emulator's trails have always delivered just now."""
STILL = [option for control in MOVING for option in ("--skip", control)]


@pytest.fixture(scope="module")
def report(moto_server):
    done = moto_server.dynasec("audit", "--store", "none", "-f", "json")
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("control", sorted(EXPECTED))
def test_verdicts(report, control):
    found = {_name(one): one["status"] for one in report["findings"] if one["control"] == control}
    assert {name: found.get(name) for name in EXPECTED[control]} == EXPECTED[control], found


def _name(finding):
    """The name that the seed gave: without the id that AWS gave, and without the owner of an inline policy."""
    return finding["label"].split(" (")[0].rsplit("/", 1)[-1]


def test_what_the_emulator_lacks_is_unknown_and_incomplete(moto_server):
    done = moto_server.dynasec("audit", "--control", "shield-advanced", "--fail-on", "never", "-f", "json")
    assert done.returncode == 4, done.stdout
    assert [one["status"] for one in json.loads(done.stdout)["findings"]] == ["UNKNOWN"]


def test_never_failing_on_findings_exits_0_when_all_could_be_judged(moto_server):
    chosen = ["--control", "point-in-time-recovery", "--control", "kms-encrypted"]
    assert moto_server.dynasec("audit", *chosen).returncode == 3
    assert moto_server.dynasec("audit", *chosen, "--fail-on", "never").returncode == 0


def test_a_snapshot_gives_the_findings_of_the_live_audit(moto_server, report, tmp_path):
    path = tmp_path / "account.json.gz"
    assert moto_server.dynasec("collect", *STILL, "-o", str(path)).returncode == 0
    assert path.stat().st_mode & 0o777 == 0o600
    offline = moto_server.dynasec(
        "audit", *STILL, "--snapshot", str(path), "-f", "json", "--endpoint-url", "http://127.0.0.1:1"
    )
    live = [one for one in report["findings"] if one["control"] not in MOVING]
    assert json.loads(offline.stdout)["findings"] == live


def test_the_table_report_fits_100_columns_and_carries_no_escapes_in_a_pipe(moto_server):
    out = moto_server.dynasec("audit", *STILL).stdout
    assert max(map(len, out.splitlines())) <= 100
    assert "\x1b" not in out
    assert "CRITICAL" in out
