"""Formats of the answers about access: a function from an answer to pieces of text for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from dynasec.access.answer import MatrixAnswer, TableAnswer

TablePieces = Callable[[TableAnswer, bool], Iterator[str]]
MatrixPieces = Callable[[MatrixAnswer], Iterator[str]]


@dataclass(frozen=True, slots=True)
class AccessFormat:
    """A format; its module holds `table_pieces(answer, why)` and `matrix_pieces(answer)` and is imported when first used."""

    name: str
    module: str

    def pieces(self, answer: TableAnswer | MatrixAnswer, *, why: bool = False) -> Iterator[str]:
        """Yield an answer as text; the last piece ends in a newline. `why`: with the statements that decide."""
        module: Any = import_module(f"dynasec.report.{self.module}")
        if isinstance(answer, TableAnswer):
            table_pieces: TablePieces = module.table_pieces
            return table_pieces(answer, why)
        matrix_pieces: MatrixPieces = module.matrix_pieces
        return matrix_pieces(answer)


ACCESS_FORMATS: Final = (
    AccessFormat("table", "access_table"),
    AccessFormat("json", "access_json"),
    AccessFormat("csv", "access_csv"),
)


def access_format(name: str) -> AccessFormat:
    """Return a format by its name.

    Raises:
        StopIteration: there is none; the command line offers only those that exist.

    """
    return next(one for one in ACCESS_FORMATS if one.name == name)
