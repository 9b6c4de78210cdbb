import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynasec.audit.finding import Suppressed
from dynasec.audit.score import Tally, class_weight, tally
from dynasec.check import Severity, Status
from tests.support.findings import finding

LADDER = ("public", "internal", "confidential", "restricted")
ACCEPTED = Suppressed("why", "who", "2026-03-01")


def _tally(*findings):
    return tally(findings, LADDER)


def _passed(**members):
    return finding(Status.PASS, **members)


def _failed(**members):
    return finding(Status.FAIL, **members)


def test_nothing_has_no_score():
    assert _tally() == Tally()
    assert Tally().score is None
    assert Tally().coverage is None


def test_the_formula_of_the_design():
    # passed: HIGH 7 x restricted 4 = 28, LOW 1 x no class 1 = 1; failed: CRITICAL 15 x public 0.5 = 7.5, MEDIUM 3 x confidential 2 = 6
    found = _tally(
        _passed(severity=Severity.HIGH, data_class="restricted"),
        _passed(severity=Severity.LOW),
        _failed(severity=Severity.CRITICAL, data_class="public"),
        _failed(severity=Severity.MEDIUM, data_class="confidential"),
    )
    assert found.score == round(100 * 29 / 42.5, 1) == 68.2
    assert found.coverage == 1


def test_unknown_lowers_the_coverage_only():
    found = _tally(_passed(), _failed(), finding(Status.UNKNOWN), finding(Status.UNKNOWN))
    assert found == Tally(passed=1, failed=1, unknown=2, score=50.0, coverage=0.5)


def test_with_nothing_but_unknowns_there_is_no_score():
    assert _tally(finding(Status.UNKNOWN)) == Tally(unknown=1, score=None, coverage=0)


def test_what_is_not_applicable_counts_nowhere():
    assert _tally(_passed(), finding(Status.NOT_APPLICABLE)) == Tally(
        passed=1, not_applicable=1, score=100.0, coverage=1.0
    )
    assert _tally(finding(Status.NOT_APPLICABLE)) == Tally(not_applicable=1)


def test_suppressed_findings_are_counted_apart():
    assert _tally(_passed(), _failed(suppressed=ACCEPTED)) == Tally(
        passed=1, suppressed=1, score=100.0, coverage=1.0
    )


def test_one_failure_among_many_is_no_100():
    found = _tally(*[_passed(severity=Severity.CRITICAL)] * 2000, _failed(severity=Severity.LOW))
    assert found.score == 99.9


def test_one_unknown_among_many_is_no_full_coverage():
    found = _tally(*[_passed()] * 30_000, finding(Status.UNKNOWN))
    assert found.coverage == 0.9999


def test_all_good_is_100_whatever_the_weights():
    assert _tally(_passed(data_class="public", severity=Severity.LOW), _passed()).score == 100


@pytest.mark.parametrize(
    ("data_class", "weight"),
    [("public", 0.5), ("internal", 1), ("confidential", 2), ("restricted", 4), (None, 1), ("gone", 1)],
)
def test_weights_of_classes(data_class, weight):
    assert class_weight(data_class, LADDER) == weight


def test_other_ladders_run_evenly_from_a_half_to_four():
    ladder = ("open", "team", "secret")
    assert [class_weight(name, ladder) for name in ladder] == [0.5, 2.25, 4]
    assert class_weight("one", ("one",)) == 0.5


FINDINGS = st.lists(
    st.builds(
        finding,
        st.sampled_from(Status),
        severity=st.sampled_from(Severity),
        data_class=st.sampled_from((None, *LADDER)),
        suppressed=st.sampled_from((None, ACCEPTED)),
    )
)


@given(FINDINGS)
def test_a_score_is_100_only_where_nothing_failed_and_counts_add_up(findings):
    found = _tally(*findings)
    assert sum((found.passed, found.failed, found.unknown, found.not_applicable, found.suppressed)) == len(
        findings
    )
    if found.score is not None:
        assert 0 <= found.score <= 100
        assert (found.score == 100) is (found.failed == 0)
    if found.coverage is not None:
        assert (found.coverage == 1) is (found.unknown == 0)


@given(FINDINGS, st.sampled_from(Severity))
def test_an_unknown_never_raises_a_score(findings, severity):
    assert _tally(*findings, finding(Status.UNKNOWN, severity=severity)).score == _tally(*findings).score
