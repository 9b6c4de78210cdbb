"""What one Allow of a resource policy grants to one subject in one request, the document's Denies counted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dynasec.iam.actions import is_known, reaches, resource_types, surely_reaches
from dynasec.iam.conditions import Gap, Knowledge, judge_all
from dynasec.iam.document import Statement
from dynasec.iam.matching import Pattern, covers, overlaps
from dynasec.iam.narrowing import open_to_all_addresses
from dynasec.iam.ternary import Ternary, all_of
from dynasec.iam.worlds import AT_WILL

Pair = tuple[str, str]
"""An action and the kind of resource (`table`, `index`, `stream`) it is used on."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What is granted for certain, and what may be granted; `certain` is a part of `possible`."""

    certain: frozenset[Pair] = frozenset()
    possible: frozenset[Pair] = frozenset()


def combined(grants: Iterable[Grant]) -> Grant:
    """Put together what is granted in one case or another, all of which do occur."""
    certain: frozenset[Pair] = frozenset()
    possible: frozenset[Pair] = frozenset()
    for grant in grants:
        certain, possible = certain | grant.certain, possible | grant.possible
    return Grant(certain, possible)


def undecided(grants: Iterable[Grant]) -> Grant:
    """Put together cases of which one holds, nobody knows which: certain is what all of them grant."""
    cases = list(grants)
    certain = frozenset[Pair].intersection(*(case.certain for case in cases)) if cases else frozenset[Pair]()
    return Grant(certain, combined(cases).possible)


def resource_scope(resource_arn: str) -> tuple[tuple[str, Pattern], ...]:
    """List what a policy on this resource can be about: a table and its indexes, or a stream."""
    if "/stream/" in resource_arn:
        return (("stream", Pattern.literally(resource_arn)),)
    index = Pattern((*resource_arn, *Pattern.of("/index/*").tokens))
    return (("table", Pattern.literally(resource_arn)), ("index", index))


def reached(statement: Statement, scope: Iterable[tuple[str, Pattern]]) -> Mapping[Pair, Ternary]:
    """List what an Allow statement speaks of, its conditions and principals aside."""
    found: dict[Pair, Ternary] = {}
    for kind, target in scope:
        answer = _touches(statement, target)
        if answer is not Ternary.FALSE:
            found.update(
                {(action, kind): answer for action in reaches(statement, "dynamodb") if _fits(action, kind)}
            )
    return found


def denied(
    statement: Statement, scope: Iterable[tuple[str, Pattern]], pairs: Iterable[Pair]
) -> Mapping[Pair, Ternary]:
    """Tell which of the pairs a Deny statement speaks of, its conditions and principals aside."""
    answers = {kind: _blankets(statement, target) for kind, target in scope}
    actions = reaches(statement, "dynamodb")
    found: dict[Pair, Ternary] = {}
    for action, kind in pairs:
        hit = action in actions if is_known(action) else surely_reaches(statement, action)
        if hit and answers[kind] is not Ternary.FALSE:
            found[action, kind] = answers[kind]
    return found


def allow_holds(statement: Statement, world: Knowledge) -> Ternary:
    """Judge an Allow's conditions; an address test that the whole internet passes is passed."""
    return judge_all((entry for entry in statement.conditions if not open_to_all_addresses(entry)), world)


def deny_holds(statement: Statement, world: Knowledge) -> Ternary:
    """Judge a Deny's conditions: it holds for certain only if the caller could not have chosen otherwise."""
    answer = judge_all(statement.conditions, world)
    if answer is not Ternary.TRUE:
        return answer
    blind = world.updated(**dict.fromkeys(AT_WILL, Gap.UNKNOWN))
    return Ternary.TRUE if judge_all(statement.conditions, blind) is Ternary.TRUE else Ternary.UNKNOWN


def _fits(action: str, kind: str) -> bool:
    kinds = resource_types(action)
    return kinds is None or kind in kinds


def _patterns(statement: Statement, texts: tuple[str, ...]) -> list[Pattern]:
    return [Pattern.of(text, variables=statement.variables) for text in texts]


def _touches(statement: Statement, target: Pattern) -> Ternary:
    """Whether an Allow reaches some resource of the target; a policy variable leaves it undecided."""
    if statement.not_resources is not None:
        excluded = [
            pattern for pattern in _patterns(statement, statement.not_resources) if overlaps(pattern, target)
        ]
        if any(covers(pattern, target) for pattern in excluded):
            return Ternary.FALSE
        return Ternary.UNKNOWN if any(pattern.has_variables for pattern in excluded) else Ternary.TRUE
    if statement.resources is None:
        return Ternary.TRUE
    reaching = [pattern for pattern in _patterns(statement, statement.resources) if overlaps(pattern, target)]
    if any(not pattern.has_variables for pattern in reaching):
        return Ternary.TRUE
    return Ternary.UNKNOWN if reaching else Ternary.FALSE


def _blankets(statement: Statement, target: Pattern) -> Ternary:
    """Whether a Deny holds for every resource of the target (TRUE), for none (FALSE), or for some, perhaps."""
    if statement.not_resources is not None:
        patterns = _patterns(statement, statement.not_resources)
        if any(covers(pattern, target) for pattern in patterns):
            return Ternary.FALSE
        return Ternary.UNKNOWN if any(overlaps(pattern, target) for pattern in patterns) else Ternary.TRUE
    if statement.resources is None:
        return Ternary.TRUE
    patterns = _patterns(statement, statement.resources)
    if any(covers(pattern, target) for pattern in patterns):
        return Ternary.TRUE
    return Ternary.UNKNOWN if any(overlaps(pattern, target) for pattern in patterns) else Ternary.FALSE


def granted(
    allow: tuple[Mapping[Pair, Ternary], Ternary], denies: Iterable[tuple[Mapping[Pair, Ternary], Ternary]]
) -> Grant:
    """Set the Denies off against an Allow.

    Each is given by the pairs it speaks of and whether it applies to the request at hand.
    """
    pairs, applies = allow
    if applies is Ternary.FALSE:
        return Grant()
    possible = set(pairs)
    certain = {pair for pair, answer in pairs.items() if all_of((answer, applies)) is Ternary.TRUE}
    for denied_pairs, deny_applies in denies:
        if deny_applies is Ternary.FALSE:
            continue
        certain.difference_update(denied_pairs)
        if deny_applies is Ternary.TRUE:
            possible.difference_update(
                pair for pair, answer in denied_pairs.items() if answer is Ternary.TRUE
            )
    return Grant(frozenset(certain), frozenset(possible))
