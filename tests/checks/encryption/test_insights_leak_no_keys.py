import pytest

from dynasec.check import Status
from dynasec.model.table import ContributorInsights
from tests.support.accounts import denied, region, snapshot, table, verdict

CONTROL = "insights-leak-no-keys"
ALL, THROTTLED = "ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS"
RESTRICTED = {"data-class": "restricted"}


def insights(status, mode=None, index=None):
    return ContributorInsights(
        index_name=index, contributor_insights_status=status, contributor_insights_mode=mode
    )


def judged(found, tags=RESTRICTED):
    return verdict(CONTROL, snapshot(region(table(tags=tags, contributor_insights=found))))


@pytest.mark.parametrize(
    ("found", "status"),
    [
        ((), Status.PASS),
        ((insights("DISABLED"),), Status.PASS),
        ((insights("ENABLED", THROTTLED),), Status.PASS),
        ((insights("ENABLED", ALL),), Status.FAIL),
        ((insights("ENABLING", ALL),), Status.FAIL),
        ((insights("DISABLED"), insights("ENABLED", ALL, "by-mail")), Status.FAIL),
        ((insights("ENABLED"),), Status.UNKNOWN),
        ((insights("SOMETHING", ALL),), Status.UNKNOWN),
        ((insights("ENABLED"), insights("ENABLED", ALL, "by-mail")), Status.FAIL),
        (denied("dynamodb:ListContributorInsights"), Status.UNKNOWN),
    ],
)
def test_status(found, status):
    assert judged(found).status is status


def test_a_table_without_sensitive_data():
    assert judged((insights("ENABLED", ALL),), {"data-class": "public"}).status is Status.NOT_APPLICABLE


def test_unread_tags_are_unknown():
    assert judged((insights("ENABLED", ALL),), denied("tag:GetResources")).status is Status.UNKNOWN


def test_a_failure_names_the_index():
    finding = judged((insights("ENABLED", ALL, "by-mail"),))
    assert finding.reason == "the keys used most of index by-mail are published in CloudWatch"
