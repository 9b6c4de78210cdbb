"""Measure whole audits of simulated accounts: `make bench`, or `python benchmarks/audit.py --help`.

Each run starts `dynasec audit` as its own process against a simulated AWS with a latency, without request
rates and with the published ones, and prints what it took, what it cost and what it lost. Point-in-time recovery
is read table by table with DescribeContinuousBackups (10/s, a burst of 10): that alone bounds the audit of T tables
to (T - 10) / 10 seconds, also where nothing throttles, since an audit keeps to the published rates by itself.
"""

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from process_usage import Usage, measure, median_seconds
from simulated_aws.process import Simulated, simulated_aws
from simulated_aws.size import HOME_REGION, Behaviour, Size
from tabulate import tabulate

_STARTS = 5
_COMPLETED = (0, 3, 4)
"""Exit codes of an audit that ran to its end: clean, findings, incomplete."""
_THROTTLED_CODES = {"RequestLimitExceeded", "TooManyRequestsException", "SlowDown", "LimitExceededException"}
_SECONDS_TO_START = 120
_BACKUPS = "dynamodb:DescribeContinuousBackups"
_BACKUPS_RATE, _BACKUPS_BURST = 10, 10
_MOST_GAPS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the report says is missing: reads lost to throttling, other gaps by operation and code, UNKNOWNs."""

    lost: int
    other: Mapping[str, int]
    unknown: int
    findings: int


@dataclass(frozen=True, slots=True)
class Run:
    """One audit: what it cost, what it asked the simulated AWS, what its report says."""

    rates: str
    usage: Usage
    stats: Mapping[str, Any]
    outcome: Outcome | None

    @property
    def failed(self) -> bool:
        """Whether the audit broke off, or wrote no report."""
        return self.usage.exit_code not in _COMPLETED or self.outcome is None


def bound_seconds(tables: int) -> float:
    """Return the least seconds in which point-in-time recovery can be read of so many tables, each on its own."""
    return max(0.0, (tables - _BACKUPS_BURST) / _BACKUPS_RATE)


def read_outcome(report: Path) -> Outcome | None:
    """Read a `dynasec.report/v1` document; None when there is none."""
    if not report.is_file() or not report.stat().st_size:
        return None
    document: Mapping[str, Any] = json.loads(report.read_bytes())
    other: Counter[str] = Counter()
    lost = 0
    for gap in document["gaps"]:
        if is_throttling(gap["code"]):
            lost += gap["count"]
        else:
            other[f"{gap['operation']} {gap['code']}"] += gap["count"]
    statuses = Counter(str(finding["status"]) for finding in document["findings"])
    return Outcome(lost, other, statuses["UNKNOWN"], statuses.total())


def is_throttling(code: str) -> bool:
    """Whether an error code says that a request rate was exceeded."""
    return code in _THROTTLED_CODES or "throttl" in code.lower() or "throughputexceeded" in code.lower()


def run_audit(command: list[str], simulated: Simulated, rates: str, limit_seconds: float) -> Run:
    """Run one audit against a simulated AWS whose statistics and token buckets are new."""
    simulated.reset()
    with tempfile.TemporaryDirectory(prefix="dynasec-bench-") as home:
        report = Path(home, "report.json")
        output = ["-f", "json", "-o", str(report)]
        usage = measure([*command, *output], environment(simulated, home), limit_seconds, directory=home)
        return Run(rates, usage, simulated.stats(), read_outcome(report))


def environment(simulated: Simulated, home: str) -> dict[str, str]:
    """Return what the audit sees: nothing of the caller's AWS or proxy settings, nor of its home directory.

    The audit's history is kept, as it is by default, but in the temporary home.
    """
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "TMPDIR")}
    return kept | {"HOME": home, "XDG_STATE_HOME": home, "NO_COLOR": "1"} | simulated.environment()


def runs(options: argparse.Namespace) -> Iterator[Run]:
    """Run the audits that the options ask for, one after the other."""
    size = Size(options.tables, options.roles, options.policies)
    command = [
        options.cli,
        "audit",
        "--region",
        HOME_REGION,
        "--fail-on",
        "never",
        "--store",
        "none",
        *options.audit,
    ]
    for rates in ("none", "published") if options.rates == "both" else (options.rates,):
        behaviour = Behaviour(options.latency_ms, published_rates=rates == "published")
        limit = options.timeout or _SECONDS_TO_START + 3 * bound_seconds(size.tables)
        with simulated_aws(size, behaviour) as simulated:
            for _ in range(options.repeat):
                yield run_audit(command, simulated, rates, limit)


def row(run: Run) -> dict[str, str]:
    """Return a run's line of the table."""
    calls, throttled = sum(run.stats["calls"].values()), sum(run.stats["throttled"].values())
    outcome = run.outcome
    bound = bound_seconds(run.stats["calls"].get(_BACKUPS, 0) - run.stats["throttled"].get(_BACKUPS, 0))
    return {
        "rates": run.rates,
        "exit": str(run.usage.exit_code),
        "wall s": f"{run.usage.wall_seconds:.2f}",
        "bound s": f"{bound:.1f}",
        "CPU s": f"{run.usage.cpu_seconds:.2f}",
        "peak MiB": f"{run.usage.peak_rss_mib:.0f}",
        "calls": str(calls),
        "throttled": f"{throttled} ({100 * throttled / max(calls, 1):.1f} %)",
        "lost reads": str(outcome.lost) if outcome else "no report",
        "UNKNOWN": f"{outcome.unknown} of {outcome.findings}" if outcome else "no report",
        "connections": str(run.stats["connections"]),
        "AWS CPU s": f"{run.stats['cpu_seconds']:.2f}",
    }


