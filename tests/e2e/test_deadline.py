"""The installed program against an AWS that stops answering."""

import json
import time

from dynasec.errors import Exit
from tests.support.monitors import monitor, silent_aws
from tests.support.servers import Server


def test_when_the_deadline_comes_it_reports_what_it_has_and_ends(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    report = tmp_path / "report.json"
    with silent_aws() as url, monitor() as watching:
        began = time.monotonic()
        done = Server(url).dynasec(
            "audit", "--control", "point-in-time-recovery", "--deadline", "3", "--store", str(tmp_path / "store.db"),
            "--heartbeat", f"{watching.url}/ping", "-o", str(report), "--log-format", "json",
        )  # fmt: skip
        took = time.monotonic() - began
    assert done.returncode == Exit.DEADLINE, done.stderr
    assert took < 25  # a call that hangs is given up after 30 seconds, and asked again five times
    document = json.loads(report.read_text())
    assert {gap["code"] for gap in document["gaps"]} == {"DeadlineExceeded"}
    assert {one["status"] for one in document["findings"]} == {"UNKNOWN"}
    assert watching.asked == ["/ping/fail"]
    assert all(json.loads(line)["run"] == document["run"]["id"] for line in done.stderr.splitlines())
    assert "DeadlineExceeded" in done.stdout
