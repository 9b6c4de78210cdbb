"""The fast road to a decision: what all layers together say, without keeping which statement said what.

`dynasec.iam.residual` combines the same layers by the same rules and keeps the statements.
"""

from dynasec.iam.answers import say, say_named
from dynasec.iam.combination import Named, Rules, base, under_rcps, under_scps
from dynasec.iam.formula import Formula, disjunction
from dynasec.iam.keys import granted_by, key_question, set_apart
from dynasec.iam.layers import LayerName, Layers
from dynasec.iam.request import CallerKind, Request

_UNNAMED = Named()


def weigh(request: Request, layers: Layers) -> tuple[Formula, Formula]:
    """Tell when some layer denies explicitly, and when all layers allow (explicit denies aside)."""
    return _weighed(request, layers, grants=False)


def _weighed(request: Request, layers: Layers, *, grants: Formula) -> tuple[Formula, Formula]:
    rules = Rules.of(request)
    gates: Formula = True
    denies: list[Formula] = []
    bounded = layers.boundary is not None
    if layers.scps is not None and under_scps(request):
        for level in layers.scps:
            allow, deny = say(level, LayerName.SCP, request)
            gates = gates & allow
            denies.append(deny)
    if layers.rcps is not None and under_rcps(request):
        for level in layers.rcps:
            control = say_named(level, LayerName.RCP, request, bounded=bounded)
            gates = gates & control.allow
            denies.append(control.deny)
    named = _UNNAMED
    if layers.resource is not None:
        named = say_named(layers.resource, LayerName.RESOURCE, request, bounded=bounded)
        denies.append(named.deny)
    identity, limits = _own(request, layers, denies) if rules.principal else (False, True)
    if layers.endpoint is not None:
        passing = say_named(
            layers.endpoint, LayerName.ENDPOINT, request, bounded=bounded, endpoint=layers.endpoint_type
        )
        denies.append(passing.deny)
        gates = gates & passing.allow
    granted = gates & base(rules, identity, limits, named, grants)
    if layers.key is not None:
        asked, key_layers = key_question(request, layers, layers.key)
        deny, key_granted = _weighed(asked, key_layers, grants=granted_by(asked, layers.key))
        denies.append(set_apart(deny))
        granted = granted & set_apart(key_granted)
    return disjunction(denies) if denies else False, granted


def _own(request: Request, layers: Layers, denies: list[Formula]) -> tuple[Formula, Formula]:
    """Tell when identity policies allow, and when boundary and session policies do."""
    identity: Formula = False
    limits: Formula = request.caller.kind is not CallerKind.FEDERATED_USER or layers.session is not None
    if layers.identity is not None:
        identity, deny = say(layers.identity, LayerName.IDENTITY, request)
        if deny is not False:
            denies.append(deny)
    for name, layer in ((LayerName.BOUNDARY, layers.boundary), (LayerName.SESSION, layers.session)):
        if layer is not None:
            allow, deny = say(layer, name, request)
            denies.append(deny)
            limits = limits & allow
    return identity, limits
