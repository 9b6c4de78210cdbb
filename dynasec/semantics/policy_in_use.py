"""Whether an identity policy grants anything, and who has it."""

from __future__ import annotations

from collections.abc import Iterator

from dynasec.model.fact import Gap, Gaps, malformed
from dynasec.model.identity import DETAILS, Identity, Policy, User


def idle(policy: Policy) -> str | None:
    """Say why a policy needs no judgement: a service-linked role's, or nobody's. None where it needs one."""
    if policy.is_service_linked:
        return "belongs to a service-linked role: only AWS can change it"
    if not policy.attached_to and policy.attachments == 0:
        return "attached to nobody, so it grants nothing"
    return None


def held_by(policy: Policy) -> str:
    """Name in words who has the policy."""
    return ", ".join(arn.rsplit(":", 1)[-1] for arn in policy.attached_to) or "holders that could not be read"


def missing_holders(policy: Policy, identity: Identity) -> Gaps:
    """Return what hides holders of a policy, or may: only without any are its `holders` all that there are.

    An inline policy has no other holder than its owner, or the owner's members.
    """
    if policy.owner and policy.owner not in {group.arn for group in identity.groups.items}:
        return Gaps([])
    gaps = Gaps(list(_gaps(identity)))
    if policy.owner:
        return gaps
    if policy.attachments is None or policy.attachments > len(policy.attached_to):
        told = "an unknown number" if policy.attachments is None else str(policy.attachments)
        message = f"of {told} that have {policy.label}, {len(policy.attached_to)} are known"
        gaps.found.append(malformed(DETAILS, message))
    return gaps


def _gaps(identity: Identity) -> Iterator[Gap]:
    listed = (identity.users.gap, identity.groups.gap, identity.roles.gap)
    yield from (gap for gap in listed if gap is not None)
    for principal in identity.principals():
        if principal.attached.gap is not None:
            yield principal.attached.gap
        if isinstance(principal, User) and principal.groups.gap is not None:
            yield principal.groups.gap