def _show(options: argparse.Namespace, done: list[Run]) -> None:
    rows = [row(run) for run in done]
    print(
        tabulate(
            rows, headers="keys", disable_numparse=True, colalign=("left", *("right",) * (len(rows[0]) - 1))
        )
    )
    for run in done:
        if run.failed:
            print(f"\nrates {run.rates}: exit code {run.usage.exit_code}\n{run.usage.complaint}")
    gaps = [gap for run in done[:1] if run.outcome for gap in run.outcome.other.items()]
    if gaps:
        print("\nOther gaps of the first run:")
        print(tabulate(sorted(gaps)[:_MOST_GAPS_SHOWN], tablefmt="plain"))
    if options.calls:
        print("\nCalls of the last run:")
        print(tabulate(sorted(done[-1].stats["calls"].items()), tablefmt="plain"))


def _show_starts(cli: str) -> None:
    inherited = dict(os.environ)
    for option in ("--help", "--version"):
        seconds = median_seconds([cli, option], inherited, _STARTS)
        print(f"dynasec {option}: {1000 * seconds:.0f} ms (median of {_STARTS})")


def _options(arguments: list[str] | None) -> argparse.Namespace:
    size, behaviour = Size(), Behaviour()
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tables", type=int, default=size.tables)
    parser.add_argument("--roles", type=int, default=size.roles)
    parser.add_argument("--policies", type=int, default=size.policies, help="customer managed policies")
    parser.add_argument("--latency-ms", type=float, default=behaviour.latency_ms)
    parser.add_argument("--rates", choices=("none", "published", "both"), default="both")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--timeout", type=float, help="seconds after which an audit is killed")
    parser.add_argument("--calls", action="store_true", help="list the last run's calls by operation")
    parser.add_argument(
        "--cli", default=str(Path(sys.executable).with_name("dynasec")), help="the dynasec to run"
    )
    parser.add_argument("audit", nargs="*", metavar="-- OPTION", help="further options of `dynasec audit`")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; the exit code is 1 when an audit broke off."""
    options = _options(arguments)
    print(
        f"{options.tables} tables, {options.roles} roles, {options.policies} policies, "
        f"latency {options.latency_ms:g} ms\n"
    )
    done = list(runs(options))
    _show(options, done)
    print()
    _show_starts(options.cli)
    return int(any(run.failed for run in done))


if __name__ == "__main__":
    sys.exit(main())
