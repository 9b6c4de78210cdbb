"""Customer managed keys to encrypt tables with: a new one, made for one table, or one that the configuration names.

A new key's policy is that of the AWS managed key, which lets every principal of the account use it through DynamoDB and only so, plus an
administration by the account: its IAM policies decide who may administer the key, and nobody gets to use it directly.
See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html (authorizing DynamoDB to use your keys)
and https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, Final

from dynasec.arn import Arn
from dynasec.change import CHANGE_TAG_KEY, Call, Identity, Json, State, change_tag, result
from dynasec.check import Context
from dynasec.model.fact import NOT_COLLECTED, Fact, Gap, Listing, Unknown
from dynasec.model.key import Key, KeyMetadata, KeyRotation
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import Table
from dynasec.semantics.key_state import why_unusable

ADMINISTRATION: Final = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:Describe*",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:Get*",
    "kms:List*",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
USE: Final = (
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
)
_PARTITIONS: Final = frozenset({"aws", "aws-us-gov"})
_LONGEST_ALIAS: Final = 200
_NOT_IN_ALIASES: Final = re.compile(r"[^A-Za-z0-9/_-]")
_MADE: Final = "KeyMetadata.Arn"


@dataclass(frozen=True, slots=True)
class TableKey:
    """A key to encrypt with. `arn` may be a placeholder; `calls` make the key, `expect` must hold before; `trial` stands for it."""

    arn: str | Json
    trial: Key
    expect: tuple[State, ...]
    calls: tuple[Call, ...] = ()


def chosen_key(table: Table, region: str, context: Context, *, call: str = "key") -> TableKey | str:
    """Return the key that the configuration names for a table's class, else a new one; or why the one that is named cannot be taken.

    `call` names the call that makes a new key. A key that is named for `class@region` goes before one that is named for the class.

    Raises:
        Unknown: the key, or the table's tags, were not read, or a new one cannot be made in this partition.

    """
    settings = context.settings
    own = context.classifier.counts_as(table)
    keys = settings.remedy.shared_keys
    shared = keys.get(f"{own}@{region}") or keys.get(own)
    if shared:
        return shared_key(shared, table, region, context.snapshot)
    return new_key(table, region, settings.thresholds.key_rotation_days, call=call)


def new_key(table: Table, region: str, days: int, *, call: str = "key") -> TableKey:
    """Return a key that is yet to be made for a table, in a Region, with rotation every `days` days and an alias of the table's name.

    Raises:
        Unknown: how `kms:ViaService` is written in this partition is not known.

    """
    partition, account = Arn.parse(table.arn).partition, table.account
    if partition not in _PARTITIONS:
        raise Unknown(Gap("kms:CreateKey", "Undocumented", f"kms:ViaService in {partition}", region))
    alias, policy = alias_of(table.name), policy_text(partition, account, region)
    arn = result(call, _MADE)
    return TableKey(
        arn=arn,
        trial=_stand_in(f"arn:{partition}:kms:{region}:{account}:key", alias, policy, days, table),
        expect=(_alias(alias, None, region),),
        calls=(
            _create(table, region, policy, call),
            Call(
                operation="kms:CreateAlias",
                params={"AliasName": alias, "TargetKeyId": arn},
                identity=Identity.NAME,
                done=_alias(alias, arn, region),
                undo=(_delete_alias(alias, region),),
                region=region,
            ),
            Call(
                operation="kms:EnableKeyRotation",
                params={"KeyId": arn, "RotationPeriodInDays": days},
                identity=Identity.SET_STATE,
                done=State(
                    operation="kms:GetKeyRotationStatus",
                    params={"KeyId": arn},
                    facts={"KeyRotationEnabled": True},
                    region=region,
                ),
                region=region,
            ),
        ),
    )


def shared_key(arn: str, table: Table, region: str, snapshot: Snapshot) -> TableKey | str:
    """Return the key that the configuration names, or why it cannot be taken.

    Raises:
        Unknown: the key was not read.

    """
    try:
        parsed = Arn.parse(arn)
    except ValueError:
        return f"{arn} is no ARN of a key"
    if parsed.service != "kms" or parsed.kind != "key":
        return f"{arn} is no ARN of a key"
    if (parsed.region, parsed.account) != (region, table.account):
        return f"{arn} is not a key of account {table.account} in {region}"
    key = snapshot.key(arn)
    if key is None:
        raise Unknown(Gap("kms:DescribeKey", NOT_COLLECTED, f"{arn} was not read", region))
    why = why_unusable(key)
    if why is not None:
        return why
    metadata = key.metadata.known()
    if key.aws_managed.known() or metadata.key_spec != "SYMMETRIC_DEFAULT":
        return f"{arn} is no symmetric customer managed key"
    usable = {
        _MADE: arn,
        "KeyMetadata.KeyState": "Enabled",
        "KeyMetadata.KeySpec": "SYMMETRIC_DEFAULT",
    }
    state = State(
        operation="kms:DescribeKey", params={"KeyId": arn}, facts=usable, always=True, region=region
    )
    return TableKey(arn, key.model_copy(update={"tables": (table.arn,)}), (state,))


def policy_text(partition: str, account: str, region: str) -> str:
    """Return the policy of a new key."""
    use = {"kms:CallerAccount": account, "kms:ViaService": f"dynamodb.{region}.amazonaws.com"}
    root = {"AWS": f"arn:{partition}:iam::{account}:root"}
    service = {"Service": "dynamodb.amazonaws.com"}
    statements = [
        _statement("AccountAdministersKey", root, ADMINISTRATION),
        _statement("PrincipalsUseKeyThroughDynamoDB", {"AWS": "*"}, USE, {"StringEquals": use}),
        _statement("DynamoDBDescribesKey", service, ("kms:Describe*", "kms:Get*", "kms:List*")),
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


def alias_of(table: str) -> str:
    """Return the alias of the key of a table; a name that is too long, or not one for aliases, is marked with its digest."""
    name = _NOT_IN_ALIASES.sub("_", table)[:_LONGEST_ALIAS]
    mark = "" if name == table else f"-{hashlib.sha256(table.encode()).hexdigest()[:8]}"
    return f"alias/dynasec/{name}{mark}"


def _statement(sid: str, principal: Json, actions: tuple[str, ...], condition: Json | None = None) -> Json:
    statement = {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": list(actions)}
    more = {} if condition is None else {"Condition": condition}
    return {**statement, "Resource": "*", **more}


def _create(table: Table, region: str, policy: str, name: str) -> Call:
    tagged = {
        "ResourceTypeFilters": ["kms:key"],
        "TagFilters": [{"Key": CHANGE_TAG_KEY, "Values": [change_tag()]}],
    }
    return Call(
        operation="kms:CreateKey",
        name=name,
        params={
            "Description": f"DynamoDB table {table.name}",
            "Policy": policy,
            "Tags": [{"TagKey": CHANGE_TAG_KEY, "TagValue": change_tag()}],
        },
        identity=Identity.TAG,
        done=State(
            operation="tag:GetResources",
            params=tagged,
            facts={"length(ResourceTagMappingList)": 1},
            region=region,
        ),
        adopt={_MADE: "ResourceTagMappingList[0].ResourceARN"},
        settled=State(
            operation="kms:DescribeKey",
            params={"KeyId": result(name, _MADE)},
            facts={"KeyMetadata.KeyState": "Enabled"},
            region=region,
        ),
        settle_s=120,
        permissions=("kms:TagResource",),
        region=region,
    )


def _alias(alias: str, target: Any, region: str) -> State:  # noqa: ANN401 - an ARN, a placeholder, or None for no such alias
    return State(
        operation="kms:DescribeKey",
        params={"KeyId": alias},
        facts={_MADE: target},
        absent=("NotFoundException",),
        region=region,
    )


def _delete_alias(alias: str, region: str) -> Call:
    return Call(
        operation="kms:DeleteAlias",
        params={"AliasName": alias},
        identity=Identity.SET_STATE,
        done=_alias(alias, None, region),
        region=region,
    )


def _stand_in(prefix: str, alias: str, policy: str, days: int, table: Table) -> Key:
    """Return the key as it will be, under an ARN that no key has."""
    arn = f"{prefix}/00000000-0000-0000-0000-{hashlib.sha256(table.arn.encode()).hexdigest()[:12]}"
    metadata = KeyMetadata(
        arn=arn,
        key_manager="CUSTOMER",
        key_state="Enabled",
        enabled=True,
        origin="AWS_KMS",
        key_spec="SYMMETRIC_DEFAULT",
        key_usage="ENCRYPT_DECRYPT",
        multi_region=False,
    )
    return Key(
        arn=arn,
        region=Arn.parse(arn).region,
        references=(arn,),
        tables=(table.arn,),
        aliases=Fact((alias,)),
        metadata=Fact(metadata),
        rotation=Fact(KeyRotation(key_rotation_enabled=True, rotation_period_in_days=days)),
        policies=Fact({"default": policy}),
        grants=Listing(()),
    )
