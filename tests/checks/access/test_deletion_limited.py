import pytest

from dynasec.check import Status
from dynasec.model.fact import Listing
from dynasec.model.table import TableBackup
from dynasec.settings import Settings, Trust
from tests.support.access import EVERYTHING, ORDERS, PEOPLE, REFUSED, account, orders, organization
from tests.support.accounts import NOW, denied, denied_listing, verdict
from tests.support.identity import REFUSED as NO_DETAILS
from tests.support.identity import allow, deny, role

CONTROL = "deletion-limited"
BACKUP = f"{ORDERS}/backup/01489602797149-73d8d5bc"
A_BACKUP = TableBackup(
    table_arn=ORDERS,
    backup_arn=BACKUP,
    backup_name="before-migration",
    backup_status="AVAILABLE",
    backup_type="USER",
    backup_creation_date_time=NOW,
)


def judged(*people, trust=(), **account_facts):
    return verdict(CONTROL, account(*people, **account_facts), Settings(trust=Trust(administrators=trust)))


@pytest.mark.parametrize(
    "statement",
    [
        allow("dynamodb:DeleteTable"),
        allow("dynamodb:Delete*", resource=ORDERS),
        allow("dynamodb:UpdateContinuousBackups", resource=ORDERS),
        allow("dynamodb:DeleteBackup", resource=f"{ORDERS}/backup/*"),
        allow("dynamodb:*"),
    ],
)
def test_who_can_delete_beside_administrators_fails(statement):
    finding = judged(role(inline={"p": [statement]}))
    assert finding.status is Status.FAIL
    assert finding.reason.startswith("role/app may dynamodb:")
    assert judged(role(inline={"p": [statement]}), trust=("*:role/app",)).status is Status.PASS


@pytest.mark.parametrize(
    "statements",
    [
        [allow("dynamodb:DeleteItem", "dynamodb:UpdateTable", "dynamodb:DescribeContinuousBackups")],
        [allow("dynamodb:DeleteBackup", resource=ORDERS)],
        [allow("dynamodb:DeleteTable", resource=f"{ORDERS}/index/*")],
        [allow("dynamodb:*"), deny("dynamodb:Delete*", "dynamodb:UpdateContinuousBackups")],
    ],
)
def test_nobody_who_can_passes(statements):
    assert judged(role(inline={"p": statements})).status is Status.PASS


def test_a_backup_named_by_a_policy_counts_if_there_is_one():
    app = role(inline={"p": [allow("dynamodb:DeleteBackup", resource=BACKUP)]})
    assert judged(app).status is Status.PASS
    there = Listing((A_BACKUP,))
    assert judged(app, table_backups=there).status is Status.FAIL
    assert judged(app, table_backups=denied_listing("dynamodb:ListBackups")).status is Status.UNKNOWN


def test_backups_that_no_policy_names_need_not_be_listed():
    assert judged(role(), table_backups=denied_listing("dynamodb:ListBackups")).status is Status.PASS


def test_neither_the_tables_description_nor_its_key_is_needed():
    assert judged(role(), of=orders(description=denied("dynamodb:DescribeTable"))).status is Status.PASS


def test_who_may_do_everything_is_an_administrator_while_nobody_is_declared():
    chief = role("chief", trust=PEOPLE, inline={"all": EVERYTHING})
    assert judged(chief).status is Status.PASS
    assert judged(chief, trust=("*:role/other",)).status is Status.FAIL


def test_what_cannot_be_read_is_unknown():
    assert judged(gaps={"roles": NO_DETAILS}).status is Status.UNKNOWN
    assert judged(role(), of=orders(policy=denied("dynamodb:GetResourcePolicy"))).status is Status.UNKNOWN
    app = role(inline={"p": [allow("dynamodb:DeleteTable")]})
    assert judged(app, organization=organization(gap=REFUSED)).status is Status.UNKNOWN
