"""Whom a table's or stream's resource policy admits from outside the trusted accounts, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dynasec.iam.foreigners import Admission, Certainty, admitted
from dynasec.iam.principals import PrincipalKind
from dynasec.model.fact import Unknown, malformed
from dynasec.model.table import ResourcePolicy, Table
from dynasec.semantics.policy_text import document_of
from dynasec.settings import Trust

READ: Final = "dynamodb:GetResourcePolicy"

_NAMELESS: Final = frozenset({PrincipalKind.OPAQUE, PrincipalKind.CANONICAL_USER})


def foreigners(
    policy: ResourcePolicy, resource_arn: str, table: Table, trust: Trust, organization: str | None
) -> tuple[Admission, ...]:
    """Evaluate the policy of a table, or of its stream (`resource_arn`), for strangers and for every foreign account it names.

    `organization` is the id of the account's own one where it is known; None leaves what depends on it undecided.

    Raises:
        Unknown: the policy cannot be parsed.

    """
    return admitted(
        document_of(policy.text, READ, table.region),
        resource_arn=resource_arn,
        account=table.account,
        trusted=frozenset(trust.accounts),
        trusted_organizations=frozenset(trust.organizations),
        organization=organization,
    )


def fault(found: Sequence[Admission], region: str) -> str | None:
    """Say who is admitted; None where nobody is.

    Raises:
        Unknown: all that is admitted are names that tell no account, so they may be anybody's.

    """
    told = [one for one in found if one.kind not in _NAMELESS]
    if told:
        first = min(told, key=lambda one: one.certainty is not Certainty.CERTAIN)
        return _words(first) + (f", and {len(found) - 1} more" if len(found) > 1 else "")
    if found:
        raise Unknown(malformed(READ, _words(found[0]), region))
    return None


def _words(one: Admission) -> str:
    who = one.principal
    if one.kind is PrincipalKind.SERVICE:
        who += " acting for any account"
    elif one.principal == "*":
        who = "anyone in any account" if one.account == "*" else f"anyone in account {one.account}"
    some = ", ".join(one.actions[:3]) + (", …" if len(one.actions) > 3 else "")  # noqa: PLR2004 - enough to see what it is about
    condition = f" if {' and '.join(one.conditions)}" if one.conditions else ""
    return f"{one.statement} admits {who} to {some}{condition}"


def as_evidence(one: Admission) -> dict[str, object]:
    """Return an admission as JSON."""
    return {
        "statement": one.statement,
        "principal": one.principal,
        "kind": one.kind.value,
        "account": one.account,
        "actions": list(one.actions),
        "certainty": one.certainty.value,
        "conditions": list(one.conditions),
        "network_bound": one.network_bound,
    }
