"""The findings in the AWS Security Finding Format: the array that `BatchImportFindings` of Security Hub takes, 100 at a time.

https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html, with its limits. What is not applicable
is left out: Security Hub would count it as a check that could not be made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from dynasec.audit.finding import Finding
from dynasec.audit.report import Report
from dynasec.check import Status
from dynasec.guidance import fix
from dynasec.printable import printable
from dynasec.registry import Control

_TITLE: Final = 256
_DESCRIPTION: Final = 1024
_RECOMMENDATION: Final = 512
_REQUIREMENTS: Final = 32
_IDENTIFIER: Final = 512
_VALUE: Final = 2048
_STATUSES: Final = {Status.PASS: "PASSED", Status.FAIL: "FAILED", Status.UNKNOWN: "WARNING"}
"""WARNING: "some information is missing"."""
_TYPE: Final = "Software and Configuration Checks/AWS Security Best Practices"


def pieces(report: Report) -> Iterator[str]:
    """Yield a JSON array, pure ASCII, a finding a line."""
    controls = {control.id: control for control in report.controls}
    yield "["
    separator = "\n "
    for finding in report.findings:
        if finding.status is not Status.NOT_APPLICABLE:
            yield separator + json.dumps(as_finding(report, finding, controls[finding.control]))
            separator = ",\n "
    yield "\n]\n"


def as_finding(report: Report, finding: Finding, control: Control) -> dict[str, Any]:
    """Return one finding as Security Hub takes it, for the Region that it is about; global ones for the first Region of the audit."""
    partition, regions = report.snapshot.account.partition, [one.region for one in report.snapshot.regions]
    region = finding.region if finding.region in regions else regions[0]
    when = report.snapshot.taken_at.isoformat().replace("+00:00", "Z")
    failed = finding.status is Status.FAIL
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"dynasec/{finding.fingerprint}",
        "ProductArn": f"arn:{partition}:securityhub:{region}:{finding.account}:product/{finding.account}/default",
        "GeneratorId": f"dynasec/{finding.control}",
        "AwsAccountId": finding.account,
        "Types": [_TYPE],
        "CreatedAt": when,
        "UpdatedAt": when,
        "Severity": {"Label": finding.severity.value if failed else "INFORMATIONAL"},
        "Title": _cut(control.check.title, _TITLE),
        "Description": _cut(f"{finding.label}: {finding.reason}", _DESCRIPTION),
        "Remediation": {
            "Recommendation": {"Text": _cut(fix(control) or control.check.title, _RECOMMENDATION)}
        },
        "ProductFields": _fields(finding, control),
        "Resources": [
            {
                "Type": _resource_type(finding.resource_type),
                "Id": _cut(finding.resource, _IDENTIFIER),
                "Partition": partition,
                "Region": region,
            }
        ],
        "Compliance": {
            "Status": _STATUSES[finding.status],
            "RelatedRequirements": list(control.check.frameworks[:_REQUIREMENTS]),
        },
        "RecordState": "ACTIVE",
        "Workflow": {"Status": "NEW" if finding.suppressed is None else "SUPPRESSED"},
    }


def _fields(finding: Finding, control: Control) -> dict[str, str]:
    fields = {
        "dynasec/control": finding.control,
        "dynasec/section": control.section,
        "dynasec/fingerprint": finding.fingerprint,
    }
    if finding.data_class:
        fields["dynasec/data-class"] = finding.data_class
    if finding.gaps:
        fields["dynasec/gaps"] = _cut("; ".join(map(str, finding.gaps)), _VALUE)
    return fields


def _resource_type(cloudformation: str) -> str:
    """Return the type in Security Hub's spelling: `AwsDynamoDbTable` for `AWS::DynamoDB::Table`; `Other` where it has none of its own."""
    return _TYPES.get(cloudformation, "Other")


_TYPES: Final = {
    "AWS::DynamoDB::Table": "AwsDynamoDbTable",
    "AWS::KMS::Key": "AwsKmsKey",
    "AWS::IAM::Role": "AwsIamRole",
    "AWS::IAM::User": "AwsIamUser",
    "AWS::IAM::ManagedPolicy": "AwsIamPolicy",
    "AWS::EC2::VPC": "AwsEc2Vpc",
    "AWS::EC2::Subnet": "AwsEc2Subnet",
    "AWS::CloudTrail::Trail": "AwsCloudTrailTrail",
    "AWS::WAFv2::WebACL": "AwsWafv2WebAcl",
    "AWS::::Account": "AwsAccount",
}


def _cut(text: str, limit: int) -> str:
    shown = printable(text)
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"
