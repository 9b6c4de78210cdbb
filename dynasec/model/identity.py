"""IAM: users, groups, roles, their policies, and the credentials of users.

Fields rest on `GetAccountAuthorizationDetails`, `GetAccountSummary`, `ListAccountAliases` of the IAM service model and on the credential
report, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html. Policy documents are kept as text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import ClassVar

from dynasec.model.fact import Fact, Gap, Gaps, Listing, malformed, unlisted, unread
from dynasec.model.shape import AwsShape, Resource, Shape

DETAILS = "iam:GetAccountAuthorizationDetails"
REPORT = "iam:GetCredentialReport"
LAST_ACCESS = "iam:GetServiceLastAccessedDetails"

_SERVICE_LINKED = "/aws-service-role/"


class AccessKey(Shape):
    """One of a user's two places for an access key; an empty place is not active. Dates are None where the report gives none."""

    active: bool
    last_rotated: datetime | None = None
    last_used: datetime | None = None
    last_used_service: str | None = None


class Credentials(Shape):
    """A user's row of the credential report, or root's.

    The report may be four hours old: `as_of` is when IAM made it. `password_enabled` is None where the report says "not_supported",
    as it may for root.
    """

    as_of: datetime
    password_enabled: bool | None
    password_last_used: datetime | None = None
    password_last_changed: datetime | None = None
    mfa_active: bool
    access_keys: tuple[AccessKey, ...]

    @property
    def has_active_key(self) -> bool:
        """Whether a long-term access key works."""
        return any(key.active for key in self.access_keys)


class InlinePolicy(Shape):
    """A policy that is part of a user, group or role."""

    name: str
    text: Fact[str] = unread(DETAILS)


class RoleLastUsed(AwsShape):
    """When and where a role was last used, within the 400 days that IAM tracks. Both are absent for a role that was not."""

    last_used_date: datetime | None = None
    region: str | None = None


class Group(Resource):
    """An IAM group. `attached` are the ARNs of managed policies."""

    aws_type: ClassVar[str] = "AWS::IAM::Group"

    name: str
    path: str = "/"
    inline: Listing[InlinePolicy] = unlisted(DETAILS)
    attached: Listing[str] = unlisted(DETAILS)
    created: Fact[datetime] = unread(DETAILS)


class LastAccess(Shape):
    """When a user or role last tried to use DynamoDB and DAX, of what IAM tracks: at most the 400 days before `as_of`.

    `services` holds those of both (by namespace) that its policies allow anything of, with None for one not used in that time.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
    """

    as_of: datetime
    services: Mapping[str, datetime | None]


class IamPrincipal(Resource):
    """A user or a role: whatever can act. As a subject it stands for all of both."""

    aws_type: ClassVar[str] = "AWS::IAM::Principal"

    name: str
    path: str = "/"
    created: Fact[datetime] = unread(DETAILS)
    last_access: Fact[LastAccess] = unread(LAST_ACCESS)


class User(IamPrincipal):
    """An IAM user. `groups` are names, `boundary` the ARN of the permissions boundary's policy."""

    aws_type: ClassVar[str] = "AWS::IAM::User"

    groups: Listing[str] = unlisted(DETAILS)
    inline: Listing[InlinePolicy] = unlisted(DETAILS)
    attached: Listing[str] = unlisted(DETAILS)
    boundary: Fact[str | None] = unread(DETAILS)
    tags: Mapping[str, str] = {}
    credentials: Fact[Credentials] = unread(REPORT)


class Role(IamPrincipal):
    """An IAM role. `trust` is its assume-role policy; `instance_profiles` are ARNs."""

    aws_type: ClassVar[str] = "AWS::IAM::Role"

    trust: Fact[str] = unread(DETAILS)
    inline: Listing[InlinePolicy] = unlisted(DETAILS)
    attached: Listing[str] = unlisted(DETAILS)
    boundary: Fact[str | None] = unread(DETAILS)
    tags: Mapping[str, str] = {}
    last_used: Fact[RoleLastUsed] = unread(DETAILS)
    instance_profiles: tuple[str, ...] = ()

    @property
    def is_service_linked(self) -> bool:
        """Whether the role belongs to an AWS service, which alone may use it and change its policies."""
        return self.path.startswith(_SERVICE_LINKED)


