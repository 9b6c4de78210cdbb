"""Makes a trail of all Regions that logs management events.

## What it does
Makes a private, versioned, encrypted bucket whose policy admits this trail alone (or uses the one that `[remedy] log_bucket` names as it
is), then a trail of all Regions with validated log files, and starts it. Its home is the first audited Region.

## Safety
Nothing that exists is touched. The first copy of management events is free; a second trail is billed, so where an organization's trail
may be on its way this is not what you want.

## Undo
The trail is stopped and deleted. The bucket stays, with what was delivered.
"""

from collections.abc import Iterator

from dynasec.check import Context
from dynasec.drafting.log_bucket import bucket_exists, new_bucket
from dynasec.model.account import Account
from dynasec.model.fact import Fact
from dynasec.model.trail import EventSelectors, Trail, TrailDescription, TrailStatus
from dynasec.remediation import (
    CHANGE_TAG_KEY,
    Call,
    Draft,
    Identity,
    Remediation,
    Risk,
    State,
    UndoClass,
    change_tag,
)

remediation = Remediation(
    subject=Account,
    title="Make a trail of all Regions",
    controls=("trail-logging",),
    risk=Risk.OBSERVE,
    undo=UndoClass.LIMITED,
)

_NAME = "dynasec"


@remediation.each
def plan(account: Account, context: Context) -> Iterator[Draft]:
    """Draft bucket, trail and start."""
    home = context.snapshot.regions[0].region
    arn = f"arn:{account.partition}:cloudtrail:{home}:{account.id}:trail/{_NAME}"
    chosen = context.settings.remedy.log_bucket
    bucket = chosen or f"{_NAME}-trail-{account.id}-{home}"
    trail = _trail(arn, home, bucket, account)
    trails = context.snapshot.trails
    yield Draft(
        resource=account.arn,
        region=home,
        summary=f"make a trail of all Regions in {home} that writes to {bucket}",
        before={"trail": None},
        after={"trail": arn, "bucket": bucket, "new_bucket": not chosen},
        expect=(_is(arn, None), bucket_exists(bucket, exists=bool(chosen))),
        calls=(*(() if chosen else new_bucket(bucket, home, arn)), _create(arn, bucket), _start(arn)),
        verify=(_is(arn, bucket), _logging(arn, on=True)),
        replaces=((trails, trails.model_copy(update={"trails": (*trails.trails, trail)})),),
        loses="the bucket stays, with what was delivered",
    )


def _trail(arn: str, home: str, bucket: str, account: Account) -> Trail:
    everything = {"ReadWriteType": "All", "IncludeManagementEvents": True}
    return Trail(
        arn=arn,
        region=home,
        account=account.id,
        description=TrailDescription.model_validate(
            {
                "Name": _NAME,
                "TrailARN": arn,
                "HomeRegion": home,
                "IsMultiRegionTrail": True,
                "IsOrganizationTrail": False,
                "S3BucketName": bucket,
                "LogFileValidationEnabled": True,
                "IncludeGlobalServiceEvents": True,
                "HasCustomEventSelectors": False,
            }
        ),
        status=Fact(TrailStatus(is_logging=True)),
        selectors=Fact(EventSelectors(basic=(everything,))),
    )


def _is(arn: str, bucket: str | None) -> State:
    """Return the state in which the trail is the one that is made here; None: in which there is none."""
    made = bucket is not None
    return State(
        operation="cloudtrail:DescribeTrails",
        params={"trailNameList": [arn]},
        facts={
            "trailList[0].TrailARN": arn if made else None,
            "trailList[0].S3BucketName": bucket,
            "trailList[0].IsMultiRegionTrail": True if made else None,
            "trailList[0].LogFileValidationEnabled": True if made else None,
        },
    )


def _logging(arn: str, *, on: bool) -> State:
    return State(
        operation="cloudtrail:GetTrailStatus",
        params={"Name": arn},
        facts={"IsLogging || `false`": on},
        absent=("TrailNotFoundException",),
    )


def _create(arn: str, bucket: str) -> Call:
    delete = Call(
        operation="cloudtrail:DeleteTrail",
        params={"Name": _NAME},
        identity=Identity.NAME,
        done=_is(arn, None),
    )
    return Call(
        operation="cloudtrail:CreateTrail",
        params={
            "Name": _NAME,
            "S3BucketName": bucket,
            "IsMultiRegionTrail": True,
            "IncludeGlobalServiceEvents": True,
            "EnableLogFileValidation": True,
            "TagsList": [{"Key": CHANGE_TAG_KEY, "Value": change_tag()}],
        },
        identity=Identity.NAME,
        done=_is(arn, bucket),
        undo=(delete,),
        permissions=("cloudtrail:AddTags",),
    )


def _start(arn: str) -> Call:
    stop = Call(
        operation="cloudtrail:StopLogging",
        params={"Name": arn},
        identity=Identity.SET_STATE,
        done=_logging(arn, on=False),
    )
    return Call(
        operation="cloudtrail:StartLogging",
        params={"Name": arn},
        identity=Identity.SET_STATE,
        done=_logging(arn, on=True),
        undo=(stop,),
    )
