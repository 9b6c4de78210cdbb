"""Shell words that hold JSON. Whatever AWS or a name in it says stays one word: it is quoted, never expanded."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from dynasec.remedy.applying.placeholders import Filler
from dynasec.remedy.export.order import Wanted, wanted_in
from dynasec.remedy.plan import canonical


@dataclass(frozen=True)
class Words:
    """Makes words for one change. `variables` names the shell variables that hold values of answers, as JSON."""

    filler: Filler
    variables: Mapping[Wanted, str]

    def json(self, value: Any, *, indent: int | None = None) -> str:  # noqa: ANN401 - any JSON value
        """Return a word that holds the value as JSON, with variables where values are known only when the script runs."""
        mark = hashlib.sha256(canonical(value)).hexdigest()[
            :32
        ]  # nothing in the value can hold its own digest
        marked = self._marked(value, mark)
        text = json.dumps(marked, indent=indent, sort_keys=True)
        pattern = re.compile(rf'"{mark}:(\w+):"|{mark}:(\w+):')
        word, place = "", 0
        for found in pattern.finditer(text):
            whole, inner = found.groups()
            word += _quoted(text[place : found.start()])
            word += f'"${{{whole}}}"' if whole else f'"${{{inner}_text}}"'
            place = found.end()
        return word + _quoted(text[place:])

    def _marked(self, value: Any, mark: str) -> Any:  # noqa: ANN401 - any JSON value
        if isinstance(value, Mapping):
            mapping = cast("Mapping[str, Any]", value)
            if len(mapping) == 1:
                ((name, argument),) = mapping.items()
                if name == "$result":
                    return f"{mark}:{self.variables[next(wanted_in(mapping, self.filler.key))]}:"
                if name == "$text":
                    pieces = cast("Sequence[Any]", argument)
                    return "".join(str(self._marked(piece, mark)) for piece in pieces)
                if name.startswith("$"):
                    return self.filler.fill(mapping)
            return {name: self._marked(one, mark) for name, one in mapping.items()}
        if isinstance(value, list | tuple):
            return [self._marked(one, mark) for one in cast("Sequence[Any]", value)]
        return value


def _quoted(text: str) -> str:
    return shlex.quote(text) if text else ""
