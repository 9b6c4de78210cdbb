"""GuardDuty watches the Region.

## Why it matters
GuardDuty is what notices stolen credentials at work on tables: calls from places and at rates that the owner never makes. It reads
CloudTrail's management events, flow logs and DNS queries by itself, and only in Regions where it is switched on.

## Passes when
The Region has a detector that is ENABLED, and its three foundational sources (CloudTrail, flow logs, DNS logs) are.

## How to fix
- Console: GuardDuty, in this Region, Get started, Enable GuardDuty; a suspended detector: Settings, Re-enable.
- CLI: `aws guardduty create-detector --enable --finding-publishing-frequency FIFTEEN_MINUTES`. Name every optional feature in
  `--features`: those left out are switched on too, and are paid for. A suspended detector:
  `aws guardduty update-detector --detector-id ID --enable`.
- Terraform: `aws_guardduty_detector` with `enable = true`.
- CloudFormation: `AWS::GuardDuty::Detector` with `Enable: true`.
"""

from collections.abc import Mapping

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.detection import DetectorDescription
from dynasec.model.fact import Unknown, malformed
from dynasec.model.region import Region

check = Check(
    subject=Region,
    title="GuardDuty is enabled",
    severity=Severity.HIGH,
    reads=("guardduty:ListDetectors", "guardduty:GetDetector"),
    frameworks=(
        "aws-fsbp:GuardDuty.1",
        "nist-800-53-r5:SI-4",
        "pci-dss-4.0.1:11.5.1",
        "source-post:detective-controls",
    ),
)

SOURCES = ("CLOUD_TRAIL", "FLOW_LOGS", "DNS_LOGS")


@check.evaluator
def evaluate(region: Region, _: Context) -> Verdict:
    """Judge the Region's one detector and the sources that it reads."""
    detectors = region.detection.detectors.complete()
    if not detectors:
        return Verdict.failed("GuardDuty has no detector in this Region")
    detector = detectors[0]
    description = detector.description.known()
    if description.status != "ENABLED":
        return Verdict.failed(f"detector {detector.id} is {description.status}", detector=detector.id)
    sources = _sources(description)
    missing = [name for name in SOURCES if name not in sources]
    silent = [name for name in SOURCES if name in sources and sources[name] != "ENABLED"]
    if silent:
        return Verdict.failed(
            f"detector {detector.id} does not read {', '.join(silent)}", detector=detector.id
        )
    if missing:
        raise Unknown(
            malformed("guardduty:GetDetector", f"nothing is said of {', '.join(missing)}", region.region)
        )
    return Verdict.passed(
        f"detector {detector.id} is enabled and reads {', '.join(SOURCES)}", detector=detector.id
    )


def _sources(description: DetectorDescription) -> Mapping[str, str]:
    """Return source to status. Features decide; where the answer has none, the older DataSources do."""
    if description.features:
        return {feature.name: feature.status for feature in description.features}
    older = description.data_sources
    if older is None:
        return {}
    statuses = (older.cloud_trail.status, older.flow_logs.status, older.dns_logs.status)
    return dict(zip(SOURCES, statuses, strict=True))
