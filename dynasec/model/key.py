"""KMS keys that something audited refers to.

Fields rest on `DescribeKey`, `GetKeyRotationStatus`, `ListGrants`, `ListKeyPolicies`, `GetKeyPolicy` and `ListAliases` of KMS.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from pydantic import Field

from dynasec.model.fact import Fact, Listing, unlisted, unread
from dynasec.model.shape import AwsShape, Resource


class PrimaryKey(AwsShape):
    """The primary of a multi-Region key."""

    arn: str
    region: str


class MultiRegion(AwsShape):
    """`MultiRegionConfiguration`: PRIMARY or REPLICA, and where the primary is."""

    multi_region_key_type: str | None = None
    primary_key: PrimaryKey | None = None


class KeyMetadata(AwsShape):
    """`DescribeKey`: who manages the key (AWS or CUSTOMER), its state, origin and spec."""

    arn: str
    key_manager: str
    key_state: str
    enabled: bool | None = None
    origin: str | None = None
    key_spec: str | None = None
    key_usage: str | None = None
    multi_region: bool | None = None
    deletion_date: datetime | None = None
    aws_account_id: str | None = Field(default=None, alias="AWSAccountId")
    multi_region_configuration: MultiRegion | None = None


class KeyRotation(AwsShape):
    """`GetKeyRotationStatus`. The period is given in days, only while rotation is on."""

    key_rotation_enabled: bool
    rotation_period_in_days: int | None = None


class Grant(AwsShape):
    """One grant of `ListGrants`. A service is named as a principal of its own, a role or user as another."""

    grant_id: str
    name: str | None = None
    grantee_principal: str | None = None
    grantee_service_principal: str | None = None
    retiring_principal: str | None = None
    retiring_service_principal: str | None = None
    issuing_account: str | None = None
    operations: tuple[str, ...] = ()
    constraints: Mapping[str, Mapping[str, str]] | None = None


class Key(Resource):
    """A key. `references` are the spellings by which it was found; `tables` the ARNs of the tables it encrypts.

    `aliases` are the names that the audited account gives the key in its Region ("alias/…"), `tags` what it marked the key with; a foreign
    key has neither here. `gone` says that AWS knows no such key; its other facts are gaps then.
    """

    aws_type: ClassVar[str] = "AWS::KMS::Key"

    references: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    gone: bool = False
    aliases: Fact[tuple[str, ...]] = unread("kms:ListAliases")
    tags: Fact[Mapping[str, str]] = unread("tag:GetResources")
    metadata: Fact[KeyMetadata] = unread("kms:DescribeKey")
    rotation: Fact[KeyRotation] = unread("kms:GetKeyRotationStatus")
    policies: Fact[Mapping[str, str]] = unread("kms:GetKeyPolicy")
    grants: Listing[Grant] = unlisted("kms:ListGrants")

    @property
    def label(self) -> str:
        """Its first alias, as people call keys; its id where none is known."""
        return next(iter(self.aliases.value or ()), super().label)

    @property
    def aws_managed(self) -> Fact[bool]:
        """Whether AWS manages the key for one service: `KeyManager` says so, or an alias under `alias/aws/` points to it.

        `KeyManager` alone decides where the aliases were not read. `SSEType` of a table is KMS for both kinds and says nothing.
        """
        reserved = any(name.startswith("alias/aws/") for name in self.aliases.value or ())
        return self.metadata.map(
            lambda metadata: reserved or metadata.key_manager == "AWS", "kms:DescribeKey"
        )
