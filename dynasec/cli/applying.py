"""Carries plans out: gates, lock, journal, run. What `apply`, `rollback` and `demo` share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from dynasec.cli.consent import Choice, asked
from dynasec.cli.site import Site
from dynasec.remedy.applying.gates import Consent, Gates, Situation, examine
from dynasec.remedy.applying.journal import AlreadyRunError, Journal, run_of
from dynasec.remedy.applying.outcomes import Outcome, RunResult
from dynasec.remedy.applying.replay import replay
from dynasec.remedy.applying.runs import Runs
from dynasec.remedy.impact.analysis import Assessor
from dynasec.remedy.plan import Plan


@dataclass(frozen=True, slots=True)
class Application:
    """What is to be done with a plan. `word` is what a person types to confirm data-path changes; `ask`: whether to ask at all.

    `assess` judges access changes anew; plans of rollbacks need none, for they bring back what was.
    """

    consent: Consent
    ask: bool = False
    only: tuple[str, ...] = ()
    wave: int = 0
    resume: bool = False
    word: str = ""
    assess: Assessor | None = None
    kind: Literal["remediate", "undo"] = "remediate"


def carry_out(site: Site, plan: Plan, wanted: Application) -> RunResult:
    """Apply a plan, as far as the gates let it through. Where they let nothing through, the plan is not used up.

    Raises:
        DynasecError: it must not be applied, or cannot be: expired, for another account, applied before, locked.

    """
    situation = site.situation(plan)
    examine(plan, situation, kind=wanted.kind, resuming=wanted.resume)
    with site.runs.lock(plan.subject):
        choice = Choice(wanted.only, wanted.wave, _begun(site.runs, plan, resume=wanted.resume))
        gates = _gates(site, plan, situation, choice, wanted)
        if not gates.chosen:
            ended = tuple((one, gates.refused[one.id]) for one in plan.changes if one.id in gates.refused)
            return RunResult(run_of(plan), plan.plan_id, Path(), ended)
        with _journal(site, plan, resume=wanted.resume) as journal:
            return site.run(journal, gates)


def _gates(site: Site, plan: Plan, situation: Situation, choice: Choice, wanted: Application) -> Gates:
    reviewed, stale = plan, dict[str, Outcome]()
    if wanted.assess is not None:
        agreed = _whole(plan, wanted.consent) if wanted.ask else wanted.consent
        possible = choice.judge(plan, replace(agreed, accept_no_evidence=True), situation).chosen
        reviewed, found = site.reviewed_again(plan, wanted.assess, set(possible) - set(choice.begun))
        stale |= found
    consent = wanted.consent
    if wanted.ask:
        consent = asked(reviewed, consent, situation, choice, wanted.word or plan.plan_id[:8])
    return _without(stale, choice.judge(reviewed, consent, situation))


def _whole(plan: Plan, consent: Consent) -> Consent:
    """Return the consent of somebody who agrees to every risk: what it does not let through, nothing does."""
    return replace(
        consent,
        yes=True,
        confirm=plan.plan_id[:8],
        account=plan.subject.account,
    )


def _without(stale: Mapping[str, Outcome], gates: Gates) -> Gates:
    chosen = tuple(one for one in gates.chosen if one not in stale)
    held_back = {one: stale[one] for one in gates.chosen if one in stale}
    return Gates(chosen, {**gates.refused, **held_back})


def _begun(runs: Runs, plan: Plan, *, resume: bool) -> frozenset[str]:
    """Return the changes of which something took effect, or may have.

    Raises:
        AlreadyRunError: the plan was applied before and this is not to resume it.
        JournalError: its journal cannot be trusted.

    """
    path = runs.path(run_of(plan))
    if not path.exists():
        return frozenset()
    if not resume:
        msg = f"the plan {plan.plan_id[:8]} was applied before: {path}"
        raise AlreadyRunError(msg, hint="--resume takes that run up again; or plan anew")
    return replay(runs.read(run_of(plan)).records).begun(plan.changes)


def _journal(site: Site, plan: Plan, *, resume: bool) -> Journal:
    return site.runs.resume(plan, site.clock) if resume else site.runs.create(plan, site.clock)
