import json

import pytest

from dynasec.audit.engine import CRASHED, GLOBAL, Engine
from dynasec.audit.finding import fingerprint
from dynasec.check import Context, Severity, Status, Verdict
from dynasec.model import subjects
from dynasec.model.account import Account
from dynasec.model.fact import Gap, Unknown
from dynasec.model.network import Vpc
from dynasec.model.region import Region
from dynasec.model.shape import Resource
from dynasec.model.table import Table
from dynasec.settings import Rule, Settings
from tests.support.accounts import ACCOUNT, denied, denied_listing, region, snapshot, table
from tests.support.findings import control

DENIED = Gap("kms:DescribeKey", "AccessDeniedException")


def _run(account, *controls, settings=None, tables=()):
    return list(Engine(Context(account, settings or Settings()), tables).run(controls))


def _one(evaluate=None, account=None, settings=None, **members):
    (finding,) = _run(account or snapshot(), control(evaluate, **members), settings=settings)
    return finding


def _raise(problem):
    def evaluate(*_):
        raise problem

    return evaluate


def test_a_verdict_becomes_a_finding_with_all_that_a_report_needs():
    finding = _one(lambda *_: Verdict.failed("bad", days=7))
    assert (finding.status, finding.reason, finding.evidence) == (Status.FAIL, "bad", {"days": 7})
    assert (finding.control, finding.account, finding.region) == ("some-control", ACCOUNT, "us-east-1")
    assert finding.resource == f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
    assert (finding.resource_type, finding.label) == ("AWS::DynamoDB::Table", "orders")
    assert finding.suppressed is None


def test_an_unread_fact_is_unknown_with_its_gaps():
    other = Gap("kms:GetKeyPolicy", "ThrottlingException")
    finding = _one(_raise(Unknown(DENIED, other)))
    assert finding.status is Status.UNKNOWN
    assert finding.gaps == (DENIED, other)
    assert "kms:DescribeKey: AccessDeniedException" in finding.reason


class _Odd(BaseException):
    pass


@pytest.mark.parametrize(
    "problem", [ZeroDivisionError("x"), KeyError("x"), RecursionError("x"), SystemExit(0), _Odd("x")]
)
def test_a_crash_is_unknown_with_the_exception_and_the_others_go_on(problem):
    def evaluate(subject, _):
        if subject.name == "orders":
            raise problem
        return Verdict.passed("good")

    crashed, good = _run(snapshot(region(table(), table("carts"))), control(evaluate))
    what = f"{type(problem).__name__}: {problem}"
    assert (crashed.status, crashed.evidence) == (Status.UNKNOWN, {"exception": what})
    assert crashed.reason == f"the check crashed: {what}"
    assert [(gap.operation, gap.code) for gap in crashed.gaps] == [("some-control", CRASHED)]
    assert good.status is Status.PASS


def test_an_interrupt_stops_everything():
    with pytest.raises(KeyboardInterrupt):
        _one(_raise(KeyboardInterrupt()))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (None, "the evaluator returned NoneType, not a Verdict"),
        (True, "the evaluator returned bool, not a Verdict"),
        (Verdict.passed("good", when=object()), "not JSON serializable"),
        (Verdict.passed("good", share=float("nan")), "not JSON compliant"),
        (Verdict.passed("good", names={"a"}), "not JSON serializable"),
        (Verdict.passed("good", pairs={("a", "b"): 1}), "keys must be"),
    ],
)
def test_what_is_no_verdict_never_passes(given, says):
    finding = _one(lambda *_: given)
    assert finding.status is Status.UNKNOWN
    assert says in finding.reason
    json.dumps(dict(finding.evidence))


def test_a_check_without_evaluator_is_unknown():
    lame = control()
    lame.check.evaluate = None
    (finding,) = _run(snapshot(), lame)
    assert (finding.status, finding.gaps[0].code) == (Status.UNKNOWN, CRASHED)


def test_a_partial_listing_adds_an_unknown():
    account = snapshot(region(tables=denied_listing("dynamodb:ListTables", table())))
    known, rest = _run(account, control(lambda *_: Verdict.passed("good")))
    assert known.status is Status.PASS
    assert (rest.status, rest.region, rest.label) == (Status.UNKNOWN, "us-east-1", "(not listed)")
    assert rest.resource == f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:*"
    assert rest.resource_type == "AWS::DynamoDB::Table"
    assert [gap.operation for gap in rest.gaps] == ["dynamodb:ListTables"]


def test_each_region_that_could_not_be_listed_is_told():
    regions = [region(name=name, tables=denied_listing("dynamodb:ListTables")) for name in ("a", "b")]
    findings = _run(snapshot(*regions), control())
    assert [(one.region, one.status) for one in findings] == [("a", Status.UNKNOWN), ("b", Status.UNKNOWN)]
    assert len({one.fingerprint for one in findings}) == 2


def _crash(*_):
    raise AssertionError


def test_a_regional_control_has_nothing_to_say_in_an_empty_region():
    finding = _one(_crash, snapshot(region()), subject=Region)
    assert (finding.status, finding.reason) == (Status.NOT_APPLICABLE, "no table in this Region")


