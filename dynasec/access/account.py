"""A snapshot made ready for questions about access."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from dynasec.access.answer import MatrixAnswer, TableAnswer
from dynasec.access.blocks import Tables
from dynasec.access.evaluation import Evaluator, Through
from dynasec.access.matrix import Matrix
from dynasec.access.organization import Above, above
from dynasec.access.policies import Shelf
from dynasec.access.principals import People, Who, unlisted_principals
from dynasec.access.questions import Question, questions
from dynasec.access.row import Row
from dynasec.access.rows import rows_of
from dynasec.access.tables import Side, side_of
from dynasec.iam.actions import Capability
from dynasec.iam.document import Document
from dynasec.iam.layers import EndpointType, Policy, Unread
from dynasec.model.fact import malformed
from dynasec.model.network import Endpoint
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import Table


class Access:
    """Answers who can do what to the tables of a snapshot. Compiles on first use and keeps what it compiled.

    `endpoint`: a VPC endpoint through which all requests to DynamoDB are taken to come.
    """

    def __init__(self, snapshot: Snapshot, *, endpoint: Endpoint | None = None) -> None:
        self.snapshot = snapshot
        self.shelf = Shelf()
        self.above: Above = above(snapshot, self.shelf)
        self.through = self._through(endpoint)
        self.evaluator = Evaluator(self.above, snapshot.account.id, self.through)
        self._sides: dict[str, Side] = {}

    def side(self, table: Table) -> Side:
        """Return a table with its policies compiled."""
        if table.arn not in self._sides:
            self._sides[table.arn] = side_of(table, self.snapshot, self.shelf)
        return self._sides[table.arn]

    @cached_property
    def own(self) -> Mapping[str, Who]:
        """The account's root, users and roles by ARN."""
        people = People(self.snapshot, self.shelf, management=self.above.management)
        return {who.name: who for who in people.own()}

    @cached_property
    def everybody(self) -> Mapping[str, Who]:
        """The account's principals, and those that policies of tables, streams and roles name beside them."""
        people = People(self.snapshot, self.shelf, management=self.above.management)
        named = people.named_by(self._documents(), self.own)
        return {**self.own, **{who.name: who for who in named}}

    @cached_property
    def caveats(self) -> tuple[str, ...]:
        """What may make the answers wrong, whichever table is asked about."""
        return (*unlisted_principals(self.snapshot.identity), *self.above.caveats)

    def answer(self, table: Table, asked: tuple[Question, ...] | None = None) -> TableAnswer:
        """Return all there is to say about one table."""
        rows = tuple(self.rows(table, asked))
        return TableAnswer(self.snapshot, table, rows, (*self.caveats, *self.side(table).caveats))

    def matrix(
        self,
        asked: tuple[Question, ...] | None = None,
        names: Callable[[str], bool] | None = None,
        *,
        external: bool = False,
    ) -> MatrixAnswer:
        """Return what everybody can do to every table by themselves. `names` chooses principals; `external`: foreigners only."""
        tables = tuple(self.snapshot.tables())
        sides = [self.side(table) for table in tables]
        people = [
            who
            for who in self.everybody.values()
            if (names is None or names(who.name)) and (who.external or not external)
        ]
        through = [] if self.through is None else [self.through.policy]
        shared = [*(self.above.scps or ()), *(self.above.rcps or ()), *through]
        groups = Matrix(self.evaluator, sides, Tables(sides, shared)).groups(people, asked or questions())
        return MatrixAnswer(self.snapshot, tuple(groups), self.caveats, len(people), len(tables))

    def rows(self, table: Table, asked: tuple[Question, ...] | None = None) -> Iterator[Row]:
        """Yield the lines of a table, denied capabilities included: capability by capability, the surest first."""
        found = list(self.direct(table, asked))
        order = {capability: place for place, capability in enumerate(Capability)}
        yield from sorted(
            found, key=lambda row: (order[row.capability], row.grant.preference[:1], row.principal)
        )

    def direct(self, table: Table, asked: tuple[Question, ...] | None = None) -> Iterator[Row]:
        """Yield what each principal can do itself, denied capabilities included."""
        side = self.side(table)
        for who in self.everybody.values():
            yield from rows_of(who, self.evaluator.answers(who, side, asked or questions()))

    def _documents(self) -> Iterator[Document]:
        for table in self.snapshot.tables():
            for pieces in self.side(table).pieces.values():
                for piece in pieces:
                    yield from (
                        policy.document for policy in piece.policy.policies if isinstance(policy, Policy)
                    )

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
