"""Grave findings about credentials and tables do not lie about.

## Why it matters
GuardDuty sees stolen credentials at work within minutes. If the finding is still open weeks later, either nobody looked, or everybody
got used to it; the next one will fare no better.

## Passes when
No finding of high or critical severity that is about credentials of IAM, an attack with them, or calls of DynamoDB or KMS is unarchived and
older than `thresholds.open_finding_days` (7 days by default). The 50 gravest findings are looked at: where there are more, and none of
these is about such things, the answer is unknown. Whether the credentials at stake reach a table is not asked.

## How to fix
- Console: GuardDuty, Findings, filter Severity High: investigate, rotate or revoke the credentials, then Actions, Archive.
- CLI: `aws guardduty get-findings --detector-id ID --finding-ids ID`, when dealt with
  `aws guardduty archive-findings --detector-id ID --finding-ids ID`.
- Terraform: none; `aws_guardduty_filter` archives what is known to be harmless.
- CloudFormation: none; `AWS::GuardDuty::Filter` likewise.
"""

from datetime import timedelta

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.detection import OpenFinding
from dynasec.model.region import Region

check = Check(
    subject=Region,
    title="Grave GuardDuty findings are handled",
    severity=Severity.HIGH,
    reads=(
        "guardduty:ListDetectors",
        "guardduty:GetDetector",
        "guardduty:ListFindings",
        "guardduty:GetFindings",
    ),
    frameworks=("nist-800-53-r5:SI-4", "pci-dss-4.0.1:11.5.1", "source-post:detective-controls"),
)

SERVICES = ("dynamodb.amazonaws.com", "kms.amazonaws.com")


@check.evaluator
def evaluate(region: Region, context: Context) -> Verdict:
    """Judge the age of what is open."""
    detectors = region.detection.detectors.complete()
    detector = next((one for one in detectors if one.description.known().status == "ENABLED"), None)
    if detector is None:
        return Verdict.not_applicable("GuardDuty is off here: see guardduty-enabled")
    limit = context.settings.thresholds.open_finding_days
    due = context.now - timedelta(days=limit)
    grave = [one for one in detector.findings.items if _is_about_tables(one)]
    old = sorted((one for one in grave if one.created_at < due), key=lambda one: one.created_at)
    if old:
        more = f" and {len(old) - 1} more" if old[1:] else ""
        since = old[0].created_at.date().isoformat()
        return Verdict.failed(
            f"{old[0].type} is open since {since}{more}", open={one.id: one.type for one in old}
        )
    detector.findings.complete()
    recent = f"; {len(grave)} younger" if grave else ""
    return Verdict.passed(f"no grave finding is open for more than {limit} days{recent}", recent=len(grave))


def _is_about_tables(finding: OpenFinding) -> bool:
    """Tell whether a finding is about credentials, by its type, or about a call of DynamoDB or KMS."""
    purpose, _, threat = finding.type.partition(":")
    if threat.startswith(("IAMUser/", "IAM/")) or purpose == "AttackSequence":
        return True
    action = finding.service.action if finding.service is not None else None
    call = action.aws_api_call_action if action is not None else None
    return call is not None and call.service_name in SERVICES
