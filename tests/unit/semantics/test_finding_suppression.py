import json

import pytest

from dynasec.model.detection import SuppressionFilter
from dynasec.semantics.delivery import Outcome
from dynasec.semantics.finding_suppression import unsuppressed
from dynasec.semantics.sample_events import guardduty_finding

KIND = "Impact:IAMUser/AnomalousBehavior"
HEARD, SILENCED, UNCLEAR = Outcome.DELIVERS, Outcome.BROKEN, Outcome.UNKNOWN


def _outcome(criterion, action="ARCHIVE"):
    found = SuppressionFilter(name="f", action=action, criteria=json.dumps({"Criterion": criterion}))
    return unsuppressed([found], guardduty_finding(KIND), "us-east-1").outcome


@pytest.mark.parametrize(
    ("criterion", "outcome"),
    [
        ({}, SILENCED),
        ({"type": {"Eq": [KIND]}}, SILENCED),
        ({"type": {"Equals": ["Recon:EC2/Portscan"]}}, HEARD),
        ({"type": {"NotEquals": ["Recon:EC2/Portscan"]}}, SILENCED),
        ({"type": {"Matches": ["Impact:*"]}}, SILENCED),
        ({"type": {"NotMatches": ["Impact:*"]}}, HEARD),
        ({"severity": {"Gte": 4}}, SILENCED),
        ({"severity": {"Gt": 8}}, HEARD),
        ({"severity": {"LessThan": 4}}, HEARD),
        ({"severity": {"GreaterThanOrEqual": 4, "LessThanOrEqual": 6}}, HEARD),
        ({"severity": {"Eq": ["8"]}}, SILENCED),
        ({"severity": {"Eq": ["high"]}}, HEARD),
        ({"service.archived": {"Eq": ["false"]}, "accountId": {"Eq": ["111122223333"]}}, SILENCED),
        ({"resource.resourceType": {"Neq": ["AccessKey"]}}, HEARD),
        ({"type": {"Eq": [KIND]}, "resource.accessKeyDetails.userName": {"Eq": ["scanner"]}}, HEARD),
        ({"resource.accessKeyDetails.userName": {"Neq": ["root"]}}, UNCLEAR),
        ({"resource.accessKeyDetails.userName": {"Matches": ["*"]}}, UNCLEAR),
        ({"type": {"Resembles": ["x"]}}, UNCLEAR),
    ],
    ids=str,
)
def test_what_a_filter_archives(criterion, outcome):
    assert _outcome(criterion) is outcome


def test_a_filter_that_only_saves_a_search_archives_nothing():
    assert _outcome({}, action="NOOP") is HEARD
