"""The answer to a request, and how it is read off the layers' answers."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from dynasec.iam.answers import Answer, Hit
from dynasec.iam.compiled import Unread
from dynasec.iam.conditions.canonical import variables_in
from dynasec.iam.formula import Formula, Unsettled, literals
from dynasec.iam.layers import LayerName
from dynasec.iam.residual import Residual
from dynasec.iam.settled import settled


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


@dataclass(frozen=True)
class Decision:
    """One answer. `explicitDeny` is said where some Deny certainly applies; else a denial is `implicitDeny`."""

    outcome: Outcome
    decided_by: LayerName
    residual: Residual

    @cached_property
    def matches(self) -> tuple[Hit, ...]:
        """The statements that apply (`hit.when is True`) or would under conditions, in AWS's order of layers."""
        return self.residual.hits

    @cached_property
    def condition(self) -> Formula:
        """When the request is allowed."""
        return self.residual.allowed

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """Context keys (lower case, sorted) that the matching statements ask for and that the request does not hold."""
        context = self.residual.request.context
        asked = {key for hit in self.matches for key in _asked(hit)}
        return tuple(sorted(key for key in asked if not context.states(key)))

    @cached_property
    def unread(self) -> tuple[Unread, ...]:
        """Policies that could not be read, of all layers that apply."""
        return tuple(
            dict.fromkeys(doubt.policy for _, answer in self.residual.answers() for doubt in answer.unread)
        )


def decide(residual: Residual) -> Decision:
    """Read the decision off the layers' answers."""
    allowed = settled(residual.allowed)
    if allowed is True:
        return Decision(Outcome.ALLOWED, _allowing(residual), residual)
    if settled(residual.explicit) is True:
        return Decision(Outcome.EXPLICIT_DENY, _denying(residual), residual)
    if allowed is False:
        return Decision(Outcome.IMPLICIT_DENY, _lacking(residual), residual)
    unsettled = any(isinstance(literal.atom, Unsettled) for literal in literals(residual.allowed))
    return Decision(Outcome.UNKNOWN if unsettled else Outcome.CONDITIONAL, LayerName.NONE, residual)


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
    if not identity and settled(residual.resource.issuer) is False:
        return LayerName.IDENTITY
    if residual.boundary is not None and settled(residual.boundary.allow) is False:
        return LayerName.BOUNDARY
    if residual.session is not None and settled(residual.session.allow) is False:
        return LayerName.SESSION
    return LayerName.NONE
