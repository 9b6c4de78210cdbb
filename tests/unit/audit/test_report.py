from datetime import timedelta

import pytest

from dynasec.audit.finding import Suppressed
from dynasec.audit.report import GapCount, audit
from dynasec.check import Severity, Status, Verdict
from dynasec.errors import Exit, UsageError
from dynasec.model.fact import Gap
from dynasec.plugins import BrokenPlugin
from dynasec.registry import Registry
from dynasec.settings import Settings, Suppression
from tests.support.accounts import NOW, denied_listing, region, snapshot, table
from tests.support.findings import audited, control, finding, report

TODAY = NOW.date()
ACCEPTED = Suppressed("why", "who", "2026-03-01")


def _fails(*_):
    return Verdict.failed("bad")


def _suppression(name="some-control", days=1):
    return Suppression(control=name, reason="why", owner="who", expires=TODAY + timedelta(days=days))


@pytest.mark.parametrize(
    ("findings", "fail_on", "code"),
    [
        ([], Severity.LOW, Exit.OK),
        ([finding(Status.PASS), finding(Status.NOT_APPLICABLE)], Severity.LOW, Exit.OK),
        ([finding()], Severity.LOW, Exit.FINDINGS),
        ([finding()], Severity.MEDIUM, Exit.FINDINGS),
        ([finding()], Severity.HIGH, Exit.OK),
        ([finding()], None, Exit.OK),
        ([finding(suppressed=ACCEPTED)], Severity.LOW, Exit.OK),
        ([finding(Status.UNKNOWN)], Severity.LOW, Exit.INCOMPLETE),
        ([finding(Status.UNKNOWN)], None, Exit.INCOMPLETE),
        ([finding(Status.UNKNOWN), finding()], Severity.LOW, Exit.FINDINGS),
        ([finding(Status.UNKNOWN), finding()], Severity.CRITICAL, Exit.INCOMPLETE),
        ([finding(Status.UNKNOWN), finding(suppressed=ACCEPTED)], Severity.LOW, Exit.INCOMPLETE),
    ],
)
def test_exit_codes(findings, fail_on, code):
    assert report(*findings).exit_code(fail_on) is code


def test_a_broken_plugin_makes_an_audit_incomplete():
    broken = (BrokenPlugin("pack", "module", "error"),)
    assert report(finding(Status.PASS), broken=broken).exit_code(Severity.LOW) is Exit.INCOMPLETE
    assert report(finding(), broken=broken).exit_code(Severity.LOW) is Exit.FINDINGS


def test_gaps_are_counted_once_a_fact():
    denied = Gap("kms:DescribeKey", "AccessDenied", "message one")
    again = Gap("kms:DescribeKey", "AccessDenied", "message two", "eu-west-1")
    other = Gap("dynamodb:ListTables", "Throttled")
    found = report(
        finding(Status.UNKNOWN, gaps=(denied, other)),
        finding(Status.UNKNOWN, gaps=(denied,), control="another-control"),
        finding(Status.UNKNOWN, gaps=(again,), label="carts"),
    )
    assert found.gaps == (
        GapCount("dynamodb:ListTables", "Throttled", 1, ("us-east-1",)),
        GapCount("kms:DescribeKey", "AccessDenied", 2, ("eu-west-1", "us-east-1")),
    )


def test_an_audit_tallies_controls_and_sections():
    account = snapshot(region(table(), table("carts")))
    found = audited(
        account,
        control(name="good", section="access"),
        control(_fails, name="bad", section="access"),
        control(lambda *_: Verdict.not_applicable("n/a"), name="none", section="network"),
    )
    assert (found.by_control["good"].score, found.by_control["bad"].score) == (100, 0)
    assert (found.sections["access"].passed, found.sections["access"].failed) == (2, 2)
    assert found.sections["network"].score is None
    assert (found.overall.score, found.overall.not_applicable) == (50, 2)
    assert found.run_id != audited(account, control()).run_id


def test_a_control_without_subjects_is_still_listed():
    found = audited(snapshot(region()), control())
    assert found.by_control["some-control"].passed == 0
    assert found.findings == ()


def test_suppressions_are_laid_over():
    found = audited(snapshot(), control(_fails), settings=Settings(suppress=(_suppression(),)))
    assert found.overall.suppressed == 1
    assert found.exit_code(Severity.LOW) is Exit.OK
    assert found.problems == ()


def test_today_is_the_day_of_the_collection_unless_told():
    settings = Settings(suppress=(_suppression(days=0),))
    assert audited(snapshot(), control(_fails), settings=settings).overall.suppressed == 1
    late = audited(snapshot(), control(_fails), settings=settings, today=TODAY + timedelta(days=1))
    assert late.overall.suppressed == 0
    assert late.problems == ("suppression of some-control on * expired on 2026-01-15",)
    assert late.exit_code(Severity.LOW) is Exit.FINDINGS


def test_a_suppression_of_a_control_that_was_not_chosen_is_not_idle():
    chosen, other = control(_fails, name="chosen"), control(name="other")
    settings = Settings(
        suppress=(_suppression("other"), _suppression("oth*"), _suppression("typo"), _suppression("*"))
    )
    found = audit(snapshot(), Registry((chosen, other)), (chosen,), settings)
    assert found.problems == ("suppression of typo on * matches no failed finding",)


def test_a_severity_for_a_control_that_does_not_exist_is_reported():
    found = audited(snapshot(), control(), settings=Settings(severity={"typo": "LOW", "some-control": "LOW"}))
    assert found.problems == ("severity is set for typo, which does not exist",)


def test_only_some_tables():
    account = snapshot(region(table(), table("carts")))
    assert [one.label for one in audited(account, control(), tables=("car*",)).findings] == ["carts"]


def test_a_glob_that_matches_no_table_names_the_nearest():
    with pytest.raises(UsageError) as caught:
        audited(snapshot(), control(), tables=("orders", "order"))
    assert str(caught.value) == "no table matches 'order'; did you mean orders?"
    with pytest.raises(UsageError, match=r"^no table matches 'zzz'$"):
        audited(snapshot(), control(), tables=("zzz",))


def test_a_table_that_may_be_hidden_is_unknown_rather_than_a_mistake():
    account = snapshot(region(tables=denied_listing("dynamodb:ListTables", table())))
    found = audited(account, control(), tables=("hidden",))
    assert found.exit_code(Severity.LOW) is Exit.INCOMPLETE
