"""Has AWS Config record tables, endpoints and keys.

## What it does
Of a recorder that exists: adds the missing types to what it records (`PutConfigurationRecorder` with everything else as it is), and
starts it. Where there is none, one is made that records these types alone, with its delivery channel, for the role and the bucket that
`[remedy] config_role` and `log_bucket` name; without them a person must choose.

## Safety
Recording only looks. AWS Config bills each recorded change. Recorders that AWS services keep for themselves are not touched.

## Undo
A recorder that existed records again what it did, and is stopped if it was: exact. One that was made is stopped and deleted with its
channel; what was delivered stays in the bucket.
"""

from collections.abc import Iterator
from typing import Any, Final

from dynasec.check import Context
from dynasec.model.fact import Listing
from dynasec.model.recording import Recorder, RecorderStatus, RecordingGroup, RecordingStrategy
from dynasec.model.region import Region
from dynasec.model.shape import Resource
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
from dynasec.semantics.config_recorder import TABLE, idleness, records

remediation = Remediation(
    subject=Region,
    title="Record tables, endpoints and keys with AWS Config",
    controls=("config-records-tables",),
    risk=Risk.OBSERVE,
    undo=UndoClass.LIMITED,
    reads=("config:DescribeDeliveryChannels",),
)

_TYPES: Final = (TABLE, "AWS::EC2::VPCEndpoint", "AWS::KMS::Key")
_LOSES = "the role's service-linked rights and what was delivered to the bucket stay"


@remediation.each
def plan(region: Region, context: Context) -> Iterator[Proposal]:
    """Draft what is missing of: a recorder, its types, and that it is on."""
    recording, remedy = region.recording, context.settings.remedy
    recorder = recording.customer_recorder()
    if recorder is not None:
        yield _mend(region, recorder)
    elif not (remedy.config_role and remedy.log_bucket):
        how = "name them as [remedy] config_role and log_bucket, and plan again"
        yield Advice(region.arn, "a new recorder needs a role and a bucket, which a person must choose", how)
    elif recording.delivery_channels.complete():
        yield Advice(
            region.arn, "there is a delivery channel without a recorder", "set AWS Config up by hand"
        )
    else:
        yield _make(region, remedy.config_role, remedy.log_bucket)


def _mend(region: Region, recorder: Recorder) -> Draft:
    wanted = _with_types(recorder)
    off = bool(idleness(region.recording))
    calls: list[Call] = []
    if wanted != recorder:
        calls.append(_put(wanted, undo=(_put(recorder),)))
    if off:
        calls.append(_start(recorder.name))
    channels = region.recording.delivery_channels
    blocked = (
        "the recorder has no delivery channel: set one up first" if off and not channels.complete() else ""
    )
    return Draft(
        resource=region.arn,
        touches=(_resource(region, recorder),),
        region=region.region,
        summary=f"have recorder {recorder.name} record tables, endpoints and keys in {region.region}",
        before={"recorder": _document(recorder), "recording": not off},
        after={"recorder": _document(wanted), "recording": True},
        expect=(_is(recorder), _recording(recorder.name, on=not off)),
        calls=tuple(calls),
        verify=(_is(wanted), _recording(recorder.name, on=True)),
        replaces=_replaced(region, recorder, wanted),
        undo=UndoClass.EXACT,
        reasons=("AWS Config bills each recorded change",),
        blocked=blocked,
    )


def _resource(region: Region, recorder: Recorder) -> Resource:
    """Return what a stack knows the recorder by: its name."""
    place = region.arn.replace(":dynamodb:", ":config:").removesuffix("*")
    return Resource(arn=f"{place}config-recorder/{recorder.name}", region=region.region)


def _with_types(recorder: Recorder) -> Recorder:
    missing = [kind for kind in _TYPES if not records(recorder, kind)]
    group = recorder.recording_group
    if group is None or not missing:
        return recorder
    excluded = group.exclusion_by_resource_types
    if excluded is not None and set(missing) <= set(excluded.resource_types):
        kept = tuple(kind for kind in excluded.resource_types if kind not in missing)
        changed = excluded.model_copy(update={"resource_types": kept})
        new = group.model_copy(update={"exclusion_by_resource_types": changed})
    else:
        new = group.model_copy(update={"resource_types": (*group.resource_types, *missing)})
    return recorder.model_copy(update={"recording_group": new})


