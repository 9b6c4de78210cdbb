"""Fills placeholders in parameters and facts with what is known when a change runs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import jmespath

from dynasec.change import Call, State


class Unresolved(LookupError):  # noqa: N818 - a state of a plan, told to whoever fills it
    """A placeholder asks for a result that is not there: the call was not made, or its answer has no such member."""


@dataclass(frozen=True)
class Filler:
    """Knows a plan, a change of it, and the answers so far.

    `results` maps the key of a change and the name of a call to the call's answer; `key` is the change's own.
    """

    plan_id: str
    change_id: str
    key: str
    results: Mapping[tuple[str, str], Any]

    def fill(self, value: Any) -> Any:  # noqa: ANN401 - any JSON value
        """Return the value without placeholders.

        Raises:
            Unresolved: a result is not there.

        """
        if isinstance(value, Mapping):
            mapping = cast("Mapping[str, Any]", value)
            if len(mapping) == 1:
                ((name, argument),) = mapping.items()
                if name.startswith("$"):
                    return self._placeholder(name, argument)
            return {name: self.fill(one) for name, one in mapping.items()}
        if isinstance(value, list | tuple):
            return [self.fill(one) for one in cast("list[Any]", value)]
        return value

    def state(self, state: State) -> State:
        """Return a state without placeholders.

        Raises:
            Unresolved: a result is not there.

        """
        return state.model_copy(update={"params": self.fill(state.params), "facts": self.fill(state.facts)})

    def call(self, call: Call) -> Call:
        """Return a call without placeholders in its parameters; those of its states are filled when they are looked at.

        Raises:
            Unresolved: a result is not there.

        """
        return call.model_copy(update={"params": self.fill(call.params)})

    @property
    def tag(self) -> str:
        """What `change_tag` stands for."""
        return f"{self.plan_id[:16]}/{self.change_id}"

    def _placeholder(self, name: str, argument: Any) -> Any:  # noqa: ANN401 - any JSON value
        if name == "$result":
            return self._result(argument["of"] or self.key, argument["call"], argument["path"])
        if name == "$token":
            return hashlib.sha256(f"{self.plan_id}\0{self.change_id}\0{argument}".encode()).hexdigest()[:32]
        if name == "$change":
            return self.tag
        if name == "$text":
            return "".join(str(self.fill(piece)) for piece in argument)
        return {name: self.fill(argument)}

    def _result(self, key: str, call: str, path: str) -> Any:  # noqa: ANN401 - any JSON value
        answer = self.results.get((key, call))
        found = None if answer is None else jmespath.search(path, answer)
        if found is None:
            msg = f"no result {path} of call {call!r} of {key}"
            raise Unresolved(msg)
        return found
