"""What can go wrong with tables, their keys, copies and companions: encryption, tokenization, resilience."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dynasec.check import Status
from dynasec.model.companion import DaxSse
from dynasec.model.fact import Fact
from dynasec.model.key import Grant, Key
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import (
    ContinuousBackups,
    ContributorInsights,
    LegacyGlobalTable,
    LegacyReplica,
)
from tests.account.mutation import (
    Mutation,
    added,
    changed,
    described,
    granted,
    here,
    removed,
    replaced,
    table_of,
    the,
    with_description,
    with_policy,
    with_statement,
    without_statement,
)
from tests.account.tables import (
    BACKUPS_KEY,
    KEY_ADMINISTRATOR,
    MANAGED_KEY,
    MANAGED_REPLICA_KEY,
    READER,
    SECOND,
    TABLES_KEY,
    THROUGH_DYNAMODB,
    arn,
    sse,
)
from tests.support.accounts import REGION
from tests.support.identity import allow

FOREIGN = "arn:aws:iam::999988887777:role/partner"


def _key(account: Snapshot, key_arn: str) -> Key:
    found = account.key(key_arn)
    assert found is not None
    return found


def _key_statement(account: Snapshot, principal_arn: str, *actions: str, **more: Any) -> Snapshot:
    policies = _key(account, TABLES_KEY).policies
    statement = {"Principal": {"AWS": principal_arn}, **allow(*actions, **more)}
    return replaced(
        account, policies, Fact({"default": with_statement(policies.known()["default"], statement)})
    )


def _cluster(account: Snapshot, **members: Any) -> Snapshot:
    return changed(account, here(account).companions.dax_clusters.items[0].description, **members)


def _open_group(account: Snapshot, name: str) -> Snapshot:
    one = the(here(account).network.security_groups.items, group_id=name)
    (rule,) = one.ip_permissions
    wide = rule.ip_ranges[0].model_copy(update={"cidr_ip": "0.0.0.0/0"})
    return changed(account, rule, ip_ranges=(*rule.ip_ranges, wide))


def _wide_role(account: Snapshot) -> Snapshot:
    return granted(account, "dax", allow("dynamodb:GetItem", resource=arn("orders-*")))


def _key_state(account: Snapshot, key_arn: str, state: str) -> Snapshot:
    return changed(account, _key(account, key_arn).metadata.known(), key_state=state, enabled=False)


def _recovery(account: Snapshot, name: str, *, enabled: bool, days: int | None) -> Snapshot:
    was = table_of(account, name).continuous_backups
    return replaced(account, was, Fact(ContinuousBackups(enabled=enabled, window_days=days)))


def _old_backup(account: Snapshot) -> Snapshot:
    one = the(here(account).backup.protected.items, resource_arn=arn("invoices"))
    broken = changed(account, one, last_backup_time=account.taken_at - timedelta(days=9))
    return _recovery(broken, "invoices", enabled=False, days=None)


def _weaker_replica(account: Snapshot) -> Snapshot:
    return changed(account, account.replicas[0].description.known(), deletion_protection_enabled=False)


def _shown(account: Snapshot, name: str, mode: str) -> Snapshot:
    shown = ContributorInsights(contributor_insights_status="ENABLED", contributor_insights_mode=mode)
    return replaced(account, table_of(account, name).contributor_insights, Fact((shown,)))


def _without_beacon(account: Snapshot) -> Snapshot:
    index = described(account, "orders").global_secondary_indexes[0]
    return changed(account, index.key_schema[0], attribute_name="customer")


def _selected(account: Snapshot) -> Snapshot:
    selection = here(account).backup.plans.items[0].selections.items[0].body.known()
    return changed(account, selection, not_resources=(arn("catalog"),))


def _unlocked(account: Snapshot) -> Snapshot:
    return changed(account, here(account).backup.vaults.items[0].description, locked=False, lock_date=None)


def _legacy(account: Snapshot) -> Snapshot:
    group = (LegacyReplica(region_name=REGION), LegacyReplica(region_name=SECOND))
    legacy = LegacyGlobalTable(global_table_name="catalog", replication_group=group)
    return added(account, here(account).legacy_global_tables, legacy)


def _grant(account: Snapshot) -> Snapshot:
    foreign = Grant(grant_id="2", grantee_principal=FOREIGN, operations=("Decrypt",))
    return added(account, _key(account, TABLES_KEY).grants, foreign)


def _unencrypted_stream(account: Snapshot) -> Snapshot:
    stream = here(account).companions.kinesis_streams.items[0].summary.known()
    return changed(account, stream, encryption_type="NONE", key_id=None)


def _no_scaling(account: Snapshot) -> Snapshot:
    policies = here(account).companions.scaling_policies
    return removed(account, policies, policies.items[-1])


def _rotation(account: Snapshot) -> Snapshot:
    rotation = _key(account, TABLES_KEY).rotation.known()
    return changed(account, rotation, key_rotation_enabled=False, rotation_period_in_days=None)


MUTATIONS = (
    Mutation("kms-encrypted", lambda account: with_description(account, "catalog", sse=None)),
    Mutation("customer-key", lambda account: with_description(account, "invoices", sse=sse(MANAGED_KEY))),
    Mutation("key-usable", lambda account: _key_state(account, TABLES_KEY, "Disabled")),
    Mutation("key-rotation", _rotation),
    Mutation(
        "key-policy-narrow",
        lambda account: _key_statement(account, FOREIGN, "kms:Decrypt", Condition=THROUGH_DYNAMODB),
    ),
    Mutation("key-via-dynamodb", lambda account: _key_statement(account, READER, "kms:Decrypt")),
    Mutation(
        "key-duties-separated",
        lambda account: _key_statement(account, KEY_ADMINISTRATOR, "kms:Decrypt", Condition=THROUGH_DYNAMODB),
    ),
    Mutation("key-grants-known", _grant),
    Mutation(
        "replica-keys",
        lambda account: changed(
            account, account.replicas[0].description.known(), sse=sse(MANAGED_REPLICA_KEY)
        ),
    ),
    Mutation(
        "tls-enforced",
        lambda account: with_policy(account, "tokens", lambda text: without_statement(text, "PlainHttp")),
    ),
    Mutation("client-side-encryption", _without_beacon, to=Status.UNKNOWN),
    Mutation("dax-at-rest", lambda account: _cluster(account, sse=DaxSse(status="DISABLED"))),
    Mutation("dax-in-transit", lambda account: _cluster(account, cluster_endpoint_encryption_type="NONE")),
    Mutation("dax-role-scoped", _wide_role),
    Mutation("dax-network-private", lambda account: _open_group(account, "sg-dax")),
    Mutation("kinesis-destination-safe", _unencrypted_stream),
    Mutation(
        "exports-safe",
        lambda account: changed(account, here(account).table_exports.items[0], s3_sse_algorithm="AES256"),
    ),
    Mutation(
        "insights-leak-no-keys", lambda account: _shown(account, "orders", "ACCESSED_AND_THROTTLED_KEYS")
    ),
    Mutation("token-vault-isolated", lambda account: _shown(account, "tokens", "THROTTLED_KEYS")),
    Mutation(
        "no-plaintext-identifiers",
        lambda account: account,
        settings=lambda settings: settings.model_copy(update={"attest": ()}),
        to=Status.UNKNOWN,
    ),
    Mutation(
        "point-in-time-recovery",
        lambda account: _recovery(account, "catalog", enabled=False, days=None),
        silent={"recovery-window": "without recovery there is no window"},
    ),
    Mutation("recovery-window", lambda account: _recovery(account, "tokens", enabled=True, days=7)),
    Mutation(
        "deletion-protection",
        lambda account: with_description(account, "catalog", deletion_protection_enabled=False),
    ),
    Mutation("backup-plan", _selected),
    Mutation(
        "recent-backup",
        _old_backup,
        also={"point-in-time-recovery": "point-in-time recovery is a recent backup by itself"},
        silent={"recovery-window": "without recovery there is no window"},
    ),
    Mutation("backup-vault-locked", _unlocked),
    Mutation("backup-keys-usable", lambda account: _key_state(account, BACKUPS_KEY, "PendingDeletion")),
    Mutation("autoscaling", _no_scaling),
    Mutation("replica-settings-equal", _weaker_replica),
    Mutation("global-table-current", _legacy),
)
