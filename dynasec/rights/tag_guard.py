"""Which tags decide who has access to tables, and who may change them.

A tag of a resource decides where a policy of the account, of a table or of the organisation asks for it about DynamoDB or DAX; a tag of a
principal likewise, also where it stands in a resource's name as `${aws:PrincipalTag/team}`.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/attribute-based-access-control.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from dynasec.access import Access, Standing
from dynasec.access.principals import Who
from dynasec.access.questions import Part
from dynasec.access.reach import gaps_of
from dynasec.iam.actions import reaches
from dynasec.iam.conditions.canonical import variables_in
from dynasec.iam.conditions.keys import spelled_key
from dynasec.iam.document import Document, Statement
from dynasec.iam.layers import Layer, Policy, Unread
from dynasec.iam.matching import Pattern, overlaps
from dynasec.iam.wildcards import SERVICES
from dynasec.model.fact import Gap
from dynasec.semantics.reached_resources import about_dynamodb
from dynasec.semantics.wording import counted

_OF_RESOURCES: Final = ("aws:resourcetag/", "dynamodb:resourcetag/")
_OF_PRINCIPALS: Final = "aws:principaltag/"
_TAG_KEYS: Final = "aws:tagkeys"
_TABLE_TAGGING: Final = ("dynamodb:TagResource", "dynamodb:UntagResource")
_USER_TAGGING: Final = ("iam:TagUser", "iam:UntagUser")
_ROLE_TAGGING: Final = ("iam:TagRole", "iam:UntagRole")


@dataclass(frozen=True, slots=True)
class Deciding:
    """A statement that asks for a tag: `key` is the condition key in lower case, `tag` the tag's own key as the statement writes it."""

    key: str
    tag: str
    policy: str
    statement: str
    resources: tuple[Pattern, ...]

    @property
    def of_principals(self) -> bool:
        """Whether it is a tag of those who call."""
        return self.key.startswith(_OF_PRINCIPALS)

    @property
    def spelled(self) -> str:
        """The condition key as AWS writes it."""
        return spelled_key(self.key).partition("/")[0] + "/" + self.tag

    @property
    def words(self) -> str:
        """The tag and where it is asked for."""
        return f"{self.spelled} decides in {self.policy.rsplit('/', 1)[-1]}, {self.statement}"


@dataclass(frozen=True, slots=True)
class Change:
    """A way to change a deciding tag: the action, on what, surely or under conditions."""

    action: str
    resource: str
    standing: Standing
    deciding: Deciding

    @property
    def as_evidence(self) -> dict[str, str]:
        """The change as JSON."""
        return {
            "action": self.action,
            "resource": self.resource,
            "standing": self.standing.value,
            "tag": self.deciding.spelled,
            "policy": self.deciding.policy,
            "statement": self.deciding.statement,
        }


def deciding_tags(access: Access) -> tuple[tuple[Deciding, ...], tuple[Gap, ...]]:
    """Return where tags decide, and what was not read and may hold more; worked out once."""
    known = _known.get(access)
    if known is None:
        layers = list(dict.fromkeys(_layers(access)))
        gaps = [gap for layer in layers for gap in _unread(layer)]
        identity = access.snapshot.identity
        gaps += [one.gap for one in (identity.users, identity.roles) if one.gap is not None]
        gaps += [region.tables.gap for region in access.snapshot.regions if region.tables.gap is not None]
        found = dict.fromkeys(_asked(layers, access.snapshot.account.partition))
        known = _known[access] = tuple(found), tuple(dict.fromkeys(gaps))
    return known


