"""Which calls of a plan infrastructure code can declare, and as what.

Only what sets a state has such a form. A call that starts, stops or registers something has none, and neither has one whose resource
cannot be told from its parameters. Rests on the resource types of CloudFormation and of Terraform's AWS provider.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final

from dynasec.change import Call
from dynasec.remedy.export import forms_edge, forms_network, forms_tables, forms_watching
from dynasec.remedy.export.form import Form
from dynasec.remedy.export.order import LeftOut, in_order
from dynasec.remedy.export.values import absolute
from dynasec.remedy.plan import Change, Plan

_FORMS: Final = {**forms_tables.FORMS, **forms_network.FORMS, **forms_watching.FORMS, **forms_edge.FORMS}


@dataclass(slots=True)
class Declared:
    """A resource with all that the plan's calls say of it, the changes they are of, and the calls whose answers are about it."""

    form: Form
    changes: list[Change] = field(default_factory=list[Change])
    calls: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


@dataclass(slots=True)
class Declarations:
    """What of a plan can be declared, and what cannot: changes that are left out, and calls without a form."""

    resources: list[Declared]
    left_out: list[LeftOut]
    without: list[tuple[Change, Call]]


def declarations(plan: Plan, target: str) -> Declarations:
    """Return what of a plan can be declared. `target` is `cloudformation` or `terraform`: what is one resource there is merged."""
    chosen, left_out = in_order(plan, owned=True)
    found: dict[str, Declared] = {}
    without: list[tuple[Change, Call]] = []
    for change in chosen:
        for call in change.calls:
            former = _FORMS.get(call.operation)
            form = None if former is None else former(absolute(call.params, change.key))
            kind = (
                ""
                if form is None
                else form.cloudformation_type
                if target == "cloudformation"
                else form.terraform_type
            )
            if form is None or not kind:
                without.append((change, call))
                continue
            key = json.dumps([kind, call.region or change.region, form.name], sort_keys=True)
            declared = found.get(key)
            if declared is None:
                declared = found[key] = Declared(form)
            else:
                declared.form = _merged(declared.form, form)
            if change not in declared.changes:
                declared.changes.append(change)
            if call.name:
                declared.calls.append((change.key, call.name))
    return Declarations(list(found.values()), left_out, without)


def _merged(one: Form, other: Form) -> Form:
    return Form(
        one.cloudformation_type,
        one.terraform_type,
        one.name,
        {**one.cloudformation, **other.cloudformation},
        {**one.terraform, **other.terraform},
        exists=one.exists and other.exists,
    )
