import boto3
import pytest

from tests.support.emulated import collect_emulated
from tests.support.scripted import AwsError

READS = (
    "dynamodb:ListTables",
    "dynamodb:DescribeTable",
    "tag:GetResources",
    "dynamodb:DescribeContinuousBackups",
)


def _create(name, **members):
    boto3.client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        **members,
    )


@pytest.mark.usefixtures("aws")
def test_tables_are_read_with_their_facts():
    _create("orders", Tags=[{"Key": "data-class", "Value": "restricted"}])
    _create("carts")
    found, made = collect_emulated(READS)
    carts, orders = found.regions[0].tables.complete()
    assert orders.tags.known() == {"data-class": "restricted"}
    assert carts.tags.known() == {}
    assert orders.description.known().on_demand
    assert orders.continuous_backups.known().enabled is False
    assert set(made) == {*READS, "sts:GetCallerIdentity"}


@pytest.mark.usefixtures("aws")
def test_one_denied_table_is_one_gap():
    _create("orders")
    _create("carts")
    refuse = {
        "dynamodb:DescribeTable": lambda sent: (
            AwsError("AccessDeniedException") if sent["TableName"] == "orders" else None
        )
    }
    found, _ = collect_emulated(READS, script=refuse)
    carts, orders = found.regions[0].tables.complete()
    assert carts.description.observed
    assert orders.description.gap.code == "AccessDeniedException"
    assert orders.continuous_backups.observed


POLICY = "dynamodb:GetResourcePolicy"
STREAM = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}}


@pytest.mark.usefixtures("aws")
def test_a_table_that_was_never_tagged_has_no_tags_and_is_no_gap():
    """Wrong answer 12."""
    _create("carts")
    found, _ = collect_emulated(READS)
    assert found.regions[0].tables.complete()[0].tags.known() == {}


@pytest.mark.usefixtures("aws")
def test_refused_tags_are_no_empty_tags():
    _create("orders")
    found, _ = collect_emulated(READS, script={"tag:GetResources": AwsError("AccessDeniedException")})
    assert found.regions[0].tables.complete()[0].tags.gap.code == "AccessDeniedException"


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("status", ["ENABLED", "DISABLED"])
def test_point_in_time_recovery_is_read_from_its_own_status(status):
    """Wrong answer 2: ContinuousBackupsStatus is always ENABLED."""
    _create("orders")
    recovery = {"PointInTimeRecoveryStatus": status, "RecoveryPeriodInDays": 7}
    answer = {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery}
    script = {"dynamodb:DescribeContinuousBackups": {"ContinuousBackupsDescription": answer}}
    found, _ = collect_emulated(READS, script=script)
    backups = found.regions[0].tables.complete()[0].continuous_backups.known()
    assert (backups.enabled, backups.window_days) == (status == "ENABLED", 7)


@pytest.mark.usefixtures("aws")
def test_point_in_time_recovery_that_is_not_described_is_a_gap():
    """Wrong answer 2."""
    _create("orders")
    answer = {"ContinuousBackupsDescription": {"ContinuousBackupsStatus": "ENABLED"}}
    found, _ = collect_emulated(READS, script={"dynamodb:DescribeContinuousBackups": answer})
    assert found.regions[0].tables.complete()[0].continuous_backups.gap.code == "Malformed"


def _policies(script):
    found, _ = collect_emulated((*READS, POLICY), script=script)
    (one,) = found.regions[0].tables.complete()
    return one.policy, one.stream_policy


@pytest.mark.usefixtures("aws")
def test_policies_of_a_table_and_its_stream():
    _create("orders", **STREAM)
    table, stream = _policies(
        {POLICY: lambda sent: {"Policy": "stream" if "/stream/" in sent["ResourceArn"] else "table"}}
    )
    assert (table.known().text, stream.known().text) == ("table", "stream")


@pytest.mark.usefixtures("aws")
def test_no_policy_is_an_observation():
    _create("orders", **STREAM)
    table, stream = _policies({POLICY: AwsError("PolicyNotFoundException")})
    assert (table.known(), stream.known()) == (None, None)


