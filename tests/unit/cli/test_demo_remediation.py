"""`dynasec demo --remediate`: there and back on the simulated account."""

import threading

from dynasec.cli import run
from dynasec.cli.demo_remediation import SimulatedClock

CHOSEN = [
    argument
    for name in ("deletion-protection", "kms-encrypted", "key-usable", "tls-enforced")
    for argument in ("--control", name)
]


def test_the_account_is_better_after_the_apply_and_as_before_after_the_rollback(capsys):
    assert run(["demo", "--remediate", "-q", *CHOSEN]) == 0
    out = capsys.readouterr().out
    scores = [
        float(line.split()[1])
        for line in out.splitlines()
        if line.startswith("  score ") and " of 100" in line
    ]
    first, second, third = scores
    assert first < second
    assert first <= third < second
    assert "enable-deletion-protection: 3 VERIFIED" in out
    assert "enable-deletion-protection: 3 ROLLED_BACK" in out
    assert "FAILED" not in out
    assert "every finding is as it was in the first audit, but what no call takes back" in out
    assert "stays, as the plan said: key-usable: 1 from FAIL to PASS" in out
    assert "deny-insecure-transport: 2 to apply, 12 blocked" in out
    assert "deny-insecure-transport: 2 VERIFIED" in out
    assert "first log data events" in out
    assert max(map(len, out.splitlines())) <= 100


def test_waiting_takes_no_time_but_it_passes():
    clock = SimulatedClock()
    before = clock.now()
    clock.wait(1800, threading.Event())
    assert (clock.now() - before).total_seconds() >= 1800
    stopped = threading.Event()
    stopped.set()
    before = clock.now()
    clock.wait(1800, stopped)
    assert (clock.now() - before).total_seconds() < 1800


def test_it_goes_the_whole_way_with_one_control_that_concerns_nobodys_access(capsys):
    assert run(["demo", "--remediate", "-q", "--control", "point-in-time-recovery"]) == 0
    out = capsys.readouterr().out
    assert "VERIFIED" in out
    assert "every finding is as it was in the first audit" in out
    # Two tables are a stack's: they are left to it, though no tag of theirs says so.
    assert "cloudformation manages it" in out
