"""The contract of a check.

A check is a module: its name is the control's id, its folder the section, its docstring the documentation. It holds one `Check`, which
says what is judged and what must be read for it, and one evaluator, a pure function of a subject and a `Context`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, TypeVar

from dynasec.access import Access
from dynasec.model.account import Account
from dynasec.model.fact import Gap
from dynasec.model.region import Region
from dynasec.model.shape import Resource
from dynasec.model.snapshot import Snapshot
from dynasec.model.subjects import reads_to_list
from dynasec.model.table import Table
from dynasec.rights.duties import Duties
from dynasec.rights.self_granted import SelfGranted
from dynasec.semantics.classification import Classifier
from dynasec.semantics.placement import Placement
from dynasec.settings import Settings

R = TypeVar("R", bound=Resource)


class Severity(StrEnum):
    """How bad a failure is. The order of the members is the order of badness."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"

    @property
    def weight(self) -> int:
        """What a finding of this severity counts for in a score."""
        return _WEIGHTS[self]

    @property
    def rank(self) -> int:
        """0 for LOW to 3 for CRITICAL."""
        return list(Severity).index(self)

    def raised(self) -> Severity:
        """One step worse, CRITICAL at most."""
        return list(Severity)[min(self.rank + 1, len(Severity) - 1)]


_WEIGHTS = {Severity.LOW: 1, Severity.MEDIUM: 3, Severity.HIGH: 7, Severity.CRITICAL: 15}


class Status(StrEnum):
    """What a check says of one subject."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a secret
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    NOT_APPLICABLE = "NOT_APPLICABLE"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A status with its reason, and evidence for whoever wants to look again.

    Evidence values must be JSON: text, numbers, booleans, None, lists and mappings of these.
    """

    status: Status
    reason: str
    evidence: Mapping[str, Any] = field(default_factory=dict[str, Any])
    gaps: tuple[Gap, ...] = ()

    @classmethod
    def passed(cls, reason: str, **evidence: object) -> Verdict:
        """Say that the good state holds, and how it is known to hold."""
        return cls(Status.PASS, reason, evidence)

    @classmethod
    def failed(cls, reason: str, **evidence: object) -> Verdict:
        """Say that it does not; `reason` names what is wrong with this very thing."""
        return cls(Status.FAIL, reason, evidence)

    @classmethod
    def not_applicable(cls, reason: str, **evidence: object) -> Verdict:
        """Say that the control has nothing to say here."""
        return cls(Status.NOT_APPLICABLE, reason, evidence)

    @classmethod
    def unknown(cls, *gaps: Gap, reason: str = "", **evidence: object) -> Verdict:
        """Say that a fact is missing. The engine makes this of `Unknown` by itself; checks rarely need to."""
        missing = ", ".join(dict.fromkeys(str(gap) for gap in gaps))
        return cls(Status.UNKNOWN, reason or f"cannot be told: {missing}", evidence, gaps)


@dataclass(frozen=True)
class Context:
    """All a plug-in may know beside its subject. `now` is the moment of collection, so a snapshot always gives the same answers."""

    snapshot: Snapshot
    settings: Settings

    @property
    def now(self) -> datetime:
        """When the account was read, in UTC."""
        return self.snapshot.taken_at

    @cached_property
    def classifier(self) -> Classifier:
        """The data classes of tables."""
        return Classifier(self.settings)

    @cached_property
    def placement(self) -> Placement:
        """The lanes, zones and tiers of resources."""
        return Placement(self.settings)

    @cached_property
    def access(self) -> Access:
        """Who can do what to the snapshot's tables; compiled when first asked, once for all checks."""
        return Access(self.snapshot)

    @cached_property
    def duties(self) -> Duties:
        """Who is meant to administer tables and to export them."""
        return Duties(self.settings.trust, self.snapshot.account.id)

    @cached_property
    def self_granted(self) -> SelfGranted:
        """What users and roles can give themselves of sensitive tables; worked out once."""
        return SelfGranted(self.access, self.is_sensitive)

    def region(self, resource: Resource) -> Region:
        """Return the Region of a resource.

        Raises:
            KeyError: the resource belongs to no audited Region.

        """
        return self.snapshot.region(resource.region)

    def is_sensitive(self, table: Table) -> bool:
        """Whether a table's data class is at or above `sensitive_from`; unclassified tables are treated as configured.

        Raises:
            Unknown: the tags that would tell could not be read and no rule gives a class.

        """
        return self.classifier.is_sensitive(table)


Evaluator = Callable[[R, Context], Verdict]

_TABLE_READS = ("tag:GetResources",)


@dataclass(slots=True)
class Check(Generic[R]):
    """What a control judges, and what must be read to judge it.

    `reads` names API operations as `service:Operation`, with IAM's service prefixes. What it takes to list the subjects, and the tags
    that give a table its data class, need not be repeated. `across_replicas`: what is read of a table is read of its replicas in other
    Regions too. `raised_when_sensitive`: a failure on a table with sensitive data is one step worse. `regional`: the control has
    nothing to say in a Region that holds no table. `deep`: reading asks AWS to start something, such as building a report, and is done
    with `--deep` only. `deep_reads`: operations that only `--deep` adds to a control which has something to say without it too;
    `item_reads`: those that only `--sample-items` adds, since they read items.
    """

    subject: type[R]
    title: str
    severity: Severity
    reads: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    across_replicas: bool = False
    raised_when_sensitive: bool = False
    deep: bool = False
    deep_reads: tuple[str, ...] = ()
    item_reads: tuple[str, ...] = ()
    regional: bool | None = None
    evaluate: Evaluator[R] | None = None

    def evaluator(self, function: Evaluator[R]) -> Evaluator[R]:
        """Register the function that judges one subject."""
        self.evaluate = function
        return function

    @property
    def all_reads(self) -> frozenset[str]:
        """Every operation that an audit with this check alone makes under `--deep` and `--sample-items`, identity aside."""
        return self.usual_reads.union(self.deep_reads, self.item_reads)

    @property
    def usual_reads(self) -> frozenset[str]:
        """The same without what these options add."""
        classes = _TABLE_READS if issubclass(self.subject, Table) else ()
        tables = ("dynamodb:ListTables",) if self.is_regional else ()
        return frozenset((*self.reads, *reads_to_list(self.subject), *classes, *tables))

    @property
    def is_regional(self) -> bool:
        """Whether a Region without tables makes the control not applicable: true for all but tables and account-wide things."""
        if self.regional is not None:
            return self.regional
        return not issubclass(self.subject, Table | Account)
