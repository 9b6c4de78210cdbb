"""What must be so before anything of a plan is applied: that it is this plan, of this account, in its time, and that a person agreed.

Pure: the caller gives what it knows of the situation, and what the person said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from dynasec.arn import Arn
from dynasec.change import Document
from dynasec.errors import DynasecError, Exit, UsageError
from dynasec.remediation import Risk, UndoClass
from dynasec.remedy.applying.outcomes import Ending, Outcome
from dynasec.remedy.plan import Change, Plan, PlanError
from dynasec.settings import Remedy

_SKEW: Final = timedelta(seconds=60)
"""How far the clocks of two machines may differ."""
_PREFIX: Final = 8
_SSO_ROLE: Final = "AWSReservedSSO_"
"""Roles of IAM Identity Center: there the session's name is the person's, and not chosen by them."""


class GateRefusedError(DynasecError):
    """The plan as a whole must not be applied here."""

    exit_code = Exit.REFUSED


class ExpiredError(DynasecError):
    """The plan is too old: what it rests on was read too long ago."""

    exit_code = Exit.STALE


class Gate(StrEnum):
    """What a person must say before a change runs."""

    YES = "yes"
    """--yes: observe and additive changes."""
    CONFIRM = "confirm"
    """--confirm with the plan id's first eight characters: data-path changes."""
    ACCOUNT = "account"
    """--account with the account's id: access changes."""


_GATES: Final = {
    Risk.OBSERVE: Gate.YES,
    Risk.ADDITIVE: Gate.YES,
    Risk.DATA_PATH: Gate.CONFIRM,
    Risk.ACCESS: Gate.ACCOUNT,
}


