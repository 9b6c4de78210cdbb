"""The policies that apply to a request, layer by layer.

A layer is a `Layer` of policies, or None where it does not apply (no boundary is set, no organisation, no endpoint).
A policy that could not be read or parsed is an `Unread`: it may allow and may deny, so the answer is unknown unless
something else decides. A layer of which nothing could be read is `Layer.unread(...)`; SCPs or RCPs of which not even the
levels are known are `(Layer.unread(...),)`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from dynasec.iam.compiled import Policy, StatementIndex, Unread

__all__ = ["EndpointType", "KeyGrant", "KeyStep", "Layer", "LayerName", "Layers", "Policy", "Unread"]


class LayerName(enum.StrEnum):
    """The layers, in the order in which AWS weighs them; `NONE` = no layer allows."""

    RCP = "rcp"
    SCP = "scp"
    RESOURCE = "resource"
    IDENTITY = "identity"
    BOUNDARY = "boundary"
    SESSION = "session"
    ENDPOINT = "vpce"
    KMS = "kms"
    NONE = "none"


class EndpointType(enum.StrEnum):
    """What kind of VPC endpoint a policy is on; in a gateway's, an account principal means its root user only."""

    GATEWAY = "Gateway"
    INTERFACE = "Interface"


@dataclass(frozen=True, eq=False)
class Layer:
    """The policies of one layer (or one level of SCPs or RCPs); compared by identity, so share what is the same.

    No policies at all is a layer that allows nothing.
    """

    policies: tuple[Policy | Unread, ...] = ()

    @staticmethod
    def of(policies: Iterable[Policy | Unread]) -> "Layer":
        """Build a layer from policies in any order."""
        return Layer(tuple(policies))

    @staticmethod
    def unread(identifier: str, kind: str, reason: str) -> "Layer":
        """Build a layer of which nothing is known."""
        return Layer((Unread(identifier, kind, reason),))

    @cached_property
    def index(self) -> StatementIndex:
        """The statements, compiled; made on first use."""
        return StatementIndex(self.policies)


@dataclass(frozen=True, slots=True)
class KeyGrant:
    """One KMS grant: who may do what, under which encryption context (`subset` or `equals`)."""

    identifier: str
    grantee: str
    operations: frozenset[str]
    subset: Mapping[str, str] | None = None
    equals: Mapping[str, str] | None = None


@dataclass(frozen=True, eq=False)
class KeyStep:
    """The key of an encrypted table, as a caller of DynamoDB needs it.

    `policy` holds the key's policies (`default`, and `AWS_RAM` where there is one); `grants` are None when unread.
    `via`: the service that calls KMS for the caller (`dynamodb.us-east-1.amazonaws.com`).
    `encryption_context`: what that service passes, such as `aws:dynamodb:tableName`.
    `aws_managed`: RCPs do not apply to such keys. `rcps`: those of the key's account where it is another than the table's;
    None = the same as the table's. `identifies_key`: whether `key` is a key ARN (an alias would be matched by nothing).
    """

    key: str
    policy: Layer
    grants: tuple[KeyGrant, ...] | None
    via: str
    encryption_context: Mapping[str, str]
    aws_managed: bool = False
    rcps: tuple[Layer, ...] | None = None


@dataclass(frozen=True, eq=False)
class Layers:
    """All layers of a request. `scps` and `rcps` go level by level, root first; every level must allow.

    `scps` are those of the *caller's* account, `rcps` of the *resource's*. `identity` None is the same as no policies.
    """

    identity: Layer | None = None
    resource: Layer | None = None
    boundary: Layer | None = None
    session: Layer | None = None
    scps: tuple[Layer, ...] | None = None
    rcps: tuple[Layer, ...] | None = None
    endpoint: Layer | None = None
    endpoint_type: EndpointType | None = None
    key: KeyStep | None = None
