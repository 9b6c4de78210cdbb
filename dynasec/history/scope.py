"""What a run looked at. Only runs of one scope can be compared: a run that looked elsewhere says nothing of what it did not look at."""

from __future__ import annotations

from dataclasses import dataclass

from dynasec.audit.report import Report


@dataclass(frozen=True, slots=True)
class JudgedScope:
    """An account, the Regions that were read, and the globs on tables, if any. Controls come and go within a scope, one by one."""

    partition: str
    account: str
    regions: tuple[str, ...]
    tables: tuple[str, ...] = ()

    @classmethod
    def of(cls, report: Report, tables: tuple[str, ...]) -> JudgedScope:
        """Return the scope of a report; the order in which things were named makes no difference."""
        account = report.snapshot.account
        regions = sorted({region.region for region in report.snapshot.regions})
        return cls(account.partition, account.id, tuple(regions), tuple(sorted(set(tables))))

    def covers(self, other: JudgedScope) -> bool:
        """Whether a run of this scope looks at all that a run of the other one looks at."""
        return (
            (self.partition, self.account) == (other.partition, other.account)
            and self.tables == other.tables
            and set(self.regions) >= set(other.regions)
        )
