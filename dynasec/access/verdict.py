"""From the engine's decision to an answer in words."""

from __future__ import annotations

from dynasec.access.row import Grant, Standing, distinct
from dynasec.iam.answers import Hit
from dynasec.iam.decision import Decision, Outcome
from dynasec.iam.document import Effect
from dynasec.iam.explanation import conditions
from dynasec.iam.layers import LayerName

_STANDINGS = {
    Outcome.ALLOWED: Standing.ALLOWED,
    Outcome.CONDITIONAL: Standing.CONDITIONAL,
    Outcome.UNKNOWN: Standing.UNKNOWN,
    Outcome.EXPLICIT_DENY: Standing.DENIED,
    Outcome.IMPLICIT_DENY: Standing.DENIED,
}


def grant_of(decision: Decision) -> Grant:
    """Say what a decision means: conditions in words, the path, and the statements that decide."""
    standing = _STANDINGS[decision.outcome]
    if standing is Standing.DENIED:
        return _denied(decision)
    return Grant(standing, _conditions(decision), via(decision), because(decision))


def standing_of(decision: Decision, *, assumed: bool) -> Standing:
    """Say what a decision means in one word; `assumed`: something is taken to be so that could not be read."""
    standing = _STANDINGS[decision.outcome]
    return Standing.CONDITIONAL if assumed and standing is Standing.ALLOWED else standing


def via(decision: Decision) -> tuple[str, ...]:
    """Name what allows it: `identity`, `resource`, `both` where both must; then `kms` where a key is needed, too."""
    residual = decision.residual
    rules = residual.rules
    if rules.principal and not rules.same_account:
        ways: tuple[str, ...] = ("both",)
    else:
        identity = rules.root or (rules.principal and residual.identity.allow is not False)
        ways = tuple(
            name
            for name, there in (("identity", identity), ("resource", residual.by_resource is not False))
            if there
        )
    return (*ways, "kms") if residual.key is not None else ways


def because(decision: Decision) -> tuple[str, ...]:
    """Name the statements that apply, or may: layer, policy, statement, effect."""
    return distinct(map(_line, decision.matches))


def _line(hit: Hit) -> str:
    ifs = "" if hit.when is True else " if its conditions hold"
    return f"{hit.layer}: {hit.effect} by {hit.source}, {hit.label}{ifs}"


def _conditions(decision: Decision) -> tuple[str, ...]:
    if decision.outcome is Outcome.UNKNOWN and decision.unread:
        return tuple(f"{policy.identifier} could not be read: {policy.reason}" for policy in decision.unread)
    return distinct(conditions(decision))


def _denied(decision: Decision) -> Grant:
    """Name what denies: for an explicit denial the Deny statements, else the layer that does not allow."""
    if decision.outcome is Outcome.EXPLICIT_DENY:
        lines = distinct(
            _line(hit) for hit in decision.matches if hit.effect is Effect.DENY and hit.when is True
        )
        return Grant(Standing.DENIED, via=(decision.decided_by,), because=lines)
    if decision.decided_by is LayerName.NONE:
        return Grant(Standing.DENIED, because=("no policy allows it",))
    return Grant(
        Standing.DENIED, via=(decision.decided_by,), because=(f"{decision.decided_by}: allows it nowhere",)
    )
