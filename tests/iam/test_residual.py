"""The heart: partial evaluation, completed, is direct evaluation; and direct evaluation is AWS's logic."""

from hypothesis import given, settings

from dynasec.iam.authorize import authorize, complete
from dynasec.iam.decision import Outcome, outcome_of
from tests.support import iam_oracle
from tests.support.iam_situations import Drawn, situations

many = settings(max_examples=400)


@many
@given(situations())
def test_direct_evaluation_is_what_the_oracle_says(drawn: Drawn) -> None:
    decision = authorize(drawn.request(drawn.whole), drawn.layers())
    expected = {
        iam_oracle.outcome(drawn.situation(partly_named_is_denied=denied)) for denied in (True, False)
    }
    if decision.outcome is Outcome.UNKNOWN:
        assert len(expected) > 1
    else:
        assert decision.outcome in expected
        assert decision.outcome is not Outcome.CONDITIONAL
        assert len({each == "allowed" for each in expected}) == 1


@many
@given(situations())
def test_residual_evaluation_completed_is_direct_evaluation(drawn: Drawn) -> None:
    layers = drawn.layers()
    direct = authorize(drawn.request(drawn.whole), layers)
    partial = authorize(drawn.request(drawn.partial), layers)
    completed = complete(partial.residual, drawn.whole)
    for decision in (direct, partial):
        residual = decision.residual
        assert (
            outcome_of(residual.explicit, residual.granted) is decision.outcome
        )  # the fast road and the slow one
    assert (completed.outcome, completed.decided_by) == (direct.outcome, direct.decided_by)
    assert [(hit.layer, hit.statement, hit.when) for hit in completed.matches] == [
        (hit.layer, hit.statement, hit.when) for hit in direct.matches
    ]
    if partial.outcome is Outcome.ALLOWED:
        assert direct.outcome is Outcome.ALLOWED
    if partial.outcome.denied:
        assert direct.outcome.denied
    if partial.outcome is Outcome.EXPLICIT_DENY:
        assert direct.outcome is Outcome.EXPLICIT_DENY