def _make(region: Region, role: str, bucket: str) -> Draft:
    group = RecordingGroup(
        all_supported=False,
        include_global_resource_types=False,
        resource_types=_TYPES,
        recording_strategy=RecordingStrategy(use_only="INCLUSION_BY_RESOURCE_TYPES"),
    )
    recorder = Recorder.model_validate({"name": "default", "roleARN": role, "recordingGroup": group})
    channel = Call(
        operation="config:PutDeliveryChannel",
        params={"DeliveryChannel": {"name": "default", "s3BucketName": bucket}},
        identity=Identity.NAME,
        done=_channel(bucket),
        undo=(
            Call(
                operation="config:DeleteDeliveryChannel",
                params={"DeliveryChannelName": "default"},
                identity=Identity.NAME,
                done=_channel(None),
            ),
        ),
    )
    delete = Call(
        operation="config:DeleteConfigurationRecorder",
        params={"ConfigurationRecorderName": "default"},
        identity=Identity.NAME,
        done=_look({"ConfigurationRecorders[0].name": None}, "default"),
    )
    return Draft(
        resource=region.arn,
        region=region.region,
        summary=f"record tables, endpoints and keys in {region.region}",
        before={"recorder": None, "recording": False},
        after={"recorder": _document(recorder), "bucket": bucket, "recording": True},
        expect=(_look({"ConfigurationRecorders[0].name": None}, "default"), _channel(None)),
        calls=(_put(recorder, undo=(delete,)), channel, _start("default")),
        verify=(_is(recorder), _recording("default", on=True)),
        replaces=_replaced(region, None, recorder),
        reasons=("AWS Config bills each recorded change",),
        loses=_LOSES,
    )


def _replaced(region: Region, old: Recorder | None, new: Recorder) -> tuple[tuple[Any, Any], ...]:
    recording = region.recording
    others = tuple(one for one in recording.recorders.items if one is not old)
    status = recording.status_of(old) if old is not None else None
    kept = tuple(one for one in recording.recorder_statuses.items if one is not status)
    return (
        (recording.recorders, Listing((*others, new))),
        (recording.recorder_statuses, Listing((*kept, RecorderStatus(name=new.name, recording=True)))),
    )


def _document(recorder: Recorder) -> dict[str, Any]:
    return recorder.model_dump(
        mode="json",
        by_alias=True,
        exclude_none=True,
        exclude={"arn", "service_principal", "connector_arn"},
    )


def _put(recorder: Recorder, undo: tuple[Call, ...] = ()) -> Call:
    return Call(
        operation="config:PutConfigurationRecorder",
        params={"ConfigurationRecorder": _document(recorder)},
        identity=Identity.SET_STATE,
        done=_is(recorder),
        undo=undo,
        permissions=("iam:PassRole",),
    )


def _start(name: str) -> Call:
    stop = Call(
        operation="config:StopConfigurationRecorder",
        params={"ConfigurationRecorderName": name},
        identity=Identity.SET_STATE,
        done=_recording(name, on=False),
    )
    return Call(
        operation="config:StartConfigurationRecorder",
        params={"ConfigurationRecorderName": name},
        identity=Identity.SET_STATE,
        done=_recording(name, on=True),
        undo=(stop,),
    )


def _look(facts: dict[str, Any], name: str) -> State:
    return State(
        operation="config:DescribeConfigurationRecorders",
        params={"ConfigurationRecorderNames": [name]},
        facts=facts,
        absent=("NoSuchConfigurationRecorderException",),
    )


def _is(recorder: Recorder) -> State:
    """Return the state in which the recorder is as the document says: all of it is written, so all of it is looked at."""
    document = _document(recorder)
    group, mode = document.get("recordingGroup", {}), document.get("recordingMode", {})
    at = "ConfigurationRecorders[0]"
    excluded = group.get("exclusionByResourceTypes", {}).get("resourceTypes", [])
    facts: dict[str, Any] = {
        f"{at}.roleARN": recorder.role_arn,
        f"sort({at}.recordingGroup.resourceTypes || `[]`)": sorted(group.get("resourceTypes", [])),
        f"sort({at}.recordingGroup.exclusionByResourceTypes.resourceTypes || `[]`)": sorted(excluded),
        f"{at}.recordingMode.recordingModeOverrides || `[]`": mode.get("recordingModeOverrides", []),
    }
    told = {
        "recordingGroup.allSupported": group.get("allSupported"),
        "recordingGroup.includeGlobalResourceTypes": group.get("includeGlobalResourceTypes"),
        "recordingGroup.recordingStrategy.useOnly": group.get("recordingStrategy", {}).get("useOnly"),
        "recordingMode.recordingFrequency": mode.get("recordingFrequency"),
    }
    # AWS Config fills in what a document leaves out
    facts |= {f"{at}.{path}": value for path, value in told.items() if value is not None}
    return _look(facts, recorder.name)


def _recording(name: str, *, on: bool) -> State:
    return State(
        operation="config:DescribeConfigurationRecorderStatus",
        params={"ConfigurationRecorderNames": [name]},
        facts={"ConfigurationRecordersStatus[0].recording || `false`": on},
        absent=("NoSuchConfigurationRecorderException",),
    )


def _channel(bucket: str | None) -> State:
    return State(
        operation="config:DescribeDeliveryChannels",
        params={"DeliveryChannelNames": ["default"]},
        facts={"DeliveryChannels[0].s3BucketName": bucket},
        absent=("NoSuchDeliveryChannelException",),
    )
