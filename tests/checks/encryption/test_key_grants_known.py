import pytest

from dynasec.check import Status
from dynasec.model.fact import Listing
from dynasec.model.key import Grant
from dynasec.settings import Settings, Trust
from tests.support.accounts import ACCOUNT, denied_listing, region, snapshot, verdict
from tests.support.keys import encrypted, key

CONTROL = "key-grants-known"
FOREIGN = "999988887777"
PARTNER = f"arn:aws:iam::{FOREIGN}:role/partner"


def grant(principal, **members):
    return Grant(grant_id="abcdef0123456789", grantee_principal=principal, operations=("Decrypt",), **members)


OWN = grant(f"arn:aws:iam::{ACCOUNT}:role/app")
SERVICE = grant("dynamodb.us-east-1.amazonaws.com")


def judged(grants, settings=None):
    listing = grants if isinstance(grants, Listing) else Listing(tuple(grants))
    return verdict(CONTROL, snapshot(region(encrypted()), keys=(key(grants=listing),)), settings)


@pytest.mark.parametrize(
    ("grants", "status"),
    [
        ((), Status.PASS),
        ((SERVICE, OWN), Status.PASS),
        ((grant(f"arn:aws:sts::{ACCOUNT}:assumed-role/app/session"),), Status.PASS),
        ((grant(None, grantee_service_principal="dynamodb.amazonaws.com"),), Status.PASS),
        ((grant(ACCOUNT),), Status.PASS),
        ((SERVICE, grant(PARTNER)), Status.FAIL),
        ((grant(FOREIGN),), Status.FAIL),
        ((grant("AROAEXAMPLEEXAMPLE"),), Status.FAIL),
        ((grant("evil/dynamodb.amazonaws.com"),), Status.FAIL),
        ((grant(None),), Status.UNKNOWN),
        (denied_listing("kms:ListGrants", SERVICE), Status.UNKNOWN),
        (denied_listing("kms:ListGrants", grant(PARTNER)), Status.FAIL),
    ],
)
def test_status(grants, status):
    assert judged(grants).status is status


def test_a_failure_names_grant_grantee_and_use():
    finding = judged((grant(PARTNER, name="reports"),))
    assert finding.reason == f"grant reports lets {PARTNER} of account {FOREIGN} Decrypt"


def test_a_trusted_account_may_have_a_grant():
    assert judged((grant(PARTNER),), Settings(trust=Trust(accounts=(FOREIGN,)))).status is Status.PASS
