"""The account before and after a change, as the policy engine wants it. What a change does not touch is shared and compiled once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from dynasec.access import Access
from dynasec.access.evaluation import Evaluator, Through
from dynasec.access.organization import Above, above
from dynasec.access.policies import Shelf
from dynasec.access.principals import People, Who
from dynasec.access.questions import Part, Question, questions
from dynasec.access.row import PrincipalType
from dynasec.access.tables import Side, side_of
from dynasec.iam.actions import STREAM, capabilities, catalogue, resource_types
from dynasec.iam.layers import EndpointType, Layer, Policy, Unread
from dynasec.model.fact import malformed
from dynasec.model.network import Endpoint
from dynasec.model.snapshot import Snapshot

_BACKUP_KINDS: Final = frozenset({"backup", "export", "import", "global-table"})


class AccountState:
    """Principals, tables and endpoints of one state of the account. Make one with `of`, the state after a change with `then`.

    `labels` are what tables are called, by ARN: with their Region where several have the name.
    """

    def __init__(self, snapshot: Snapshot, shelf: Shelf, over: Above, people: Mapping[str, Who]) -> None:
        self.snapshot = snapshot
        self.shelf = shelf
        self.above = over
        self.people = people
        self.endpoints: Mapping[str, Endpoint] = {
            one.vpc_endpoint_id: one for region in snapshot.regions for one in region.network.endpoints.items
        }
        found = Counter(table.name for table in snapshot.tables())
        self.labels: Mapping[str, str] = {
            table.arn: table.name if found[table.name] == 1 else f"{table.name} in {table.region}"
            for table in snapshot.tables()
        }
        self.sides: dict[str, Side] = {}
        self._evaluators: dict[tuple[str, str], Evaluator] = {}

    @staticmethod
    def of(snapshot: Snapshot) -> AccountState:
        """Return the state of an account as it was read."""
        access = Access(snapshot)
        state = AccountState(snapshot, access.shelf, access.above, access.everybody)
        state.sides = {table.arn: access.side(table) for table in snapshot.tables()}
        return state

    def then(self, snapshot: Snapshot) -> AccountState:
        """Return the state after a change of this one."""
        same_above = snapshot.organization is self.snapshot.organization
        over = self.above if same_above else above(snapshot, self.shelf)
        people = self.people
        if snapshot.identity is not self.snapshot.identity or not same_above:
            people = self._people(snapshot, over)
        after = AccountState(snapshot, self.shelf, over, people)
        for table in snapshot.tables():
            old = self.sides.get(table.arn)
            if old is not None and old.table is table and snapshot.keys is self.snapshot.keys:
                after.sides[table.arn] = old
                continue
            backups = () if old is None else [piece.resource for piece in old.pieces[Part.BACKUP]][1:]
            named = [backup for backup in backups if isinstance(backup, str)]
            after.sides[table.arn] = side_of(table, snapshot, self.shelf, named)
        return after

    def evaluator(self, endpoint: Endpoint | None = None, account: str = "") -> Evaluator:
        """Return who answers about requests through an endpoint to resources of an account, by default this one."""
        owner = account or self.snapshot.account.id
        key = ("" if endpoint is None else endpoint.vpc_endpoint_id, owner)
        if key not in self._evaluators:
            # whether a foreign account belongs to an organisation is not known
            over = (
                self.above
                if owner == self.snapshot.account.id
                else replace(self.above, organization=None, rcps=None)
            )
            self._evaluators[key] = Evaluator(over, owner, self._through(endpoint))
        return self._evaluators[key]

    def shared(self, endpoint: Endpoint | None) -> tuple[Layer, ...]:
        """Return the layers that bind everybody who comes through an endpoint, or through none."""
        through = self._through(endpoint)
        own = () if through is None else (through.policy,)
        return (*(self.above.scps or ()), *(self.above.rcps or ()), *own)

    def _through(self, endpoint: Endpoint | None) -> Through | None:
        if endpoint is None:
            return None
        name = f"policy of {endpoint.vpc_endpoint_id}"
        policy: Policy | Unread
        if endpoint.policy_document is None:
            gap = malformed("ec2:DescribeVpcEndpoints", f"{endpoint.vpc_endpoint_id} shows no policy")
            policy = self.shelf.unread(name, "vpce", gap)
        else:
            policy = self.shelf.parsed(name, "vpce", endpoint.policy_document)
        kind = EndpointType.GATEWAY if endpoint.is_gateway else EndpointType.INTERFACE
        return Through(endpoint.vpc_endpoint_id, endpoint.vpc_id, self.shelf.layer([policy]), kind)

    def _people(self, snapshot: Snapshot, over: Above) -> Mapping[str, Who]:
        """Return everybody with their policies after the change; foreigners are as they were."""
        own = {who.name: who for who in People(snapshot, self.shelf, management=over.management).own()}
        found: dict[str, Who] = dict(own)
        for name, who in self.people.items():
            if who.external:
                found[name] = who
            elif who.kind is PrincipalType.SESSION and who.role is not None and who.role.arn in own:
                role = own[who.role.arn]
                found[name] = replace(who, identity=role.identity, boundary=role.boundary, role=role.role)
        return found


@cache
def rights() -> tuple[Question, ...]:
    """Return a question for each action of DynamoDB: those about access and, beside them, those that only tell of tables."""
    known = {question.action for question in questions()}
    more = (
        Question(action, capabilities(action), _parts(action), frozenset(), needs_key=False)
        for action in sorted(catalogue("dynamodb") - known)
    )
    return (*questions(), *(question for question in more if question.parts))


@cache
def rights_through(*, streams: bool) -> tuple[Question, ...]:
    """Return the questions about what goes through an endpoint of DynamoDB's tables, or of its streams: an API of its own."""
    return tuple(question for question in rights() if (question.action in STREAM) is streams)


def _parts(action: str) -> tuple[Part, ...]:
    kinds = resource_types(action) or frozenset()
    if not kinds:
        return (Part.ACCOUNT,)
    if kinds <= _BACKUP_KINDS:
        return (Part.BACKUP,) if "backup" in kinds else ()
    return tuple(part for part in Part if part.value in kinds)
