import pytest

from dynasec.model.recording import (
    Exclusions,
    RecordingGroup,
    RecordingMode,
    RecordingModeOverride,
    RecordingStrategy,
)
from dynasec.semantics.config_recorder import TABLE, frequency, records
from tests.support.recording import recorder


def group(strategy=None, **members):
    chosen = None if strategy is None else RecordingStrategy(use_only=strategy)
    return RecordingGroup(recording_strategy=chosen, **members)


EXCLUDES = "EXCLUSION_BY_RESOURCE_TYPES"


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (group("ALL_SUPPORTED_RESOURCE_TYPES", all_supported=True), True),
        (group("INCLUSION_BY_RESOURCE_TYPES", resource_types=(TABLE,)), True),
        (group("INCLUSION_BY_RESOURCE_TYPES", resource_types=("AWS::S3::Bucket",)), False),
        (group("INCLUSION_BY_RESOURCE_TYPES", all_supported=True), False),
        (group(EXCLUDES, exclusion_by_resource_types=Exclusions(resource_types=(TABLE,))), False),
        (group(EXCLUDES, exclusion_by_resource_types=Exclusions()), True),
        (group(all_supported=True), True),
        (group(all_supported=False, resource_types=(TABLE,)), True),
        (group(all_supported=False, resource_types=("AWS::S3::Bucket",)), False),
    ],
)
def test_records(chosen, expected):
    assert records(recorder(group=chosen), TABLE) is expected


@pytest.mark.parametrize(
    "chosen", [None, group(), group("SOMETHING_NEW", all_supported=True), group(EXCLUDES)]
)
def test_a_recorder_that_does_not_tell_is_not_guessed_at(chosen):
    with pytest.raises(ValueError, match="recorder default"):
        records(recorder(group=chosen), TABLE)


def test_frequency():
    override = RecordingModeOverride(resource_types=(TABLE,), recording_frequency="CONTINUOUS")
    daily = RecordingMode(recording_frequency="DAILY", recording_mode_overrides=(override,))
    assert frequency(recorder(recording_mode=daily), TABLE) == "CONTINUOUS"
    assert frequency(recorder(recording_mode=daily), "AWS::S3::Bucket") == "DAILY"
    assert frequency(recorder(), TABLE) is None
