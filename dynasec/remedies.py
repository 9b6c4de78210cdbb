"""Finds remediations through entry points, and knows which controls they close."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from dynasec.model.subjects import SUBJECTS
from dynasec.plugins import OPERATION, BrokenPlugin, Plugin, plugged
from dynasec.remediation import Remediation

GROUP: Final = "dynasec.remediations"


@dataclass(frozen=True, slots=True)
class Remedy:
    """A remediation with the identity that its place gives it."""

    id: str
    section: str
    pack: str
    page: str
    remediation: Remediation[Any]


@dataclass(frozen=True)
class Remedies:
    """All remediations found, in the order of sections and ids, and what could not be loaded."""

    remedies: tuple[Remedy, ...]
    broken: tuple[BrokenPlugin, ...] = ()

    def of(self, control: str) -> tuple[str, ...]:
        """Return the ids of the remediations that close a control."""
        return self._by_control.get(control, ())

    @cached_property
    def _by_control(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for remedy in self.remedies:
            for control in remedy.remediation.controls:
                found[control] = (*found.get(control, ()), remedy.id)
        return found


def load() -> Remedies:
    """Load every installed pack."""
    return load_packs(entry_points(group=GROUP))


def load_packs(packs: Iterable[EntryPoint]) -> Remedies:
    """Load the given packs. Two remediations of one id: the second is broken, whichever pack it is from."""
    return Remedies(*plugged(packs, _remedy))


def _remedy(plugin: Plugin) -> Remedy | BrokenPlugin:
    remediation: Remediation[Any] | None = getattr(plugin.module, "remediation", None)
    if not isinstance(remediation, Remediation):
        return BrokenPlugin(plugin.pack, plugin.name, "has no `remediation = Remediation(…)`")
    wrong = _fault_of(remediation)
    if wrong:
        return BrokenPlugin(plugin.pack, plugin.name, wrong)
    return Remedy(plugin.id, plugin.section, plugin.pack, plugin.page, remediation)


def _fault_of(remediation: Remediation[Any]) -> str:
    """Return why a remediation cannot be used; empty when it can."""
    if remediation.plan is None:
        return "has no function under `@remediation.each` or `@remediation.planner`"
    if remediation.subject not in SUBJECTS:
        return f"mends {remediation.subject!r}, of which nothing is collected"
    if not remediation.controls:
        return "closes no control"
    wrong = next((one for one in remediation.reads if not OPERATION.fullmatch(one)), None)
    return "" if wrong is None else f"reads {wrong!r}, which is no `service:Operation`"
