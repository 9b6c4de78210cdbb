"""What findings say of the requirements that controls are mapped to, framework by framework.

A requirement is as good as its worst finding. It is judged only by the controls of the run: those that were left out are named, since
without them a PASS says less. None of it states conformity: a framework asks for far more than an API can show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from dynasec.audit.score import Counts, Tally, total
from dynasec.frameworks import FRAMEWORKS
from dynasec.registry import Control


class Standing(StrEnum):
    """How a requirement stands. ACCEPTED: nothing else failed, but somebody accepted a failure, which is not the same as none."""

    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    ACCEPTED = "ACCEPTED"
    PASS = "PASS"  # noqa: S105 - a verdict, not a secret
    NOT_APPLICABLE = "NOT_APPLICABLE"

    @classmethod
    def of(cls, counts: Tally) -> Standing:
        """Return how a requirement with these counts stands: the worst that one of its findings says."""
        if counts.failed:
            return cls.FAIL
        if counts.unknown:
            return cls.UNKNOWN
        if counts.suppressed:
            return cls.ACCEPTED
        return cls.PASS if counts.passed else cls.NOT_APPLICABLE


@dataclass(frozen=True, slots=True)
class RequirementResult:
    """One requirement: `controls` are those of the run that serve it, `left_out` those that would, had they been chosen."""

    title: str
    controls: tuple[str, ...]
    left_out: tuple[str, ...]
    counts: Tally

    @property
    def status(self) -> Standing:
        """How it stands."""
        return Standing.of(self.counts)


@dataclass(frozen=True, slots=True)
class FrameworkResult:
    """One framework: each finding counts once in `overall`, however many requirements it bears on."""

    title: str
    overall: Tally
    requirements: Mapping[str, RequirementResult]


def by_framework(
    counts: Mapping[str, Counts],
    chosen: Sequence[Control],
    existing: Sequence[Control],
    patterns: Sequence[str] = (),
) -> dict[str, FrameworkResult]:
    """Return what the findings say of each framework that the `chosen` controls serve, in the order of dynasec's list.

    `counts` are those of each chosen control's findings, `existing` all controls there are. With `patterns` (globs on `framework` or
    `framework:requirement`) only what they name is told: controls that were chosen for one framework give half a picture of the others.
    """
    serving, able = _serving(chosen, patterns), _serving(existing, patterns)
    return {
        name: FrameworkResult(
            FRAMEWORKS[name].title if name in FRAMEWORKS else name,
            total(counts[one] for one in dict.fromkeys(one for ids in serving[name].values() for one in ids)),
            {
                requirement: _requirement(
                    _title(name, requirement),
                    serving[name][requirement],
                    able[name][requirement],
                    counts,
                )
                for requirement in _ordered(name, serving[name])
            },
        )
        for name in sorted(serving, key=_place)
    }


def _requirement(
    title: str, controls: Sequence[str], able: Sequence[str], counts: Mapping[str, Counts]
) -> RequirementResult:
    left_out = tuple(one for one in able if one not in controls)
    return RequirementResult(title, tuple(controls), left_out, total(counts[one] for one in controls))


def _title(framework: str, requirement: str) -> str:
    if framework not in FRAMEWORKS:
        return requirement
    return FRAMEWORKS[framework].requirements.get(requirement, requirement)


def _serving(
    controls: Sequence[Control], patterns: Sequence[str]
) -> defaultdict[str, defaultdict[str, list[str]]]:
    """Return framework → requirement → ids of the controls that are mapped to it."""
    serving: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for control in controls:
        for reference in control.check.frameworks:
            name, _, requirement = reference.partition(":")
            if not patterns or any(fnmatchcase(text, one) for one in patterns for text in (name, reference)):
                serving[name][requirement].append(control.id)
    return serving


def _place(framework: str) -> tuple[int, str]:
    """Return where a framework stands: those of dynasec's list in its order, then those of other packs."""
    names = list(FRAMEWORKS)
    return (names.index(framework) if framework in FRAMEWORKS else len(names), framework)


def _ordered(framework: str, requirements: Iterable[str]) -> list[str]:
    known = list(FRAMEWORKS[framework].requirements) if framework in FRAMEWORKS else []
    return sorted(requirements, key=lambda one: (known.index(one) if one in known else len(known), one))
