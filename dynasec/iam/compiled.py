"""Policies made ready for many questions: statements indexed by action, resource patterns split once.

A `Policy` is compiled when it is first asked and keeps the result; layers of the same `Policy` objects share the work.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from dynasec.iam.conditions import Condition, Knowledge, resolve
from dynasec.iam.conditions.canonical import residue, variables_in
from dynasec.iam.document import Document, MalformedPolicy, Statement, parse
from dynasec.iam.formula import Formula, conjunction, negation
from dynasec.iam.matching import Pattern
from dynasec.iam.request import RESOURCE

_LIKE = resolve("StringLike")
_MOST_CACHED = 4096


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


class CompiledStatement:
    """One statement, ready to be asked whether it applies."""

    __slots__ = ("allows", "conditions", "names_principals", "policy", "resource_test", "statement")

    def __init__(self, policy: Policy, statement: Statement) -> None:
        self.policy = policy
        self.statement = statement
        self.allows = statement.allows
        self.conditions = statement.conditions
        texts = statement.resources if statement.not_resources is None else statement.not_resources
        self.resource_test = None if texts is None else ResourceTest(texts, variables=statement.variables)
        self.names_principals = statement.principals is not None or statement.not_principals is not None

    def applies(self, resource: str | Pattern, context: Knowledge) -> Formula:
        """Say whether the resource and the conditions fit, action and principal aside."""
        touched: Formula = True
        if self.resource_test is not None:
            touched = self.resource_test.touches(resource, context)
            if self.statement.not_resources is not None:
                touched = negation(touched)
            if touched is False:
                return False
        if not self.conditions:
            return touched
        return conjunction((touched, *(residue(condition, context) for condition in self.conditions)))


class ResourceTest:
    """The patterns of a Resource or NotResource element."""

    __slots__ = ("everything", "literals", "open_patterns", "patterns")

    def __init__(self, texts: Iterable[str], *, variables: bool) -> None:
        literals: set[str] = set()
        patterns: list[Pattern] = []
        open_patterns: list[str] = []
        for text in texts:
            pattern = Pattern.of(text, variables=variables)
            if pattern.literal is not None:
                literals.add(pattern.literal)
            elif pattern.has_variables:
                open_patterns.append(text)
            else:
                patterns.append(pattern)
        self.literals = frozenset(literals)
        self.patterns = tuple(patterns)
        self.open_patterns = tuple(open_patterns)
        self.everything = any(pattern.matches("") for pattern in patterns)

    def touches(self, resource: str | Pattern, context: Knowledge) -> Formula:
        """Say whether some pattern matches the resource."""
        if self.everything:
            return True
        if isinstance(resource, str):
            if resource in self.literals or any(pattern.matches(resource) for pattern in self.patterns):
                return True
            if not self.open_patterns:
                return False
        return residue(self._condition(resource), _with_resource(context, resource))

    def _condition(self, resource: str | Pattern) -> Condition:
        texts = self.open_patterns
        if not isinstance(resource, str):
            from dynasec.iam.conditions.canonical import spelled  # noqa: PLC0415

            plain = (Pattern.literally(text) for text in sorted(self.literals))
            texts = (*texts, *(spelled(pattern) for pattern in (*plain, *self.patterns)))
        return Condition(_LIKE, RESOURCE, texts, variables=True)


def _with_resource(context: Knowledge, resource: str | Pattern) -> Knowledge:
    return context if RESOURCE in context.present else context.updated(resource=(resource,))


class StatementIndex:
    """The statements of some policies, found by action."""

    def __init__(self, policies: Iterable["Policy | Unread"]) -> None:
        self.policies: list[Policy] = []
        self.unread: list[Unread] = []
        for policy in policies:
            (self.policies if isinstance(policy, Policy) else self.unread).append(policy)  # type: ignore[arg-type]
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
                for policy in self.policies
                for each in policy.statements
                if _speaks_of(each.statement, folded)
            )
            self._by_action[action] = found
        return found


def _speaks_of(statement: Statement, folded: str) -> bool:
    if statement.actions is not None:
        return any(Pattern.of(text, ignore_case=True).matches(folded) for text in statement.actions)
    return not any(Pattern.of(text, ignore_case=True).matches(folded) for text in statement.not_actions or ())


__all__ = ["CompiledStatement", "Policy", "ResourceTest", "StatementIndex", "Unread", "variables_in"]
