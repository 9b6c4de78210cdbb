"""What a recorder of AWS Config records.

See https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingGroup.html.
"""

from __future__ import annotations

from typing import Final

from dynasec.model.fact import Unknown, malformed
from dynasec.model.recording import Recorder, Recording, RecordingGroup

_RECORDERS: Final = "config:DescribeConfigurationRecorders"
_STATUS: Final = "config:DescribeConfigurationRecorderStatus"
TABLE: Final = "AWS::DynamoDB::Table"


def records(recorder: Recorder, resource_type: str) -> bool:
    """Tell whether a recorder records a type of resource that belongs to its Region.

    The global types of IAM have a switch of their own, `include_global_resource_types`, and are not decided here.

    Raises:
        ValueError: the recorder does not say what it records, or follows a strategy that is not known.

    """
    group = recorder.recording_group
    if group is None:
        msg = f"recorder {recorder.name} has no recordingGroup"
        raise ValueError(msg)
    match _strategy(group):
        case "ALL_SUPPORTED_RESOURCE_TYPES":
            return True
        case "INCLUSION_BY_RESOURCE_TYPES":
            return resource_type in group.resource_types
        case "EXCLUSION_BY_RESOURCE_TYPES":
            excluded = group.exclusion_by_resource_types
            if excluded is None:
                msg = f"recorder {recorder.name} excludes types, but does not say which"
                raise ValueError(msg)
            return resource_type not in excluded.resource_types
        case other:
            msg = f"recorder {recorder.name} has the strategy {other!r}"
            raise ValueError(msg)


def records_iam(recorder: Recorder) -> bool | None:
    """Tell whether a recorder of everything records IAM's roles too; None where it does not say, or does not record everything."""
    group = recorder.recording_group
    if group is None or _strategy(group) != "ALL_SUPPORTED_RESOURCE_TYPES":
        return None
    return group.include_global_resource_types


def _strategy(group: RecordingGroup) -> str | None:
    """Return the strategy; groups from before there were any are all or a list."""
    if group.recording_strategy is not None and group.recording_strategy.use_only is not None:
        return group.recording_strategy.use_only
    if group.all_supported:
        return "ALL_SUPPORTED_RESOURCE_TYPES"
    return "INCLUSION_BY_RESOURCE_TYPES" if group.resource_types else None


def frequency(recorder: Recorder, resource_type: str) -> str | None:
    """Return how often a type is recorded, CONTINUOUS or DAILY; None where the recorder does not say, which is continuously."""
    mode = recorder.recording_mode
    if mode is None:
        return None
    own = (one for one in mode.recording_mode_overrides if resource_type in one.resource_types)
    return next((one.recording_frequency for one in own), mode.recording_frequency)


def shortcoming(recording: Recording, resource_type: str) -> str:
    """Say why AWS Config does not notice changes of a type in this Region; empty where it does.

    Raises:
        Unknown: recorders or their statuses could not be read, or do not tell.

    """
    idle = idleness(recording)
    recorder = recording.customer_recorder()
    if idle or recorder is None:
        return idle
    try:
        recorded = records(recorder, resource_type)
    except ValueError as problem:
        raise Unknown(malformed(_RECORDERS, str(problem))) from problem
    return "" if recorded else f"recorder {recorder.name} does not record {resource_type}"


def idleness(recording: Recording) -> str:
    """Say why AWS Config records nothing in this Region; empty where it does.

    Raises:
        Unknown: recorders or their statuses could not be read.

    """
    recorder = recording.customer_recorder()
    if recorder is None:
        return "AWS Config has no recorder here"
    status = recording.status_of(recorder)
    if status is None:
        raise Unknown(malformed(_STATUS, f"no status of recorder {recorder.name}"))
    return "" if status.recording else f"recorder {recorder.name} is off"
