"""What the statements about one action and resource ask of the context: which keys, and whether that can be answered."""

from collections.abc import Iterator
from weakref import WeakKeyDictionary

from dynasec.iam.compiled import CompiledStatement, Policy
from dynasec.iam.conditions import Gap
from dynasec.iam.document import Statement
from dynasec.iam.layers import Layers
from dynasec.iam.malformed import quoted
from dynasec.iam.matching import Pattern, Variable, overlaps
from dynasec.iam.request import Request
from dynasec.iam.ternary import Ternary


def asking(action: str, resource: str, layers: Layers) -> Iterator[CompiledStatement]:
    """List the statements that speak of the action and, with some context, of the resource, and that ask for a key."""
    own = (layers.identity, layers.resource, layers.boundary, layers.session, layers.endpoint)
    for layer in (*own, *(layers.scps or ()), *(layers.rcps or ())):
        if layer is None:
            continue
        for statement in layer.index.speaking_of(action):
            if _asked(statement) and _may_concern(statement.statement, resource):
                yield statement


def missing(request: Request, statements: list[CompiledStatement]) -> list[str]:
    """List the keys, as policies spell them, that statements about this action and resource ask for in vain."""
    found: dict[str, str] = {}
    for statement in statements:
        for key in _asked(statement):
            if request.context.find(key) is Gap.ABSENT and not _surely_absent(request, key):
                found.setdefault(key.lower(), key)
    return [found[key] for key in sorted(found)]


def undocumented(statement: CompiledStatement) -> str | None:
    """Say what of a statement nothing documents the outcome of: no values at all, or one that the operator cannot read."""
    for key in _asked(statement):
        if ":" not in key:
            place = f"{statement.policy.identifier}: {statement.statement.label}"
            return f"{place}: {quoted(key)} is no condition key"
    for condition in statement.statement.conditions:
        operator = condition.test.operator
        where = f"{statement.policy.identifier}: {statement.statement.label}: {operator.name}"
        if not condition.values:
            return f"{where} with no values"
        if operator.wildcards or operator.name.startswith("String"):
            continue
        for value in condition.values:
            if operator.compare("", Pattern.literally(value)) is Ternary.UNKNOWN:
                return f"{where} cannot read {quoted(value)}"
    return None


def _surely_absent(request: Request, key: str) -> bool:
    """Whether callers of this kind never have the key, so that nobody needs to be asked for it."""
    return request.caller.name != "" and request.caller.implied.get(key.lower()) is Gap.ABSENT


def _may_concern(statement: Statement, resource: str) -> bool:
    """Whether the resource fits, or would if the policy variables in it had the right values."""
    if statement.not_resources is not None:
        excluded = (Pattern.of(text, variables=statement.variables) for text in statement.not_resources)
        return not any(not pattern.has_variables and pattern.matches(resource) for pattern in excluded)
    if statement.resources is None:
        return True
    for text in statement.resources:
        pattern = Pattern.of(text, variables=statement.variables)
        if pattern.matches(resource) or (
            pattern.has_variables and overlaps(pattern, Pattern.literally(resource))
        ):
            return True
    return False


def _asked(statement: CompiledStatement) -> tuple[str, ...]:
    """Name the keys that the answer rests on: of conditions, and of variables without a default."""
    known = _known.get(statement.policy)
    if known is None:
        known = _known[statement.policy] = {}
    keys = known.get(statement.statement.position)
    if keys is None:
        keys = known[statement.statement.position] = _found(statement.statement)
    return keys


_known: WeakKeyDictionary[Policy, dict[int, tuple[str, ...]]] = WeakKeyDictionary()
"""The keys that each statement asks for, as long as its policy is kept."""


def _found(written: Statement) -> tuple[str, ...]:
    keys = [condition.key for condition in written.conditions]
    texts = [value for condition in written.conditions for value in condition.values]
    texts.extend((*(written.resources or ()), *(written.not_resources or ())))
    for text in texts if written.variables else ():
        if "${" in text:
            keys.extend(_variables(text))
    return tuple(dict.fromkeys(keys))


def _variables(text: str) -> Iterator[str]:
    for token in Pattern.of(text, variables=True).tokens:
        if isinstance(token, Variable) and (token.default is None or ":" not in token.name):
            start = text.lower().find(token.name)
            yield text[start : start + len(token.name)]
