from dataclasses import FrozenInstanceError

import pytest

from dynasec.check import Check, Context, Severity, Status, Verdict
from dynasec.model.account import Account
from dynasec.model.fact import Fact, Gap, Unknown
from dynasec.model.key import Key
from dynasec.model.region import Region
from dynasec.model.table import Table
from dynasec.settings import Settings
from tests.support.accounts import NOW, denied, region, snapshot, table


def test_weights_are_those_of_the_design():
    assert {severity.name: severity.weight for severity in Severity} == {
        "LOW": 1,
        "MEDIUM": 3,
        "HIGH": 7,
        "CRITICAL": 15,
    }


def test_severities_are_ordered_and_can_be_raised_to_critical_only():
    assert sorted(Severity, key=lambda one: one.rank) == list(Severity)
    assert [one.raised().value for one in Severity] == ["MEDIUM", "HIGH", "CRITICAL", "CRITICAL"]


def test_verdicts_say_what_they_are():
    assert Verdict.passed("good", days=7) == Verdict(Status.PASS, "good", {"days": 7})
    assert Verdict.failed("bad").status is Status.FAIL
    assert Verdict.not_applicable("nothing here").status is Status.NOT_APPLICABLE


def test_an_unknown_verdict_names_each_gap_once():
    gap, other = Gap("kms:DescribeKey", "AccessDenied"), Gap("kms:GetKeyPolicy", "Throttled")
    verdict = Verdict.unknown(gap, other, gap)
    assert verdict.reason == "cannot be told: kms:DescribeKey: AccessDenied, kms:GetKeyPolicy: Throttled"
    assert verdict.gaps == (gap, other, gap)
    assert Verdict.unknown(gap, reason="for a reason").reason == "for a reason"


def test_a_verdict_cannot_be_changed_afterwards():
    with pytest.raises(FrozenInstanceError):
        Verdict.failed("bad").status = Status.PASS


def _check(subject, **members):
    return Check(subject=subject, title="t", severity=Severity.LOW, **members)


def test_reads_hold_what_lists_the_subjects_and_gives_their_class():
    assert _check(Table, reads=("dynamodb:DescribeTable",)).all_reads == {
        "dynamodb:DescribeTable",
        "dynamodb:ListTables",
        "tag:GetResources",
    }
    assert _check(Key).all_reads == {"dynamodb:ListTables", "dynamodb:DescribeTable", "kms:DescribeKey"}
    assert _check(Account).all_reads == set()


def test_what_only_deep_reads_is_kept_apart():
    check = _check(Account, reads=("a:Read",), deep_reads=("a:Start",))
    assert check.usual_reads == {"a:Read"}
    assert check.all_reads == {"a:Read", "a:Start"}


def test_reads_of_regional_controls_tell_whether_the_region_holds_tables():
    assert _check(Region).all_reads == {"dynamodb:ListTables"}
    assert _check(Region, regional=False).all_reads == set()


@pytest.mark.parametrize(
    ("subject", "own", "regional"),
    [
        (Table, None, False),
        (Account, None, False),
        (Region, None, True),
        (Key, None, True),
        (Account, True, True),
        (Region, False, False),
    ],
)
def test_what_is_regional(subject, own, regional):
    assert _check(subject, regional=own).is_regional is regional


def test_the_decorator_gives_the_function_back():
    check = _check(Table)

    def judge(_table, _context):
        return Verdict.passed("good")

    assert check.evaluator(judge) is judge
    assert check.evaluate is judge


def test_a_context_knows_its_account():
    account = snapshot(region(table()), region(name="eu-west-1"))
    context = Context(account, Settings())
    orders = next(account.tables())
    assert context.now == NOW
    assert context.region(orders) == account.regions[0]
    assert context.classifier is context.classifier
    with pytest.raises(KeyError):
        context.region(table(region="ap-south-1"))


@pytest.mark.parametrize(
    ("tags", "sensitive"),
    [
        ({"data-class": "restricted"}, True),
        ({"data-class": "public"}, False),
        ({}, True),
        (Fact({"data-class": "internal"}), False),
    ],
)
def test_sensitive_tables(tags, sensitive):
    assert Context(snapshot(), Settings()).is_sensitive(table(tags=tags)) is sensitive


def test_unread_tags_are_unknown():
    with pytest.raises(Unknown):
        Context(snapshot(), Settings()).is_sensitive(table(tags=denied("tag:GetResources")))
