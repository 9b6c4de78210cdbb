import pytest

from dynasec.model import identity, organization
from tests.support.shapes import assert_shape


@pytest.mark.parametrize(
    ("kind", "service", "shape"),
    [
        (identity.RoleLastUsed, "iam", "RoleLastUsed"),
        (organization.OrganizationDescription, "organizations", "Organization"),
        (organization.MemberAccount, "organizations", "Account"),
    ],
)
def test_fields_are_members_of_the_aws_shape(kind, service, shape):
    assert_shape(kind, service, shape)
