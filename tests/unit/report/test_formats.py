"""Every format on findings of all sorts, with hostile text in every place that AWS fills."""

from __future__ import annotations

import csv
import io
import json
from xml.etree import ElementTree as ET

import boto3
import click
import pytest
from botocore.validate import ParamValidator
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding

from dynasec.audit.finding import Suppressed
from dynasec.audit.report import Report
from dynasec.check import Severity, Status
from dynasec.model.fact import Gap
from dynasec.plugins import BrokenPlugin
from dynasec.report.interface import FORMATS, by_name, by_suffix
from tests.support.findings import control, finding, report

HOSTILE = "=cmd|' /C calc'!A0 <script>alert(1)</script> ]]> | `x` [l](javascript:1) \x1b[31m\u202e & \" ' \x00 \ud800 ü\n@user"
DENIED = Gap("dynamodb:DescribeContinuousBackups", "AccessDeniedException", "not authorized", "us-east-1")


def rich(text: str = HOSTILE) -> Report:
    return report(
        finding(
            Status.PASS,
            label=text,
            reason=text,
            data_class="confidential",
            evidence={"days": 7, "names": [text]},
        ),
        finding(
            Status.FAIL, label="b", reason=text, severity=Severity.CRITICAL, resource=f"arn:aws:x:::{text}"
        ),
        finding(Status.UNKNOWN, label="c", gaps=(DENIED,)),
        finding(Status.NOT_APPLICABLE, label="d"),
        finding(Status.FAIL, label="e", suppressed=Suppressed(text, "who", "2026-03-01")),
        controls=(control(severity=Severity.HIGH, frameworks=("aws-fsbp:DynamoDB.2",)),),
        broken=(BrokenPlugin("pack", text, text),),
        problems=(text,),
    )


def render(name: str, given: Report | None = None) -> str:
    return by_name(name).render(given or rich())


@pytest.mark.parametrize("name", [one.name for one in FORMATS])
def test_nothing_in_it_speaks_to_a_terminal(name: str) -> None:
    text = click.unstyle(render(name))
    for character in ("\x1b", "\u202e", "\x00", "\ud800"):
        assert character not in text
    text.encode()  # it can be written
    assert text.endswith("\n")


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
def test_a_files_name_chooses_the_format(one, tmp_path) -> None:
    assert by_suffix(tmp_path / f"report{one.suffix}") is one


@pytest.mark.parametrize("name", [one.name for one in FORMATS])
def test_an_audit_of_nothing(name: str) -> None:
    assert render(name, report()).endswith("\n")


def test_csv_is_read_by_readers_of_csv_and_holds_no_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(render("csv"), newline="")))
    assert [row["status"] for row in rows] == ["PASS", "FAIL", "UNKNOWN", "NOT_APPLICABLE", "FAIL"]
    assert rows[1]["reason"].startswith("'=cmd|")
    assert rows[4]["suppressed_until"] == "2026-03-01"
    assert json.loads(rows[0]["evidence"].replace("\\\\", "\\"))["days"] == 7


@pytest.mark.parametrize("first", ["=", "+", "-", "@", " =", "\u3000="])
def test_csv_makes_text_of_what_could_be_a_formula(first: str) -> None:
    rows = list(csv.DictReader(io.StringIO(render("csv", rich(f"{first}1+1")), newline="")))
    assert all(row["label"].startswith("'") for row in rows[:1])


def test_markdown_shows_hostile_text_as_it_is() -> None:
    text = render("markdown")
    rows = [line for line in text.splitlines() if line.startswith("| CRITICAL")]
    assert len(rows) == 1
    assert "<script>" not in text
    assert "](" not in text
    assert rows[0].replace("\\|", "").count("|") == 5
    assert "## Failed (1)" in text
    assert "## Accepted (1)" in text


def test_junit_counts_what_it_tells() -> None:
    root = ET.fromstring(render("junit"))  # noqa: S314 - our own output
    suite = root.find("testsuite[@name='dynasec.access']")
    assert suite is not None
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "5", "failures": "1", "errors": "1", "skipped": "2",
    }  # fmt: skip
    assert len(suite.findall("testcase")) == 5
    assert len(suite.findall("testcase/failure")) == 1
    assert root.find("testsuite[@name='dynasec.plugins']/testcase/error") is not None


def test_sarif() -> None:
    document = json.loads(render("sarif"))
    (run,) = document["runs"]
    assert [one["kind"] for one in run["results"]] == ["fail", "open", "fail"]
    assert [one["level"] for one in run["results"]] == ["error", "none", "warning"]
    assert ["suppressions" in one for one in run["results"]] == [False, False, True]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])
    assert not run["invocations"][0]["executionSuccessful"]
    uris = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"]]
    assert not [uri for uri in uris if " " in uri or ":" in uri]


def test_ocsf_is_what_its_models_take() -> None:
    events = [ComplianceFinding.model_validate(one) for one in json.loads(render("ocsf"))]
    assert [int(event.severity_id) for event in events] == [1, 5, 3, 1, 3]
    assert events[0].compliance.requirements == ["aws-fsbp:DynamoDB.2"]


def test_asff_is_what_security_hub_takes() -> None:
    findings = json.loads(render("asff", rich(HOSTILE * 50)))
    shape = (
        boto3.client("securityhub", region_name="us-east-1")
        .meta.service_model.operation_model("BatchImportFindings")
        .input_shape
    )
    wrong = ParamValidator().validate({"Findings": findings}, shape)
    assert not wrong.has_errors(), wrong.generate_report()
    assert [one["Compliance"]["Status"] for one in findings] == ["PASSED", "FAILED", "WARNING", "FAILED"]
    for one in findings:
        assert len(one["Title"]) <= 256
        assert len(one["Description"]) <= 1024
        assert len(one["Remediation"]["Recommendation"]["Text"]) <= 512
        assert len(one["Resources"][0]["Id"]) <= 512
    assert findings[3]["Workflow"]["Status"] == "SUPPRESSED"
