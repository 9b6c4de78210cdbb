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

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from dynasec.iam.asked_keys import asking, missing, undocumented
from dynasec.iam.authorize import authorize
from dynasec.iam.compiled import CompiledStatement, Policy
from dynasec.iam.conditions import Gap, Knowledge
from dynasec.iam.conditions.keys import CALLER, RESOURCE
from dynasec.iam.decision import Decision, Outcome
from dynasec.iam.document import Effect, MalformedPolicy, Statement, parse
from dynasec.iam.layers import EndpointType, Layer, LayerName, Layers
from dynasec.iam.malformed import quoted
from dynasec.iam.request import Caller, CallerKind, Request, account_of_resource
from dynasec.iam.simulation_request import InvalidSimulation, SimulationRequest, read_request

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
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(/\S*)?", re.ASCII)
_SERVICE_LINKED = "AWSServiceRoleFor"


def answer(line: bytes) -> Result:
    """Answer one line; raises InvalidSimulation, and nothing else, for one that cannot be answered."""
    request = read_request(line)
    layers = _layers(request)
    caller = _caller(request)
    results: list[Result] = []
    sources: dict[int, Result] = {}  # one object per statement, however often it matches
    for action in request.actions:
        for resource in request.resources:
            asked = _request(request, caller, action, resource)
            statements = [*asking(action, resource, layers)]
            decision = _decided(asked, layers, statements)
            results.append(_result(asked, decision, statements, sources))
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
    name = request.caller
    if name is None:
        return None
    if name != ANONYMOUS and not name.startswith("arn:") and not _HOST.fullmatch(name):
        message = f"CallerArn: {quoted(name)} is no ARN, no service, no identity provider and not {ANONYMOUS}"
        raise InvalidSimulation(message)
    try:
        return Caller.of("" if name == ANONYMOUS else name, issuer=_role(request))
    except ValueError as error:
        message = f"unsupported: CallerArn: {error}"
        raise InvalidSimulation(message) from error


def _role(request: SimulationRequest) -> str | None:
    """Return the role that a session's requests tell as aws:PrincipalArn: the session's ARN lacks the role's path."""
    caller, given = request.caller or "", request.context.get("aws:principalarn", ())
    if ":assumed-role/" not in caller:
        return None
    name = caller.split("/")[1]
    if len(given) == 1 and ":role/" in given[0] and given[0].rpartition("/")[2] == name:
        return given[0]
    if name.startswith(_SERVICE_LINKED) and (request.scps or request.rcps):
        message = (
            f"unsupported: aws:PrincipalArn must tell whether {quoted(caller)} is of a service-linked role"
        )
        raise InvalidSimulation(message)
    return None


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
        if key == CALLER or all(isinstance(value, str) for value in values)
    }
    context = Knowledge(exact, asked.context.absent, Gap.ABSENT, asked.context.absent_families)
    return Request(caller, action, resource, asked.resource_account, context)


_OF_RESOURCE = frozenset({RESOURCE, "aws:resourceaccount", "aws:requestedregion"})


def _decided(asked: Request, layers: Layers, statements: list[CompiledStatement]) -> Decision:
    for statement in statements:
        problem = undocumented(statement)
        if problem:
            message = f"unsupported: {problem}"
            raise InvalidSimulation(message)
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


def _result(
    asked: Request, decision: Decision, statements: list[CompiledStatement], sources: dict[int, Result]
) -> Result:
    return {
        "EvalActionName": asked.action,
        "EvalResourceName": asked.resource,
        "EvalDecision": decision.outcome.value,
        "MatchedStatements": [*_matched(decision, sources)],
        "MissingContextValues": missing(asked, statements),
        "DecidedBy": decision.decided_by.value,
    }


def _matched(decision: Decision, sources: dict[int, Result]) -> Iterator[Result]:
    if decision.outcome is Outcome.IMPLICIT_DENY:
        return
    effect = Effect.ALLOW if decision.outcome is Outcome.ALLOWED else Effect.DENY
    for hit in decision.matches:
        listed = effect is Effect.DENY or hit.layer not in _UNLISTED
        if hit.effect is effect and hit.when is True and listed:
            source = sources.get(id(hit.statement))
            if source is None:
                source = sources[id(hit.statement)] = _source(hit.statement)
            yield source


def _source(statement: CompiledStatement) -> Result:
    policy = statement.policy
    return {
        "SourcePolicyId": policy.identifier,
        "SourcePolicyType": policy.kind,
        "Sid": statement.statement.sid,
    }
