"""One thing that goes wrong in an account, and what the controls say of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dynasec.audit.engine import Engine
from dynasec.check import Context, Status
from dynasec.model.fact import Fact, Listing
from dynasec.model.identity import Role, User
from dynasec.model.network import Endpoint
from dynasec.model.shape import Shape
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import ResourcePolicy, Table, TableDescription
from dynasec.registry import Control
from dynasec.remedy.planning.projection import replaced
from dynasec.settings import Settings
from tests.account.tables import arn
from tests.support.accounts import registry

Place = tuple[str, str]
"""A control, and the ARN of what it judges."""
Reasons = Mapping[str, str]
"""Controls, each with the reason why it moves too."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """Breaks what `control` is about. `also`: other controls that fail by the same; `silent`: those with nothing left to judge.
    `wakes`: those that have something to judge now, and find it good.

    `to` is FAIL but for controls that cannot fail, since what they ask about shows nowhere.
    """

    control: str
    break_: Callable[[Snapshot], Snapshot]
    also: Reasons = field(default_factory=dict)
    silent: Reasons = field(default_factory=dict)
    wakes: Reasons = field(default_factory=dict)
    settings: Callable[[Settings], Settings] = lambda settings: settings
    to: Status = Status.FAIL

    @property
    def expected(self) -> dict[str, Status]:
        """The new status of each control that moves."""
        return {
            **dict.fromkeys(self.also, Status.FAIL),
            **dict.fromkeys(self.silent, Status.NOT_APPLICABLE),
            **dict.fromkeys(self.wakes, Status.PASS),
            self.control: self.to,
        }


@dataclass(frozen=True, slots=True)
class Audited:
    """A snapshot with the configuration under which it is judged."""

    snapshot: Snapshot
    settings: Settings

    def after(self, *mutations: Mutation) -> Audited:
        """Break it, once for each."""
        made = self
        for one in mutations:
            made = replace(made, snapshot=one.break_(made.snapshot), settings=one.settings(made.settings))
        return made

    def statuses(self, controls: Sequence[Control] = ()) -> dict[Place, Status]:
        """What these controls, by default all there are, say of everything they judge."""
        engine = Engine(Context(self.snapshot, self.settings))
        found = engine.run(controls or registry().controls)
        return {(one.control, one.resource): one.status for one in found}


def worst(statuses: Mapping[Place, Status]) -> dict[str, Status]:
    """The status of each control for the whole account."""
    order = (Status.FAIL, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)
    found: dict[str, Status] = {}
    for (control, _), status in statuses.items():
        found[control] = min(found.get(control, status), status, key=order.index)
    return found


def changed(account: Snapshot, piece: Shape, **members: Any) -> Snapshot:
    """The account with other members of one piece."""
    return replaced(account, piece, piece.model_copy(update=members))


def added(account: Snapshot, listing: Listing[Any], *things: Any) -> Snapshot:
    """The account with more in a listing."""
    return replaced(account, listing, Listing((*listing.items, *things), listing.gap))


def removed(account: Snapshot, listing: Listing[Any], thing: Any) -> Snapshot:
    """The account with one thing less in a listing."""
    return replaced(account, listing, Listing(tuple(one for one in listing.items if one is not thing)))


def the(things: Iterable[Any], **members: Any) -> Any:
    """The one thing with these members."""
    (found,) = (one for one in things if all(getattr(one, name) == value for name, value in members.items()))
    return found


def table_of(account: Snapshot, name: str) -> Table:
    found = account.table(arn(name))
    assert found is not None
    return found


def described(account: Snapshot, name: str) -> TableDescription:
    return table_of(account, name).description.known()


def with_description(account: Snapshot, name: str, **members: Any) -> Snapshot:
    """A table that DescribeTable shows otherwise."""
    return changed(account, described(account, name), **members)


def with_tags(account: Snapshot, name: str, tags: Callable[[dict[str, str]], dict[str, str]]) -> Snapshot:
    fact = table_of(account, name).tags
    return replaced(account, fact, Fact(tags(dict(fact.known()))))


def with_statement(text: str, *statements: Mapping[str, Any]) -> str:
    read = json.loads(text)
    return json.dumps({**read, "Statement": [*read["Statement"], *statements]})


def without_statement(text: str, sid: str) -> str:
    read = json.loads(text)
    kept = [one for one in read["Statement"] if one.get("Sid") != sid]
    assert len(kept) == len(read["Statement"]) - 1
    return json.dumps({**read, "Statement": kept})


def with_policy(account: Snapshot, name: str, edit: Callable[[str], str]) -> Snapshot:
    """A table with another resource policy."""
    policy = table_of(account, name).policy
    own = policy.known()
    assert own is not None
    return replaced(account, policy, Fact(ResourcePolicy(text=edit(own.text), revision_id="2")))


def endpoint_of(account: Snapshot, endpoint_id: str) -> Endpoint:
    found: Endpoint = the(account.regions[0].network.endpoints.items, vpc_endpoint_id=endpoint_id)
    return found


def with_endpoint_statement(account: Snapshot, endpoint_id: str, *statements: Mapping[str, Any]) -> Snapshot:
    one = endpoint_of(account, endpoint_id)
    assert one.policy_document is not None
    return changed(account, one, policy_document=with_statement(one.policy_document, *statements))


def principal(account: Snapshot, name: str) -> User | Role:
    found: User | Role = the(account.identity.principals(), name=name)
    return found


def granted(account: Snapshot, name: str, *statements: Mapping[str, Any]) -> Snapshot:
    """A user or role whose inline policy has more statements."""
    (policy,) = principal(account, name).inline.items
    return replaced(account, policy.text, Fact(with_statement(policy.text.known(), *statements)))


def here(account: Snapshot) -> Any:
    """The audited Region."""
    return account.regions[0]
