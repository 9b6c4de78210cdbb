import pytest

from dynasec.check import Status
from dynasec.model.fact import Listing
from dynasec.model.table import (
    ContinuousBackups,
    ContributorInsights,
    KinesisDestination,
    Sse,
    StreamSpecification,
    TableExport,
)
from dynasec.settings import Rule, Settings
from tests.support.accounts import denied, denied_listing, description, region, snapshot, table, verdict
from tests.support.keys import key, key_arn
from tests.support.trails import basic, trail, trails

CONTROL = "token-vault-isolated"
VAULT = {"token-vault": "true"}
SSE = Sse(status="ENABLED", sse_type="KMS", kms_master_key_arn=key_arn())
EXPORT = TableExport(export_arn="arn", export_status="COMPLETED", table_arn=table().arn, s3_bucket="lake")
LOGGED = trails(trail("items", basic("arn:aws:dynamodb")))


def judged(*, tags=VAULT, settings=None, exports=(), keys=None, logs=LOGGED, members=None, **facts):
    described = {"sse": SSE, "deletion_protection_enabled": True, **(members or {})}
    defaults = {
        "description": description(**described),
        "continuous_backups": ContinuousBackups(enabled=True),
        "kinesis_destinations": (),
        "contributor_insights": (),
    }
    one = table(tags=tags, **{**defaults, **facts})
    listing = exports if isinstance(exports, Listing) else Listing(exports)
    keys = (key(aliases=()),) if keys is None else keys
    return verdict(CONTROL, snapshot(region(one, table_exports=listing), keys=keys, trails=logs), settings)


def test_a_vault_with_everything_it_needs():
    assert judged().status is Status.PASS


def test_a_table_that_is_no_vault():
    finding = judged(tags={})
    assert finding.status is Status.NOT_APPLICABLE
    assert "tag token-vault = true" in finding.reason


def test_a_rule_may_declare_a_vault():
    rules = Settings(rules=(Rule(match="orders", token_vault=True),))
    assert judged(tags={}, settings=rules).status is Status.PASS


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"members": {"sse": None}}, "its key is AWS owned"),
        ({"members": {"deletion_protection_enabled": False}}, "deletion protection is off"),
        (
            {"members": {"stream_specification": StreamSpecification(stream_enabled=True)}},
            "it has a stream",
        ),
        ({"continuous_backups": ContinuousBackups(enabled=False)}, "point-in-time recovery is off"),
        (
            {"kinesis_destinations": (KinesisDestination(stream_arn="arn", destination_status="ACTIVE"),)},
            "it sends its changes to arn",
        ),
        (
            {"contributor_insights": (ContributorInsights(contributor_insights_status="ENABLED"),)},
            "Contributor Insights publishes its keys",
        ),
        (
            {"exports": (EXPORT.model_copy(update={"export_status": "FAILED"}), EXPORT)},
            "exported to bucket lake",
        ),
        ({"logs": trails()}, "not all reads and writes of its items are logged"),
    ],
)
def test_each_flaw_fails(facts, words):
    finding = judged(**facts)
    assert finding.status is Status.FAIL
    assert words in finding.reason


@pytest.mark.parametrize(
    "facts",
    [
        {"members": {"deletion_protection_enabled": None}},
        {"continuous_backups": denied("dynamodb:DescribeContinuousBackups")},
        {"kinesis_destinations": denied("dynamodb:DescribeKinesisStreamingDestination")},
        {"contributor_insights": denied("dynamodb:ListContributorInsights")},
        {"exports": denied_listing("dynamodb:ListExports")},
        {"keys": ()},
        {"description": denied("dynamodb:DescribeTable")},
        {"tags": denied("tag:GetResources")},
    ],
)
def test_what_was_not_read_is_unknown(facts):
    assert judged(**facts).status is Status.UNKNOWN


def test_a_flaw_that_is_seen_counts_though_others_are_hidden():
    hidden = denied("dynamodb:DescribeContinuousBackups")
    assert judged(continuous_backups=hidden, members={"sse": None}).status is Status.FAIL
