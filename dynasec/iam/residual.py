"""The combination of all layers, kept as far as it could be evaluated, so that it can be completed later.

A `Residual` holds each layer's say as formulas over the context keys that were not known. `explicit` says when some
layer denies, `granted` when all layers allow, explicit denies aside; the request is allowed when `allowed` holds.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from dynasec.iam.answers import ALLOWS_NOTHING, Answer, Hit
from dynasec.iam.combination import Rules, base, by_resource
from dynasec.iam.conditions import Knowledge
from dynasec.iam.conditions.canonical import residue_of_atom
from dynasec.iam.formula import Atom, Formula, conjunction, disjunction, negation, substituted
from dynasec.iam.keys import about_key, set_apart
from dynasec.iam.layers import LayerName
from dynasec.iam.request import Request


@dataclass(frozen=True)
class Residual:
    """The layers' answers to one request; a layer that does not apply is None.

    `grants`: the formulas of KMS grants. `key`: the same for the key of an encrypted table.
    """

    request: Request
    rules: Rules
    identity: Answer = ALLOWS_NOTHING
    resource: Answer = ALLOWS_NOTHING
    boundary: Answer | None = None
    session: Answer | None = None
    scps: tuple[Answer, ...] = ()
    rcps: tuple[Answer, ...] = ()
    endpoint: Answer | None = None
    grants: Formula = False
    key: "Residual | None" = None

    def answers(self) -> Iterator[tuple[LayerName, Answer]]:
        """List the layers that apply, in AWS's order; the key's come last, as `kms`."""
        yield from ((LayerName.RCP, answer) for answer in self.rcps)
        yield from ((LayerName.SCP, answer) for answer in self.scps)
        yield LayerName.RESOURCE, self.resource
        yield LayerName.IDENTITY, self.identity
        for name, answer in (
            (LayerName.BOUNDARY, self.boundary),
            (LayerName.SESSION, self.session),
            (LayerName.ENDPOINT, self.endpoint),
        ):
            if answer is not None:
                yield name, answer
        if self.key is not None:
            yield from ((LayerName.KMS, answer) for _, answer in self.key.answers())

    @cached_property
    def hits(self) -> tuple[Hit, ...]:
        """All statements that apply, or would."""
        return tuple(hit for _, answer in self.answers() for hit in answer.hits)

    @cached_property
    def explicit(self) -> Formula:
        """When some layer denies explicitly."""
        own = [answer.deny for name, answer in self.answers() if name is not LayerName.KMS]
        return disjunction((*own, self.key is not None and set_apart(self.key.explicit)))

    @cached_property
    def limits(self) -> Formula:
        """When boundary and session policies allow."""
        return conjunction(answer.allow for answer in (self.boundary, self.session) if answer is not None)

    @cached_property
    def by_resource(self) -> Formula:
        """When the resource's policy (or a grant) suffices alone."""
        return by_resource(self.rules, self.resource.named, self.limits, self.grants)

    @cached_property
    def base(self) -> Formula:
        """When identity and resource policies together allow."""
        return base(self.rules, self.identity.allow, self.limits, self.resource.named, self.grants)

    @cached_property
    def granted(self) -> Formula:
        """When every layer allows, explicit denies aside."""
        gates = [answer.allow for answer in (*self.rcps, *self.scps)]
        if self.endpoint is not None:
            gates.append(self.endpoint.allow)
        if self.key is not None:
            gates.append(set_apart(self.key.granted))
        return conjunction((*gates, self.base))

    @cached_property
    def allowed(self) -> Formula:
        """When the request is allowed."""
        return conjunction((self.granted, negation(self.explicit)))

    def completed(self, more: Knowledge) -> "Residual":
        """Put in what has become known."""
        known = self.request.context.completed(more)

        def put(atom: Atom) -> Formula:
            return residue_of_atom(atom, known)

        def answered(answer: Answer | None) -> Answer | None:
            return None if answer is None else answer.substituted(put)

        return Residual(
            request=replace(self.request, context=known),
            rules=self.rules,
            identity=self.identity.substituted(put),
            resource=self.resource.substituted(put),
            boundary=answered(self.boundary),
            session=answered(self.session),
            scps=tuple(answer.substituted(put) for answer in self.scps),
            rcps=tuple(answer.substituted(put) for answer in self.rcps),
            endpoint=answered(self.endpoint),
            grants=substituted(self.grants, put),
            key=None if self.key is None else self.key.completed(about_key(more)),
        )
