"""A plan as Terraform: what is new in whole, what exists with the arguments to set."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from dynasec.remedy.export.form import Document, Map
from dynasec.remedy.export.forms import Declared, declarations
from dynasec.remedy.export.names import makers, named
from dynasec.remedy.export.remarks import about, comment, foot, head
from dynasec.remedy.export.values import Reference, Text, resolved
from dynasec.remedy.plan import Plan

_INDENT: Final = "  "


def pieces(plan: Plan) -> Iterator[str]:
    """Yield the resources, in the language of Terraform."""
    found = declarations(plan, "terraform")
    names = named(found.resources, terraform=True)
    writer = _Writer(makers(found.resources, names))
    yield from head(plan, "Resources of Terraform's AWS provider, of what the plan sets.")
    for one, name in zip(found.resources, names, strict=True):
        yield "\n"
        yield from about(one)
        if one.form.exists:
            yield comment("EXISTS: set these arguments where it is declared, or write it out and import it")
        tag = f"{plan.plan_id[:16]}/{one.changes[0].id}"
        arguments = resolved(one.form.terraform, tag)
        yield f'resource "{one.form.terraform_type}" "{name}" {{\n'
        yield from (f"{line}\n" for line in writer.body(arguments, _INDENT))
        yield "}\n"
    yield from foot(found)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes arguments and blocks; references are expressions."""

    makers: Mapping[tuple[str, str], tuple[Declared, str]]

    def body(self, arguments: Mapping[str, Any], indent: str) -> Iterator[str]:
        """Yield arguments, then blocks: lists of mappings are blocks."""
        blocks = {name: value for name, value in arguments.items() if _is_blocks(value)}
        for name, value in arguments.items():
            if name not in blocks:
                yield f"{indent}{name} = {self.expression(value, indent)}"
        for name, group in blocks.items():
            for block in group:
                yield f"{indent}{name} {{"
                yield from self.body(block, indent + _INDENT)
                yield f"{indent}}}"

    def expression(self, value: Any, indent: str) -> str:  # noqa: ANN401 - any value of a declaration
        if isinstance(value, Document):
            return f"jsonencode({self.expression(value.text, indent)})"
        if isinstance(value, Text):
            return self._text(value)
        if isinstance(value, str):
            return f'"{_escaped(value)}"'
        deeper = indent + _INDENT
        if isinstance(value, Map | Mapping):
            members = (value.members if isinstance(value, Map) else cast("Mapping[str, Any]", value)).items()
            lines = [
                f"{deeper}{self.expression(name, deeper)} = {self.expression(one, deeper)}"
                for name, one in members
            ]
            return "\n".join(["{", *lines, f"{indent}}}"]) if lines else "{}"
        if isinstance(value, list | tuple):
            items = [f"{deeper}{self.expression(one, deeper)}," for one in cast("Sequence[Any]", value)]
            return "\n".join(["[", *items, f"{indent}]"]) if items else "[]"
        return json.dumps(value)

    def _text(self, text: Text) -> str:
        known = [piece if isinstance(piece, str) else self._address(piece) for piece in text.pieces]
        if len(known) == 1 and isinstance(text.pieces[0], Reference):
            return known[0]
        inner = "".join(
            _escaped(piece) if isinstance(piece, str) else f"${{{address}}}"
            for piece, address in zip(text.pieces, known, strict=True)
        )
        return f'"{inner}"'

    def _address(self, reference: Reference) -> str:
        made = self.makers.get((reference.of, reference.call))
        if made is None:
            return f'"REPLACE: {_escaped(reference.path)} of {_escaped(reference.call)}"'
        attribute = "arn" if reference.path.lower().endswith("arn") else "id"
        return f"{made[0].form.terraform_type}.{made[1]}.{attribute}"


def _is_blocks(value: Any) -> bool:  # noqa: ANN401 - any value of a declaration
    if not isinstance(value, list | tuple) or not value:
        return False
    return all(isinstance(one, Mapping) for one in cast("Sequence[Any]", value))


def _escaped(text: str) -> str:
    """Return a text as it stands in quotes: nothing in it is an expression, or ends it."""
    return "".join(map(_character, text)).replace("${", "$${").replace("%{", "%%{")


def _character(character: str) -> str:
    if character in {'"', "\\"}:
        return f"\\{character}"
    if character == "\n":
        return "\\n"
    return character if character.isprintable() else f"\\U{ord(character):08x}"
