"""The organisation above the account, where it can be read: what it is, and which of its policies hold for the account.

Fields rest on `DescribeOrganization`, `ListParents`, `ListPoliciesForTarget`, `DescribePolicy` and `ListAccounts` of the Organizations
service model. Most of these answer only in the management account and to delegated administrators; elsewhere they are gaps.
"""

from __future__ import annotations

from collections.abc import Mapping

from dynasec.model.fact import Fact, Listing, malformed, unlisted, unread
from dynasec.model.shape import AwsShape, Shape

SERVICE_CONTROL = "SERVICE_CONTROL_POLICY"
RESOURCE_CONTROL = "RESOURCE_CONTROL_POLICY"


class OrganizationDescription(AwsShape):
    """`DescribeOrganization`. `feature_set` is ALL or CONSOLIDATED_BILLING; only ALL has policies."""

    id: str
    arn: str
    master_account_id: str
    feature_set: str


class OrganizationPolicy(Shape):
    """A service or resource control policy; `kind` is AWS's policy type, `text` its document."""

    id: str
    arn: str
    name: str
    kind: str
    aws_managed: bool
    text: Fact[str] = unread("organizations:DescribePolicy")


class Level(Shape):
    """The account, an organisational unit above it, or the root; and the ids of the policies attached right there.

    `kind` is ACCOUNT, ORGANIZATIONAL_UNIT or ROOT.
    """

    id: str
    kind: str
    policies: Mapping[str, Listing[str]] = {}

    def attached(self, kind: str) -> Listing[str]:
        """Return the ids of the policies of a type."""
        return self.policies.get(kind, unlisted("organizations:ListPoliciesForTarget"))


class MemberAccount(AwsShape):
    """An account of the organisation."""

    id: str
    arn: str
    name: str | None = None
    status: str | None = None


class Organization(Shape):
    """The organisation. `description` is None where the account belongs to none; then nothing else exists either.

    `levels` run from the account to the root. `policies` are those attached to some level.
    """

    description: Fact[OrganizationDescription | None] = unread("organizations:DescribeOrganization")
    levels: Listing[Level] = unlisted("organizations:ListParents")
    policies: Listing[OrganizationPolicy] = unlisted("organizations:ListPoliciesForTarget")
    accounts: Listing[MemberAccount] = unlisted("organizations:ListAccounts")

    def policy(self, policy_id: str) -> Fact[OrganizationPolicy]:
        """Return a policy by its id."""
        found = next((policy for policy in self.policies.items if policy.id == policy_id), None)
        if found is not None:
            return Fact(found)
        missing = malformed("organizations:DescribePolicy", f"{policy_id} is not among the policies")
        return Fact(gap=self.policies.gap or missing)

    def controls(self, kind: str) -> tuple[tuple[OrganizationPolicy, ...], ...]:
        """Return the policies of a type, level by level from the root down to the account; empty without an organisation.

        Whether they hold for the account (they do not for the management account) is the caller's to know.

        Raises:
            Unknown: a level, what is attached there, or a policy could not be read.

        """
        if self.description.known() is None:
            return ()
        return tuple(
            tuple(self.policy(one).known() for one in level.attached(kind).complete())
            for level in reversed(self.levels.complete())
        )
