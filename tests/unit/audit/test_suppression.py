from datetime import date, timedelta

import pytest

from dynasec.audit.finding import Suppressed
from dynasec.audit.suppression import apply
from dynasec.check import Status
from dynasec.settings import Suppression
from tests.support.findings import finding

TODAY = date(2026, 1, 15)


def _accepted(control="some-control", resource="*", expires=TODAY):
    return Suppression(control=control, resource=resource, reason="why", owner="who", expires=expires)


def test_a_failure_is_marked_with_who_accepts_it_and_until_when():
    outcome = apply([finding()], [_accepted()], TODAY)
    assert [one.suppressed for one in outcome.findings] == [Suppressed("why", "who", "2026-01-15")]
    assert outcome.problems == ()


@pytest.mark.parametrize("status", [Status.PASS, Status.UNKNOWN, Status.NOT_APPLICABLE])
def test_only_failures_can_be_accepted(status):
    outcome = apply([finding(status)], [_accepted()], TODAY)
    assert outcome.findings == (finding(status),)
    assert outcome.problems == ("suppression of some-control on * matches no failed finding",)


def test_an_expired_one_covers_nothing_and_is_reported():
    outcome = apply([finding()], [_accepted(expires=TODAY - timedelta(days=1))], TODAY)
    assert outcome.findings == (finding(),)
    assert outcome.problems == ("suppression of some-control on * expired on 2026-01-14",)


def test_an_idle_one_is_reported():
    outcome = apply([finding()], [_accepted(control="other")], TODAY)
    assert outcome.problems == ("suppression of other on * matches no failed finding",)


@pytest.mark.parametrize(
    ("control", "resource", "covers"),
    [
        ("some-control", "*", True),
        ("some-*", "*/orders", True),
        ("*", "arn:aws:dynamodb:us-east-1:123456789012:table/orders", True),
        ("some-control", "orders", False),
        ("some-control", "*/ORDERS", False),
        ("some", "*", False),
    ],
)
def test_what_is_covered(control, resource, covers):
    (found,) = apply([finding()], [_accepted(control, resource)], TODAY).findings
    assert (found.suppressed is not None) is covers


def test_an_expired_one_does_not_shadow_another_that_is_in_force():
    old = _accepted(expires=TODAY - timedelta(days=1))
    outcome = apply([finding()], [old, _accepted()], TODAY)
    assert outcome.findings[0].suppressed is not None
    assert len(outcome.problems) == 1


def test_two_that_cover_the_same_are_both_in_use():
    outcome = apply([finding()], [_accepted(), _accepted(resource="*/orders")], TODAY)
    assert outcome.problems == ()


def test_the_order_of_findings_is_kept():
    findings = [finding(label="a"), finding(Status.PASS, label="b"), finding(label="c")]
    assert [one.label for one in apply(findings, [_accepted()], TODAY).findings] == ["a", "b", "c"]
