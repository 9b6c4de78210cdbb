"""What a change can change about access: found by comparing the account before and after it, whatever a draft says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dynasec.access.principals import Who
from dynasec.model.network import Endpoint, RouteTable
from dynasec.model.region import Region
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import Table
from dynasec.remedy.impact.access_state import AccountState


@dataclass(frozen=True, slots=True)
class Passage:
    """A way to DynamoDB before and after: through an endpoint, or (None) through none.

    From none to one: what came over the internet comes through the endpoint then, where no request carries `aws:SourceIp`.
    """

    region: str
    before: Endpoint | None
    after: Endpoint | None

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint, whichever side it is on."""
        found = self.after or self.before
        if found is None:
            msg = "a passage has an endpoint on one side at least"
            raise ValueError(msg)
        return found

    @property
    def is_new(self) -> bool:
        """Whether requests come this way that came another way before."""
        return self.before is None


@dataclass(frozen=True, slots=True)
class Scope:
    """Tables (by ARN) whose side changes, principals whose own policies do, and ways that do. `unknown`: what cannot be judged."""

    tables: tuple[str, ...]
    people: tuple[str, ...]
    passages: tuple[Passage, ...]
    unknown: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found that the policy engine could judge."""
        return not (self.tables or self.people or self.passages)


def scope_of(before: AccountState, after: AccountState) -> Scope:
    """Compare two states."""
    unknown = list(_untold(before.snapshot, after.snapshot))
    passages: dict[tuple[str, bool], Passage] = {}
    for old, new in zip(before.snapshot.regions, after.snapshot.regions, strict=True):
        if old.network is not new.network:
            for passage in _passages(old, new, unknown):
                passages.setdefault((passage.endpoint.vpc_endpoint_id, passage.is_new), passage)
    return Scope(
        tables=tuple(_tables(before, after)),
        people=tuple(_people(before.people, after.people)),
        passages=tuple(passages.values()),
        unknown=tuple(unknown),
    )


def _tables(before: AccountState, after: AccountState) -> Iterator[str]:
    everything = before.snapshot.organization is not after.snapshot.organization
    keys = {key.arn: key for key in before.snapshot.keys}
    changed = {arn for key in after.snapshot.keys if keys.get(key.arn) is not key for arn in key.tables}
    for table in before.snapshot.tables():
        other = after.snapshot.table(table.arn)
        if everything or table.arn in changed or other is None or _differ(table, other):
            yield table.arn


def _differ(one: Table, other: Table) -> bool:
    return one is not other and any(
        getattr(one, name) != getattr(other, name)
        for name in ("policy", "stream_policy", "tags", "description")
    )


def _people(before: Mapping[str, Who], after: Mapping[str, Who]) -> Iterator[str]:
    if before is after:
        return
    for name, who in before.items():
        now = after.get(name)
        if now is None or not (
            now is who
            or (now.identity is who.identity and now.boundary is who.boundary and now.caller == who.caller)
            or who.external
            or (who.user is None and who.role is None)  # root may do everything before and after
        ):
            yield name


def _untold(before: Snapshot, after: Snapshot) -> Iterator[str]:
    """Yield changes of access that questions about tables do not show."""
    if before.identity is after.identity:
        return
    roles = {role.arn: role for role in after.identity.roles.items}
    for role in before.identity.roles.items:
        now = roles.get(role.arn)
        if now is not None and now.trust != role.trust:
            yield f"who may assume role/{role.name} changes, which is not judged here"


def _passages(old: Region, new: Region, unknown: list[str]) -> Iterator[Passage]:
    was = {one.vpc_endpoint_id: one for one in old.network.dynamodb_endpoints.items}
    now = {one.vpc_endpoint_id: one for one in new.network.dynamodb_endpoints.items}
    for name, endpoint in now.items():
        known = was.get(name)
        if known is None:
            yield Passage(new.region, None, endpoint)
        elif known is not endpoint:
            if known.policy_document != endpoint.policy_document:
                yield Passage(new.region, known, endpoint)
            if _serves_more(known, endpoint):
                yield Passage(new.region, None, endpoint)
    for name, endpoint in was.items():
        if name not in now:
            yield Passage(new.region, endpoint, None)
    yield from _routed(old, new, now, unknown)


def _serves_more(known: Endpoint, endpoint: Endpoint) -> bool:
    more = set(endpoint.route_table_ids) - set(known.route_table_ids)
    more |= set(endpoint.subnet_ids) - set(known.subnet_ids)
    return bool(more) or (endpoint.private_dns_enabled is True and known.private_dns_enabled is not True)


def _routed(
    old: Region, new: Region, endpoints: Mapping[str, Endpoint], unknown: list[str]
) -> Iterator[Passage]:
    """Yield endpoints to which routes lead that did not; other changes of routes are told."""
    was = {table.route_table_id: table for table in old.network.route_tables.items}
    for table in new.network.route_tables.items:
        known = was.get(table.route_table_id)
        if known is None or known is table:
            continue
        led = _targets(table) - _targets(known)
        found = [endpoints[name] for name in sorted(led) if name in endpoints]
        yield from (Passage(new.region, None, endpoint) for endpoint in found)
        if len(found) < len(led) or _targets(known) - _targets(table):
            unknown.append(
                f"routes of {table.route_table_id} change otherwise than to an endpoint of DynamoDB"
            )


def _targets(table: RouteTable) -> frozenset[str]:
    return frozenset(route.gateway_id for route in table.routes if route.gateway_id is not None)
