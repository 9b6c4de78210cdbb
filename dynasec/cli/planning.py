"""What `plan` and `apply` share: what must be read to plan, and a plan made of what was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from dynasec.access import READS
from dynasec.audit.report import Report, audit
from dynasec.cli.live import request_of
from dynasec.collect.collector import Request
from dynasec.model.snapshot import Snapshot
from dynasec.registry import Control, Registry
from dynasec.remediation import Risk
from dynasec.remedies import Remedies
from dynasec.remedy.impact.analysis import Assessor
from dynasec.remedy.plan import Limits, Plan
from dynasec.remedy.planning import ownership
from dynasec.remedy.planning.ownership import Ownership, terraform_resources
from dynasec.remedy.planning.planner import Planner
from dynasec.settings import Settings

_EVIDENCE: Final = frozenset(
    {
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetEventDataStore",
        "cloudtrail:GetEventSelectors",
        "cloudtrail:GetTrailStatus",
        "cloudtrail:ListEventDataStores",
        "ec2:DescribeVpcEndpoints",
    }
)
"""What the impact of an access change is judged by beside who can do what: the ways to tables, and whether requests are logged."""


@dataclass(frozen=True)
class Basis:
    """What a plan is made from, the account aside."""

    registry: Registry
    controls: tuple[Control, ...]
    remedies: Remedies
    settings: Settings
    assess: Assessor
    ownership: Ownership
    tables: tuple[str, ...] = ()
    deep: bool = False

    def request(self) -> Request:
        """Return what must be read: for the controls, for the remediations that close them, and for the effect on access."""
        request = request_of(self.controls, deep=self.deep)
        reads = request.reads | reads_to_plan(self.controls, self.remedies)
        return Request(reads, request.replicas, tuple(sorted(set(self.settings.remedy.shared_keys.values()))))

    def report(self, account: Snapshot) -> Report:
        """Audit an account under the chosen controls."""
        return audit(account, self.registry, self.controls, self.settings, tables=self.tables)

    def plan(self, account: Snapshot, *, now: datetime | None = None) -> Plan:
        """Plan for what fails in an account."""
        remedy = self.settings.remedy
        limits = Limits(
            max_changes=remedy.max_changes, max_tables=remedy.max_tables, concurrency=remedy.concurrency
        )
        planner = Planner(self.remedies, self.assess, self.ownership, limits)
        return planner.plan(self.report(account), now or datetime.now(UTC))


def reads_to_plan(controls: Sequence[Control], remedies: Remedies) -> frozenset[str]:
    """Return the operations that planning needs beside those of the controls."""
    chosen = {control.id for control in controls}
    used = [one.remediation for one in remedies.remedies if chosen.intersection(one.remediation.controls)]
    more = ownership.READS if used else frozenset[str]()
    if any(one.risk is Risk.ACCESS for one in used):
        more |= READS | _EVIDENCE
    return more.union(*(one.reads for one in used))


def ownership_of(states: Sequence[Path]) -> Ownership:
    """Return who owns what, by CloudFormation's tags and the given Terraform states.

    Raises:
        DynasecError: a file is no Terraform state.

    """
    found: dict[str, str] = {}
    for path in states:
        found |= terraform_resources(path)
    return Ownership(found)
