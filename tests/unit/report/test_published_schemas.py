"""Every format for machines against the schema that its owner publishes: on nothing, hostile text, and every control that exists.

Where the schemas are from: `tests/data/README.md`; that of OCSF is in the package `ocsf-json-schema`, Security Hub's in botocore.
"""

from __future__ import annotations

import functools
import io
import json
from pathlib import Path
from typing import Any

import boto3
import pytest
import xmlschema
from botocore.validate import ParamValidator
from jsonschema import Draft4Validator, Draft7Validator, Draft202012Validator
from jsonschema.protocols import Validator
from markdown_it import MarkdownIt
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from dynasec.audit.finding import Suppressed
from dynasec.audit.report import Report
from dynasec.check import Status
from dynasec.model.fact import Gap
from dynasec.registry import load
from dynasec.report.interface import by_name
from tests.support.findings import finding, report
from tests.unit.report.test_formats import HOSTILE, rich

DATA = Path(__file__).resolve().parents[2] / "data"
GAP = Gap("kms:DescribeKey", "AccessDeniedException", HOSTILE, "us-east-1")


def every_control() -> Report:
    """Each control that exists, in each status, and failing but accepted."""
    controls = load().controls
    accepted = Suppressed("known", "who", "2026-03-01")
    return report(
        *(
            finding(status, control=one.id, severity=one.check.severity, gaps=(GAP,), suppressed=suppressed)
            for one in controls
            for status, suppressed in (*((each, None) for each in Status), (Status.FAIL, accepted))
        ),
        controls=tuple(controls),
    )


REPORTS = {
    "nothing": report,
    "hostile text": rich,
    "long text": functools.partial(rich, HOSTILE * 20_000),
    "no text": functools.partial(rich, ""),
    "every control": every_control,
}
each_report = pytest.mark.parametrize("made", REPORTS.values(), ids=REPORTS)


def render(name: str, made: Any) -> str:
    return by_name(name).render(made())


def mistakes(validator: Validator, document: Any) -> list[str]:
    return [f"{one.json_path}: {one.message[:200]}" for one in validator.iter_errors(document)]


def sarif(made: Any) -> dict[str, Any]:
    return json.loads(render("sarif", made))


@each_report
def test_sarif_is_what_oasis_says(made: Any) -> None:
    schema = json.loads((DATA / "sarif-schema-2.1.0.json").read_text())
    Draft4Validator.check_schema(schema)
    validator = Draft4Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)
    assert {"uri", "uri-reference", "date-time"} <= set(Draft7Validator.FORMAT_CHECKER.checkers)
    assert mistakes(validator, sarif(made)) == []


@each_report
def test_sarif_is_what_github_takes(made: Any) -> None:
    (run,) = sarif(made)["runs"]
    for rule in run["tool"]["driver"]["rules"]:
        assert len(rule["properties"]["tags"]) <= 20
        assert len(rule["shortDescription"]["text"]) <= 1024
        assert len(rule["fullDescription"]["text"]) <= 1024
    for result in run["results"]:
        assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 1
        assert result["message"]["text"]
        assert result["partialFingerprints"]["primaryLocationLineHash"]


def test_what_is_good_is_no_alert() -> None:
    results = sarif(every_control)["runs"][0]["results"]
    assert {one["kind"] for one in results} == {"fail", "open"}
    assert len(results) == 3 * len(load().controls)


@functools.cache
def ocsf() -> Draft202012Validator:
    schemas = OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.5.0"))
    schema = schemas.get_class_schema(class_name="compliance_finding", profiles=["cloud"])
    assert schema["additionalProperties"] is False
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


@each_report
def test_ocsf_is_what_its_schema_says(made: Any) -> None:
    assert [mistakes(ocsf(), one) for one in json.loads(render("ocsf", made)) if mistakes(ocsf(), one)] == []


@each_report
def test_junit_is_what_jenkins_takes(made: Any) -> None:
    schema = xmlschema.XMLSchema(str(DATA / "junit-10.xsd"))
    assert [one.reason for one in schema.iter_errors(io.StringIO(render("junit", made)))] == []


@each_report
def test_asff_is_within_the_limits_of_security_hub(made: Any) -> None:
    findings = json.loads(render("asff", made))
    client = boto3.client("securityhub", region_name="us-east-1")
    shape = client.meta.service_model.operation_model("BatchImportFindings").input_shape
    if findings:
        wrong = ParamValidator().validate({"Findings": findings}, shape)
        assert not wrong.has_errors(), wrong.generate_report()
    for one in findings:
        assert len(json.dumps(one)) <= 240_000
        assert all(one[name].strip() for name in ("Id", "Title", "Description", "GeneratorId"))
        assert max(len(one["Id"]), len(one["GeneratorId"])) <= 512
        assert len(one["Title"]) <= 256
        assert len(one["Description"]) <= 1024
        assert len(one["Remediation"]["Recommendation"]["Text"]) <= 512
        assert len(one["Resources"][0]["Id"]) <= 512
        assert len(one["ProductFields"]) <= 50
        assert all(len(key) <= 128 and len(value) <= 2048 for key, value in one["ProductFields"].items())
        assert len(one["Compliance"]["RelatedRequirements"]) <= 32


def test_markdown_is_read_as_a_table_and_nothing_else() -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(render("markdown", rich))
    kinds = {token.type for token in tokens} | {
        child.type for token in tokens for child in token.children or ()
    }
    assert kinds.isdisjoint({"html_block", "html_inline", "link_open", "image", "fence", "code_block"})
    cells, rows = ([one for one in tokens if one.type == kind] for kind in ("td_open", "tr_open"))
    assert len(rows) > 2
    assert len(cells) % 2 == 0