class ManagedPolicy(Shape):
    """A managed policy: the customer's own, or one of AWS's that somebody in the account has.

    `text` is the default version, the one in force; `attachments` what IAM counts, boundaries not included; `versions` how many exist.
    """

    arn: str
    path: str = "/"
    text: Fact[str] = unread(DETAILS)
    version_id: str = ""
    versions: int | None = None
    attachments: int | None = None
    created: Fact[datetime] = unread(DETAILS)

    @property
    def name(self) -> str:
        """The policy's name."""
        return self.arn.rsplit("/", 1)[-1]

    @property
    def aws_managed(self) -> bool:
        """Whether AWS owns it: such ARNs have `aws` where others have an account."""
        return self.arn.split(":")[4:5] == ["aws"]


class Policy(Resource):
    """One identity policy as a subject: managed, or inline in `owner`.

    An inline policy has no ARN; its stable stand-in is its owner's ARN followed by `/policy/` and its name
    (`arn:aws:iam::123456789012:role/app/policy/read`). Names have no slash, so what precedes the last `/policy/` is the owner.
    `attached_to` are the ARNs of users, groups and roles that have the policy, `bounds` of those it is the boundary of. `attachments` is
    IAM's own count, None for inline policies: where it is larger than `attached_to`, some holders could not be read. `tags` are those of
    an inline policy's owner; those of managed policies are not read.
    """

    aws_type: ClassVar[str] = "AWS::IAM::Policy"

    name: str
    path: str = "/"
    owner: str = ""
    aws_managed: bool = False
    text: Fact[str] = unread(DETAILS)
    version_id: str = ""
    attached_to: tuple[str, ...] = ()
    bounds: tuple[str, ...] = ()
    attachments: int | None = None
    tags: Mapping[str, str] = {}

    @property
    def label(self) -> str:
        """The policy's name, with its owner's where it is inline."""
        return f"{self.owner.rsplit('/', 1)[-1]}/{self.name}" if self.owner else self.name

    @property
    def is_service_linked(self) -> bool:
        """Whether the policy belongs to a service-linked role: nobody but the service can change or detach it.

        A policy that the customer made under that path does not.
        """
        return self.path.startswith(_SERVICE_LINKED) and (self.aws_managed or bool(self.owner))

    @classmethod
    def inline(cls, owner: Principal, policy: InlinePolicy) -> Policy:
        """Return the subject that stands for an inline policy. Its path is that of a service-linked role that owns it."""
        linked = isinstance(owner, Role) and owner.is_service_linked
        return cls(
            arn=f"{owner.arn}/policy/{policy.name}",
            name=policy.name,
            path=owner.path if linked else "/",
            owner=owner.arn,
            text=policy.text,
            attached_to=(owner.arn,),
            tags={} if isinstance(owner, Group) else owner.tags,
        )


Principal = User | Group | Role


