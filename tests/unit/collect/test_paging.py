import boto3
import pytest

from tests.support.emulated import collect_emulated
from tests.support.scripted import AwsError, clients

READS = ("dynamodb:ListTables", "dynamodb:ListContributorInsights")
LIST = "dynamodb:ListContributorInsights"


def _summary(table, **members):
    return {"TableName": table, "ContributorInsightsStatus": "ENABLED", **members}


def _two_pages(sent):
    if sent.get("NextToken") == "more":
        return {"ContributorInsightsSummaries": [_summary("orders")]}
    return {"ContributorInsightsSummaries": [_summary("carts")], "NextToken": "more"}


def _create(name):
    boto3.client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )


@pytest.mark.usefixtures("aws")
def test_an_operation_without_paginator_is_read_to_its_end():
    made, session = clients()
    assert not made.get("dynamodb", "us-east-1").can_paginate("list_contributor_insights")
    assert session.made == {}
    for name in ("orders", "carts"):
        _create(name)
    found, calls = collect_emulated(READS, script={LIST: _two_pages})
    carts, orders = found.regions[0].tables.complete()
    for table in (carts, orders):
        (insights,) = table.contributor_insights.known()
        assert insights.contributor_insights_status == "ENABLED"
    assert calls[LIST] == 2
    assert found.calls[LIST] == 2


@pytest.mark.usefixtures("aws")
def test_a_refused_later_page_leaves_the_facts_unknown():
    _create("carts")
    script = {
        LIST: lambda sent: AwsError("AccessDeniedException") if "NextToken" in sent else _two_pages(sent)
    }
    found, _ = collect_emulated(READS, script=script)
    (carts,) = found.regions[0].tables.complete()
    assert carts.contributor_insights.gap.code == "AccessDeniedException"


@pytest.mark.usefixtures("aws")
def test_a_token_that_repeats_is_a_gap_and_no_endless_loop():
    _create("carts")
    endless = {"ContributorInsightsSummaries": [], "NextToken": "again"}
    found, calls = collect_emulated(READS, script={LIST: endless})
    (carts,) = found.regions[0].tables.complete()
    assert carts.contributor_insights.gap.code == "ValueError"
    assert calls[LIST] == 2
