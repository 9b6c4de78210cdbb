"""Tables of the compliant account, their keys, copies and companions.

`orders` is a global table with everything beside it, `tokens` the token vault, `invoices` sensitive but plain, `catalog` and `carts` not
sensitive; each item of `carts` belongs to one caller.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dynasec.model.backup import BackupService
from dynasec.model.companion import (
    Companions,
    DaxSubnetGroup,
    KinesisStream,
    KinesisSummary,
    ScalableTarget,
    ScalingPolicy,
)
from dynasec.model.fact import Fact, Listing
from dynasec.model.key import Grant, Key, KeyRotation
from dynasec.model.table import (
    ContinuousBackups,
    ContributorInsights,
    KinesisDestination,
    ResourcePolicy,
    Sse,
    Table,
    TableBackup,
    TableExport,
)
from tests.support.accounts import ACCOUNT, NOW, REGION, description, table
from tests.support.backup import body, plan, protected, service, vault
from tests.support.companions import KINESIS, STREAM, mapping
from tests.support.dax import cluster
from tests.support.identity import allow, deny, document
from tests.support.keys import key, key_arn, metadata

SECOND = "us-west-2"
SENSITIVE = ("orders", "tokens", "invoices")
NAMES = (*SENSITIVE, "catalog", "carts")
LANE = {**dict.fromkeys(NAMES, "shop"), "tokens": "vault"}
CLASS = {
    **dict.fromkeys(NAMES, "internal"),
    **dict.fromkeys(SENSITIVE, "restricted"),
    "invoices": "confidential",
}

TABLES_KEY = key_arn(key_id="11111111-1111-1111-1111-111111111111")
INVOICES_KEY = key_arn(key_id="22222222-2222-2222-2222-222222222222")
BACKUPS_KEY = key_arn(key_id="33333333-3333-3333-3333-333333333333")
MANAGED_KEY = key_arn(key_id="44444444-4444-4444-4444-444444444444")
REPLICA_KEY = key_arn(region=SECOND, key_id="55555555-5555-5555-5555-555555555555")
MANAGED_REPLICA_KEY = key_arn(region=SECOND, key_id="66666666-6666-6666-6666-666666666666")
KEYS = {**dict.fromkeys(NAMES, MANAGED_KEY), **dict.fromkeys(SENSITIVE, TABLES_KEY), "invoices": INVOICES_KEY}

KEY_ADMINISTRATOR = f"arn:aws:iam::{ACCOUNT}:role/key-admin"
READER = f"arn:aws:iam::{ACCOUNT}:role/shop"
READERS = [READER, f"arn:aws:iam::{ACCOUNT}:role/vault", f"arn:aws:iam::{ACCOUNT}:role/dax"]
THROUGH_DYNAMODB = {"StringEquals": {"kms:ViaService": f"dynamodb.{REGION}.amazonaws.com"}}


def arn(name: str, region: str = REGION) -> str:
    return table(name, region=region).arn


def sse(key: str) -> Sse:
    return Sse(status="ENABLED", sse_type="KMS", kms_master_key_arn=key)


def of_all(name: str, region: str, sid: str, effect: Any, *actions: str, **more: Any) -> dict[str, Any]:
    """A statement for everybody about a table and its indexes."""
    where = [arn(name, region), f"{arn(name, region)}/index/*"]
    return {"Sid": sid, **effect(*actions, resource=where, Principal="*", **more)}


def policy(name: str, region: str = REGION) -> ResourcePolicy:
    """No plain HTTP; and, where data is sensitive, nothing from outside the account's endpoints."""
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    outside = {"StringNotEquals": {"aws:VpceAccount": ACCOUNT}, "Bool": {"aws:ViaAWSService": "false"}}
    statements = [of_all(name, region, "PlainHttp", deny, "dynamodb:*", Condition=plain)]
    if name in SENSITIVE:
        statements.append(of_all(name, region, "Outside", deny, "dynamodb:*", Condition=outside))
    return ResourcePolicy(text=document(*statements), revision_id="1")


def _made(name: str, region: str = REGION, tags: dict[str, str] | None = None, **members: Any) -> Table:
    facts: dict[str, Any] = {"kinesis_destinations": (), "contributor_insights": (), "stream_policy": None}
    facts |= members.pop("facts", {})
    described = {
        "key_schema": ({"attribute_name": "id", "key_type": "HASH"},),
        "sse": sse(KEYS[name]),
        "creation_date_time": NOW - timedelta(days=400),
        "billing_mode_summary": {"billing_mode": "PAY_PER_REQUEST"},
        "deletion_protection_enabled": True,
        **members,
    }
    return table(
        name,
        region=region,
        tags={"data-class": CLASS[name], "lane": LANE[name], "owner": "shop", **(tags or {})},
        description=description(name, region=region, **described),
        policy=policy(name, region),
        continuous_backups=ContinuousBackups(enabled=True, window_days=35),
        **facts,
    )


BEACON = {
    "index_name": "by-customer",
    "key_schema": ({"attribute_name": "aws_dbe_b_customer", "key_type": "HASH"},),
}
_ORDERS: dict[str, Any] = {
    "billing_mode_summary": None,
    "provisioned_throughput": {"read_capacity_units": 5, "write_capacity_units": 5},
    "global_secondary_indexes": (BEACON,),
    "stream_specification": {"stream_enabled": True, "stream_view_type": "NEW_AND_OLD_IMAGES"},
    "global_table_version": "2019.11.21",
}


