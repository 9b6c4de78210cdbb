"""Policies made ready for many questions: statements indexed by action, resource patterns split once.

A `Policy` is compiled when it is first asked and keeps the result; layers of the same `Policy` objects share the work.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from dynasec.iam.conditions import Condition, Knowledge, resolve
from dynasec.iam.conditions.canonical import residue, spelled, variables_in
from dynasec.iam.conditions.keys import RESOURCE
from dynasec.iam.document import Document, MalformedPolicy, Statement, parse
from dynasec.iam.formula import Formula, conjunction, negation
from dynasec.iam.matching import Pattern

_LIKE = resolve("StringLike")
_MOST_CACHED = 4096
_MOST_SEEN = 512


@dataclass(frozen=True, slots=True)
class Unread:
    """A policy that could not be read or is malformed; it may say anything."""

    identifier: str
    kind: str
    reason: str


@dataclass(frozen=True, eq=False)
class Policy:
    """A policy document under the name that findings give it. `kind`: what it is (`inline`, `managed`, `scp`, ...)."""

    identifier: str
    kind: str
    document: Document

    @staticmethod
    def parsed(identifier: str, kind: str, text: str) -> "Policy | Unread":
        """Parse a document; a malformed one becomes an `Unread`."""
        try:
            return Policy(identifier, kind, parse(text))
        except MalformedPolicy as error:
            return Unread(identifier, kind, str(error))

    @cached_property
    def statements(self) -> tuple["CompiledStatement", ...]:
        """The statements, compiled."""
        return tuple(CompiledStatement(self, statement) for statement in self.document.statements)


class ConditionTest:
    """One entry of a Condition element; what is left of it is remembered for the values seen."""

    __slots__ = ("_names", "_seen", "condition")

    def __init__(self, condition: Condition) -> None:
        self.condition = condition
        variables = (
            {name for value in condition.values for name in variables_in(value)}
            if condition.variables
            else set[str]()
        )
        self._names = (condition.key.lower(), *sorted(variables - {condition.key.lower()}))
        self._seen: dict[object, Formula] = {}

    def left(self, context: Knowledge) -> Formula:
        """Say what is left of the condition: True, False or a formula."""
        names = self._names
        values = context.look_up(names[0]) if len(names) == 1 else tuple(map(context.look_up, names))
        found = self._seen.get(values)
        if found is None:
            if len(self._seen) >= _MOST_SEEN:
                self._seen.clear()
            found = self._seen[values] = residue(self.condition, context)
        return found


class CompiledStatement:
    """One statement, ready to be asked whether it applies."""

    __slots__ = ("_conditions", "_excepts", "_resources", "allows", "names_principals", "policy", "statement")

    def __init__(self, policy: Policy, statement: Statement) -> None:
        self.policy = policy
        self.statement = statement
        self.allows = statement.allows
        self.names_principals = statement.principals is not None or statement.not_principals is not None
        self._excepts = statement.not_resources is not None
        texts = statement.not_resources if self._excepts else statement.resources
        self._resources = ResourceTest(texts or (), variables=statement.variables)
        if texts is None:
            self._resources.everything = True
        self._conditions = tuple(map(ConditionTest, statement.conditions))

    def applies(self, resource: str | Pattern, context: Knowledge) -> Formula:
        """Say whether the resource and the conditions fit, action and principal aside."""
        touched = self._resources.touches(resource, context)
        if self._excepts:
            touched = negation(touched)
        if touched is False:
            return False
        left: list[Formula] = []
        for condition in self._conditions:
            found = condition.left(context)
            if found is False:
                return False
            if found is not True:
                left.append(found)
        return conjunction((touched, *left)) if left else touched


class ResourceTest:
    """The patterns of a Resource or NotResource element. `everything`: one of them matches every text."""

    __slots__ = ("_literals", "_open", "_patterns", "_prefixes", "_shaped", "everything")

    def __init__(self, texts: Iterable[str], *, variables: bool) -> None:
        found = {text: Pattern.of(text, variables=variables) for text in texts}
        self._literals = frozenset(each.literal for each in found.values() if each.literal is not None)
        wild = [each for each in found.values() if each.literal is None and not each.has_variables]
        self._prefixes = tuple(each.prefix for each in wild if each.prefix is not None)
        self._patterns = tuple(each for each in wild if each.prefix is None)
        self.everything = "" in self._prefixes
        opened = tuple(text for text, each in found.items() if each.has_variables)
        self._open = ConditionTest(Condition(_LIKE, RESOURCE, opened, variables=True)) if opened else None
        shaped = tuple(spelled(each) for each in found.values())
        self._shaped = ConditionTest(Condition(_LIKE, RESOURCE, shaped, variables=True))

    def touches(self, resource: str | Pattern, context: Knowledge) -> Formula:
        """Say whether some pattern matches the resource."""
        if self.everything:
            return True
        if not isinstance(resource, str):
            return self._shaped.left(_with_resource(context, resource))
        if resource in self._literals or (self._prefixes and resource.startswith(self._prefixes)):
            return True
        for pattern in self._patterns:
            if pattern.matches(resource):
                return True
        return False if self._open is None else self._open.left(_with_resource(context, resource))


def _with_resource(context: Knowledge, resource: str | Pattern) -> Knowledge:
    return context if RESOURCE in context.present else context.updated(resource=(resource,))


class StatementIndex:
    """The statements of some policies, found by action. `unread`: the policies of which nothing is known."""

    __slots__ = ("_by_action", "_policies", "unread")

    def __init__(self, policies: Iterable[Policy | Unread]) -> None:
        given = tuple(policies)
        self.unread = tuple(each for each in given if isinstance(each, Unread))
        self._policies = tuple(each for each in given if isinstance(each, Policy))
        self._by_action: dict[str, tuple[CompiledStatement, ...]] = {}

    def speaking_of(self, action: str) -> tuple[CompiledStatement, ...]:
        """List the statements whose Action or NotAction element speaks of the action (`service:Action`)."""
        found = self._by_action.get(action)
        if found is None:
            if len(self._by_action) >= _MOST_CACHED:
                self._by_action.clear()
            folded = action.lower()
            found = tuple(
                each
                for policy in self._policies
                for each in policy.statements
                if _speaks_of(each.statement, folded)
            )
            self._by_action[action] = found
        return found


def _speaks_of(statement: Statement, folded: str) -> bool:
    if statement.actions is not None:
        return any(Pattern.of(text, ignore_case=True).matches(folded) for text in statement.actions)
    return not any(Pattern.of(text, ignore_case=True).matches(folded) for text in statement.not_actions or ())
