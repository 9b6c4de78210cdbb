"""Whether an Allow by `dynamodb:LeadingKeys` or `dynamodb:Attributes` really limits which items or attributes it gives.

Each question is a request that such a statement should refuse, asked of the document: one that carries no leading keys, one for a key of
somebody else beside the own, one that names no attributes and so gets them all.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from dynasec.iam.actions import (
    Capability,
    capabilities,
    condition_keys,
    reaches,
    resource_types,
    surely_reaches,
)
from dynasec.iam.conditions import Condition, Knowledge, Qualifier, judge_all
from dynasec.iam.document import Document, Statement
from dynasec.iam.matching import ANYTHING, Pattern, covers, overlaps
from dynasec.iam.narrowing import narrowing
from dynasec.iam.ternary import Ternary
from dynasec.iam.wildcards import SERVICES
from dynasec.semantics.action_words import few

LEADING_KEYS: Final = "dynamodb:leadingkeys"
ATTRIBUTES: Final = "dynamodb:attributes"
KEYS: Final = {LEADING_KEYS: "dynamodb:LeadingKeys", ATTRIBUTES: "dynamodb:Attributes"}
"""The condition keys in question, by their lower case, as AWS writes them."""

_SELECT: Final = "dynamodb:select"
_RETURN_VALUES: Final = "dynamodb:returnvalues"
_FULL_SCAN: Final = "dynamodb:fulltablescan"
_ITEM_KEYS: Final = frozenset((*KEYS, _SELECT, _RETURN_VALUES, _FULL_SCAN))
_GIVEN: Final = frozenset(
    {Capability.READ, Capability.WRITE, Capability.EXPORT, Capability.DELETE, Capability.CONTROL}
)
_ITEMS: Final = frozenset({Capability.READ, Capability.WRITE})
_STATEMENT_READ: Final = "dynamodb:PartiQLSelect"
MANY_KEYS: Final = frozenset({"dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", _STATEMENT_READ})
"""What one request of may name several partition keys."""
_SELECTS: Final = ("ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES")
RETURNS: Final[Mapping[str, tuple[str, ...]]] = {
    "dynamodb:PutItem": ("ALL_OLD",),
    "dynamodb:DeleteItem": ("ALL_OLD",),
    "dynamodb:UpdateItem": ("ALL_OLD", "ALL_NEW"),
    "dynamodb:PartiQLUpdate": ("ALL_OLD", "ALL_NEW"),
    "dynamodb:PartiQLDelete": ("ALL_OLD",),
}
"""What writes may return of the whole item."""
_BELOW: Final = {
    "table": "table/*",
    "index": "table/*/index/*",
    "stream": "table/*/stream/*",
    "backup": "table/*/backup/*",
}


@dataclass(frozen=True, slots=True)
class Defect:
    """A statement that gives more, or less, than it seems to; `what` says so in words."""

    statement: str
    what: str


def is_fine_grained(statement: Statement) -> bool:
    """Whether an Allow asks for leading keys or attributes. Its resources are as `about_dynamodb` leaves them."""
    return statement.allows and statement.resources != () and any(_about(statement, key) for key in KEYS)


def openings(document: Document) -> Iterator[Defect]:
    """Yield by which requests the fine-grained Allows of a document are passed by. Resources are as `about_dynamodb` leaves them.

    Denies in the document count where they surely hold; what other policies allow is not looked at.
    """
    for statement in document.statements:
        if not is_fine_grained(statement):
            continue
        actions = given(statement)
        for key in KEYS:
            entries = _about(statement, key)
            if _restricts(entries, statement):
                found = (
                    *_values(key, entries, actions),
                    *_without(key, entries, document, statement, actions),
                )
                yield from (Defect(statement.label, what) for what in found)
        if _about(statement, ATTRIBUTES):
            found = (*_selecting(document, statement, actions), *_returning(document, statement, actions))
            yield from (Defect(statement.label, what) for what in found)
        yield from (Defect(statement.label, what) for what in _beside(document, statement, actions))


def _restricts(entries: tuple[Condition, ...], statement: Statement) -> bool:
    """Whether entries about one key are meant to: asking that it is there may only keep scans out, beside another key's values."""
    only_there = all(entry.test.operator.tests_presence for entry in entries)
    return bool(entries) and not (only_there and all(_about(statement, key) for key in KEYS))


def given(statement: Statement) -> frozenset[str]:
    """Return the actions beyond metadata that an Allow gives on some resource of its own."""
    return frozenset(
        action
        for service in SERVICES
        for action in reaches(statement, service)
        if capabilities(action) & _GIVEN and _applies(statement, action)
    )


def _about(statement: Statement, key: str) -> tuple[Condition, ...]:
    return tuple(entry for entry in statement.conditions if entry.key.lower() == key)


def _applies(statement: Statement, action: str) -> bool:
    """Whether some resource of the statement is of a kind that the action works on."""
    kinds = resource_types(action)
    if not kinds or not action.startswith("dynamodb:"):
        return True
    shapes = [Pattern.of(f"arn:*:dynamodb:*:*:{_BELOW.get(kind, '*')}") for kind in kinds]
    return any(overlaps(pattern, shape) for pattern in _patterns(statement) for shape in shapes)


def _patterns(statement: Statement) -> tuple[Pattern, ...]:
    texts = ("*",) if statement.resources is None else statement.resources
    return tuple(Pattern.of(text, variables=statement.variables) for text in texts)


