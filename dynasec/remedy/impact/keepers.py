"""Who must lose nothing: AWS's services that work on tables, and whoever runs this tool and would have to undo the change.

Service-linked roles, AWS Backup and the pollers of streams call DynamoDB from AWS's own network, over TLS, through no endpoint of the
account. What is denied to them breaks scaling, replicas, backups or consumers without anybody calling.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/using-service-linked-roles.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dynasec.access.asks import Asks
from dynasec.access.principals import Who
from dynasec.access.questions import Question
from dynasec.access.row import PrincipalType
from dynasec.iam.actions import STREAM
from dynasec.iam.layers import Policy
from dynasec.remedy.impact.access_comparison import Context, network_of
from dynasec.remedy.impact.access_state import AccountState, rights
from dynasec.remedy.impact.words import short

OVER_TLS: Final[Context] = {"aws:securetransport": ("true",)}
FROM_AWS: Final[Context] = {**OVER_TLS, **network_of(None)}
_LAMBDA: Final = "lambda.amazonaws.com"
_BACKUP: Final = "backup.amazonaws.com"
_DAX: Final = "dax.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Keeper:
    """A principal, by name, that must keep its rights. `given` is what is known of its requests, `asked` are the rights that it uses.

    `alone`: nobody else uses it. `tables`: those that matter, by ARN; None = all. `sure`: `given` tells all about the network.
    """

    name: str
    title: str
    given: Context
    asked: tuple[Question, ...]
    alone: bool = True
    tables: frozenset[str] | None = None
    sure: bool = True


def services(state: AccountState) -> Iterator[Keeper]:
    """Yield AWS's services as they are known to work on the account's tables."""
    backup, dax = frozenset(_backup_roles(state)), frozenset(_dax_roles(state))
    roles = {name: trusted_services(who, state) or frozenset() for name, who in state.people.items()}
    for name, who in state.people.items():
        if who.caller.service_linked or who.kind is PrincipalType.SERVICE:
            yield Keeper(name, f"the service behind {short(name)}", FROM_AWS, rights())
        if name in backup or _BACKUP in roles[name]:
            yield Keeper(name, f"AWS Backup, as {short(name)}", FROM_AWS, rights(), alone=False)
        if name in dax or _DAX in roles[name]:
            yield Keeper(name, f"DAX, as {short(name)}", OVER_TLS, rights(), alone=False, sure=False)
    yield from _stream_readers(state)


def caller_of(state: AccountState) -> str | None:
    """Return the name of the principal that runs this tool; None where it is not among those that were read."""
    arn = state.snapshot.caller_arn
    if arn in state.people:
        return arn
    role = arn.partition(":assumed-role/")[2].partition("/")[0]
    return next(
        (name for name, who in state.people.items() if who.role is not None and who.role.name == role), None
    )


def _stream_readers(state: AccountState) -> Iterator[Keeper]:
    """Yield the roles that may be those of functions which read a stream: Lambda does not tell which of them is."""
    tables = frozenset(_consumed(state))
    if not tables:
        return
    asked = tuple(question for question in rights() if question.action in STREAM)
    for name, who in state.people.items():
        trusted = trusted_services(who, state)
        if who.kind is PrincipalType.ROLE and (trusted is None or _LAMBDA in trusted):
            title = f"functions that read the stream, if {short(name)} is theirs"
            yield Keeper(name, title, FROM_AWS, asked, alone=False, tables=tables)


def _consumed(state: AccountState) -> Iterator[str]:
    for region in state.snapshot.regions:
        for mapping in region.companions.event_source_mappings.items:
            yield mapping.event_source_arn.partition("/stream/")[0]


def trusted_services(who: Who, state: AccountState) -> frozenset[str] | None:
    """Return whom a role trusts by name, services among them; None where that cannot be read."""
    if who.role is None:
        return frozenset()
    policy = state.shelf.policy(f"trust policy of {who.role.name}", "trust", who.role.trust)
    return frozenset(Asks((state.shelf.layer([policy]),)).named) if isinstance(policy, Policy) else None


def _backup_roles(state: AccountState) -> Iterator[str]:
    for region in state.snapshot.regions:
        for plan in region.backup.plans.items:
            for selection in plan.selections.items:
                if selection.body.value is not None:
                    yield selection.body.value.iam_role_arn


def _dax_roles(state: AccountState) -> Iterator[str]:
    for region in state.snapshot.regions:
        for cluster in region.companions.dax_clusters.items:
            if cluster.description.iam_role_arn is not None:
                yield cluster.description.iam_role_arn
