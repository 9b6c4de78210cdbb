"""Who is declared under `trust.administrators`, and what only they hold."""

from __future__ import annotations

from dynasec.iam.matching import Pattern
from dynasec.model.identity import Identity, Policy
from dynasec.semantics.policy_in_use import missing_holders
from dynasec.settings import Trust


def is_administrator(arn: str, trust: Trust) -> bool:
    """Whether one of the globs matches a principal's ARN, path included."""
    return any(Pattern.of(glob).matches(arn) for glob in trust.administrators)


def held_by_administrators_only(policy: Policy, identity: Identity, trust: Trust) -> bool:
    """Whether everybody who has a policy is a declared administrator; members of a group that has it have it.

    Raises:
        Unknown: all who are known to have it are, but there may be others.

    """
    groups = {group.arn for group in identity.groups.items}
    known = {arn for arn in policy.attached_to if arn not in groups} | set(identity.holders(policy))
    if not known or not all(is_administrator(arn, trust) for arn in known):
        return False
    missing_holders(policy, identity).settle()
    return True
