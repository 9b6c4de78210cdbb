import json

from hypothesis import given
from hypothesis import strategies as st

from dynasec import __version__
from dynasec.audit.finding import Suppressed
from dynasec.check import Severity, Status
from dynasec.model.fact import Gap
from dynasec.plugins import BrokenPlugin
from dynasec.report.as_json import pieces
from tests.support.accounts import ACCOUNT, region, snapshot
from tests.support.findings import RUN, control, finding, report

DENIED = Gap("dynamodb:DescribeContinuousBackups", "AccessDeniedException", "not authorized", "us-east-1")


def _rich():
    return report(
        finding(Status.PASS, label="a", data_class="confidential", evidence={"days": 7, "names": ["x"]}),
        finding(Status.FAIL, label="b"),
        finding(Status.UNKNOWN, label="c", gaps=(DENIED,)),
        finding(Status.NOT_APPLICABLE, label="d"),
        finding(Status.FAIL, label="e", suppressed=Suppressed("why", "who", "2026-03-01")),
        controls=(control(severity=Severity.HIGH, frameworks=("aws-fsbp:DynamoDB.2",)),),
        snapshot=snapshot(region(), calls={"dynamodb:DescribeTable": 12}),
        broken=(BrokenPlugin("pack", "module", "error"),),
        problems=("something",),
    )


def _document():
    return json.loads("".join(pieces(_rich())))


def test_the_document_has_the_keys_of_the_contract():
    assert set(_document()) >= {
        "schema",
        "tool",
        "run",
        "scopes",
        "score",
        "frameworks",
        "controls",
        "findings",
        "gaps",
    }


def test_who_wrote_it_when_and_about_what():
    document = _document()
    assert document["schema"] == "dynasec.report/v1"
    assert document["tool"] == {"name": "dynasec", "version": __version__}
    assert document["run"] == {
        "id": RUN,
        "started_at": "2026-01-15T12:00:00Z",
        "finished_at": "2026-01-15T12:00:00Z",
        "api_calls": {"dynamodb:DescribeTable": 12},
    }
    assert document["scopes"] == [{"partition": "aws", "account": ACCOUNT, "region": "us-east-1"}]


def test_scores():
    assert _document()["score"] == {
        "overall": 66.7,
        "coverage": 0.6666,
        "sections": {"access": {"score": 66.7, "coverage": 0.6666}},
    }


def test_a_control():
    assert _document()["controls"] == [
        {
            "id": "some-control",
            "title": "Something is good",
            "section": "access",
            "severity": "HIGH",
            "frameworks": ["aws-fsbp:DynamoDB.2"],
            "score": 66.7,
            "passed": 1,
            "failed": 1,
            "unknown": 1,
            "not_applicable": 1,
            "suppressed": 1,
        }
    ]


def test_a_framework_and_its_requirements():
    counts = {"passed": 1, "failed": 1, "unknown": 1, "not_applicable": 1, "suppressed": 1}
    assert _document()["frameworks"] == {
        "aws-fsbp": {
            "title": "AWS Foundational Security Best Practices",
            "score": 66.7,
            "coverage": 0.6666,
            **counts,
            "requirements": {
                "DynamoDB.2": {
                    "title": "point-in-time recovery",
                    "status": "FAIL",
                    "controls": ["some-control"],
                    "left_out": [],
                    "score": 66.7,
                    "coverage": 0.6666,
                    **counts,
                }
            },
        }
    }


def test_a_finding_has_the_keys_of_the_contract():
    (first, *_) = _document()["findings"]
    expected = {
        "control": "some-control",
        "status": "PASS",
        "severity": "MEDIUM",
        "account": ACCOUNT,
        "region": "us-east-1",
        "resource": f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/a",
        "resource_type": "AWS::DynamoDB::Table",
        "data_class": "confidential",
        "reason": "for a reason",
        "evidence": {"days": 7, "names": ["x"]},
        "gaps": [],
        "suppressed": None,
        "remediations": [],
    }
    assert {key: first[key] for key in expected} == expected
    assert len(first["fingerprint"]) == 32


def test_statuses_are_spelled_as_the_contract_says():
    statuses = [one["status"] for one in _document()["findings"]]
    assert statuses == ["PASS", "FAIL", "UNKNOWN", "NOT_APPLICABLE", "FAIL"]


def test_gaps_and_suppressions_of_findings():
    findings = _document()["findings"]
    (gap,) = findings[2]["gaps"]
    assert (gap["operation"], gap["code"]) == ("dynamodb:DescribeContinuousBackups", "AccessDeniedException")
    assert findings[4]["suppressed"] == {"reason": "why", "owner": "who", "expires": "2026-03-01"}


def test_gaps_problems_and_what_could_not_be_loaded():
    document = _document()
    assert document["gaps"] == [
        {
            "operation": "dynamodb:DescribeContinuousBackups",
            "code": "AccessDeniedException",
            "count": 1,
            "regions": ["us-east-1"],
        }
    ]
    assert document["problems"] == ["something"]
    assert document["broken_plugins"] == [{"pack": "pack", "module": "module", "error": "error"}]


def test_an_empty_report_is_a_document():
    document = json.loads("".join(pieces(report())))
    assert (document["findings"], document["controls"]) == ([], [])
    assert document["score"] == {"overall": None, "coverage": None, "sections": {}}


@given(st.text(st.characters()), st.text(st.characters()))
def test_it_is_ascii_and_says_nothing_to_a_terminal(label, reason):
    text = "".join(pieces(report(finding(label=label, reason=reason, evidence={reason: [label]}))))
    assert text.isascii()
    assert set(text) - set("\n") <= set(map(chr, range(0x20, 0x80)))
    (found,) = json.loads(text)["findings"]
    assert found["reason"] == reason


def test_what_fails_names_what_mends_it(monkeypatch):
    class Found:
        def of(self, control):
            return ("mend-it",) if control == "some-control" else ()

    monkeypatch.setattr("dynasec.report.as_json.load", Found)
    found = {one["status"]: one["remediations"] for one in _document()["findings"]}
    assert found["FAIL"] == ["mend-it"]
    assert found["PASS"] == found["UNKNOWN"] == []