class Approval(Document):
    """That a principal, by its ARN, approved of a plan."""

    plan_id: str
    principal: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Consent:
    """What the person who applies said, flag by flag."""

    yes: bool = False
    confirm: str = ""
    account: str = ""
    unattended: bool = False
    allow_drift: bool = False
    accept_no_evidence: bool = False
    allow_irreversible: bool = False
    approvals: tuple[Approval, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """Where and when the plan is applied, by whom, and the configuration. `regions`: only there; everywhere when empty."""

    now: datetime
    partition: str
    account: str
    caller_arn: str
    remedy: Remedy = field(default_factory=Remedy)
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gates:
    """The changes that may run, by id in the plan's order, and those that are held back and why."""

    chosen: tuple[str, ...]
    refused: Mapping[str, Outcome]


def examine(
    plan: Plan,
    situation: Situation,
    *,
    kind: Literal["remediate", "undo"] = "remediate",
    resuming: bool = False,
) -> None:
    """Check the plan as a whole. A run that is taken up again may finish what was begun after the plan expired.

    Raises:
        PlanError: it was edited.
        ExpiredError: it expired.
        GateRefusedError: it is for something else, or the clock cannot be right.

    """
    if plan.digest() != plan.plan_id:
        msg = "the plan was changed after it was made: its digest does not match"
        raise PlanError(msg, hint="plan anew, and review what you apply")
    if plan.kind != kind:
        msg = f"this is a plan to {plan.kind}, not to {kind}"
        raise GateRefusedError(msg, hint="`apply` carries out plans of `plan`, `rollback` makes its own")
    there, here = (plan.subject.partition, plan.subject.account), (situation.partition, situation.account)
    if there != here:
        msg = f"the plan is for account {'/'.join(there)}, the credentials are of {'/'.join(here)}"
        raise GateRefusedError(msg, hint="use the profile or role of that account")
    if plan.created_at > situation.now + _SKEW:
        msg = f"the plan was made at {plan.created_at:%Y-%m-%d %H:%M:%S}, which is yet to come"
        raise GateRefusedError(msg, hint="the clock was set back: it cannot tell whether the plan expired")
    if situation.now >= plan.expires_at and not resuming:
        msg = f"the plan expired at {plan.expires_at:%Y-%m-%d %H:%M:%S} UTC"
        raise ExpiredError(msg, hint="plan anew")


def gates_of(changes: Iterable[Change]) -> frozenset[Gate]:
    """Return what a person must say for changes to run."""
    return frozenset(_GATES[change.risk.level] for change in changes)


def judge(
    plan: Plan,
    consent: Consent,
    situation: Situation,
    *,
    only: Collection[str] = (),
    wave: int = 0,
    begun: Collection[str] = (),
) -> Gates:
    """Judge each change: those of `only` (all when empty) up to a wave (all when 0); what was `begun` before goes on.

    Raises:
        UsageError: the plan has no such change.
        GateRefusedError: more is asked for than the limits of the plan or of the configuration allow.

    """
    unknown = set(only) - {change.id for change in plan.changes}
    if unknown:
        msg = f"the plan has no change {', '.join(sorted(unknown))}"
        raise UsageError(msg, hint="`dynasec show` lists them")
    asked = [one for one in plan.changes if (not only or one.id in only) and (wave == 0 or one.wave <= wave)]
    refused = {
        change.id: outcome
        for change in asked
        if (outcome := _held_back(plan, change, consent, situation, begun))
    }
    chosen = [change for change in asked if change.id not in refused]
    _refuse_too_many(plan, chosen, situation.remedy)
    return Gates(tuple(change.id for change in chosen), refused)


def _held_back(
    plan: Plan, change: Change, consent: Consent, situation: Situation, begun: Collection[str]
) -> Outcome | None:
    if change.id in begun:
        return None  # it was agreed to, and half done is worse than done
    allowed = {
        "allow-drift": consent.allow_drift,
        "accept-no-evidence": consent.accept_no_evidence,
    }
    blocked = [
        f"{one.reason} (--{one.override} overrides)" if one.override else one.reason
        for one in change.blocked
        if not allowed.get(one.override, False)
    ]
    if blocked:
        return Outcome(Ending.BLOCKED, "; ".join(blocked))
    if situation.now >= plan.expires_at:
        return Outcome(Ending.STALE, "the plan expired before it began; nothing was changed")
    if situation.regions and change.region not in situation.regions:
        return Outcome(Ending.REFUSED, f"it is in {change.region}, which was not asked for")
    if plan.kind != "undo" and change.undo.kind is UndoClass.NONE and not consent.allow_irreversible:
        return Outcome(Ending.REFUSED, "it cannot be undone: needs --allow-irreversible")
    why = _unattended(change, situation) if consent.unattended else _not_agreed(plan, change, consent)
    why = why or _not_approved(plan, change, consent, situation)
    return Outcome(Ending.REFUSED, why) if why else None


def _unattended(change: Change, situation: Situation) -> str:
    if change.risk.level.rank > Risk.ADDITIVE.rank:
        return f"{change.risk.level} changes are never applied unattended"
    missing = [one for one in change.controls if one not in situation.remedy.unattended]
    if missing or not change.controls:
        names = ", ".join(missing) or "a change that closes no control"
        return f"remedy.unattended does not list {names}"
    return ""


def _not_agreed(plan: Plan, change: Change, consent: Consent) -> str:
    level = change.risk.level
    match _GATES[level]:
        case Gate.YES:
            return "" if consent.yes else f"{level} changes need --yes"
        case Gate.CONFIRM:
            if consent.confirm == plan.plan_id[:_PREFIX]:
                return ""
            return f"{level} changes need --confirm with the first {_PREFIX} characters of the plan's id"
        case Gate.ACCOUNT:
            return (
                ""
                if consent.account == plan.subject.account
                else f"{level} changes need --account with the account's id"
            )


def _not_approved(plan: Plan, change: Change, consent: Consent, situation: Situation) -> str:
    if not situation.remedy.approval or change.risk.level is not Risk.ACCESS:
        return ""
    own = {principal_of(plan.subject.caller_arn), principal_of(situation.caller_arn)}
    others = [
        one
        for one in consent.approvals
        if one.plan_id == plan.plan_id
        and _is_of(one.principal, plan.subject.account)
        and principal_of(one.principal) not in own
    ]
    return "" if others else "access changes need `dynasec approve` by another principal"


def _is_of(principal: str, account: str) -> bool:
    try:
        return Arn.parse(principal).account == account
    except ValueError:
        return False


def principal_of(arn: str) -> str:
    """Return who an ARN stands for: sessions of one role count as one, since whoever assumes it chooses the session's name."""
    try:
        parsed = Arn.parse(arn)
    except ValueError:
        return arn
    if parsed.kind == "role":
        return f"{parsed.account}:{parsed.name.rpartition('/')[2]}"
    role = parsed.name.partition("/")[0]
    if parsed.kind != "assumed-role" or role.startswith(_SSO_ROLE):
        return arn
    return f"{parsed.account}:{role}"


def _refuse_too_many(plan: Plan, chosen: Collection[Change], remedy: Remedy) -> None:
    tables = {change.resource for change in chosen if ":table/" in change.resource}
    for number, most, what in (
        (len(chosen), min(plan.limits.max_changes, remedy.max_changes), "changes"),
        (len(tables), min(plan.limits.max_tables, remedy.max_tables), "tables"),
    ):
        if number > most:
            msg = f"{number} {what} at once are more than the limit of {most}"
            raise GateRefusedError(
                msg, hint=f"choose with --only or --wave, or raise remedy.max_{what} and plan anew"
            )