class Identity(Shape):
    """All of an account's IAM. `root` is the report's row of the root user; `summary` are counts by IAM's own names."""

    users: Listing[User] = unlisted(DETAILS)
    groups: Listing[Group] = unlisted(DETAILS)
    roles: Listing[Role] = unlisted(DETAILS)
    managed_policies: Listing[ManagedPolicy] = unlisted(DETAILS)
    root: Fact[Credentials] = unread(REPORT)
    summary: Fact[Mapping[str, int]] = unread("iam:GetAccountSummary")
    aliases: Listing[str] = unlisted("iam:ListAccountAliases")

    @cached_property
    def policies(self) -> Listing[Policy]:
        """Every policy: the customer's managed ones, attached or not, AWS's that are in use, and all inline ones, by ARN."""
        inline = [Policy.inline(owner, one) for owner in self.principals() for one in owner.inline.items]
        found = sorted((*self._managed.values(), *inline), key=lambda policy: policy.arn)
        return Listing(tuple(found), next(self._policy_gaps(), None))

    def principals(self) -> Iterator[Principal]:
        """Yield users, groups and roles, those that could be read."""
        yield from self.users.items
        yield from self.groups.items
        yield from self.roles.items

    def policy(self, arn: str) -> Fact[Policy]:
        """Return a managed policy by its ARN."""
        found = self._managed.get(arn)
        if found is not None:
            return Fact(found)
        return Fact(gap=self.managed_policies.gap or malformed(DETAILS, f"{arn} is not among the policies"))

    def group(self, name: str) -> Fact[Group]:
        """Return a group by its name."""
        found = self._groups.get(name)
        if found is not None:
            return Fact(found)
        return Fact(gap=self.groups.gap or malformed(DETAILS, f"{name} is not among the groups"))

    def policies_of(self, principal: Principal) -> Listing[Policy]:
        """Return what grants to a principal: its inline and attached policies and, for a user, those of its groups."""
        gaps = Gaps()
        granted: dict[str, Policy] = {}
        for owner in self._owners(principal, gaps):
            for one in gaps.items(owner.inline):
                policy = Policy.inline(owner, one)
                granted[policy.arn] = policy
            for arn in gaps.items(owner.attached):
                managed = gaps.of(self.policy(arn))
                if managed is not None:
                    granted[arn] = managed
        return Listing(tuple(granted.values()), next(iter(gaps.found), None))

    def boundary_of(self, principal: User | Role) -> Fact[Policy | None]:
        """Return the policy that bounds a user's or role's permissions; None where there is no boundary."""
        if principal.boundary.gap is not None:
            return Fact(gap=principal.boundary.gap)
        arn = principal.boundary.known()
        if arn is None:
            return Fact(None)
        found = self.policy(arn)
        return Fact(found.value, found.gap)

    def holders(self, policy: Policy) -> tuple[str, ...]:
        """Return the ARNs of users and roles that have a policy, members of groups included; sorted."""
        found: set[str] = set()
        for arn in policy.attached_to:
            group = self._groups_by_arn.get(arn)
            found.update([arn] if group is None else (user.arn for user in self.members(group.name)))
        return tuple(sorted(found))

    def members(self, group: str) -> tuple[User, ...]:
        """Return the users that are known to be in a group."""
        return tuple(user for user in self.users.items if group in user.groups.items)

    def _owners(self, principal: Principal, gaps: Gaps) -> Iterator[Principal]:
        yield principal
        if isinstance(principal, User):
            for name in gaps.items(principal.groups):
                group = gaps.of(self.group(name))
                if group is not None:
                    yield group

    def _policy_gaps(self) -> Iterator[Gap]:
        """Yield what hides a policy, or may."""
        for listing in (self.users, self.groups, self.roles, self.managed_policies):
            if listing.gap is not None:
                yield listing.gap
        for principal in self.principals():
            if principal.inline.gap is not None:
                yield principal.inline.gap
            for arn in principal.attached.items:
                gap = self.policy(arn).gap
                if gap is not None:
                    yield gap

    @cached_property
    def _managed(self) -> Mapping[str, Policy]:
        attached: defaultdict[str, list[str]] = defaultdict(list)
        bounded: defaultdict[str, list[str]] = defaultdict(list)
        for principal in self.principals():
            for arn in principal.attached.items:
                attached[arn].append(principal.arn)
            if not isinstance(principal, Group) and principal.boundary.value is not None:
                bounded[principal.boundary.value].append(principal.arn)
        return {
            one.arn: Policy(
                arn=one.arn,
                name=one.name,
                path=one.path,
                aws_managed=one.aws_managed,
                text=one.text,
                version_id=one.version_id,
                attached_to=tuple(sorted(attached[one.arn])),
                bounds=tuple(sorted(bounded[one.arn])),
                attachments=one.attachments,
            )
            for one in self.managed_policies.items
        }

    @cached_property
    def _groups(self) -> Mapping[str, Group]:
        return {group.name: group for group in self.groups.items}

    @cached_property
    def _groups_by_arn(self) -> Mapping[str, Group]:
        return {group.arn: group for group in self.groups.items}
