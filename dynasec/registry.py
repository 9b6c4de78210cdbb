"""Finds checks through entry points. Built-in packs and others load in the same way; a broken module is named and isolated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, cast

from dynasec.check import Check, Severity
from dynasec.errors import UsageError
from dynasec.model.subjects import SUBJECTS
from dynasec.plugins import OPERATION, BrokenPlugin, Plugin, plugged

GROUP: Final = "dynasec.checks"


@dataclass(frozen=True, slots=True)
class Control:
    """A check with the identity that its place gives it: id from the file, section from the folder, page from the docstring."""

    id: str
    section: str
    pack: str
    page: str
    check: Check[Any]


@dataclass(frozen=True, slots=True)
class Registry:
    """All controls found, in the order of sections and ids, and what could not be loaded."""

    controls: tuple[Control, ...]
    broken: tuple[BrokenPlugin, ...] = ()

    def get(self, control_id: str) -> Control:
        """Return one control.

        Raises:
            UsageError: there is none of that id; the nearest is named.

        """
        found = next((control for control in self.controls if control.id == control_id), None)
        if found is None:
            kind = "control"
            raise _no_match(kind, control_id, [control.id for control in self.controls])
        return found

    def select(
        self,
        *,
        controls: Sequence[str] = (),
        skip: Sequence[str] = (),
        sections: Sequence[str] = (),
        frameworks: Sequence[str] = (),
    ) -> tuple[Control, ...]:
        """Return the controls that match: ids and sections by glob, frameworks by name or `name:id`, by glob too.

        Raises:
            UsageError: something given matches nothing, or nothing is left.

        """
        chosen = list(self.controls)
        chosen = _narrow(chosen, "control", controls, lambda control: (control.id,))
        chosen = _narrow(chosen, "section", sections, lambda control: (control.section,))
        chosen = _narrow(chosen, "framework", frameworks, _framework_names)
        dropped = _narrow(list(self.controls), "control", skip, lambda control: (control.id,)) if skip else []
        left = tuple(control for control in chosen if control not in dropped)
        if not left and not self.broken:  # an audit of nothing must not look like a good one
            msg = "no control is left to audit"
            raise UsageError(msg, hint="choose more, or skip fewer; see `dynasec controls list`")
        return left


def load() -> Registry:
    """Load every installed pack."""
    return load_packs(entry_points(group=GROUP))


def load_packs(packs: Iterable[EntryPoint]) -> Registry:
    """Load the given packs. Two controls of one id: the second is broken, whichever pack it is from."""
    return Registry(*plugged(packs, _control))


def _control(plugin: Plugin) -> Control | BrokenPlugin:
    check: Check[Any] | None = getattr(plugin.module, "check", None)
    if not isinstance(check, Check):
        return BrokenPlugin(plugin.pack, plugin.name, "has no `check = Check(…)`")
    wrong = _fault_of(check)
    if wrong:
        return BrokenPlugin(plugin.pack, plugin.name, wrong)
    return Control(plugin.id, plugin.section, plugin.pack, plugin.page, check)


def _fault_of(check: Check[Any]) -> str:
    """Return why a check cannot be used; empty when it can."""
    if check.evaluate is None:
        return "has no function under `@check.evaluator`"
    if check.subject not in SUBJECTS:
        return f"judges {check.subject!r}, of which nothing is collected"
    if not isinstance(cast("object", check.severity), Severity):
        return f"severity = {check.severity!r} is no Severity"
    if isinstance(cast("object", check.reads), str):
        return f"reads = {check.reads!r} is a text: a tuple of one needs its comma"
    wrong = next((one for one in check.reads if not OPERATION.fullmatch(one)), None)
    return "" if wrong is None else f"reads {wrong!r}, which is no `service:Operation`"


def _framework_names(control: Control) -> tuple[str, ...]:
    return (*control.check.frameworks, *(full.partition(":")[0] for full in control.check.frameworks))


def _narrow(
    controls: list[Control], what: str, patterns: Sequence[str], names: Callable[[Control], tuple[str, ...]]
) -> list[Control]:
    """Keep the controls one of whose names matches one of the patterns; a pattern that matches nothing is a mistake."""
    if not patterns:
        return controls
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for control in controls for name in names(control)):
            raise _no_match(what, pattern, sorted({name for control in controls for name in names(control)}))
    return [
        control
        for control in controls
        if any(fnmatchcase(name, pattern) for name in names(control) for pattern in patterns)
    ]


def _no_match(what: str, pattern: str, known: list[str]) -> UsageError:
    import difflib  # noqa: PLC0415 - needed for a mistake only

    close = difflib.get_close_matches(pattern, known, n=1, cutoff=0.4)
    hint = f"did you mean {close[0]}?" if close else "see `dynasec controls list`"
    return UsageError(f"no {what} matches {pattern!r}", hint=hint)
