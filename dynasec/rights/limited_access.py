"""Who can do what to a table beyond those who are meant to, in the words of a verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from dynasec.access import Access
from dynasec.access.beyond import Beyond, Holders, beyond
from dynasec.access.reach import POLICY, Cause
from dynasec.model.fact import Gap, Unknown
from dynasec.model.identity import DETAILS
from dynasec.model.table import Table
from dynasec.rights.duties import Duties
from dynasec.semantics.action_words import few

ORGANIZATION_READS: Final = (
    "organizations:DescribeOrganization",
    "organizations:ListParents",
    "organizations:ListPoliciesForTarget",
    "organizations:DescribePolicy",
)
ACCESS_READS: Final = (POLICY, DETAILS, *ORGANIZATION_READS)
"""What every question about access rests on: the table's policies, IAM, and the control policies above."""

KEY_READS: Final = (
    "dynamodb:DescribeTable",
    "kms:DescribeKey",
    "kms:ListKeyPolicies",
    "kms:GetKeyPolicy",
    "kms:ListGrants",
)
"""What questions about items rest on besides: which key a table has, and who may use that."""

_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """Who can beside those who are meant to, ready for a verdict. `declared`: whether the configuration says who is meant to."""

    found: Beyond
    declared: bool

    @property
    def fault(self) -> str | None:
        """What is wrong: who can, and why; None where nobody was found."""
        if not self.found.holders:
            return None
        return unless_forbidden(told(self.found.holders) + undeclared(declared=self.declared), self.above)

    @property
    def above(self) -> tuple[Gap, ...]:
        """What was not read of the organisation and may forbid the fault: with some, it is not known to be one."""
        return self.found.above

    @property
    def evidence(self) -> dict[str, Any]:
        """Everybody, with causes, as JSON."""
        return {
            "beyond": [cause_as_evidence(one.cause, one.principals) for one in self.found.holders],
            "set_apart": list(self.found.apart),
            "not_known": list(self.found.open),
        }

    def settled(self, whom: str) -> str:
        """Say that nobody else can than those who are meant to, `whom`.

        Raises:
            Unknown: something was not read that may allow it to others.

        """
        if self.found.gaps:
            raise Unknown(*self.found.gaps)
        if not self.found.apart:
            return "nobody but root can"
        who = whom if self.declared else "principals that may do everything"
        return f"only {who} can: {short_names(self.found.apart)}{undeclared(declared=self.declared)}"


def limits_of(
    table: Table, access: Access, actions: frozenset[str], duties: Duties, *, exporting: bool = False
) -> Limits:
    """Return who can use some actions on a table beside administrators and, if it is about exporting, exporters."""
    found = beyond(access, table, actions, duties.exports if exporting else duties.administers)
    return Limits(found, duties.declared)


def unless_forbidden(reason: str, above: tuple[Gap, ...]) -> str:
    """Say that what is wrong may be forbidden by what was not read of the organisation, if there is such."""
    if not above:
        return reason
    hidden = ", ".join(dict.fromkeys(map(str, above)))
    return f"{reason}, unless a policy of the organization forbids it that was not read ({hidden})"


def undeclared(*, declared: bool) -> str:
    """Say that nobody is declared, where that is so."""
    return "" if declared else " (trust.administrators declares none)"


def told(holders: Iterable[Holders]) -> str:
    """Say who can do what by which statements, cause by cause, in a line."""
    every = list(holders)
    words: list[str] = []
    before: tuple[object, ...] | None = None
    for one in every[:_SHOWN]:
        what = one.cause.actions, one.cause.conditions
        doing = "likewise" if what == before else f"may {few(one.cause.actions)}{when(one.cause)}"
        words.append(f"{short_names(one.principals)} {doing} by {by(one.cause)}")
        before = what
    rest = len({name for one in every[_SHOWN:] for name in one.principals})
    return "; ".join(words) + (f"; and {rest} more" if rest else "")


def short_names(arns: Iterable[str]) -> str:
    """Name the first few principals shortly and count the rest: `role/app`, `999999999999:root`, `anyone`."""
    every = list(arns)
    more = f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return ", ".join(map(_short, every[:_SHOWN])) + more


def by(cause: Cause) -> str:
    """Name the statements that allow something."""
    every = [f"{_short(document)}, {label}" for document, label in cause.statements]
    more = f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return " and ".join(every[:_SHOWN]) + more


def cause_as_evidence(cause: Cause, principals: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what is allowed by which statements, and to whom, as JSON."""
    named = {"principals": list(principals)} if principals else {}
    return {
        **named,
        "standing": cause.standing.value,
        "actions": list(cause.actions),
        "statements": [{"policy": document, "statement": label} for document, label in cause.statements],
        "conditions": list(cause.conditions),
    }


def when(cause: Cause) -> str:
    """Say what must hold, in brackets; nothing where it is sure."""
    return f" ({' and '.join(cause.conditions)})" if cause.conditions else ""


def _short(name: str) -> str:
    """Shorten an ARN: its account where only that tells it, else what follows the account."""
    if name == "*":
        return "anyone"
    parts = name.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":  # noqa: PLR2004 - the parts of an ARN
        return name
    return f"{parts[4]}:root" if parts[5] == "root" else parts[5]
