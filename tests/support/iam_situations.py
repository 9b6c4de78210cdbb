"""The same situation for the engine and for the oracle."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from dynasec.iam.compiled import Policy
from dynasec.iam.conditions import Gap, Knowledge
from dynasec.iam.conditions.keys import CALLER, RESOURCE
from dynasec.iam.layers import KeyGrant, KeyStep, Layer, Layers
from dynasec.iam.request import Caller, CallerKind, Request
from tests.support.iam_oracle import KeySituation, Situation
from tests.support.iam_strategies import (
    CONTEXT_KEYS,
    SESSION,
    DrawnLayers,
    callers,
    contexts,
    layer_texts,
    parsed,
    read,
    requested_actions,
    requested_resources,
)

VIA = "dynamodb.us-east-1.amazonaws.com"
ENCRYPTION_CONTEXT = {"aws:dynamodb:tableName": "red-1"}


@dataclass(frozen=True)
class Drawn:
    caller: Caller
    action: str
    resource: str
    texts: DrawnLayers
    context: dict[str, tuple[str, ...]]
    known: frozenset[str]

    @property
    def whole(self) -> Knowledge:
        """Everything there is to know."""
        own: dict[str, tuple[str, ...]] = {"aws:userid": ("AIDAEXAMPLE",)}
        if self.caller.kind is CallerKind.ROLE:
            own[CALLER] = (SESSION.replace("/app/", f"/{self.caller.name.rpartition('/')[2]}/"),)
        return Knowledge({**own, **self.context}, otherwise=Gap.ABSENT)

    @property
    def partial(self) -> Knowledge:
        """What is known at first."""
        present = {key: values for key, values in self.context.items() if key in self.known}
        return Knowledge(present, frozenset(self.known) - frozenset(present))

    def request(self, given: Knowledge) -> Request:
        return Request.of(self.caller, self.action, self.resource, given=given)

    def layers(self) -> Layers:
        return built(self.texts)

    def situation(self, *, partly_named_is_denied: bool = True) -> Situation:
        request, texts = self.request(self.whole), self.texts
        caller, context = self.caller, dict(request.context.present)
        context.pop(RESOURCE)
        return Situation(
            kind=caller.kind.value,
            name=caller.name,
            account=caller.account,
            role=caller.name if caller.kind is CallerKind.ROLE else caller.issuer,
            action=self.action,
            resource=self.resource,
            resource_account=request.resource_account,
            context=context,  # type: ignore[arg-type]
            service_linked=caller.service_linked,
            management=caller.management_account,
            identity=documents(texts.identity),
            resource_policy=documents(texts.resource),
            boundary=documents(texts.boundary),
            session=documents(texts.session),
            scps=None if texts.scps is None else [documents(level) or [] for level in texts.scps],
            rcps=None if texts.rcps is None else [documents(level) or [] for level in texts.rcps],
            endpoint=documents(texts.endpoint),
            key=None
            if texts.key_policy is None
            else KeySituation(
                texts.key,
                documents(texts.key_policy) or [],
                VIA,
                ENCRYPTION_CONTEXT,
                [(grantee, dict(wanted)) for grantee, wanted in texts.grants],
            ),
            partly_named_is_denied=partly_named_is_denied,
        )


def documents(texts: list[str] | None) -> Any:
    return read(parsed(texts, "any"))


def layer(texts: list[str] | None, kind: str) -> Layer | None:
    found = parsed(texts, kind)
    return None if found is None else Layer.of(found)


def built(texts: DrawnLayers) -> Layers:
    def levels(found: list[list[str]] | None, kind: str) -> tuple[Layer, ...] | None:
        return None if found is None else tuple(layer(level, kind) or Layer() for level in found)

    key = None
    if texts.key_policy is not None:
        key = KeyStep(
            texts.key,
            layer(texts.key_policy, "key") or Layer(),
            tuple(
                KeyGrant(f"grant-{i}", grantee, frozenset({"Decrypt"}), dict(wanted))
                for i, (grantee, wanted) in enumerate(texts.grants)
            ),
            VIA,
            ENCRYPTION_CONTEXT,
        )
    return Layers(
        identity=layer(texts.identity, "identity"),
        resource=layer(texts.resource, "resource"),
        boundary=layer(texts.boundary, "boundary"),
        session=layer(texts.session, "session"),
        scps=levels(texts.scps, "scp"),
        rcps=levels(texts.rcps, "rcp"),
        endpoint=layer(texts.endpoint, "endpoint"),
        key=key,
    )


@st.composite
def situations(draw: st.DrawFn) -> Drawn:
    caller, context = draw(callers), draw(contexts())
    if caller.account is None:
        context.pop("aws:principaltag/team", None)
    return Drawn(
        caller,
        draw(requested_actions),
        draw(requested_resources),
        draw(layer_texts()),
        context,
        frozenset(draw(st.sets(st.sampled_from(CONTEXT_KEYS)))),
    )


__all__ = ["Drawn", "Policy", "built", "situations"]
