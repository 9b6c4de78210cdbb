import pytest

from dynasec.model.detection import (
    Administrator,
    DeadLetterConfig,
    DetectorDescription,
    DetectorFeature,
    FunctionConfiguration,
    OpenFinding,
    RuleTarget,
    SqsParameters,
)
from tests.support.shapes import assert_shape


@pytest.mark.parametrize(
    ("kind", "service", "shape"),
    [
        (DetectorDescription, "guardduty", "GetDetectorResponse"),
        (DetectorFeature, "guardduty", "DetectorFeatureConfigurationResult"),
        (Administrator, "guardduty", "Administrator"),
        (OpenFinding, "guardduty", "Finding"),
        (RuleTarget, "events", "Target"),
        (DeadLetterConfig, "events", "DeadLetterConfig"),
        (SqsParameters, "events", "SqsParameters"),
        (FunctionConfiguration, "lambda", "FunctionConfiguration"),
    ],
)
def test_fields_are_members(kind, service, shape):
    assert_shape(kind, service, shape)
