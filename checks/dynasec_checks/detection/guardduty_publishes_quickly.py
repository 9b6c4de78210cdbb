"""GuardDuty tells what it has found out about an old finding every quarter of an hour.

## Why it matters
A finding that repeats is published again only at the detector's frequency: with six hours, the tenth theft by the same credentials is
told when it is long over.

## Passes when
The Region's enabled detector exports updated findings every 15 minutes. New findings are published within minutes in any case.

## How to fix
- Console: GuardDuty, Settings, Findings export options, Frequency: Update EventBridge and S3 every 15 minutes.
- CLI: `aws guardduty update-detector --detector-id ID --finding-publishing-frequency FIFTEEN_MINUTES`; of a member, its administrator
  account sets it.
- Terraform: `finding_publishing_frequency = "FIFTEEN_MINUTES"` in `aws_guardduty_detector`.
- CloudFormation: `FindingPublishingFrequency: FIFTEEN_MINUTES` in `AWS::GuardDuty::Detector`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown, malformed
from dynasec.model.region import Region

_GET = "guardduty:GetDetector"

check = Check(
    subject=Region,
    title="GuardDuty publishes every 15 minutes",
    severity=Severity.LOW,
    reads=("guardduty:ListDetectors", _GET),
    frameworks=("nist-800-53-r5:SI-4", "source-post:detective-controls"),
)

INTERVALS = {"FIFTEEN_MINUTES": "15 minutes", "ONE_HOUR": "hour", "SIX_HOURS": "6 hours"}


@check.evaluator
def evaluate(region: Region, _: Context) -> Verdict:
    """Judge the Region's one detector."""
    detectors = region.detection.detectors.complete()
    enabled = [one for one in detectors if one.description.known().status == "ENABLED"]
    if not enabled:
        return Verdict.not_applicable("GuardDuty is off here: see guardduty-enabled")
    detector = enabled[0]
    frequency = detector.description.known().finding_publishing_frequency or "absent"
    if frequency not in INTERVALS:
        problem = f"FindingPublishingFrequency of detector {detector.id} is {frequency}"
        raise Unknown(malformed(_GET, problem, region.region))
    said = f"detector {detector.id} publishes every {INTERVALS[frequency]}"
    if frequency != "FIFTEEN_MINUTES":
        return Verdict.failed(said, detector=detector.id, frequency=frequency)
    return Verdict.passed(said, detector=detector.id, frequency=frequency)
