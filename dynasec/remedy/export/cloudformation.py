"""A plan as a CloudFormation template: what is new in whole, what exists with the properties to set."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from dynasec.printable import printable
from dynasec.remedy.export.form import Document, Map
from dynasec.remedy.export.forms import Declared, declarations
from dynasec.remedy.export.names import makers, named
from dynasec.remedy.export.remarks import about, comment, foot, head
from dynasec.remedy.export.values import Reference, Text, resolved
from dynasec.remedy.plan import Plan

_ARNS: Final = {
    "AWS::KMS::Key": "Arn",
    "AWS::Logs::LogGroup": "Arn",
    "AWS::CloudTrail::Trail": "Arn",
    "AWS::Backup::BackupVault": "BackupVaultArn",
    "AWS::Events::Rule": "Arn",
    "AWS::SNS::Topic": "TopicArn",
}
"""The attribute that holds a resource's ARN."""


def pieces(plan: Plan) -> Iterator[str]:
    """Yield the template as YAML, whose values are JSON."""
    found = declarations(plan, "cloudformation")
    names = named(found.resources, terraform=False)
    writer = _Writer(makers(found.resources, names))
    yield from head(plan, "A template of what the plan sets.")
    yield 'AWSTemplateFormatVersion: "2010-09-09"\n'
    yield "Resources:\n" if found.resources else "Resources: {}\n"
    for one, name in zip(found.resources, names, strict=True):
        yield from about(one, "  ")
        if one.form.exists:
            yield comment("EXISTS: set these properties where it is declared, or import it", "  ")
        tag = f"{plan.plan_id[:16]}/{one.changes[0].id}"
        properties = writer.json(resolved(one.form.cloudformation, tag))
        yield f"  {name}:\n    Type: {one.form.cloudformation_type}\n    Properties: {_yaml(properties)}\n"
    yield from foot(found)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes references as intrinsic functions."""

    makers: Mapping[tuple[str, str], tuple[Declared, str]]

    def json(self, value: Any) -> Any:  # noqa: ANN401 - any value of a declaration
        if isinstance(value, Text):
            return self._text(value)
        if isinstance(value, Document):
            return self.json(value.text)
        if isinstance(value, Map):
            return self.json(value.members)
        if isinstance(value, Mapping):
            return {name: self.json(one) for name, one in cast("Mapping[str, Any]", value).items()}
        if isinstance(value, list | tuple):
            return [self.json(one) for one in cast("Sequence[Any]", value)]
        return value

    def _text(self, text: Text) -> Any:  # noqa: ANN401 - an intrinsic function or a text
        if len(text.pieces) == 1 and isinstance(text.pieces[0], Reference):
            name = self._name(text.pieces[0])
            if name is None:
                return f"REPLACE: {text.pieces[0].path} of {text.pieces[0].call}"
            logical, _, attribute = name.partition(".")
            return {"Fn::GetAtt": [logical, attribute]} if attribute else {"Ref": logical}
        whole = ""
        for piece in text.pieces:
            if isinstance(piece, str):
                whole += piece.replace("${", "${!")
            else:
                name = self._name(piece)
                whole += f"REPLACE-{piece.path}" if name is None else f"${{{name}}}"
        return {"Fn::Sub": whole}

    def _name(self, reference: Reference) -> str | None:
        made = self.makers.get((reference.of, reference.call))
        if made is None:
            return None
        kind, name = made[0].form.cloudformation_type, made[1]
        if not reference.path.lower().endswith("arn"):
            return name
        return f"{name}.{_ARNS[kind]}" if kind in _ARNS else None


def _yaml(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return JSON as it stands in a block of YAML: indented, without characters that YAML does not take."""
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)
    return "\n".join(f"    {printable(line)}" for line in text.split("\n")).lstrip()
