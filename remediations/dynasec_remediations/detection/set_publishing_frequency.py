"""Has GuardDuty publish its findings every 15 minutes.

## What it does
`UpdateDetector` with `FindingPublishingFrequency: FIFTEEN_MINUTES`; nothing else of the detector is touched.

## Safety
Only updates of known findings come sooner; first findings are published at once anyway. An account that another one administers in
GuardDuty is left to that one, whose setting would win.

## Undo
Exact: the old frequency is set again.
"""

from collections.abc import Iterator

from dynasec.check import Context
from dynasec.model.fact import Fact, Unknown, malformed
from dynasec.model.region import Region
from dynasec.remediation import (
    Advice,
    Call,
    Draft,
    Identity,
    Proposal,
    Remediation,
    Risk,
    State,
    UndoClass,
)

remediation = Remediation(
    subject=Region,
    title="Publish GuardDuty's findings every 15 minutes",
    controls=("guardduty-publishes-quickly",),
    risk=Risk.OBSERVE,
    undo=UndoClass.EXACT,
    reads=("guardduty:GetAdministratorAccount",),
)

_QUICK = "FIFTEEN_MINUTES"


@remediation.each
def plan(region: Region, _: Context) -> Iterator[Proposal]:
    """Draft the one call, for the detector that is on."""
    detectors = region.detection.detectors.complete()
    detector = next(one for one in detectors if one.description.known().status == "ENABLED")
    administrator = detector.administrator.known()
    if administrator is not None and administrator.relationship_status == "Enabled":
        why = f"account {administrator.account_id} administers GuardDuty here"
        yield Advice(region.arn, why, "have the frequency set there")
        return
    description = detector.description.known()
    old = description.finding_publishing_frequency
    if old is None:
        raise Unknown(malformed("guardduty:GetDetector", "no FindingPublishingFrequency", region.region))

    def published(frequency: str) -> State:
        return State(
            operation="guardduty:GetDetector",
            params={"DetectorId": detector.id},
            facts={"Status": "ENABLED", "FindingPublishingFrequency": frequency},
        )

    def setting(frequency: str, undo: tuple[Call, ...] = ()) -> Call:
        return Call(
            operation="guardduty:UpdateDetector",
            params={"DetectorId": detector.id, "FindingPublishingFrequency": frequency},
            identity=Identity.SET_STATE,
            done=published(frequency),
            undo=undo,
        )

    changed = description.model_copy(update={"finding_publishing_frequency": _QUICK})
    yield Draft(
        resource=region.arn,
        region=region.region,
        summary=f"have detector {detector.id} publish every 15 minutes",
        before={"FindingPublishingFrequency": old},
        after={"FindingPublishingFrequency": _QUICK},
        expect=(published(old),),
        calls=(setting(_QUICK, undo=(setting(old),)),),
        verify=(published(_QUICK),),
        replaces=((detector.description, Fact(changed)),),
        touches=(detector,),
    )
