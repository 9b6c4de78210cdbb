"""The benchmark measures a whole process, and reads from its report what it lost."""

import json
import os
import re
import sys
from pathlib import Path

import pytest
from audit import Outcome, Run, bound_seconds, is_throttling, main, read_outcome
from process_usage import Usage, measure

FAKE = """#!{python}
import json, os, sys, urllib.request
if sys.argv[1] in ("--help", "--version"):
    sys.exit(0)
assert sys.argv[1:4] == ["audit", "--region", "us-east-1"], sys.argv
assert "AWS_PROFILE" not in os.environ
assert sys.argv[-6:-4] == ["--skip", "recovery-window"], sys.argv
authorization = "AWS4-HMAC-SHA256 Credential=AKID/20240301/us-east-1/dynamodb/aws4_request"
for number in range(12):
    body = json.dumps({{"TableName": "table-000000-orders"}}).encode()
    headers = {{"Authorization": authorization, "X-Amz-Target": "DynamoDB_20120810.DescribeContinuousBackups"}}
    request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], body, headers)
    try:
        urllib.request.urlopen(request).read()
    except urllib.error.HTTPError as error:
        assert error.code == 400
report = {{"findings": [{{"status": "UNKNOWN"}}, {{"status": "PASS"}}],
          "gaps": [{{"operation": "dynamodb:DescribeContinuousBackups", "code": "ThrottlingException", "count": 2}},
                   {{"operation": "sts:GetX", "code": "UnknownOperationException", "count": 1}}]}}
with open(sys.argv[sys.argv.index("-o") + 1], "w") as file:
    json.dump(report, file)
sys.exit({exit_code})
"""

NOTHING_MISSING = Outcome(lost=0, other={}, unknown=0, findings=1)


def _fake(directory: Path, exit_code: int) -> str:
    path = directory / "dynasec"
    path.write_text(FAKE.format(python=sys.executable, exit_code=exit_code))
    path.chmod(0o755)
    return str(path)


def test_the_table_shows_calls_throttles_and_losses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "none-of-the-benchmarks-business")
    sizes = ["--tables", "40", "--roles", "1", "--policies", "1", "--latency-ms", "0", "--rates", "published"]
    assert main([*sizes, "--cli", _fake(tmp_path, exit_code=1), "--", "--skip", "recovery-window"]) == 1
    shown = capsys.readouterr().out
    line = next(line for line in shown.splitlines() if line.startswith("published"))
    exit_code, _, bound, _, _, calls, throttled, lost, unknown, connections, _ = re.split(r" {2,}", line)[1:]
    assert (exit_code, calls, lost, unknown, connections) == ("1", "12", "2", "1 of 2", "12")
    assert 0 <= float(bound) <= 0.2
    assert throttled.endswith(" %)")
    assert "sts:GetX UnknownOperationException  1" in shown
    assert "rates published: exit code 1" in shown
    assert "dynasec --version:" in shown


@pytest.mark.parametrize(
    ("exit_code", "outcome", "failed"),
    [(0, NOTHING_MISSING, False), (3, NOTHING_MISSING, False), (4, NOTHING_MISSING, False),
     (1, NOTHING_MISSING, True), (-9, None, True), (0, None, True)],
)  # fmt: skip
def test_an_audit_that_broke_off_or_wrote_no_report_failed(
    exit_code: int, outcome: Outcome | None, *, failed: bool
) -> None:
    run = Run("none", Usage(exit_code, 1.0, 1.0, 1.0, ""), {}, outcome)
    assert run.failed is failed


def test_usage_is_that_of_the_process() -> None:
    code = (
        "import sys, time; x = bytearray(80 << 20); time.sleep(0.2); sys.stderr.write('a\\nb'); sys.exit(7)"
    )
    usage = measure([sys.executable, "-c", code], dict(os.environ), limit_seconds=20)
    assert (usage.exit_code, usage.complaint) == (7, "a\nb")
    assert usage.peak_rss_mib > 80
    assert usage.wall_seconds > 0.2 > usage.cpu_seconds > 0


def test_a_process_that_hangs_is_killed() -> None:
    usage = measure(
        [sys.executable, "-c", "import time; time.sleep(60)"], dict(os.environ), limit_seconds=0.3
    )
    assert usage.exit_code < 0


@pytest.mark.parametrize(
    ("code", "throttling"),
    [
        ("ThrottlingException", True),
        ("Throttling", True),
        ("RequestLimitExceeded", True),
        ("TooManyRequestsException", True),
        ("ProvisionedThroughputExceededException", True),
        ("AccessDeniedException", False),
        ("UnknownOperationException", False),
    ],
)
def test_throttling_codes(code: str, *, throttling: bool) -> None:
    assert is_throttling(code) is throttling


def test_a_missing_or_empty_report_is_no_outcome(tmp_path: Path) -> None:
    assert read_outcome(tmp_path / "none.json") is None
    (tmp_path / "empty.json").touch()
    assert read_outcome(tmp_path / "empty.json") is None


def test_an_outcome_adds_gaps_up(tmp_path: Path) -> None:
    gap: dict[str, object] = {
        "operation": "dynamodb:DescribeTable",
        "code": "ThrottlingException",
        "count": 3,
        "regions": [],
    }
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"findings": [], "gaps": [gap, gap | {"code": "AccessDeniedException"}]}))
    outcome = read_outcome(report)
    assert outcome is not None
    assert (outcome.lost, outcome.other) == (3, {"dynamodb:DescribeTable AccessDeniedException": 3})


def test_the_burst_costs_no_time() -> None:
    assert [bound_seconds(tables) for tables in (500, 10, 0)] == [49, 0, 0]