def test_a_region_is_not_empty_when_its_tables_could_not_be_listed():
    account = snapshot(region(tables=denied_listing("dynamodb:ListTables")))
    assert _one(lambda *_: Verdict.failed("bad"), account, subject=Region).status is Status.FAIL


def test_a_control_may_insist_on_empty_regions():
    finding = _one(lambda *_: Verdict.failed("bad"), snapshot(region()), subject=Region, regional=False)
    assert finding.status is Status.FAIL


def test_what_is_hidden_in_an_empty_region_is_no_noise():
    vpc = control(subject=Vpc)
    assert _run(snapshot(region()), vpc) == []
    assert [one.status for one in _run(snapshot(region(table())), vpc)] == [Status.UNKNOWN]
    assert [one.status for one in _run(snapshot(region()), control(subject=Vpc, regional=False))] == [
        Status.UNKNOWN
    ]


def test_what_belongs_to_no_region_is_global():
    finding = _one(lambda *_: Verdict.passed("good"), snapshot(region()), subject=Account)
    assert (finding.region, finding.status) == (GLOBAL, Status.PASS)


@pytest.mark.parametrize(
    ("tags", "severity"),
    [
        ({"data-class": "restricted"}, Severity.HIGH),
        ({"data-class": "internal"}, Severity.MEDIUM),
        ({}, Severity.HIGH),
        (denied("tag:GetResources"), Severity.HIGH),
    ],
)
def test_a_sensitive_table_makes_it_worse(tags, severity):
    account = snapshot(region(table(tags=tags)))
    assert _one(account=account, raised_when_sensitive=True).severity is severity
    assert _one(account=account).severity is Severity.MEDIUM


def test_the_configured_severity_wins_over_all():
    settings = Settings(severity={"some-control": "LOW"})
    account = snapshot(region(table(tags={"data-class": "restricted"})))
    assert _one(account=account, settings=settings, raised_when_sensitive=True).severity is Severity.LOW
    hidden = snapshot(region(tables=denied_listing("dynamodb:ListTables")))
    assert _one(account=hidden, settings=settings).severity is Severity.LOW


def test_a_finding_names_the_class_of_its_table():
    account = snapshot(region(table(tags={"data-class": "Restricted"})))
    assert _one(account=account).data_class == "restricted"
    assert _one(account=snapshot(region(table(tags=denied("tag:GetResources"))))).data_class is None
    assert _one(account=account, subject=Account).data_class is None


def test_a_fingerprint_does_not_hang_on_wording_or_severity():
    plain = _one(lambda *_: Verdict.failed("bad"))
    other = _one(
        lambda *_: Verdict.passed("now good", days=7),
        severity=Severity.CRITICAL,
        title="Another title",
        frameworks=("cis-aws-3.0:2.1",),
        settings=Settings(rules=(Rule(match="*", data_class="public"),)),
        section="network",
    )
    assert other.fingerprint == plain.fingerprint
    assert len(plain.fingerprint) == 32


@pytest.mark.parametrize("position", range(4))
def test_a_fingerprint_hangs_on_each_part_of_the_identity(position):
    parts = ["control", "account", "region", "resource"]
    changed = [*parts]
    changed[position] += "x"
    assert fingerprint(*parts) != fingerprint(*changed)
    assert fingerprint("ab", "c", "", "") != fingerprint("a", "bc", "", "")


@pytest.mark.parametrize(
    ("globs", "judged"),
    [
        ((), ["orders", "orders-old", "carts"]),
        (("orders*",), ["orders", "orders-old"]),
        (("carts", "orders"), ["orders", "carts"]),
        (("arn:aws:dynamodb:*:table/carts",), ["carts"]),
        (("Orders",), []),
    ],
)
def test_only_tables_that_match_are_judged(globs, judged):
    account = snapshot(region(table(), table("orders-old"), table("carts")))
    assert [one.label for one in _run(account, control(), tables=globs)] == judged


def test_other_subjects_are_judged_whatever_tables_were_chosen():
    assert len(_run(snapshot(), control(subject=Account), tables=("none",))) == 1


def test_findings_stand_in_the_order_of_controls_regions_and_resources():
    account = snapshot(
        region(table("b"), table("a")), region(table("c", region="eu-west-1"), name="eu-west-1")
    )
    findings = _run(account, control(name="x"), control(name="w"))
    assert [(one.control, one.label) for one in findings] == [
        (name, label) for name in "xw" for label in "bac"
    ]


def test_a_kind_without_an_aws_type_is_other(monkeypatch):
    class Thing(Resource):
        pass

    monkeypatch.setitem(
        subjects.SUBJECTS,
        Thing,
        subjects.Subject(
            (), lambda _: [("", denied_listing("svc:List", Thing(arn="arn:aws:svc:::thing/one")))]
        ),
    )
    findings = _run(snapshot(), control(subject=Thing))
    assert [(one.resource_type, one.label, one.region) for one in findings] == [
        ("Other", "one", GLOBAL),
        ("Other", "(not listed)", GLOBAL),
    ]


def test_subjects_and_evaluators_meet_the_context():
    settings = Settings()
    account = snapshot()

    def evaluate(subject, context):
        assert isinstance(subject, Table)
        assert context.snapshot is account
        assert context.settings is settings
        return Verdict.passed("good")

    assert _one(evaluate, account, settings).status is Status.PASS
