"""Answers a SimulateCustomPolicy request offline, in AWS's shape: what `dynasec simulate` does with one line.

    answer(b'{"PolicyInputList": ["..."], "ActionNames": ["dynamodb:GetItem"]}')
    # {"EvaluationResults": [{"EvalActionName": ..., "EvalDecision": "allowed", ...}]}

A context key is either given in ContextEntries, or implied by CallerArn and resource, or missing: as in AWS's simulator the
decision is then that of a request without it, and MissingContextValues tells. Where the engine cannot be certain all the
same (NotPrincipal that names the caller only in part, a role where one of its sessions is asked for, values that an operator
cannot read), the line is refused as unsupported.

`SourcePolicyId` is the field and the policy's place in it (`PolicyInputList.1`; for levels `...InputList.LEVEL.PLACE`).
MatchedStatements are those that determine the decision: for an explicit deny the Deny statements, for an allow the Allow
statements of all policies but SCPs and RCPs, for an implicit deny none.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from dynasec.iam.authorize import authorize
from dynasec.iam.compiled import CompiledStatement, Policy
from dynasec.iam.conditions import Gap, Knowledge
from dynasec.iam.decision import Decision, Outcome
from dynasec.iam.document import Effect, MalformedPolicy, Statement, parse
from dynasec.iam.layers import EndpointType, Layer, LayerName, Layers
from dynasec.iam.malformed import quoted
from dynasec.iam.matching import Pattern, Variable, overlaps
from dynasec.iam.request import RESOURCE, Caller, CallerKind, Request, account_of_resource
from dynasec.iam.simulation_request import InvalidSimulation, SimulationRequest, read_request
from dynasec.iam.ternary import Ternary

__all__ = ["InvalidSimulation", "answer"]

Result = dict[str, Any]

ANONYMOUS = "anonymous"
"""The CallerArn of a request that nobody signed; AWS's simulator knows none."""

_TYPES = {
    LayerName.IDENTITY: "IAM Policy",
    LayerName.BOUNDARY: "IAM Permissions Boundary Policy",
    LayerName.RESOURCE: "Resource Policy",
    LayerName.SCP: "Service Control Policy",
    LayerName.RCP: "Resource Control Policy",
    LayerName.SESSION: "Session Policy",
    LayerName.ENDPOINT: "VPC Endpoint Policy",
}
_UNLISTED = frozenset({LayerName.SCP, LayerName.RCP})
_LONGEST_KEPT = 65_536
"""Policies longer than this (together, in characters) are compiled anew for each line, so that memory stays bounded."""

_NO_ACCOUNT = "000000000000"


def answer(line: bytes) -> Result:
    """Answer one line; raises InvalidSimulation, and nothing else, for one that cannot be answered."""
    request = read_request(line)
    layers = _layers(request)
    caller = _caller(request)
    results: list[Result] = []
    for action in request.actions:
        for resource in request.resources:
            asked = _request(request, caller, action, resource)
            asking = [*_asking(action, resource, layers)]
            decision = _decided(asked, layers, asking)
            results.append(_result(asked, resource, decision, asking))
    return {"EvaluationResults": results}


def _layers(request: SimulationRequest) -> Layers:
    endpoint = None
    if request.endpoint_policy is not None:
        endpoint = _layer(LayerName.ENDPOINT, "VpcEndpointPolicy", (request.endpoint_policy,))
        if request.caller is None and not _for_everybody(endpoint):
            message = "CallerArn is required with a VpcEndpointPolicy that names principals"
            raise InvalidSimulation(message)
    resource = None
    if request.resource_policy is not None:
        resource = _layer(LayerName.RESOURCE, "ResourcePolicy", (request.resource_policy,))
    boundary, session = request.boundary, request.session
    return Layers(
        identity=_layer(LayerName.IDENTITY, "PolicyInputList", request.policies),
        resource=resource,
        boundary=_layer(LayerName.BOUNDARY, "PermissionsBoundaryPolicyInputList", boundary)
        if boundary
        else None,
        session=_layer(LayerName.SESSION, "SessionPolicyInputList", session) if session else None,
        scps=_levels(LayerName.SCP, "ServiceControlPolicyInputList", request.scps),
        rcps=_levels(LayerName.RCP, "ResourceControlPolicyInputList", request.rcps),
        endpoint=endpoint,
        endpoint_type=request.endpoint_type,
    )


def _levels(name: LayerName, field: str, levels: tuple[tuple[str, ...], ...]) -> tuple[Layer, ...] | None:
    if not levels:
        return None
    return tuple(_layer(name, f"{field}.{place}", texts) for place, texts in enumerate(levels, 1))


