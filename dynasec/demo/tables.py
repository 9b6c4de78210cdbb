"""A web shop's tables: a dozen in us-east-1, two in us-west-2, none in eu-west-1.

Good: `orders`, and `card-tokens` but for one thing. Everything else has something wrong with it, told beside it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dynasec.demo.emulator import ACCOUNT, Aws
from dynasec.demo.keys import Keys

PARTNER = "999988887777"
"""A foreign account that nobody declared as trusted."""

_TEST_CARDS = ("4111 1111 1111 1111", "5555 5555 5555 4444", "3782 822463 10005")
_HOME = "us-east-1"
_DISASTER = "us-west-2"


def seed(aws: Aws, keys: Keys) -> None:
    """Create the tables with their settings."""
    _shop(aws, keys)
    _finance(aws, keys)
    _analytics(aws)
    _disaster_recovery(aws)


def _shop(aws: Aws, keys: Keys) -> None:
    # As it should be: customer key, point-in-time recovery, protection, a policy that admits our own role only.
    _table(aws, "orders", "restricted", "shop", key=keys.shop, pitr=True, protected=True)
    aws.note_replica("orders", _HOME, _DISASTER)
    _policy(
        aws, "orders", "OwnRole", {"AWS": f"arn:aws:iam::{ACCOUNT}:role/orders-service"}, "dynamodb:GetItem"
    )
    # A token vault, nearly as it should be: nobody records who turns tokens back.
    _table(
        aws,
        "card-tokens",
        "restricted",
        "shop",
        key=keys.shop,
        pitr=True,
        protected=True,
        more_tags={"token-vault": "true"},
    )
    # Confidential data under the AWS managed key: nobody controls who may use it, nobody can switch it off.
    _table(aws, "customers", "confidential", "shop", key="alias/aws/dynamodb", pitr=True, protected=True)
    # Internal and public data under the key that AWS owns, without protection.
    _table(aws, "carts", "internal", "shop", pitr=True, more_tags={"per-user": "true"})
    _table(aws, "sessions", "internal", "shop")
    _table(aws, "catalog", "public", "shop", protected=True)


def _finance(aws: Aws, keys: Keys) -> None:
    # The key of these is scheduled for deletion: in 30 days the data are gone.
    _table(aws, "invoices", "confidential", "finance", key=keys.archive, pitr=True, protected=True)
    # A partner's account may read all payments, and there is no way to see it in IAM.
    _table(aws, "payments", "restricted", "finance", key=keys.partner, pitr=True, protected=True)
    _policy(
        aws,
        "payments",
        "PartnerFeed",
        {"AWS": f"arn:aws:iam::{PARTNER}:root"},
        ["dynamodb:GetItem", "dynamodb:Query"],
    )
    # Its card numbers (the well-known ones for tests) are in clear: `--sample-items` sees it.
    for number, card in enumerate(_TEST_CARDS):
        item = {"id": {"S": f"payment-{number}"}, "card": {"S": card}}
        aws.client("dynamodb", _HOME).put_item(TableName="payments", Item=item)
    # "secret" is on nobody's ladder: nothing that goes by class will protect this table.
    _table(aws, "ledger", "secret", "finance", key=keys.partner, pitr=True, protected=True)


def _analytics(aws: Aws) -> None:
    # Nobody ever said what these hold.
    _table(aws, "click-events", None, "analytics")
    _table(aws, "experiments", None, "analytics", protected=True)
    _table(aws, "reports", "internal", "analytics", pitr=True, protected=True)


def _disaster_recovery(aws: Aws) -> None:
    # The replica of `orders` has neither recovery nor protection: those settings do not replicate.
    _table(aws, "orders", "restricted", "shop", key="alias/aws/dynamodb", region=_DISASTER)
    _table(aws, "failover-state", "internal", "shop", pitr=True, protected=True, region=_DISASTER)


def _table(  # noqa: PLR0913 - one setting a parameter
    aws: Aws,
    name: str,
    data_class: str | None,
    lane: str,
    *,
    key: str | None = None,
    pitr: bool = False,
    protected: bool = False,
    region: str = _HOME,
    more_tags: Mapping[str, str] = MappingProxyType({}),
) -> None:
    dynamodb = aws.client("dynamodb", region)
    tags = {"lane": lane} | ({"data-class": data_class} if data_class else {}) | dict(more_tags)
    more: dict[str, Any] = {}
    if key is not None:
        arn = (
            key
            if key.startswith("arn:")
            else aws.client("kms", region).describe_key(KeyId=key)["KeyMetadata"]["Arn"]
        )
        more["SSESpecification"] = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": arn}
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=protected,
        Tags=[{"Key": tag, "Value": value} for tag, value in tags.items()],
        **more,
    )
    if pitr:
        dynamodb.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )


def _policy(aws: Aws, table: str, sid: str, principal: dict[str, str], action: str | list[str]) -> None:
    arn = f"arn:aws:dynamodb:{_HOME}:{ACCOUNT}:table/{table}"
    statement = {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": action, "Resource": arn}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    aws.client("dynamodb", _HOME).put_resource_policy(ResourceArn=arn, Policy=json.dumps(document))
