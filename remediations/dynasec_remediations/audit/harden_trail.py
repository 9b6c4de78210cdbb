"""Has a trail write digests, by which changed or missing log files are found out.

## What it does
`UpdateTrail` with `EnableLogFileValidation: true`; nothing else of the trail is touched. A key for the trail's log files is not chosen:
its policy must admit CloudTrail and everybody who reads the logs, so `trail-encrypted` becomes advice.

## Safety
CloudTrail writes one small digest file more an hour to the same bucket. Trails of an organization are left to its management account.

## Undo
Exact: validation is switched off again. Digests that were written stay in the bucket.
"""

from collections.abc import Iterator, Sequence

from dynasec.check import Context
from dynasec.model.trail import Trail
from dynasec.remediation import (
    Advice,
    Call,
    Draft,
    Failure,
    Identity,
    Proposal,
    Remediation,
    Risk,
    State,
    UndoClass,
)

remediation = Remediation(
    subject=Trail,
    title="Validate a trail's log files",
    controls=("trail-validated", "trail-encrypted"),
    risk=Risk.ADDITIVE,
    undo=UndoClass.EXACT,
)

_KEY = (
    "choose a KMS key whose policy admits cloudtrail.amazonaws.com for kms:GenerateDataKey* and kms:DescribeKey under the trail's"
    " aws:SourceArn, and the readers of the logs for kms:Decrypt; then `aws cloudtrail update-trail --name NAME --kms-key-id ARN`"
)


@remediation.planner
def plan(failures: Sequence[Failure[Trail]], context: Context) -> Iterator[Proposal]:
    """Draft the one call; say what a key takes."""
    for failure in failures:
        trail = failure.subject
        if trail.account != context.snapshot.account.id:
            yield Advice(trail.arn, f"account {trail.account} owns it", "have it changed there")
            continue
        if "trail-validated" in failure.controls:
            yield _validation(trail)
        if "trail-encrypted" in failure.controls:
            yield Advice(
                trail.arn, "a key's policy decides who can read the logs", _KEY, ("trail-encrypted",)
            )


def _validation(trail: Trail) -> Draft:
    changed = trail.description.model_copy(update={"log_file_validation_enabled": True})
    return Draft(
        resource=trail.arn,
        region=trail.region,
        summary=f"validate the log files of {trail.description.name}",
        before={"LogFileValidationEnabled": False},
        after={"LogFileValidationEnabled": True},
        expect=(_is(trail, on=False),),
        calls=(_switch(trail, on=True, undo=(_switch(trail, on=False),)),),
        verify=(_is(trail, on=True),),
        replaces=((trail.description, changed),),
        controls=("trail-validated",),
    )


def _switch(trail: Trail, *, on: bool, undo: tuple[Call, ...] = ()) -> Call:
    return Call(
        operation="cloudtrail:UpdateTrail",
        params={"Name": trail.arn, "EnableLogFileValidation": on},
        identity=Identity.SET_STATE,
        done=_is(trail, on=on),
        undo=undo,
    )


def _is(trail: Trail, *, on: bool) -> State:
    return State(
        operation="cloudtrail:DescribeTrails",
        params={"trailNameList": [trail.arn]},
        facts={"trailList[0].TrailARN": trail.arn, "trailList[0].LogFileValidationEnabled": on},
    )
