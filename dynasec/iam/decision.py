"""The answer to a request, and how it is read off the layers' answers."""

import enum
from collections.abc import Callable, Iterator
from functools import lru_cache

from dynasec.iam.answers import Answer, Hit
from dynasec.iam.cases import cases, settled
from dynasec.iam.compiled import Unread
from dynasec.iam.conditions.canonical import variables_in
from dynasec.iam.formula import Formula, Literal, Unsettled, literals, negation
from dynasec.iam.layers import LayerName
from dynasec.iam.residual import Residual


class Outcome(enum.StrEnum):
    """Allowed and denied are certain whatever is not known; conditional depends on context, unknown on more."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"
    CONDITIONAL = "conditional"
    UNKNOWN = "unknown"

    @property
    def denied(self) -> bool:
        """Whether the request is certainly denied."""
        return self in {Outcome.EXPLICIT_DENY, Outcome.IMPLICIT_DENY}


class Decision:
    """One answer. `explicitDeny` is said where some Deny certainly applies; another certain denial is `implicitDeny`.

    All but the outcome is worked out when it is first asked for.
    """

    __slots__ = ("_find", "_residual", "outcome")

    def __init__(self, outcome: Outcome, find: Callable[[], Residual]) -> None:
        self.outcome = outcome
        self._find = find
        self._residual: Residual | None = None

    def __repr__(self) -> str:
        return f"Decision({self.outcome.value}, decided by {self.decided_by.value})"

    @property
    def residual(self) -> Residual:
        """The layers' answers, to be explained or completed."""
        if self._residual is None:
            self._residual = self._find()
        return self._residual

    @property
    def decided_by(self) -> LayerName:
        """The layer that decides; `none` where no layer grants the request, or the answer is open."""
        if self.outcome is Outcome.ALLOWED:
            return _allowing(self.residual)
        if self.outcome is Outcome.EXPLICIT_DENY:
            return _denying(self.residual)
        return _lacking(self.residual) if self.outcome is Outcome.IMPLICIT_DENY else LayerName.NONE

    @property
    def matches(self) -> tuple[Hit, ...]:
        """The statements that apply (`hit.when is True`) or would under conditions, in AWS's order of layers."""
        return self.residual.hits

    @property
    def condition(self) -> Formula:
        """When the request is allowed."""
        return self.residual.allowed

    @property
    def missing(self) -> tuple[str, ...]:
        """Context keys (lower case, sorted) that `matches` ask for and that the request neither holds nor lacks for certain."""
        context = self.residual.request.context
        asked = {key for hit in self.matches for key in _asked(hit)}
        return tuple(sorted(key for key in asked if not context.states(key)))

    @property
    def unread(self) -> tuple[Unread, ...]:
        """Policies that could not be read, of all layers that apply."""
        found = (doubt.policy for _, answer in self.residual.answers() for doubt in answer.doubts)
        return tuple(dict.fromkeys(found))


def outcome_of(explicit: Formula, granted: Formula) -> Outcome:
    """Read the outcome off when some layer denies explicitly and when all layers allow."""
    if explicit is True:
        return Outcome.EXPLICIT_DENY
    if explicit is False and isinstance(granted, bool):
        return Outcome.ALLOWED if granted else Outcome.IMPLICIT_DENY
    return _settled_outcome(explicit, granted)


@lru_cache(maxsize=1024)
def _settled_outcome(explicit: Formula, granted: Formula) -> Outcome:
    condition = granted & negation(explicit)
    found = cases(condition)
    if found == ():
        return Outcome.EXPLICIT_DENY if settled(explicit) is True else Outcome.IMPLICIT_DENY
    if settled(condition) is True:
        return Outcome.ALLOWED
    if found is None:
        if settled(explicit) is True:
            return Outcome.EXPLICIT_DENY
        open_literals = frozenset(literals(condition))
    else:
        open_literals = frozenset[Literal]().union(*found)
    unsettled = any(isinstance(literal.atom, Unsettled) for literal in open_literals)
    return Outcome.UNKNOWN if unsettled else Outcome.CONDITIONAL


def _asked(hit: Hit) -> Iterator[str]:
    written = hit.statement.statement
    for condition in written.conditions:
        yield condition.key.lower()
        if condition.variables:
            for value in condition.values:
                yield from variables_in(value)
    if written.variables:
        for text in (*(written.resources or ()), *(written.not_resources or ())):
            yield from variables_in(text)


def _allowing(residual: Residual) -> LayerName:
    by_resource = not residual.rules.same_account or residual.rules.needs_resource
    if by_resource or settled(residual.by_resource) is True:
        return LayerName.RESOURCE
    return LayerName.IDENTITY


def _denying(residual: Residual) -> LayerName:
    answers: list[tuple[LayerName, Answer]] = list(residual.answers())
    return next((name for name, answer in answers if settled(answer.deny) is True), LayerName.NONE)


def _lacking(residual: Residual) -> LayerName:
    """Name the first layer in AWS's order without which the request might be allowed; none, if nothing grants it."""
    for name, answers in ((LayerName.RCP, residual.rcps), (LayerName.SCP, residual.scps)):
        if any(settled(answer.allow) is False for answer in answers):
            return name
    if settled(residual.base) is False:
        return _lacking_base(residual)
    if residual.endpoint is not None and settled(residual.endpoint.allow) is False:
        return LayerName.ENDPOINT
    if residual.key is not None and settled(residual.key.granted) is False:
        return LayerName.KMS
    return LayerName.NONE


def _lacking_base(residual: Residual) -> LayerName:
    rules = residual.rules
    resource = settled(residual.resource.allow) is not False or settled(residual.grants) is not False
    identity = rules.principal and (rules.root or settled(residual.identity.allow) is not False)
    if not rules.principal or not (resource or identity):
        return LayerName.NONE
    if not resource and (not rules.same_account or rules.needs_resource):
        return LayerName.RESOURCE
    by_issuer = rules.same_account and settled(residual.resource.named.issuer) is not False
    if not identity and not by_issuer:
        return LayerName.IDENTITY
    if residual.boundary is not None and settled(residual.boundary.allow) is False:
        return LayerName.BOUNDARY
    if residual.session is not None and settled(residual.session.allow) is False:
        return LayerName.SESSION
    return LayerName.NONE
