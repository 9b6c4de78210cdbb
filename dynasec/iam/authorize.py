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

from dynasec.iam.answers import ALLOWS_NOTHING, Answer, ask
from dynasec.iam.conditions import Knowledge
from dynasec.iam.conditions.canonical import residue_of_atom
from dynasec.iam.decision import Decision, decide
from dynasec.iam.formula import Atom, Formula
from dynasec.iam.keys import key_residual
from dynasec.iam.layers import Layer, LayerName, Layers
from dynasec.iam.request import CallerKind, Request
from dynasec.iam.residual import Residual, Rules

_TRUST = frozenset(
    {
        "sts:assumerole",
        "sts:assumerolewithsaml",
        "sts:assumerolewithwebidentity",
        "sts:tagsession",
        "sts:setsourceidentity",
        "sts:setcontext",
    }
)


def authorize(request: Request, layers: Layers) -> Decision:
    """Decide a request; never raises for whatever policies and context are given."""
    return decide(evaluate(request, layers))


def complete(residual: Residual, more: Knowledge) -> Decision:
    """Decide again with what else has become known; on a whole context, as if it had been known at once.

    What `more` says overrides what the request said before only where that was not known.
    """
    known = merged(residual.request.context, more)

    def put(atom: Atom) -> Formula:
        return residue_of_atom(atom, known)

    request = Request(
        residual.request.caller,
        residual.request.action,
        residual.request.resource,
        residual.request.resource_account,
        known,
        residual.request.resource_in_management_account,
    )
    return decide(residual.substituted(request, put))


def merged(known: Knowledge, more: Knowledge) -> Knowledge:
    """Add knowledge; exact values that are known already stay, shapes give way."""
    exact = {
        key: values
        for key, values in known.present.items()
        if all(isinstance(value, str) for value in values)
    }
    present = {**known.present, **more.present, **exact}
    absent = (known.absent | more.absent) - frozenset(present)
    return Knowledge(present, absent, more.otherwise, (*known.absent_families, *more.absent_families))


def evaluate(request: Request, layers: Layers) -> Residual:
    """Ask every layer that applies."""
    caller = request.caller
    principal = caller.account is not None
    bounded = layers.boundary is not None
    own = _own_limits(request, layers) if principal else (None, None)
    return Residual(
        request=request,
        rules=Rules(
            same_account=request.same_account,
            needs_resource=request.action.lower() in _TRUST or request.action[:4].lower() == "kms:",
            principal=principal,
            root=caller.kind is CallerKind.ROOT,
        ),
        identity=_ask(layers.identity, LayerName.IDENTITY, request) if principal else ALLOWS_NOTHING,
        resource=_ask(layers.resource, LayerName.RESOURCE, request, bounded=bounded),
        boundary=own[0],
        session=own[1],
        scps=_levels(layers.scps, LayerName.SCP, request) if _under_scps(request) else (),
        rcps=_levels(layers.rcps, LayerName.RCP, request) if _under_rcps(request) else (),
        endpoint=None
        if layers.endpoint is None
        else ask(
            layers.endpoint, LayerName.ENDPOINT, request, bounded=bounded, endpoint=layers.endpoint_type
        ),
        key=None if layers.key is None else key_residual(request, layers, layers.key, evaluate),
    )


def _own_limits(request: Request, layers: Layers) -> tuple[Answer | None, Answer | None]:
    boundary = None if layers.boundary is None else ask(layers.boundary, LayerName.BOUNDARY, request)
    if layers.session is not None:
        return boundary, ask(layers.session, LayerName.SESSION, request)
    # A federated user's session without session policies has no permissions of its own.
    return boundary, ALLOWS_NOTHING if request.caller.kind is CallerKind.FEDERATED_USER else None


def _ask(layer: Layer | None, name: LayerName, request: Request, *, bounded: bool = False) -> Answer:
    return ALLOWS_NOTHING if layer is None else ask(layer, name, request, bounded=bounded)


def _levels(levels: tuple[Layer, ...] | None, name: LayerName, request: Request) -> tuple[Answer, ...]:
    return tuple(ask(level, name, request) for level in levels or ())


def _under_scps(request: Request) -> bool:
    caller = request.caller
    return caller.account is not None and not caller.service_linked and not caller.management_account


def _under_rcps(request: Request) -> bool:
    return not request.caller.service_linked and not request.resource_in_management_account
