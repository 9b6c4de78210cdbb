"""Finds the modules of plug-in packs through entry points. A module that cannot be used is named, and the others go on.

A pack is a package of sections; each section is a package of modules, one plug-in each.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import Final, Protocol, TypeVar

_MODULE: Final = re.compile(r"\w+(\.\w+)*")
OPERATION: Final = re.compile(r"[a-z0-9-]+:[A-Z][A-Za-z0-9]+")
"""How plug-ins name API operations."""


@dataclass(frozen=True, slots=True, order=True)
class BrokenPlugin:
    """Something of a pack that could not be loaded: what it would have said is not known."""

    pack: str
    module: str
    error: str


@dataclass(frozen=True, slots=True)
class Plugin:
    """A module with the identity that its place gives it: id from the file, section from the folder, page from the docstring."""

    pack: str
    section: str
    module: ModuleType

    @property
    def name(self) -> str:
        """The module's full name."""
        return self.module.__name__

    @property
    def id(self) -> str:
        """The file's name with hyphens."""
        return self.name.rpartition(".")[2].replace("_", "-")

    @property
    def page(self) -> str:
        """The docstring."""
        return (self.module.__doc__ or "").strip()


class Identified(Protocol):
    """What a plug-in becomes: something with an id of its own, from a section of a pack."""

    @property
    def id(self) -> str:
        """The id, which nothing else of its kind has."""
        ...

    @property
    def section(self) -> str:
        """The folder it is in."""
        ...

    @property
    def pack(self) -> str:
        """The pack it is from."""
        ...


T = TypeVar("T", bound=Identified)


def plugged(
    packs: Iterable[EntryPoint], make: Callable[[Plugin], T | BrokenPlugin]
) -> tuple[tuple[T, ...], tuple[BrokenPlugin, ...]]:
    """Return what `make` makes of all modules, in the order of sections and ids, and what is broken.

    Of two with one id the second is broken, whichever pack it is from.
    """
    made: dict[str, T] = {}
    broken: list[BrokenPlugin] = []
    for plugin in modules(packs):
        found = plugin if isinstance(plugin, BrokenPlugin) else make(plugin)
        if isinstance(found, BrokenPlugin):
            broken.append(found)
        elif found.id in made:
            broken.append(
                BrokenPlugin(found.pack, found.id, f"{found.id} exists already in {made[found.id].pack}")
            )
        else:
            made[found.id] = found
    return tuple(sorted(made.values(), key=lambda one: (one.section, one.id))), tuple(sorted(broken))


def modules(packs: Iterable[EntryPoint]) -> Iterator[Plugin | BrokenPlugin]:
    """Yield the modules of all packs, in the order of packs, sections and files."""
    for pack in sorted(packs, key=lambda entry: entry.name):
        yield from _modules_of(pack)


def _modules_of(pack: EntryPoint) -> Iterator[Plugin | BrokenPlugin]:
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
        if section.ispkg:
            yield from _section(pack.name, section.name, f"{package.__name__}.{section.name}")


def _section(pack: str, section: str, name: str) -> Iterator[Plugin | BrokenPlugin]:
    folder = _import(pack, name)
    if isinstance(folder, BrokenPlugin):
        yield folder
        return
    for info in pkgutil.iter_modules(folder.__path__):
        if not info.name.startswith("_"):
            module = _import(pack, f"{name}.{info.name}")
            yield module if isinstance(module, BrokenPlugin) else Plugin(pack, section, module)


def _import(pack: str, name: str) -> ModuleType | BrokenPlugin:
    try:
        return importlib.import_module(name)
    except KeyboardInterrupt:
        raise
    except BaseException as problem:  # noqa: BLE001 - a plug-in may fail in any way, SystemExit too; it is named and the others go on
        return BrokenPlugin(pack, name, f"{type(problem).__name__}: {problem}")
