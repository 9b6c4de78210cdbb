"""What an access change takes away from whom: the answers of the policy engine before and after it, and what was observed, asked again.

What is lost is listed by name. A change is blocked where an observed request, a service of AWS or the caller itself would be denied, where
a right may be lost and that cannot be told, and where the evidence does not suffice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from dynasec.access.principals import unlisted_principals
from dynasec.access.questions import Part
from dynasec.access.row import PrincipalType
from dynasec.iam.actions import DATA_READ, DATA_WRITE
from dynasec.model.snapshot import Snapshot
from dynasec.remediation import Draft
from dynasec.remedy.impact.access_comparison import Comparison, Loss, Lost
from dynasec.remedy.impact.access_scope import Scope, scope_of
from dynasec.remedy.impact.access_state import AccountState, rights, rights_through
from dynasec.remedy.impact.evidence import Evidence, shortcomings
from dynasec.remedy.impact.keepers import OVER_TLS, Keeper, caller_of, services
from dynasec.remedy.impact.replayed_requests import Replay, Replayed
from dynasec.remedy.impact.words import lines, short
from dynasec.remedy.observed.requests import Observed
from dynasec.remedy.plan import Blocked, Impact

Assessor = Callable[[Draft, Snapshot, Snapshot], tuple[Impact, tuple[Blocked, ...]]]
"""From a draft and the account before and after it to its impact, and what blocks it."""

_ENDPOINTS: Final = "dynamodb:DescribeEndpoints"
_TO_UNDO: Final = frozenset(
    f"dynamodb:{name}"
    for name in (
        "DeleteResourcePolicy",
        "DescribeTable",
        "GetResourcePolicy",
        "PutResourcePolicy",
        "UpdateTable",
    )
)
"""What the caller needs to look at a change and take it back."""
_SHOWN: Final = 3


def assessor(observed: Observed | None, *, accept_no_evidence: bool) -> Assessor:
    """Return who assesses access changes on this evidence; `accept_no_evidence` takes what is missing of it as it is."""
    return _Assessments(observed, accept_no_evidence).assess


class _Assessments:
    """Keeps what it compiled of the last account."""

    def __init__(self, observed: Observed | None, accept_no_evidence: bool) -> None:  # noqa: FBT001 - private
        self._evidence = None if observed is None else Evidence(observed)
        self._accept = accept_no_evidence
        self._state: AccountState | None = None

    def assess(self, _: Draft, before: Snapshot, after: Snapshot) -> tuple[Impact, tuple[Blocked, ...]]:
        """See `Assessor`."""
        if self._state is None or self._state.snapshot is not before:
            self._state = AccountState.of(before)
        old = self._state
        new = old.then(after)
        scope = scope_of(old, new)
        return _Assessment(old, new, scope, self._evidence).run(accept=self._accept)


@dataclass(slots=True)
class _Assessment:
    """One change."""

    before: AccountState
    after: AccountState
    scope: Scope
    evidence: Evidence | None
    evaluated: int = 0
    blocked: list[Blocked] = field(default_factory=list[Blocked])
    unknown: list[str] = field(default_factory=list[str])

    def run(self, *, accept: bool) -> tuple[Impact, tuple[Blocked, ...]]:
        """Assess it."""
        for reason in self.scope.unknown:
            self._doubt(reason)
        if self.scope.is_empty:
            self._doubt("what it changes is nothing that policies of tables, principals or endpoints decide")
            return self._impact([], Replayed(), accept=accept)
        for reason in unlisted_principals(self.before.snapshot.identity):
            self._doubt(reason)
        self.unknown += _beyond(self.scope, self.before)
        keepers = list(services(self.before))
        lost = self._people(frozenset(keeper.name for keeper in keepers if keeper.alone))
        for keeper in keepers:
            self._keeps(keeper, lost)
        self._caller()
        if not self.evaluated:
            self._doubt("it concerns no table that was read")
        self._uncertain(lost)
        replayed = self._replay()
        tables = [table for table in self.before.snapshot.tables() if table.arn in self._concerned()]
        for reason in shortcomings(self.evidence, tables, self.before.snapshot):
            self._doubt(reason)
        return self._impact(lost, replayed, accept=accept)

    def _impact(
        self, lost: Sequence[Lost], replayed: Replayed, *, accept: bool
    ) -> tuple[Impact, tuple[Blocked, ...]]:
        account = self.before.snapshot.account.id
        unread = (*lines(lost, Loss.UNKNOWN, account), *lines(lost, Loss.UNREAD, account))
        impact = Impact(
            evaluated=self.evaluated,
            denied=lines(lost, Loss.DENIED, account),
            narrowed=lines(lost, Loss.NARROWED, account),
            observed=replayed.compared,
            observed_denied=replayed.denied,
            unknown=_distinct((*self.unknown, *unread, *replayed.unknown, *replayed.remarks)),
            evidence="" if self.evidence is None else self.evidence.observed.summary,
        )
        blocked = dict.fromkeys(one for one in self.blocked if not (accept and one.override))
        return impact, tuple(blocked)

    def _people(self, alone: frozenset[str]) -> list[Lost]:
        """Compare everybody's rights on the tables that change, those of the principals that do, and the ways that do."""
        before, after = self.before, self.after
        people = [name for name in before.people if name not in alone]
        lost: list[Lost] = []
        if self.scope.tables:
            lost += self._compare(Comparison(before, after, people, self.scope.tables, rights()))
        changed = [name for name in self.scope.people if name not in alone]
        others = [arn for arn in self._all_tables() if arn not in self.scope.tables]
        if changed and others:
            lost += self._compare(Comparison(before, after, changed, others, rights()))
        for passage in self.scope.passages:
            streams = passage.endpoint.service_name.endswith(".dynamodb-streams")
            asked = rights_through(streams=streams)
            tables = self._all_tables(passage.region)
            comparison = Comparison(before, after, people, tables, asked, passage)
            found = self._compare(comparison) if tables else []
            self._endpoints_told(comparison, found)
            self._by_address(found)
            lost += found
        return lost

    def _compare(self, comparison: Comparison) -> list[Lost]:
        evaluated, lost = comparison.run()
        self.evaluated += evaluated
        return lost

    def _keeps(self, keeper: Keeper, lost: list[Lost]) -> None:
        """Block where a service loses something, or may."""
        tables = [
            arn for arn in self._tables_of(keeper.name) if keeper.tables is None or arn in keeper.tables
        ]
        if not tables:
            return
        found = self._compare(
            Comparison(self.before, self.after, [keeper.name], tables, keeper.asked, given=keeper.given)
        )
        account = self.before.snapshot.account.id
        for loss, verb in (
            (Loss.DENIED, "would be denied"),
            (Loss.NARROWED, "may be denied"),
            (Loss.UNKNOWN, "may be denied"),
        ):
            for line in lines(found, loss, account):
                sure = keeper.sure or loss is Loss.DENIED
                self._block(
                    f"{keeper.title} {verb}: {line.partition(': ')[2]}", "" if sure else "accept-no-evidence"
                )
        lost += found if keeper.alone else [one for one in found if one.loss is Loss.DENIED]

    def _caller(self) -> None:
        """Block where whoever runs this would lose something, or may not be able to undo the change."""
        name = caller_of(self.before)
        if name is None:
            arn = self.before.snapshot.caller_arn
            self._doubt(
                f"whether the caller keeps its rights cannot be told: {short(arn)} is not among the principals that were read"
            )
            return
        tables = self._tables_of(name)
        if not tables:
            return
        found = self._compare(Comparison(self.before, self.after, [name], tables, rights(), given=OVER_TLS))
        account = self.before.snapshot.account.id
        for line in lines(found, Loss.DENIED, account):
            self._block(f"the caller itself would be denied: {line}")
        needed = [one for one in found if one.loss is not Loss.DENIED and _TO_UNDO & set(one.actions)]
        for loss in (Loss.NARROWED, Loss.UNKNOWN):
            for line in lines(needed, loss, account):
                self._block(f"the caller itself may not be able to undo it: {line}")

    def _uncertain(self, lost: Iterable[Lost]) -> None:
        found = list(lost)
        account = self.before.snapshot.account.id
        for words in _few(lines(found, Loss.UNKNOWN, account)):
            self._block(f"whether these rights remain cannot be told: {words}")
        for words in _few(lines(found, Loss.UNREAD, account)):
            self._doubt(f"whether these rights exist, and are lost, cannot be told: {words}")

    def _endpoints_told(self, comparison: Comparison, lost: Iterable[Lost]) -> None:
        """Block where somebody keeps using tables through an endpoint but cannot ask for endpoints any more."""
        names = [
            name
            for one in lost
            if one.loss is Loss.DENIED and one.place[0] is Part.ACCOUNT and _ENDPOINTS in one.actions
            for name in one.names
            if self.before.people[name].kind is not PrincipalType.ROOT
        ]
        keeping = list(dict.fromkeys(map(short, comparison.keeping(names, DATA_READ | DATA_WRITE))))
        for words in _few(keeping):
            way = comparison.passage.endpoint.vpc_endpoint_id if comparison.passage is not None else ""
            self._block(
                f"{_ENDPOINTS} must stay allowed through {way} for those who use tables through it: {words}"
            )

    def _by_address(self, lost: Iterable[Lost]) -> None:
        """Block where a right that depends on the source address is lost, since requests through an endpoint carry none."""
        found = [one for one in lost if "aws:sourceip" in one.asked]
        for words in _few(lines(found, Loss.DENIED, self.before.snapshot.account.id)):
            self._block(
                f"policies ask for aws:SourceIp, which requests through an endpoint do not carry: {words}",
                "accept-no-evidence",
            )

    def _replay(self) -> Replayed:
        if self.evidence is None:
            return Replayed()
        replayed = Replay(self.before, self.after, self.scope).run(self.evidence)
        for words in _few(replayed.denied):
            self._block(f"observed requests would be denied: {words}")
        for words in _few(replayed.unknown):
            self._block(
                f"whether observed requests remain allowed cannot be told: {words}", "accept-no-evidence"
            )
        return replayed

    def _concerned(self) -> frozenset[str]:
        """Return the ARNs of the tables that evidence is needed for."""
        found = set(self._all_tables() if self.scope.people else self.scope.tables)
        for passage in self.scope.passages:
            found.update(self._all_tables(passage.region))
        return frozenset(found)

    def _tables_of(self, name: str) -> Sequence[str]:
        return self._all_tables() if name in self.scope.people else self.scope.tables

    def _all_tables(self, region: str = "") -> list[str]:
        return [
            arn
            for arn, side in self.before.sides.items()
            if arn in self.after.sides and region in {"", side.table.region}
        ]

    def _block(self, reason: str, override: Literal["", "accept-no-evidence"] = "") -> None:
        self.blocked.append(Blocked(reason=reason, override=override))

    def _doubt(self, reason: str) -> None:
        """Note what cannot be told, and block for it."""
        self.unknown.append(reason)
        self._block(reason, "accept-no-evidence")


def _beyond(scope: Scope, state: AccountState) -> Iterator[str]:
    """Yield what a change may take away where nothing was read, so that only what was observed tells of it."""
    if scope.people:
        read = ", ".join(region.region for region in state.snapshot.regions)
        yield f"what is lost on tables in Regions other than {read} is told only as far as it was observed"
    for name in dict.fromkeys(passage.endpoint.vpc_endpoint_id for passage in scope.passages):
        yield f"use of other accounts' tables through {name} is told only as far as it was observed"


def _few(found: Sequence[str]) -> Iterator[str]:
    """Yield the first of many lines as one, nothing where there are none."""
    if found:
        rest = len(found) - _SHOWN
        yield "; ".join(found[:_SHOWN]) + (f"; and {rest} more" if rest > 0 else "")


def _distinct(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))