@pytest.mark.usefixtures("aws")
def test_a_refused_policy_is_not_taken_for_none():
    """Wrong answer 10."""
    _create("orders", **STREAM)
    table, stream = _policies({POLICY: AwsError("AccessDeniedException")})
    assert {table.gap.code, stream.gap.code} == {"AccessDeniedException"}


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("enabled", [True, False])
def test_only_a_disabled_stream_may_be_lost(enabled):
    _create("orders", **STREAM)
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
    described = {
        "TableName": "orders",
        "TableArn": arn,
        "TableStatus": "ACTIVE",
        "LatestStreamArn": f"{arn}/stream/2026-01-01T00:00:00.000",
        **({"StreamSpecification": {"StreamEnabled": True}} if enabled else {}),
    }
    lost = {POLICY: AwsError("ResourceNotFoundException"), "dynamodb:DescribeTable": {"Table": described}}
    table, stream = _policies(lost)
    assert table.gap.code == "ResourceNotFoundException"
    assert stream.observed is not enabled


@pytest.mark.usefixtures("aws")
def test_a_table_without_stream_has_no_stream_policy():
    _create("orders")
    assert _policies({POLICY: AwsError("AccessDeniedException")})[1].known() is None


@pytest.mark.usefixtures("aws")
def test_insights_of_an_index_do_not_hide_those_of_its_table():
    _create("orders")
    _create("carts")
    script = {
        "dynamodb:ListContributorInsights": {
            "ContributorInsightsSummaries": [
                {
                    "TableName": "orders",
                    "ContributorInsightsStatus": "ENABLED",
                    "ContributorInsightsMode": "ACCESSED_AND_THROTTLED_KEYS",
                },
                {"TableName": "orders", "IndexName": "by-date", "ContributorInsightsStatus": "DISABLED"},
            ]
        }
    }
    found, _ = collect_emulated((*READS, "dynamodb:ListContributorInsights"), script=script)
    carts, orders = found.regions[0].tables.complete()
    table, index = orders.contributor_insights.known()
    assert (table.index_name, table.contributor_insights_status) == (None, "ENABLED")
    assert table.contributor_insights_mode == "ACCESSED_AND_THROTTLED_KEYS"
    assert (index.index_name, index.contributor_insights_status) == ("by-date", "DISABLED")
    assert carts.contributor_insights.known() == ()


EXPORTS = ("dynamodb:ListExports", "dynamodb:DescribeExport")
EXPORT = "arn:aws:dynamodb:us-east-1:123456789012:table/orders/export/0"


def _exports(describe):
    listed = {
        "ExportSummaries": [
            {"ExportArn": f"{EXPORT}{number}", "ExportStatus": "COMPLETED"} for number in (2, 1)
        ]
    }
    script = {"dynamodb:ListExports": listed, "dynamodb:DescribeExport": describe}
    return collect_emulated(EXPORTS, script=script)[0].regions[0].table_exports


def _exported(sent):
    return {
        "ExportDescription": {
            "ExportArn": sent["ExportArn"],
            "ExportStatus": "COMPLETED",
            "TableArn": EXPORT.partition("/export")[0],
            "S3Bucket": "dump",
            "S3BucketOwner": "999999999999",
            "S3SseAlgorithm": "KMS",
        }
    }


@pytest.mark.usefixtures("aws")
def test_exports_with_where_they_went():
    first, second = _exports(_exported).complete()
    assert (first.export_arn, second.export_arn) == (f"{EXPORT}1", f"{EXPORT}2")
    assert (first.s3_bucket_owner, first.s3_sse_algorithm) == ("999999999999", "KMS")


@pytest.mark.usefixtures("aws")
def test_an_export_that_cannot_be_described_leaves_the_listing_incomplete():
    refused = AwsError("AccessDeniedException")
    found = _exports(lambda sent: refused if sent["ExportArn"].endswith("1") else _exported(sent))
    assert [one.export_arn for one in found.items] == [f"{EXPORT}2"]
    assert (found.gap.operation, found.gap.code) == ("dynamodb:DescribeExport", "AccessDeniedException")


@pytest.mark.usefixtures("aws")
def test_backups_come_in_the_order_of_their_arns():
    _create("orders")
    for name in ("late", "early"):
        boto3.client("dynamodb").create_backup(TableName="orders", BackupName=name)
    found, _ = collect_emulated(("dynamodb:ListBackups",))
    backups = found.regions[0].table_backups.complete()
    assert [one.backup_arn for one in backups] == sorted(one.backup_arn for one in backups)
    assert {one.backup_name for one in backups} == {"early", "late"}


def _global_table(**replica):
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
    described = {
        "TableName": "orders",
        "TableArn": arn,
        "TableStatus": "ACTIVE",
        "Replicas": [{"RegionName": "eu-west-1", **replica}],
    }
    return {"dynamodb:DescribeTable": {"Table": described}}


