import pytest

from dynasec.model import backup
from tests.support.shapes import assert_shape


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        (backup.BackupRule, "BackupRule"),
        (backup.SelectionBody, "BackupSelection"),
        (backup.TagEquality, "Condition"),
        (backup.TagConditions, "Conditions"),
        (backup.VaultDescription, "BackupVaultListMember"),
        (backup.ProtectedResource, "ProtectedResource"),
    ],
)
def test_fields_are_members_of_the_aws_shape(kind, shape):
    assert_shape(kind, "backup", shape)