def tables() -> tuple[Table, ...]:
    throttled = ContributorInsights(
        contributor_insights_status="ENABLED", contributor_insights_mode="THROTTLED_KEYS"
    )
    sent = KinesisDestination(stream_arn=KINESIS, destination_status="ACTIVE")
    other = {"region_name": SECOND, "replica_arn": arn("orders", SECOND), "replica_status": "ACTIVE"}
    orders = _made(
        "orders",
        facts={"kinesis_destinations": (sent,), "contributor_insights": (throttled,)},
        latest_stream_arn=STREAM,
        replicas=(other,),
        **_ORDERS,
    )
    tokens = _made("tokens", tags={"token-vault": "true"}, global_secondary_indexes=(BEACON,))
    return orders, tokens, _made("invoices"), _made("catalog"), _made("carts", tags={"per-user": "true"})


def replica() -> Table:
    """The table `orders` in a Region that is not audited."""
    other = {"region_name": REGION, "replica_arn": arn("orders"), "replica_status": "ACTIVE"}
    return _made("orders", SECOND, sse=sse(REPLICA_KEY), replicas=(other,), **_ORDERS)


def _key(arn_: str, *names: str, manager: str = "CUSTOMER") -> Key:
    root = f"arn:aws:iam::{ACCOUNT}:root"
    administer = allow("kms:DescribeKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DisableKey")
    use = allow("kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant", Condition=THROUGH_DYNAMODB)
    own = document(
        {"Sid": "Root", "Principal": {"AWS": root}, **allow("kms:DescribeKey")},
        {"Sid": "Administer", "Principal": {"AWS": KEY_ADMINISTRATOR}, **administer},
        {"Sid": "Use", "Principal": {"AWS": READERS}, **use},
    )
    grant = Grant(
        grant_id="1", grantee_service_principal=f"dynamodb.{REGION}.amazonaws.com", operations=("Decrypt",)
    )
    return key(
        arn=arn_,
        tables=tuple(arn(name) for name in names),
        metadata=metadata(arn=arn_, key_manager=manager),
        aliases=() if manager == "CUSTOMER" else ("alias/aws/dynamodb",),
        policies={"default": own},
        grants=Listing((grant,)),
        rotation=KeyRotation(key_rotation_enabled=True, rotation_period_in_days=365),
    )


def keys() -> tuple[Key, ...]:
    return (
        _key(TABLES_KEY, "orders", "tokens"),
        _key(INVOICES_KEY, "invoices"),
        _key(BACKUPS_KEY),
        _key(MANAGED_KEY, "catalog", "carts", manager="AWS"),
        _key(REPLICA_KEY),
        _key(MANAGED_REPLICA_KEY, manager="AWS"),
    )


def companions() -> Companions:
    places = (("table/orders", "table"), ("table/orders/index/by-customer", "index"))
    dimensions = [
        {"resource_id": place, "scalable_dimension": f"dynamodb:{kind}:{way}CapacityUnits"}
        for place, kind in places
        for way in ("Read", "Write")
    ]
    scaled = [ScalableTarget(min_capacity=5, max_capacity=500, **one) for one in dimensions]
    policies = [
        ScalingPolicy(policy_name="use", policy_type="TargetTrackingScaling", **one) for one in dimensions
    ]
    nodes = DaxSubnetGroup.model_validate(
        {"SubnetGroupName": "private", "VpcId": "vpc-1", "Subnets": [{"SubnetIdentifier": "subnet-app"}]}
    )
    stream = KinesisSummary(
        stream_arn=KINESIS, stream_status="ACTIVE", retention_period_hours=24, encryption_type="KMS"
    )
    return Companions(
        dax_clusters=Listing((cluster(group=nodes, SecurityGroups=[{"SecurityGroupIdentifier": "sg-dax"}]),)),
        scalable_targets=Listing(tuple(scaled)),
        scaling_policies=Listing(tuple(policies)),
        event_source_mappings=Listing((mapping(),)),
        kinesis_streams=Listing((KinesisStream(arn=KINESIS, summary=Fact(stream)),)),
    )


def backups() -> BackupService:
    made = [protected(name, when=NOW - timedelta(hours=6)) for name in NAMES]
    locked = vault(
        encryption_key_arn=BACKUPS_KEY,
        encryption_key_type="CUSTOMER_MANAGED_KMS_KEY",
        locked=True,
        lock_date=NOW - timedelta(days=300),
    )
    selected = body(Resources=[f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/*"])
    return service(plan(selected), protected=Listing(tuple(made)), vaults=Listing((locked,)))


def on_demand_backups() -> Listing[TableBackup]:
    made = TableBackup(
        table_arn=arn("orders"),
        backup_arn=f"{arn('orders')}/backup/1",
        backup_name="before",
        backup_status="AVAILABLE",
        backup_type="USER",
        backup_creation_date_time=NOW - timedelta(days=3),
        encryption=Fact(sse(BACKUPS_KEY)),
    )
    return Listing((made,))


def exports() -> Listing[TableExport]:
    made = TableExport(
        export_arn=f"{arn('orders')}/export/1",
        export_status="COMPLETED",
        table_arn=arn("orders"),
        s3_bucket="exports",
        s3_sse_algorithm="KMS",
    )
    return Listing((made,))