@pytest.mark.usefixtures("aws")
def test_replicas_elsewhere_are_read_with_their_own_facts():
    _create("orders")
    found, _ = collect_emulated(READS, script=_global_table(), replicas=True)
    (replica,) = found.replicas
    assert (replica.region, replica.name) == ("eu-west-1", "orders")
    assert replica.arn == "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
    assert replica.continuous_backups.gap.region == "eu-west-1"
    assert found.table(replica.arn) is replica


@pytest.mark.usefixtures("aws")
def test_replicas_are_left_alone_where_no_control_needs_them():
    _create("orders")
    found, _ = collect_emulated(READS, script=_global_table())
    assert found.replicas == ()


@pytest.mark.usefixtures("aws")
def test_a_replica_of_another_account_is_not_taken_for_a_table_of_this_one():
    _create("orders")
    foreign = {"ReplicaArn": "arn:aws:dynamodb:eu-west-1:999999999999:table/orders"}
    found, _ = collect_emulated(READS, script=_global_table(**foreign), replicas=True)
    assert found.replicas == ()


@pytest.mark.usefixtures("aws")
def test_time_to_live_and_kinesis_destinations():
    _create("orders")
    stream = "arn:aws:kinesis:us-east-1:123456789012:stream/changes"
    script = {
        "dynamodb:DescribeKinesisStreamingDestination": {
            "KinesisDataStreamDestinations": [{"StreamArn": stream, "DestinationStatus": "ACTIVE"}]
        }
    }
    reads = (*READS, "dynamodb:DescribeTimeToLive", *script)
    (one,) = collect_emulated(reads, script=script)[0].regions[0].tables.complete()
    assert one.time_to_live.known().time_to_live_status == "DISABLED"
    assert one.kinesis_destinations.known()[0].stream_arn == stream


LEGACY = "dynamodb:ListGlobalTables"


@pytest.mark.usefixtures("aws")
def test_legacy_global_tables_are_read_page_by_page():
    asked = []

    def answer(sent):
        asked.append(sent.get("ExclusiveStartGlobalTableName"))
        name = "aaa" if len(asked) > 1 else "bbb"
        group = {"GlobalTableName": name, "ReplicationGroup": [{"RegionName": "us-east-1"}]}
        more = {"LastEvaluatedGlobalTableName": "bbb"} if len(asked) == 1 else {}
        return {"GlobalTables": [group], **more}

    found, _ = collect_emulated(("dynamodb:ListTables", LEGACY), script={LEGACY: answer})
    names = [one.global_table_name for one in found.regions[0].legacy_global_tables.complete()]
    assert names == ["aaa", "bbb"]
    assert asked == [None, "bbb"]


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("answer", [AwsError("AccessDeniedException"), {}])
def test_legacy_global_tables_that_cannot_be_read_are_a_gap(answer):
    found, _ = collect_emulated(("dynamodb:ListTables", LEGACY), script={LEGACY: answer})
    assert found.regions[0].legacy_global_tables.gap.operation == LEGACY


BACKUP = "dynamodb:DescribeBackup"
BACKUPS = ("dynamodb:ListTables", "dynamodb:ListBackups", BACKUP, "kms:DescribeKey")


@pytest.mark.usefixtures("aws")
def test_a_backup_tells_the_key_it_was_made_with():
    _create("orders")
    boto3.client("dynamodb").create_backup(TableName="orders", BackupName="before")
    key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    sse = {"SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}}
    script = {BACKUP: {"BackupDescription": {"SourceTableFeatureDetails": sse}}}
    found, _ = collect_emulated(BACKUPS, script=script)
    (backup,) = found.regions[0].table_backups.complete()
    assert backup.encryption.known().kms_master_key_arn == key
    assert [one.arn for one in found.keys] == [key]


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (AwsError("AccessDeniedException"), "AccessDeniedException"),
        ({"BackupDescription": {}}, "Malformed"),
        ({"BackupDescription": {"SourceTableFeatureDetails": {}}}, None),
    ],
)
def test_what_a_backup_does_not_tell_of_its_key(answer, code):
    _create("orders")
    boto3.client("dynamodb").create_backup(TableName="orders", BackupName="before")
    found, _ = collect_emulated(BACKUPS, script={BACKUP: answer})
    (backup,) = found.regions[0].table_backups.complete()
    assert (backup.encryption.gap and backup.encryption.gap.code) == code
    assert backup.encryption.value is None


@pytest.mark.usefixtures("aws")
def test_an_answer_without_the_list_of_tables_is_not_an_account_without_tables():
    found, _ = collect_emulated(("dynamodb:ListTables",), script={"dynamodb:ListTables": {}})
    assert found.regions[0].tables.gap.code == "Malformed"
    assert not found.regions[0].is_empty
