"""A snapshot made ready for questions about access."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

from dynasec.access.answer import MatrixAnswer, TableAnswer, TermsGroup
from dynasec.access.blocks import Tables
from dynasec.access.evaluation import Evaluator, Through
from dynasec.access.matrix import Matrix
from dynasec.access.organization import Above, above
from dynasec.access.paths import Paths
from dynasec.access.policies import Shelf
from dynasec.access.principals import People, Who, unlisted_principals
from dynasec.access.questions import Part, Question, questions
from dynasec.access.reach import Reaches, gaps_of
from dynasec.access.row import Grant, PrincipalType, Row, Standing
from dynasec.access.rows import rows_of
from dynasec.access.steps import Steps
from dynasec.access.tables import Side, side_of
from dynasec.iam.actions import Capability
from dynasec.iam.document import Document
from dynasec.iam.layers import EndpointType, Policy, Unread
from dynasec.model.fact import Gap, malformed
from dynasec.model.network import Endpoint
from dynasec.model.region import Region
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import Table

DEPTH: Final = 2
"""Steps that indirect paths are followed by default."""
_NAMING_A_BACKUP: Final = re.compile(r"/backup/[^*\"]")


class Access:
    """Answers who can do what to the tables of a snapshot. Compiles on first use and keeps what it compiled.

    `endpoint`: a VPC endpoint through which all requests to DynamoDB are taken to come. `depth`: the most steps of an indirect path.
    """

    def __init__(self, snapshot: Snapshot, *, endpoint: Endpoint | None = None, depth: int = DEPTH) -> None:
        self.snapshot = snapshot
        self.depth = depth
        self.shelf = Shelf()
        self.above: Above = above(snapshot, self.shelf)
        self.through = self._through(endpoint)
        self.evaluator = Evaluator(self.above, snapshot.account.id, self.through)
        self._sides: dict[str, Side] = {}

    def side(self, table: Table) -> Side:
        """Return a table with its policies compiled."""
        if table.arn not in self._sides:
            backups = self._backups_of(table) if self._backups_are_named else ()
            self._sides[table.arn] = side_of(table, self.snapshot, self.shelf, backups)
        return self._sides[table.arn]

    def _backups_of(self, table: Table) -> Iterator[str]:
        backups = self._region(table).table_backups.items
        yield from (backup.backup_arn for backup in backups if backup.table_arn == table.arn)

    @cached_property
    def _backups_are_named(self) -> bool:
        """Whether some policy may tell one backup from another; else one of them stands for all."""
        identity = self.snapshot.identity
        texts = [policy.text for policy in identity.managed_policies.items]
        texts += [policy.text for owner in identity.principals() for policy in owner.inline.items]
        return any(_NAMING_A_BACKUP.search(text.value or "") for text in texts)

    @cached_property
    def own(self) -> Mapping[str, Who]:
        """The account's root, users and roles by ARN."""
        people = People(self.snapshot, self.shelf, management=self.above.management)
        return {who.name: who for who in people.own()}

    @cached_property
    def everybody(self) -> Mapping[str, Who]:
        """The account's principals, and those that policies of tables, streams and roles name beside them."""
        people = People(self.snapshot, self.shelf, management=self.above.management)
        named = {who.name: who for who in people.named_by(self._documents(), self.own)}
        trusted = {
            # services use roles for those who passed them on
            who.name: who
            for who in people.named_by(self._trust(), self.own)
            if who.kind is not PrincipalType.SERVICE
        }
        return {**self.own, **dict(sorted({**trusted, **named}.items()))}

    @cached_property
    def caveats(self) -> tuple[str, ...]:
        """What may make the answers wrong, whichever table is asked about."""
        return (*unlisted_principals(self.snapshot.identity), *self.above.caveats)

    def answer(self, table: Table, asked: tuple[Question, ...] | None = None) -> TableAnswer:
        """Return all there is to say about one table."""
        rows = tuple(self.rows(table, asked))
        return TableAnswer(self.snapshot, table, rows, (*self.caveats, *self._caveats_of(table)))

    def matrix(
        self,
        asked: tuple[Question, ...] | None = None,
        names: Callable[[str], bool] | None = None,
        *,
        external: bool = False,
    ) -> MatrixAnswer:
        """Return what everybody can do to every table by themselves. `names` chooses principals; `external`: foreigners only."""
        people = [
            who
            for who in self.everybody.values()
            if (names is None or names(who.name)) and (who.external or not external)
        ]
        groups = self._matrix.groups(people, asked or questions())
        tables = sum(1 for _ in self.snapshot.tables())
        return MatrixAnswer(self.snapshot, tuple(groups), self.caveats, len(people), tables)

    def terms(self, wanted: Callable[[Table], bool]) -> tuple[TermsGroup, ...]:
        """Return what everybody can do to the wanted tables by themselves, with the conditions in words."""
        return tuple(self._matrix.terms(list(self.everybody.values()), questions(), wanted))

    @cached_property
    def reaches(self) -> Reaches:
        """What everybody but root and the roles of AWS's services can do by themselves, action by action; computed once."""
        people = [
            who
            for who in self.everybody.values()
            if who.kind is not PrincipalType.ROOT and not who.caller.service_linked
        ]
        tables = [table.arn for table in self.snapshot.tables()]
        return Reaches(self.evaluator, self._matrix, people, tables)

    @cached_property
    def _matrix(self) -> Matrix:
        sides = [self.side(table) for table in self.snapshot.tables()]
        through = [] if self.through is None else [self.through.policy]
        shared = [*(self.above.scps or ()), *(self.above.rcps or ()), *through]
        return Matrix(self.evaluator, sides, Tables(sides, shared))

    def hidden(self, table: Table, parts: Iterable[Part]) -> Iterator[Gap]:
        """Yield what was not read and may give somebody access to these parts of a table, known principals' policies aside."""
        identity = self.snapshot.identity
        wanted = frozenset(parts)
        gaps = [identity.users.gap, identity.roles.gap]
        if Part.BACKUP in wanted and self._backups_are_named:
            gaps.append(self._region(table).table_backups.gap)
        yield from (gap for gap in gaps if gap is not None)
        pieces = (piece for part in wanted for piece in self.side(table).pieces[part])
        for layer in dict.fromkeys(piece.policy for piece in pieces):
            for policy in layer.index.unread:
                yield from gaps_of(policy)

    def rows(self, table: Table, asked: tuple[Question, ...] | None = None) -> Iterator[Row]:
        """Yield the lines of a table, denied capabilities included: capability by capability, the surest first."""
        chosen = frozenset(asked or questions())
        found = [*self._rows(self.side(table), chosen), *self._functions(table, chosen)]
        order = {capability: place for place, capability in enumerate(Capability)}
        yield from sorted(
            found,
            key=lambda row: (order[row.capability], row.decision.rank, len(row.grant.via), row.principal),
        )

    def direct(self, table: Table) -> Iterator[Row]:
        """Yield what each principal can do by itself, without any path."""
        side = self.side(table)
        for who in self.everybody.values():
            yield from rows_of(who, self.evaluator.answers(who, side, questions()))

    def _rows(self, side: Side, chosen: frozenset[Question]) -> Iterator[Row]:
        everybody = self.everybody.values()
        direct = {who: self.evaluator.answers(who, side, questions()) for who in everybody}
        paths = Paths(self.evaluator, self.steps, self.depth, side, direct)
        for who in everybody:
            indirect = paths.answers(who)
            merged = {
                question: (*given, *indirect.get(question, ()))
                for question, given in direct[who].items()
                if question in chosen
            }
            yield from rows_of(who, merged)

    def _functions(self, table: Table, chosen: frozenset[Question]) -> Iterator[Row]:
        """Yield the functions to which Lambda hands the table's changes."""
        stream = None if table.description.value is None else table.description.value.latest_stream_arn
        records = "dynamodb:GetRecords"
        if stream is None or all(question.action != records for question in chosen):
            return
        for mapping in self._region(table).companions.event_source_mappings.items:
            if mapping.event_source_arn == stream:
                on = mapping.state == "Enabled"
                grant = Grant(
                    Standing.ALLOWED if on else Standing.CONDITIONAL,
                    () if on else (f"if the mapping is switched on (it is {mapping.state})",),
                    (f"event source mapping {mapping.uuid}",),
                )
                foreign = mapping.function_arn.split(":")[4:5] != [table.account]
                yield Row(
                    mapping.function_arn,
                    PrincipalType.FUNCTION,
                    Capability.STREAM,
                    (records,),
                    (Part.STREAM,),
                    grant,
                    foreign,
                )

    @cached_property
    def steps(self) -> Steps:
        """The steps by which principals get rights that are not theirs."""
        clusters = [
            cluster for region in self.snapshot.regions for cluster in region.companions.dax_clusters.items
        ]
        return Steps(self.evaluator, self.shelf, self.snapshot.identity, self.own, clusters)

    def _caveats_of(self, table: Table) -> Iterator[str]:
        """Yield what was not read of what lives beside a table, and what the table itself tells."""
        companions = self._region(table).companions
        if companions.dax_clusters.gap is not None:
            yield (
                f"DAX clusters could not be listed ({companions.dax_clusters.gap}): whoever may use one acts with "
                "the rights of its role."
            )
        if companions.event_source_mappings.gap is not None:
            gap = companions.event_source_mappings.gap
            yield f"Functions that consume the stream could not be listed ({gap})."
        if self._backups_are_named and self._region(table).table_backups.gap is not None:
            hidden = self._region(table).table_backups.gap
            yield f"Backups could not be listed ({hidden}): rights to single ones named by policies are not shown."
        yield from self.side(table).caveats

    def _region(self, table: Table) -> Region:
        return self.snapshot.region(table.region)

    def _documents(self) -> Iterator[Document]:
        for table in self.snapshot.tables():
            for pieces in self.side(table).pieces.values():
                for piece in pieces:
                    yield from (
                        policy.document for policy in piece.policy.policies if isinstance(policy, Policy)
                    )

    def _trust(self) -> Iterator[Document]:
        for role in self.snapshot.identity.roles.items:
            policy = self.shelf.policy(f"trust policy of {role.name}", "trust", role.trust)
            if isinstance(policy, Policy):
                yield policy.document

    def _through(self, endpoint: Endpoint | None) -> Through | None:
        if endpoint is None:
            return None
        name = f"policy of {endpoint.vpc_endpoint_id}"
        if endpoint.policy_document is None:
            gap = malformed("ec2:DescribeVpcEndpoints", f"{endpoint.vpc_endpoint_id} shows no policy")
            policy: Policy | Unread = self.shelf.unread(name, "vpce", gap)
        else:
            policy = self.shelf.parsed(name, "vpce", endpoint.policy_document)
        kind = EndpointType.GATEWAY if endpoint.is_gateway else EndpointType.INTERFACE
        return Through(endpoint.vpc_endpoint_id, endpoint.vpc_id, self.shelf.layer([policy]), kind)
