"""Turns GuardDuty on, for the sources that every detector reads.

## What it does
Where the Region has no detector: `CreateDetector`, publishing every 15 minutes, with each optional protection explicitly off: by itself
AWS would turn them on, and bill them. Where the detector is suspended: `UpdateDetector` with `Enable: true` and nothing else.

## Safety
GuardDuty reads copies of CloudTrail events, flow logs and DNS logs; nothing that serves clients is touched. An account that another one
administers in GuardDuty is left to that one.

## Undo
A detector that was suspended is suspended again: exact. One that was made is suspended, not deleted, for its findings would go with it.
"""

from collections.abc import Iterator
from typing import Final

from dynasec.check import Context
from dynasec.model.detection import Detector
from dynasec.model.fact import Fact, Listing
from dynasec.model.region import Region
from dynasec.remediation import (
    CHANGE_TAG_KEY,
    Advice,
    Call,
    Draft,
    Identity,
    Proposal,
    Remediation,
    Risk,
    State,
    UndoClass,
    change_tag,
    result,
    token,
)

remediation = Remediation(
    subject=Region,
    title="Turn GuardDuty on",
    controls=("guardduty-enabled",),
    risk=Risk.OBSERVE,
    undo=UndoClass.EXACT,
    reads=("guardduty:GetAdministratorAccount",),
)

_OPTIONAL: Final = (
    "S3_DATA_EVENTS",
    "EKS_AUDIT_LOGS",
    "EBS_MALWARE_PROTECTION",
    "RDS_LOGIN_EVENTS",
    "LAMBDA_NETWORK_LOGS",
    "RUNTIME_MONITORING",
)
"""`DetectorFeature` of CreateDetector in GuardDuty's service model, without those that exclude or are part of another."""

_FOUNDATIONAL: Final = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
"""What a detector reads whenever it is on, https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_data-sources.html."""


@remediation.each
def plan(region: Region, _: Context) -> Iterator[Proposal]:
    """Draft a new detector, or switch the suspended one on."""
    detectors = region.detection.detectors.complete()
    if not detectors:
        yield _create(region)
        return
    (detector, *_more) = detectors
    administrator = detector.administrator.known()
    if administrator is not None and administrator.relationship_status == "Enabled":
        why = f"account {administrator.account_id} administers GuardDuty here"
        yield Advice(region.arn, why, "have it enabled there, for this account and Region")
    elif detector.description.known().status == "ENABLED":
        why = "a source that every detector reads is off, and no call turns it on"
        yield Advice(region.arn, why, "ask AWS Support, or delete the detector and enable GuardDuty anew")
    else:
        yield _resume(region, detector)


def _create(region: Region) -> Draft:
    listed = State(operation="guardduty:ListDetectors", params={}, facts={"length(DetectorIds)": 0})
    made = result("detector", "DetectorId")
    return Draft(
        resource=region.arn,
        region=region.region,
        summary=f"create a GuardDuty detector in {region.region}",
        before={"Detector": None},
        after={"Detector": {"Enable": True, "FindingPublishingFrequency": "FIFTEEN_MINUTES"}},
        expect=(listed,),
        calls=(
            Call(
                operation="guardduty:CreateDetector",
                name="detector",
                params={
                    "Enable": True,
                    "ClientToken": token("detector"),
                    "FindingPublishingFrequency": "FIFTEEN_MINUTES",
                    "Features": [{"Name": name, "Status": "DISABLED"} for name in _OPTIONAL],
                    "Tags": {CHANGE_TAG_KEY: change_tag()},
                },
                identity=Identity.TOKEN,
                done=_is(made, "ENABLED"),
                undo=(
                    Call(
                        operation="guardduty:UpdateDetector",
                        params={"DetectorId": made, "Enable": False},
                        identity=Identity.SET_STATE,
                        done=_is(made, "DISABLED"),
                    ),
                ),
                permissions=("guardduty:TagResource", "iam:CreateServiceLinkedRole"),
            ),
        ),
        verify=(_is(made, "ENABLED"),),
        undo=UndoClass.LIMITED,
        loses="the detector stays, suspended: its findings would be lost with it",
    )


def _resume(region: Region, detector: Detector) -> Draft:
    description = detector.description.known()
    features = tuple(
        one.model_copy(update={"status": "ENABLED"}) if one.name in _FOUNDATIONAL else one
        for one in description.features or ()
    )
    enabled = description.model_copy(update={"status": "ENABLED", "features": features})
    changed = detector.model_copy(update={"description": Fact(enabled)})

    def switch(*, on: bool, undo: tuple[Call, ...] = ()) -> Call:
        return Call(
            operation="guardduty:UpdateDetector",
            params={"DetectorId": detector.id, "Enable": on},
            identity=Identity.SET_STATE,
            done=_is(detector.id, "ENABLED" if on else "DISABLED"),
            undo=undo,
        )

    listed = region.detection.detectors
    return Draft(
        resource=region.arn,
        region=region.region,
        summary=f"switch GuardDuty's detector {detector.id} on",
        before={"Status": description.status},
        after={"Status": "ENABLED"},
        expect=(_is(detector.id, description.status),),
        calls=(switch(on=True, undo=(switch(on=False),)),),
        verify=(_is(detector.id, "ENABLED"),),
        replaces=((listed, Listing((changed, *listed.items[1:]))),),
        touches=(detector,),
    )


def _is(detector: object, status: str) -> State:
    return State(operation="guardduty:GetDetector", params={"DetectorId": detector}, facts={"Status": status})
