"""What must hold whatever the policies are."""

import dataclasses
import json
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from dynasec.iam.authorize import authorize, complete
from dynasec.iam.cases import cases, settled
from dynasec.iam.conditions import Knowledge
from dynasec.iam.conditions.canonical import residue_of_atom
from dynasec.iam.decision import Outcome
from dynasec.iam.explanation import because, conditions, in_words
from dynasec.iam.formula import Formula, negation, substituted
from dynasec.iam.layers import Layer, Layers, Unread
from tests.support.iam_situations import Drawn, situations
from tests.support.iam_strategies import documents, parsed

some = settings(max_examples=250)
ADDRESSED = ("resource", "endpoint")
PLAIN = ("identity", "boundary", "session")
LAYER_NAMES = st.sampled_from(ADDRESSED + PLAIN)
_DENIED = {Outcome.EXPLICIT_DENY, Outcome.IMPLICIT_DENY}


def with_policy(layers: Layers, name: str, text: str) -> Layers:
    layer: Layer | None = getattr(layers, name)
    added = parsed([text], "added") or []
    return dataclasses.replace(layers, **{name: Layer.of((*(layer.policies if layer else ()), *added))})


def _only(text: str, effect: str) -> str:
    written = json.loads(text)
    for statement in written["Statement"]:
        statement["Effect"] = effect
        if effect == "Allow" and "NotPrincipal" in statement:
            statement["Principal"] = statement.pop("NotPrincipal")
    return json.dumps(written)


@some
@given(situations(), LAYER_NAMES, st.data())
def test_another_deny_never_turns_a_denial_into_an_allow(
    drawn: Drawn, name: str, data: st.DataObject
) -> None:
    request, layers = drawn.request(drawn.whole), drawn.layers()
    before = authorize(request, layers).outcome
    if getattr(layers, name) is None:
        return  # a layer that did not apply begins to limit: no matter of adding a statement
    text = _only(data.draw(documents(addressed=name in ADDRESSED)), "Deny")
    after = authorize(request, with_policy(layers, name, text)).outcome
    if before in _DENIED:
        assert after in _DENIED
    if before is Outcome.EXPLICIT_DENY:
        assert after is Outcome.EXPLICIT_DENY


@some
@given(situations(), LAYER_NAMES, st.data())
def test_another_allow_never_turns_an_explicit_deny_into_an_allow(
    drawn: Drawn, name: str, data: st.DataObject
) -> None:
    request, layers = drawn.request(drawn.whole), drawn.layers()
    before = authorize(request, layers).outcome
    text = _only(data.draw(documents(addressed=name in ADDRESSED)), "Allow")
    after = authorize(request, with_policy(layers, name, text)).outcome
    if before is Outcome.EXPLICIT_DENY and not (name == "boundary" and layers.boundary is None):
        assert after is Outcome.EXPLICIT_DENY
    if before is Outcome.ALLOWED and getattr(layers, name) is not None:
        assert after is Outcome.ALLOWED


def _shuffled(layer: Layer | None, order: random.Random) -> Layer | None:
    if layer is None:
        return None
    policies = []
    for policy in layer.policies:
        if not isinstance(policy, Unread):
            statements = list(policy.document.statements)
            order.shuffle(statements)
            document = dataclasses.replace(policy.document, statements=tuple(statements))
            policies.append(dataclasses.replace(policy, document=document))
    order.shuffle(policies)
    return Layer.of(policies)


@some
@given(situations(), st.randoms(use_true_random=False))
def test_order_does_not_matter(drawn: Drawn, order: random.Random) -> None:
    layers = drawn.layers()
    shuffled = dataclasses.replace(
        layers,
        **{name: _shuffled(getattr(layers, name), order) for name in ADDRESSED + PLAIN},
        scps=None
        if layers.scps is None
        else tuple(_shuffled(each, order) or Layer() for each in layers.scps),
    )
    for knowledge in (drawn.whole, drawn.partial):
        one = authorize(drawn.request(knowledge), layers)
        other = authorize(drawn.request(knowledge), shuffled)
        assert (one.outcome, one.decided_by) == (other.outcome, other.decided_by)
        assert conditions(one) == conditions(other)


@some
@given(situations(), LAYER_NAMES, st.sampled_from(("partial", "whole")), st.data())
def test_no_unread_policy_could_have_made_a_certain_answer_wrong(
    drawn: Drawn,
    name: str,
    knowledge: str,
    data: st.DataObject,
) -> None:
    layers = drawn.layers()
    layer: Layer | None = getattr(layers, name)
    policies = layer.policies if layer is not None else ()
    unread = dataclasses.replace(
        layers, **{name: Layer((*policies, Unread("lost", "managed", "AccessDenied")))}
    )
    decision = authorize(drawn.request(getattr(drawn, knowledge)), unread)
    text = data.draw(documents(addressed=name in ADDRESSED))
    actual = authorize(drawn.request(drawn.whole), with_policy(layers, name, text)).outcome
    if actual is Outcome.UNKNOWN:
        return
    if decision.outcome is Outcome.ALLOWED:
        assert actual is Outcome.ALLOWED
    if decision.outcome in _DENIED:
        assert actual in _DENIED
    if decision.outcome is Outcome.UNKNOWN:
        assert "unknown: " in " ".join(conditions(decision)) or "further conditions" in " ".join(
            conditions(decision)
        )


@some
@given(situations())
def test_cases_say_what_the_formula_says(drawn: Drawn) -> None:
    decision = authorize(drawn.request(drawn.partial), drawn.layers())
    known = drawn.request(drawn.whole).context

    def value(formula: Formula) -> Formula:
        return substituted(formula, lambda atom: residue_of_atom(atom, known))

    formulas = [decision.condition, decision.residual.explicit, *(hit.when for hit in decision.matches)]
    for formula in formulas:
        truth = value(formula)
        for each, expected in ((formula, truth), (negation(formula), negation(truth))):
            found = cases(each)
            if found is not None and isinstance(expected, bool):
                assert any(all(value(literal) is True for literal in case) for case in found) is expected
        assert settled(formula) in {None, truth} or not isinstance(truth, bool)
        assert all(in_words(formula)) or formula is True
    assert all(because(decision))


@some
@given(situations())
def test_completing_in_steps_is_completing_at_once(drawn: Drawn) -> None:
    layers = drawn.layers()
    nothing = authorize(drawn.request(Knowledge()), layers)
    first = complete(nothing.residual, drawn.partial)
    partial = authorize(drawn.request(drawn.partial), layers)
    assert first.outcome is partial.outcome
    assert (
        complete(first.residual, drawn.whole).outcome is authorize(drawn.request(drawn.whole), layers).outcome
    )