def _layer(name: LayerName, slot: str, texts: tuple[str, ...]) -> Layer:
    """Compile the policies of a layer, or find them compiled already for an earlier line."""
    compiled = _kept if sum(map(len, texts)) <= _LONGEST_KEPT else _compiled
    return compiled(name, slot, texts)


def _compiled(name: LayerName, slot: str, texts: tuple[str, ...]) -> Layer:
    alone = name in {LayerName.RESOURCE, LayerName.ENDPOINT}
    return Layer.of(
        _policy(name, slot if alone else f"{slot}.{place}", text) for place, text in enumerate(texts, 1)
    )


_kept = lru_cache(maxsize=128)(_compiled)


def _policy(name: LayerName, identifier: str, text: str) -> Policy:
    try:
        policy = Policy(identifier, _TYPES[name], parse(text))
        for statement in policy.document.statements:
            _check_kind(name, statement)
    except MalformedPolicy as error:
        message = f"{identifier}: {error}"
        raise InvalidSimulation(message) from error
    return policy


def _check_kind(name: LayerName, statement: Statement) -> None:
    """Refuse elements that this kind of policy does not have; raises MalformedPolicy."""
    where = f"Statement[{statement.position}]"
    named = statement.principals is not None or statement.not_principals is not None
    if name in {LayerName.RESOURCE, LayerName.ENDPOINT, LayerName.RCP}:
        if not named:
            message = "has no Principal"
            raise MalformedPolicy(message, where)
    elif named:
        message = "such a policy cannot have a Principal"
        raise MalformedPolicy(message, where)
    if name is not LayerName.RESOURCE and statement.resources is None and statement.not_resources is None:
        message = "has neither Resource nor NotResource"
        raise MalformedPolicy(message, where)
    if name is LayerName.RCP and (statement.principals is None or not statement.principals.anyone):
        message = "the Principal of a resource control policy must be '*'"
        raise MalformedPolicy(message, where)


def _for_everybody(layer: Layer) -> bool:
    return all(
        statement.principals is not None and statement.principals.anyone
        for policy in layer.policies
        if isinstance(policy, Policy)
        for statement in policy.document.statements
    )


def _caller(request: SimulationRequest) -> Caller | None:
    if request.caller is None:
        return None
    try:
        caller = Caller.of("" if request.caller == ANONYMOUS else request.caller)
    except ValueError as error:
        message = f"unsupported: CallerArn: {error}"
        raise InvalidSimulation(message) from error
    if not request.caller:
        message = "CallerArn is empty"
        raise InvalidSimulation(message)
    return caller


def _request(request: SimulationRequest, caller: Caller | None, action: str, resource: str) -> Request:
    own = account_of_resource(resource)
    if own and request.owner and own != request.owner and request.resource_policy is not None:
        message = f"ResourceOwner is another account than that of {quoted(resource)}"
        raise InvalidSimulation(message)
    owner = own or request.owner
    given = Knowledge(request.context, otherwise=Gap.ABSENT)
    if caller is None:
        # Some principal of the resource's account, about which nothing more is known.
        caller = Caller(CallerKind.USER, "", owner or _NO_ACCOUNT)
        implied = Request.of(Caller.of(""), action, resource, given=given, resource_account=owner).context
        present = {key: implied.present[key] for key in implied.present if key in _OF_RESOURCE}
        context = Knowledge({**present, **request.context}, otherwise=Gap.ABSENT)
        return Request(caller, action, resource, caller.account, context)
    asked = Request.of(caller, action, resource, given=given, resource_account=owner)
    exact = {
        key: values
        for key, values in asked.context.present.items()
        if key == _CALLER or all(isinstance(value, str) for value in values)
    }
    context = Knowledge(exact, asked.context.absent, Gap.ABSENT, asked.context.absent_families)
    return Request(caller, action, resource, asked.resource_account, context)


_CALLER = "caller"
_OF_RESOURCE = frozenset({RESOURCE, "aws:resourceaccount", "aws:requestedregion"})


def _decided(asked: Request, layers: Layers, asking: list[CompiledStatement]) -> Decision:
    for statement in asking:
        unreadable = _unreadable(statement)
        if unreadable:
            raise InvalidSimulation(unreadable)
    decision = authorize(asked, layers)
    if layers.endpoint is not None and layers.endpoint_type is None:
        gateway = authorize(asked, _as_gateway(layers))
        if gateway.outcome is not decision.outcome:
            message = (
                "unsupported: VpcEndpointPolicy names an account: VpcEndpointType must tell what that means"
            )
            raise InvalidSimulation(message)
    if decision.outcome in {Outcome.UNKNOWN, Outcome.CONDITIONAL}:
        message = f"unsupported: {_doubt(decision)}"
        raise InvalidSimulation(message)
    return decision


