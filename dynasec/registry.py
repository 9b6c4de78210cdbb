"""Finds checks through entry points. Built-in packs and others load in the same way; a broken module is named and isolated."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any, Final, cast

from dynasec.check import Check, Severity
from dynasec.errors import UsageError
from dynasec.model.subjects import SUBJECTS

GROUP: Final = "dynasec.checks"
_MODULE: Final = re.compile(r"\w+(\.\w+)*")
_OPERATION: Final = re.compile(r"[a-z0-9-]+:[A-Z][A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Control:
    """A check with the identity that its place gives it: id from the file, section from the folder, page from the docstring."""

    id: str
    section: str
    pack: str
    page: str
    check: Check[Any]


@dataclass(frozen=True, slots=True, order=True)
class BrokenPlugin:
    """Something of a pack that could not be loaded: what it would have said is not known."""

    pack: str
    module: str
    error: str


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
    controls: dict[str, Control] = {}
    broken: list[BrokenPlugin] = []
    for pack in sorted(packs, key=lambda entry: entry.name):
        for found in _load_pack(pack):
            if isinstance(found, BrokenPlugin):
                broken.append(found)
            elif found.id in controls:
                broken.append(
                    BrokenPlugin(
                        pack.name, found.id, f"{found.id} exists already in {controls[found.id].pack}"
                    )
                )
            else:
                controls[found.id] = found
    return Registry(
        tuple(sorted(controls.values(), key=lambda one: (one.section, one.id))), tuple(sorted(broken))
    )


def _load_pack(pack: EntryPoint) -> Iterator[Control | BrokenPlugin]:
    if not _MODULE.fullmatch(pack.value):
        yield BrokenPlugin(pack.name, pack.value, "the entry point names no package")
        return
    package = _import(pack.name, pack.value)
    if isinstance(package, BrokenPlugin):
        yield package
        return
    if not hasattr(package, "__path__"):
        yield BrokenPlugin(pack.name, pack.value, "is a module, not a package of sections")
        return
    for section in pkgutil.iter_modules(package.__path__):
        if not section.ispkg:
            continue
        folder = _import(pack.name, f"{package.__name__}.{section.name}")
        if isinstance(folder, BrokenPlugin):
            yield folder
            continue
        for info in pkgutil.iter_modules(folder.__path__):
            if not info.name.startswith("_"):
                yield _load_control(pack.name, section.name, f"{folder.__name__}.{info.name}")


def _load_control(pack: str, section: str, name: str) -> Control | BrokenPlugin:
    module = _import(pack, name)
    if isinstance(module, BrokenPlugin):
        return module
    check: Check[Any] | None = getattr(module, "check", None)
    if not isinstance(check, Check):
        return BrokenPlugin(pack, name, "has no `check = Check(…)`")
    wrong = _fault_of(check)
    if wrong:
        return BrokenPlugin(pack, name, wrong)
    return Control(
        name.rpartition(".")[2].replace("_", "-"), section, pack, (module.__doc__ or "").strip(), check
    )


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
    wrong = next((one for one in check.reads if not _OPERATION.fullmatch(one)), None)
    return "" if wrong is None else f"reads {wrong!r}, which is no `service:Operation`"


def _import(pack: str, name: str) -> ModuleType | BrokenPlugin:
    try:
        return importlib.import_module(name)
    except KeyboardInterrupt:
        raise
    except BaseException as problem:  # noqa: BLE001 - a plug-in may fail in any way, SystemExit too; it is named and the others go on
        return BrokenPlugin(pack, name, f"{type(problem).__name__}: {problem}")


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
