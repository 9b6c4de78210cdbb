"""Requests as a VPC endpoint's policy sees them: who may come through, and whether the policy lets the request pass.

Identity and resource policies are taken to allow everything, so that what the endpoint's own policy says decides. A request that comes
through an endpoint carries its VPC and its id; calls that a service makes for somebody do not come that way.

https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from dynasec.iam.authorize import authorize
from dynasec.iam.conditions import Gap, Knowledge, Value
from dynasec.iam.decision import Decision
from dynasec.iam.document import parse
from dynasec.iam.layers import EndpointType, Layer, Layers, Policy
from dynasec.iam.matching import ANYTHING, Pattern
from dynasec.iam.principals import read_aws
from dynasec.iam.request import Caller, Request
from dynasec.model.fact import Unknown, malformed
from dynasec.model.network import Endpoint
from dynasec.semantics.example_resource import examples
from dynasec.semantics.policy_text import document_of

OPERATION: Final = "ec2:DescribeVpcEndpoints"

_GONE: Final = frozenset({"deleting", "deleted", "rejected", "failed", "expired"})
_ALLOW_ALL: Final = parse('{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}')
_ADMIT_ALL: Final = parse('{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}')
_IDENTITY: Final = Layer((Policy("identity", "assumed", _ALLOW_ALL),))
_RESOURCE: Final = Layer((Policy("resource", "assumed", _ADMIT_ALL),))
_OF_SERVICE_CALLS: Final = (
    "aws:calledvia",
    "aws:calledviafirst",
    "aws:calledvialast",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
)


def is_gone(endpoint: Endpoint) -> bool:
    """Whether nothing can come through any more."""
    return endpoint.state.casefold() in _GONE


@dataclass(frozen=True, slots=True)
class Side:
    """An account on one side of a request. `organization`: its id, None where the account is in none, a Gap where that is not known."""

    account: str
    organization: str | Gap | None = Gap.UNKNOWN

    def keys(self, side: str) -> Mapping[str, tuple[Value, ...] | Gap]:
        """Return the condition keys that tell of this side, `principal` or `resource`."""
        names = (f"aws:{side}orgid", f"aws:{side}orgpaths")
        if isinstance(self.organization, Gap):
            return dict.fromkeys(names, self.organization)
        if self.organization is None:
            return dict.fromkeys(names, Gap.ABSENT)
        return {names[0]: (self.organization,), names[1]: (Pattern.of(f"{self.organization}/*"),)}


@dataclass(frozen=True, slots=True)
class Gate:
    """An endpoint with its policy compiled."""

    endpoint: Endpoint
    policy: Policy
    layer: Layer

    @staticmethod
    def of(endpoint: Endpoint) -> Gate:
        """Read an endpoint's policy.

        Raises:
            Unknown: AWS shows none, or it is malformed.

        """
        if endpoint.policy_document is None:
            raise Unknown(
                malformed(OPERATION, f"{endpoint.vpc_endpoint_id} shows no policy", endpoint.region)
            )
        document = document_of(endpoint.policy_document, OPERATION, endpoint.region)
        policy = Policy(endpoint.vpc_endpoint_id, "vpce", document)
        return Gate(endpoint, policy, Layer((policy,)))

    @property
    def partition(self) -> str:
        """The AWS partition."""
        return self.endpoint.arn.split(":")[1]

    @property
    def serves_streams(self) -> bool:
        """Whether it leads to the API of streams, not to that of tables."""
        return self.endpoint.service_name.endswith(".dynamodb-streams")

    def resources(self, account: str) -> tuple[tuple[str, str], ...]:
        """Return kinds and ARNs of examples of all resources of an account that the policy tells apart."""
        return examples(self.policy.document, self.partition, self.endpoint.region, account)

    def callers(self, account: str) -> Iterator[Caller]:
        """Yield who may come from an account: some role, its root user, and whomever the policy names."""
        yield Caller.of(f"arn:{self.partition}:iam::{account}:role/x")
        yield Caller.of(f"arn:{self.partition}:iam::{account}:root")
        for text in self._named():
            if read_aws(text).account == account and not text.endswith(":root"):
                try:
                    yield Caller.of(text)
                except ValueError:  # it names nothing that makes requests
                    continue

    def _named(self) -> Iterable[str]:
        elements = (statement.principals for statement in self.policy.document.statements)
        return dict.fromkeys(text for element in elements if element is not None for text in element.aws)

    def groups(self, actions: Iterable[str]) -> Iterator[tuple[str, ...]]:
        """Yield the actions, those together that the same statements speak of: they share every answer."""
        found: dict[object, list[str]] = {}
        for action in actions:
            found.setdefault(self.layer.index.speaking_of(action), []).append(action)
        return (tuple(group) for group in found.values())

    def decide(
        self,
        caller: Caller,
        action: str,
        resource: str,
        *,
        of: Side,
        to: Side,
        tags: Mapping[str, str] | None = None,
    ) -> Decision:
        """Say whether the endpoint lets a principal of account `of` do something to a resource of account `to`."""
        request = Request.of(
            caller, action, resource, given=self._given(), resource_account=to.account, resource_tags=tags
        )
        known = {**of.keys("principal"), **to.keys("resource")}
        if caller.name.endswith(":role/x"):
            # It stands for every principal of its account.
            known["aws:principalarn"] = (Pattern.of(f"arn:{self.partition}:iam::{of.account}:*"),)
            known["aws:username"] = Gap.UNKNOWN
            known["aws:principaltype"] = (ANYTHING,)
        kind = EndpointType.GATEWAY if self.endpoint.is_gateway else EndpointType.INTERFACE
        layers = Layers(identity=_IDENTITY, resource=_RESOURCE, endpoint=self.layer, endpoint_type=kind)
        return authorize(replace(request, context=request.context.updated(**known)), layers)

    def _given(self) -> Knowledge:
        present: dict[str, tuple[Value, ...]] = {
            "aws:sourcevpce": (self.endpoint.vpc_endpoint_id,),
            "aws:sourcevpc": (self.endpoint.vpc_id,),
            "aws:viaawsservice": ("false",),
            "aws:securetransport": ("true",),
            "aws:requestedregion": (self.endpoint.region,),
        }
        if self.endpoint.owner_id:
            present["aws:vpceaccount"] = (self.endpoint.owner_id,)
        return Knowledge(present, frozenset(_OF_SERVICE_CALLS))
