from datetime import timedelta

import pytest

from dynasec.audit.framework import Standing, by_framework
from dynasec.audit.report import audit
from dynasec.audit.score import Counts, Tally, count
from dynasec.check import Severity, Status, Verdict
from dynasec.model.fact import Gap
from dynasec.registry import Registry
from dynasec.settings import Settings, Suppression
from tests.support.accounts import NOW, region, snapshot, table
from tests.support.findings import audited, control, finding

PCI = "pci-dss-4.0.1"
UNKEPT = "pci-dss-4.0.1:3.5.1"
KEYS = "pci-dss-4.0.1:3.6.1"
ACCOUNT = snapshot(region(table(), table("carts")))


def _fails(*_):
    return Verdict.failed("bad")


def _fails_carts(found, _):
    return Verdict.failed("bad") if found.name == "carts" else Verdict.passed("good")


def _unknown(*_):
    return Verdict.unknown(Gap("svc:Op", "AccessDenied"))


def _inapplicable(*_):
    return Verdict.not_applicable("none of it here")


def test_a_requirement_counts_the_findings_of_its_controls():
    found = audited(
        ACCOUNT,
        control(_fails_carts, name="one", frameworks=(UNKEPT,)),
        control(_unknown, name="two", frameworks=(UNKEPT, KEYS)),
        control(name="elsewhere", frameworks=("hipaa-164:312(b)",)),
    )
    unkept = found.frameworks[PCI].requirements["3.5.1"]
    assert unkept.controls == ("one", "two")
    assert unkept.title == "stored PAN unreadable"
    assert (unkept.counts.passed, unkept.counts.failed, unkept.counts.unknown) == (1, 1, 2)
    assert (unkept.counts.score, unkept.counts.coverage) == (50, 0.5)
    assert found.frameworks[PCI].requirements["3.6.1"].status is Standing.UNKNOWN
    assert found.frameworks["hipaa-164"].requirements["312(b)"].status is Standing.PASS


def test_a_finding_counts_once_in_a_framework_however_many_requirements_it_bears_on():
    found = audited(ACCOUNT, control(name="one", frameworks=(UNKEPT, KEYS)))
    assert found.frameworks[PCI].overall == Tally(passed=2, score=100.0, coverage=1.0)


@pytest.mark.parametrize(
    ("judges", "status"),
    [
        ((_fails_carts, _unknown), Standing.FAIL),
        ((_unknown, None), Standing.UNKNOWN),
        ((None, _inapplicable), Standing.PASS),
        ((_inapplicable,), Standing.NOT_APPLICABLE),
    ],
)
def test_a_requirement_is_as_good_as_its_worst_finding(judges, status):
    controls = [control(judge, name=f"c{at}", frameworks=(UNKEPT,)) for at, judge in enumerate(judges)]
    assert audited(ACCOUNT, *controls).frameworks[PCI].requirements["3.5.1"].status is status


def test_an_accepted_failure_is_no_pass():
    accepted = Suppression(control="bad", reason="why", owner="who", expires=NOW.date() + timedelta(days=1))
    found = audited(
        ACCOUNT,
        control(_fails, name="bad", frameworks=(UNKEPT,)),
        control(name="good", frameworks=(UNKEPT,)),
        settings=Settings(suppress=(accepted,)),
    )
    assert found.frameworks[PCI].requirements["3.5.1"].status is Standing.ACCEPTED


def test_without_findings_nothing_is_passed():
    found = audited(snapshot(region()), control(frameworks=(UNKEPT,)))
    assert found.frameworks[PCI].requirements["3.5.1"].status is Standing.NOT_APPLICABLE
    assert found.frameworks[PCI].overall.score is None


def test_controls_that_were_not_chosen_are_named():
    chosen = control(name="chosen", frameworks=(UNKEPT,))
    skipped = control(_fails, name="skipped", frameworks=(UNKEPT, KEYS))
    found = audit(ACCOUNT, Registry((chosen, skipped)), (chosen,), Settings())
    result = found.frameworks[PCI]
    assert set(result.requirements) == {"3.5.1"}
    assert result.requirements["3.5.1"].left_out == ("skipped",)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ((), {PCI: {"3.5.1", "3.6.1"}, "nist-800-53-r5": {"SC-28"}}),
        ((PCI,), {PCI: {"3.5.1", "3.6.1"}}),
        (("pci*",), {PCI: {"3.5.1", "3.6.1"}}),
        ((UNKEPT,), {PCI: {"3.5.1"}}),
        ((UNKEPT, "nist-800-53-r5"), {PCI: {"3.5.1"}, "nist-800-53-r5": {"SC-28"}}),
    ],
)
def test_only_what_was_asked_for_is_told(asked, told):
    one = control(name="one", frameworks=(UNKEPT, KEYS, "nist-800-53-r5:SC-28"))
    found = audited(ACCOUNT, one, frameworks=asked)
    assert {name: set(result.requirements) for name, result in found.frameworks.items()} == told
    assert found.asked == asked


def test_the_order_is_that_of_the_list_and_other_packs_come_last():
    found = audited(
        ACCOUNT,
        control(
            frameworks=(
                "house-rules:7",
                KEYS,
                UNKEPT,
                "pci-dss-4.0.1:0.0",
                "aws-fsbp:KMS.4",
                "aws-fsbp:DynamoDB.2",
            )
        ),
    )
    assert list(found.frameworks) == ["aws-fsbp", PCI, "house-rules"]
    assert list(found.frameworks["aws-fsbp"].requirements) == ["DynamoDB.2", "KMS.4"]
    assert list(found.frameworks[PCI].requirements) == ["3.5.1", "3.6.1", "0.0"]
    assert found.frameworks["house-rules"].title == "house-rules"
    assert found.frameworks["house-rules"].requirements["7"].title == "7"


def test_scores_weigh_severity_and_class_as_everywhere():
    good = control(name="good", frameworks=(UNKEPT,))
    bad = control(name="bad", frameworks=(UNKEPT,))
    counts = {
        "good": count([finding(Status.PASS, severity=Severity.HIGH)], ()),
        "bad": count([finding(severity=Severity.LOW)], ()),
    }
    result = by_framework(counts, (good, bad), (good, bad))
    assert result[PCI].overall.score == 87.5


def test_counts_add_up():
    one, other = Counts(1, 2, 3, 4, 5, 6, 7), Counts(10, 20, 30, 40, 50, 60, 70)
    assert one + other == Counts(11, 22, 33, 44, 55, 66, 77)
