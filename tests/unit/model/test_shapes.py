import pytest

from dynasec.model import key, table
from tests.support.shapes import assert_shape


@pytest.mark.parametrize(
    ("kind", "service", "shape"),
    [
        (table.TableDescription, "dynamodb", "TableDescription"),
        (table.TimeToLive, "dynamodb", "TimeToLiveDescription"),
        (table.KinesisDestination, "dynamodb", "KinesisDataStreamDestination"),
        (table.ContributorInsights, "dynamodb", "ContributorInsightsSummary"),
        (table.TableExport, "dynamodb", "ExportDescription"),
        (table.LegacyGlobalTable, "dynamodb", "GlobalTable"),
        (key.KeyMetadata, "kms", "KeyMetadata"),
        (key.KeyRotation, "kms", "GetKeyRotationStatusResponse"),
        (key.Grant, "kms", "GrantListEntry"),
    ],
)
def test_fields_are_members_of_the_aws_shape(kind, service, shape):
    assert_shape(kind, service, shape)


def test_a_backup_has_the_members_of_its_summary_and_its_encryption():
    assert_shape(table.TableBackup, "dynamodb", "BackupSummary", ours=frozenset({"encryption"}))