def _values(key: str, entries: tuple[Condition, ...], actions: frozenset[str]) -> Iterator[str]:
    """Say whether the values let others pass than those meant."""
    name = KEYS[key]
    if judge_all(entries, Knowledge({key: (ANYTHING,)})) is Ternary.TRUE:
        yield f"any value of {name} passes"
        return
    bounding = [entry for entry in entries if _bounds_all(entry)]
    if bounding and judge_all(bounding, Knowledge({key: (ANYTHING,)})) is not Ternary.TRUE:
        return
    many = (
        MANY_KEYS & actions
        if key == LEADING_KEYS
        else {each for each in actions if key in condition_keys(each)}
    )
    if many:
        yield f"{few(many)} with several values of {name} pass when one of them does: ForAllValues is missing"


def _bounds_all(entry: Condition) -> bool:
    """Whether every value of the request must pass, not some."""
    test = entry.test
    if test.operator.tests_presence:
        return False
    return test.qualifier is Qualifier.FOR_ALL_VALUES or (test.qualifier is None and test.operator.negated)


def _without(
    key: str,
    entries: tuple[Condition, ...],
    document: Document,
    statement: Statement,
    actions: frozenset[str],
) -> Iterator[str]:
    """Name what is allowed to requests that do not carry the key."""
    lacking = {action for action in actions if key not in condition_keys(action)}
    if key == LEADING_KEYS:
        lacking |= actions & {_STATEMENT_READ}  # a full table scan by statement
    loose = [
        action
        for action in lacking
        if _passes(document, statement, action, _carrying(action, {_FULL_SCAN: "true"}, without=key))
    ]
    if loose:
        tests = " and ".join(dict.fromkeys(entry.test.name for entry in entries))
        carry = "which carries" if len(loose) == 1 else "which carry"
        yield f"allows {few(loose)}, {carry} no {KEYS[key]}: {tests} is passed without (Null false demands it)"


def _selecting(document: Document, statement: Statement, actions: frozenset[str]) -> Iterator[str]:
    """Name the reads that may return attributes which they do not name."""
    loose = {
        action
        for action in actions
        if {_SELECT, ATTRIBUTES} <= condition_keys(action)
        for value in _SELECTS
        if _passes(document, statement, action, _carrying(action, {_SELECT: value}))
    }
    if loose:
        yield f"{few(loose)} may return all attributes: dynamodb:Select is not held to SPECIFIC_ATTRIBUTES"


def _returning(document: Document, statement: Statement, actions: frozenset[str]) -> Iterator[str]:
    """Name the writes that may return the whole item, unless reading it is allowed anyway."""
    loose = {
        action
        for action in actions
        for value in RETURNS.get(action, ())
        if _passes(document, statement, action, _carrying(action, {_RETURN_VALUES: value}))
    }
    if loose and not any(_open_beside(document, statement, frozenset({Capability.READ}))):
        yield f"{few(loose)} may return the whole item: dynamodb:ReturnValues does not exclude ALL_OLD and ALL_NEW"


def _beside(document: Document, statement: Statement, actions: frozenset[str]) -> Iterator[str]:
    """Name other Allows of the document that give the same on the same tables without any such condition."""
    limited = frozenset[Capability]().union(*(capabilities(action) & _ITEMS for action in actions))
    if Capability.READ in limited:
        limited |= {Capability.EXPORT}
    for other, found in _open_beside(document, statement, limited):
        yield f"{other.label} allows {few(found)} on the same tables without it"


def _open_beside(
    document: Document, statement: Statement, wanted: frozenset[Capability]
) -> Iterator[tuple[Statement, frozenset[str]]]:
    bases = [_table_of(pattern) for pattern in _patterns(statement)]
    for other in document.statements:
        if not other.allows or other.resources == () or any(_about(other, key) for key in KEYS):
            continue
        same = any(overlaps(_table_of(pattern), base) for pattern in _patterns(other) for base in bases)
        if same and not narrowing(other.conditions):
            found = {action for action in given(other) if capabilities(action) & wanted}
            left = frozenset(action for action in found if _passes(document, other, action, Knowledge()))
            if left:
                yield other, left


def _table_of(pattern: Pattern) -> Pattern:
    """Return the pattern of the table itself where one names what is below a table."""
    head, *rest = pattern.split("/", 3)
    return Pattern((*head.tokens, "/", *rest[0].tokens)) if rest else pattern


def _carrying(action: str, told: Mapping[str, str], *, without: str = "") -> Knowledge:
    """Describe a request of an action: what it surely lacks, and what of `told` it may carry."""
    carried = condition_keys(action) - {without}
    present = {key: (value,) for key, value in told.items() if key in carried}
    return Knowledge(present, _ITEM_KEYS - carried)


def _passes(document: Document, statement: Statement, action: str, request: Knowledge) -> bool:
    """Whether the statement may allow a request that no Deny of the document surely refuses."""
    own = (entry for entry in statement.conditions if entry.key.lower() in _ITEM_KEYS)
    if judge_all(own, request) is Ternary.FALSE:
        return False
    return not any(
        not deny.allows
        and surely_reaches(deny, action)
        and _reaches_all(deny, _patterns(statement))
        and judge_all(deny.conditions, request) is Ternary.TRUE
        for deny in document.statements
    )


def _reaches_all(deny: Statement, patterns: Iterable[Pattern]) -> bool:
    return all(any(covers(each, pattern) for each in _patterns(deny)) for pattern in patterns)