def _as_gateway(layers: Layers) -> Layers:
    return Layers(
        layers.identity,
        layers.resource,
        layers.boundary,
        layers.session,
        layers.scps,
        layers.rcps,
        layers.endpoint,
        EndpointType.GATEWAY,
    )


def _doubt(decision: Decision) -> str:
    from dynasec.iam.explanation import conditions  # noqa: PLC0415 - needed for a refusal only

    words = ascii("; ".join(conditions(decision)))[1:-1]
    return f"the answer depends on more than the line tells: {words[:300]}"


def _result(asked: Request, resource: str, decision: Decision, asking: list[CompiledStatement]) -> Result:
    return {
        "EvalActionName": asked.action,
        "EvalResourceName": resource,
        "EvalDecision": decision.outcome.value,
        "MatchedStatements": [*_matched(decision)],
        "MissingContextValues": _missing(asked, asking),
        "DecidedBy": decision.decided_by.value,
    }


def _matched(decision: Decision) -> Iterator[Mapping[str, Any]]:
    if decision.outcome is Outcome.IMPLICIT_DENY:
        return
    effect = Effect.ALLOW if decision.outcome is Outcome.ALLOWED else Effect.DENY
    for hit in decision.matches:
        listed = effect is Effect.DENY or hit.layer not in _UNLISTED
        if hit.effect is effect and hit.when is True and listed:
            yield _source(hit.statement)


@lru_cache(maxsize=4096)
def _source(statement: CompiledStatement) -> Mapping[str, Any]:
    policy = statement.policy
    return {
        "SourcePolicyId": policy.identifier,
        "SourcePolicyType": policy.kind,
        "Sid": statement.statement.sid,
    }


def _missing(request: Request, asking: list[CompiledStatement]) -> list[str]:
    """List the keys, as policies spell them, that statements about this action and resource ask for in vain."""
    found: dict[str, str] = {}
    for statement in asking:
        for key in _asked(statement):
            if request.context.find(key) is Gap.ABSENT and not _surely_absent(request, key):
                found.setdefault(key.lower(), key)
    return [found[key] for key in sorted(found)]


def _surely_absent(request: Request, key: str) -> bool:
    """Whether callers of this kind never have the key, so that nobody needs to be asked for it."""
    return request.caller.name != "" and request.caller.implied.get(key.lower()) is Gap.ABSENT


def _asking(action: str, resource: str, layers: Layers) -> Iterator[CompiledStatement]:
    """List the statements that speak of the action and, with some context, of the resource, and that ask for a key."""
    own = (layers.identity, layers.resource, layers.boundary, layers.session, layers.endpoint)
    for layer in (*own, *(layers.scps or ()), *(layers.rcps or ())):
        if layer is None:
            continue
        for statement in layer.index.speaking_of(action):
            if _asked(statement) and _may_concern(statement.statement, resource):
                yield statement


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


@lru_cache(maxsize=4096)
def _asked(statement: CompiledStatement) -> tuple[str, ...]:
    """Name the keys that the answer rests on: of conditions, and of variables without a default."""
    written = statement.statement
    keys = [condition.key for condition in written.conditions]
    texts = [value for condition in written.conditions for value in condition.values]
    texts.extend((*(written.resources or ()), *(written.not_resources or ())))
    for text in texts if written.variables else ():
        if "${" in text:
            keys.extend(_variables(text))
    return tuple(dict.fromkeys(keys))


def _variables(text: str) -> Iterator[str]:
    for token in Pattern.of(text, variables=True).tokens:
        if isinstance(token, Variable) and token.default is None:
            start = text.lower().find(token.name)
            yield text[start : start + len(token.name)]


@lru_cache(maxsize=4096)
def _unreadable(statement: CompiledStatement) -> str | None:
    """Say which condition nothing documents the outcome of: no values at all, or one that the operator cannot read."""
    for condition in statement.statement.conditions:
        operator = condition.test.operator
        where = f"unsupported: {statement.policy.identifier}: {statement.statement.label}: {operator.name}"
        if not condition.values:
            return f"{where} with no values"
        if operator.wildcards or operator.name.startswith("String"):
            continue
        for value in condition.values:
            if operator.compare("", Pattern.literally(value)) is Ternary.UNKNOWN:
                return f"{where} cannot read {quoted(value)}"
    return None