_known: WeakKeyDictionary[Access, tuple[tuple[Deciding, ...], tuple[Gap, ...]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Guard:
    """What of deciding tags a principal can change, and what was not read and may let it."""

    changes: tuple[Change, ...]
    gaps: tuple[Gap, ...]


def guard_of(who: Who, access: Access) -> Guard:
    """Return by what a principal can change deciding tags, of tables that the statements are about and of users and roles."""
    deciding, gaps = deciding_tags(access)
    found = [
        *_of_tables(access, who, [one for one in deciding if not one.of_principals]),
        *(
            change
            for one in {one.tag.lower(): one for one in deciding if one.of_principals}.values()
            for change in _of_principals(access, who, one)
        ),
    ]
    sure = tuple(change for change in found if change.standing is not Standing.UNKNOWN)
    hidden: list[Gap] = [*gaps]
    if len(sure) < len(found) and who.identity is not None:
        hidden += [gap for layer in (who.identity, who.boundary) if layer for gap in _unread(layer)]
    hidden += [
        gap
        for reach, _ in access.reaches.of(who.name)
        if any(reach.standings.get(action) is Standing.UNKNOWN for action in _TABLE_TAGGING)
        for gap in access.reaches.gaps(reach, frozenset(_TABLE_TAGGING))
    ]
    return Guard(sure, tuple(dict.fromkeys(hidden)))


def told(guard: Guard) -> str:
    """Say what can be changed and why that matters, in a line."""
    first = guard.changes[0]
    places = {change.resource for change in guard.changes}
    tags = {change.deciding.key for change in guard.changes}
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    others = f" (and {counted(len(tags) - 1, 'more tag')})" if len(tags) > 1 else ""
    when = " under conditions" if first.standing is Standing.CONDITIONAL else ""
    return f"may {first.action} {first.resource.rpartition(':')[2]}{more}{when}, where {first.deciding.words}{others}"


def _unread(layer: Layer) -> Iterator[Gap]:
    for policy in layer.index.unread:
        yield from gaps_of(policy)


def _layers(access: Access) -> Iterator[Layer]:
    for who in access.everybody.values():
        yield from (layer for layer in (who.identity, who.boundary) if layer is not None)
    for table in access.snapshot.tables():
        yield from (piece.policy for pieces in access.side(table).pieces.values() for piece in pieces)
    yield from (*(access.above.scps or ()), *(access.above.rcps or ()))


def _asked(layers: Iterable[Layer], partition: str) -> Iterator[Deciding]:
    policies = dict.fromkeys(policy for layer in layers for policy in layer.policies)
    for policy in policies:
        if not isinstance(policy, Unread):
            yield from _asked_in(policy, about_dynamodb(policy.document, partition))


def _asked_in(policy: Policy, document: Document) -> Iterator[Deciding]:
    for statement in document.statements:
        if statement.resources == () or not any(reaches(statement, service) for service in SERVICES):
            continue
        texts = ("*",) if statement.resources is None else statement.resources
        patterns = tuple(Pattern.of(text, variables=statement.variables) for text in texts)
        for key in sorted(set(_keys(statement))):
            if key.lower().startswith((*_OF_RESOURCES, _OF_PRINCIPALS)):
                tag = key.partition("/")[2]
                yield Deciding(key.lower(), tag, policy.identifier, statement.label, patterns)


def _keys(statement: Statement) -> Iterator[str]:
    """Yield the keys that a statement asks for, as it writes them."""
    yield from (entry.key for entry in statement.conditions)
    texts = [value for entry in statement.conditions for value in entry.values]
    texts.extend(statement.resources or ())
    for text in texts if statement.variables else ():
        for name in variables_in(text):
            start = text.lower().find(name)
            yield text[start : start + len(name)]


def _of_tables(access: Access, who: Who, deciding: list[Deciding]) -> Iterator[Change]:
    """Yield changes of tables' tags; a condition on the tag keys of the request is asked for the very tag."""
    for reach, arns in access.reaches.of(who.name):
        for action in _TABLE_TAGGING:
            standing = reach.standings.get(action)
            if standing is None:
                continue
            for one in deciding:
                about = [arn for arn in arns if _is_about(one, arn)]
                if about and (standing is Standing.ALLOWED or _may(access, who, action, about[0], one.tag)):
                    yield from (Change(action, arn, standing, one) for arn in about)


def _may(access: Access, who: Who, action: str, table: str, tag: str) -> bool:
    found = access.snapshot.table(table)
    policy = None if found is None else access.side(found).pieces[Part.TABLE][0].policy
    return any(
        not access.evaluator.ask(who, action, table, policy, {_TAG_KEYS: (key,)}).outcome.denied
        for key in _spellings(who, tag)
    )


def _of_principals(access: Access, who: Who, one: Deciding) -> Iterator[Change]:
    for action in (*_USER_TAGGING, *_ROLE_TAGGING):
        kind = "user" if action in _USER_TAGGING else "role"
        shape = Pattern.of(f"arn:*:iam::*:{kind}/*")
        for key in _spellings(who, one.tag):
            given = {_TAG_KEYS: (key,)}
            if access.steps.may(who, action, shape, given) is None:
                continue
            for other in access.own.values():
                if (other.user if kind == "user" else other.role) is None or other.caller.service_linked:
                    continue
                grant = access.steps.may(who, action, other.name, given)
                if grant is not None:
                    yield Change(action, other.name, grant.standing, one)


def _spellings(who: Who, tag: str) -> tuple[str, ...]:
    """Return how a request may write a tag's key: as the statement does, and as rights to tag do, since case makes no difference."""
    policies = () if who.identity is None else who.identity.policies
    values = (
        value
        for policy in policies
        if isinstance(policy, Policy)
        for statement in policy.document.statements
        for entry in statement.conditions
        if statement.allows and entry.key.lower() == _TAG_KEYS
        for value in entry.values
        if value.lower() == tag.lower()
    )
    return tuple(dict.fromkeys((tag, *values)))


def _is_about(one: Deciding, arn: str) -> bool:
    own, below = Pattern.literally(arn), Pattern((*arn, *Pattern.of("/*").tokens))
    return any(overlaps(pattern, own) or overlaps(pattern, below) for pattern in one.resources)
