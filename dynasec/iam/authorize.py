"""Is a request allowed? AWS's evaluation logic over all layers, on a known or partly known context.

    decision = authorize(request, layers)           # dynasec.iam.request.Request, dynasec.iam.layers.Layers
    decision.outcome                                # allowed | explicitDeny | implicitDeny | conditional | unknown
    decision.decided_by                             # a LayerName
    decision.matches                                # the statements that apply, or may
    decision.missing                                # context keys that were asked for and not given
    decision.unread                                 # policies that could not be read and bear on the answer
    decision.residual                               # what it still depends on (dynasec.iam.residual)
    complete(decision.residual, knowledge)          # the same decision when more is known

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from dataclasses import replace

from dynasec.iam.answers import ALLOWS_NOTHING, Answer, ask
from dynasec.iam.cases import settled
from dynasec.iam.combination import Rules, under_rcps, under_scps
from dynasec.iam.conditions import Knowledge
from dynasec.iam.decision import Decision, Outcome, outcome_of
from dynasec.iam.keys import granted_by, key_question
from dynasec.iam.layers import Layer, LayerName, Layers
from dynasec.iam.request import CallerKind, Request
from dynasec.iam.residual import Residual
from dynasec.iam.weighing import weigh


def authorize(request: Request, layers: Layers) -> Decision:
    """Decide a request; never raises for whatever policies and context are given."""
    explicit, granted = weigh(request, layers)
    return Decision(outcome_of(explicit, granted), lambda: evaluate(request, layers))


def complete(residual: Residual, more: Knowledge) -> Decision:
    """Decide again with what else has become known; on a whole context, as if it had been known at once.

    What was known exactly stays as it was; what was known in shape only, or not at all, is taken from `more`.
    """
    completed = residual.completed(more)
    return Decision(outcome_of(completed.explicit, completed.granted), lambda: completed)


def evaluate(request: Request, layers: Layers) -> Residual:
    """Ask every layer that applies, and keep what each says."""
    rules = Rules.of(request)
    bounded = layers.boundary is not None

    def asked(layer: Layer | None, name: LayerName) -> Answer | None:
        if layer is None:
            return None
        return ask(layer, name, request, bounded=bounded, endpoint=layers.endpoint_type)

    def levels(found: tuple[Layer, ...] | None, name: LayerName) -> tuple[Answer, ...]:
        return tuple(ask(level, name, request, bounded=bounded) for level in found or ())

    session = asked(layers.session, LayerName.SESSION)
    if session is None and request.caller.kind is CallerKind.FEDERATED_USER:
        session = ALLOWS_NOTHING  # without session policies, such a session has no permissions of its own
    return Residual(
        request=request,
        rules=rules,
        identity=(asked(layers.identity, LayerName.IDENTITY) if rules.principal else None) or ALLOWS_NOTHING,
        resource=asked(layers.resource, LayerName.RESOURCE) or ALLOWS_NOTHING,
        boundary=asked(layers.boundary, LayerName.BOUNDARY) if rules.principal else None,
        session=session if rules.principal else None,
        scps=levels(layers.scps, LayerName.SCP) if under_scps(request) else (),
        rcps=levels(layers.rcps, LayerName.RCP) if under_rcps(request) else (),
        endpoint=asked(layers.endpoint, LayerName.ENDPOINT),
        key=_key(request, layers),
    )


def _key(request: Request, layers: Layers) -> Residual | None:
    if layers.key is None:
        return None
    asked, key_layers = key_question(request, layers, layers.key)
    return replace(evaluate(asked, key_layers), grants=granted_by(asked, layers.key))


__all__ = ["Decision", "Outcome", "authorize", "complete", "evaluate", "settled"]
