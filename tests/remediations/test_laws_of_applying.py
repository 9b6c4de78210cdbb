"""Laws over applying every remediation, each in a world where it has something to do, with everything that may go wrong on the way."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache, partial
from pathlib import Path
from typing import Any

import jsonpatch
import pytest
from moto import mock_aws

from dynasec.audit.finding import Suppressed
from dynasec.audit.report import Report
from dynasec.change import State
from dynasec.check import Status
from dynasec.collect.operations import iam_actions
from dynasec.iam.authorize import authorize
from dynasec.iam.compiled import Policy
from dynasec.iam.decision import Outcome
from dynasec.iam.layers import Layer, Layers
from dynasec.iam.request import Caller, Request
from dynasec.model.fact import Fact, Listing
from dynasec.model.identity import Policy as IdentityPolicy
from dynasec.model.recording import Recording
from dynasec.model.shape import Resource
from dynasec.model.snapshot import Snapshot
from dynasec.model.stack import Stack, StackResource
from dynasec.model.subjects import SUBJECTS, listings
from dynasec.model.table import Table
from dynasec.remedy.applying.facts import differences
from dynasec.remedy.applying.hands import CallFailed, Meaning
from dynasec.remedy.applying.journal import run_of
from dynasec.remedy.applying.outcomes import Ending, RunResult
from dynasec.remedy.applying.placeholders import Filler
from dynasec.remedy.export import role
from dynasec.remedy.export.resources import Place, resources
from dynasec.remedy.plan import Change, Plan
from dynasec.remedy.planning.ownership import Ownership
from dynasec.remedy.planning.projection import replaced
from tests.remediations.worlds import WORLDS
from tests.support import kept_clients, shimmed_server
from tests.support.accounts import ACCOUNT
from tests.support.faults import LostAt, Otherwise, RefusedAt, ThrottledOnce, Watched
from tests.support.laboratory import Laboratory, in_process
from tests.support.remedied import state_of
from tests.support.variants import placed, variants
from tests.support.world import failure

each_remediation = pytest.mark.parametrize("name", sorted(WORLDS))
KEY_POLICY = {
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ]
}
"""What makes identity policies count for a key."""
CALLER = Caller.of(f"arn:aws:iam::{ACCOUNT}:role/apply")


@pytest.fixture(autouse=True, scope="module")
def _like_aws() -> Iterator[None]:
    """Let the emulator behave as AWS documents, and keep the clients that seed it."""
    with pytest.MonkeyPatch.context() as patch:
        shimmed_server.install(patch)
        kept_clients.install(patch)
        yield


@contextmanager
def laboratory(name: str, directory: Path) -> Iterator[tuple[Laboratory, Report]]:
    """The world of a remediation, as new, and its audit."""
    with mock_aws():
        lab = Laboratory(name, WORLDS[name], in_process, directory)
        yield lab, lab.read()


def at_each_call(name: str, directory: Path) -> Iterator[tuple[int, Laboratory, Report, Plan]]:
    """A world as new, and its plan, for each call that the remediation makes."""
    number, calls = 0, 1
    while number < calls:
        with laboratory(name, directory / str(number)) as (lab, before):
            plan = lab.plan(before)
            calls = number_of_calls(plan)
            yield number, lab, before, plan
        number += 1


def number_of_calls(plan: Plan) -> int:
    """How many calls a plan makes; at least one, and none is held back."""
    assert plan.changes
    assert not [change.blocked for change in plan.changes if change.blocked]
    return sum(len(change.calls) for change in plan.changes)


def assert_as_before(lab: Laboratory, before: Report) -> None:
    was, now = (state_of(one.snapshot, lab.world.remains) for one in (before, lab.read()))
    assert jsonpatch.make_patch(was, now).patch == []


def assert_rolled_back(lab: Laboratory, plan: Plan, before: Report) -> None:
    result = lab.roll_back(plan)
    assert set(result.states) <= {Ending.ROLLED_BACK}, result.to_json()
    assert_as_before(lab, before)


def closes(lab: Laboratory, plan: Plan) -> bool:
    closed = {print_ for change in plan.changes for print_ in change.fingerprints}
    return {one.status for one in lab.read().findings if one.fingerprint in closed} <= {"PASS"}


def layer(policy: Any) -> Layer:
    return Layer.of([Policy.parsed("policy", "inline", json.dumps(policy))])


@each_remediation
def test_the_exported_role_may_do_all_that_is_done(name: str, tmp_path: Path) -> None:
    with laboratory(name, tmp_path) as (lab, before):
        plan = lab.plan(before)
        hands = Watched(lab.hands)
        assert set(lab.apply(plan, hands=hands).states) == {Ending.VERIFIED}
        assert set(lab.roll_back(plan, hands=hands).states) == {Ending.ROLLED_BACK}
    layers = Layers(identity=layer(role.policy(plan, ())), resource=layer(KEY_POLICY))
    assert hands.sent
    for made in (*hands.reads, *hands.sent):
        place = Place("aws", ACCOUNT, made.region)
        for action in iam_actions(made.operation):
            for target in resources(made.operation, made.params, place):
                outcome = authorize(Request.of(CALLER, action, target), layers).outcome
                assert outcome is Outcome.ALLOWED, (made, action, target)


@each_remediation
def test_a_denied_call_ends_the_change_and_what_was_done_is_undone(name: str, tmp_path: Path) -> None:
    for number, lab, before, plan in at_each_call(name, tmp_path):
        hands = RefusedAt(lab.hands, number=number)
        result = lab.apply(plan, hands=hands)
        assert len(hands.sent) == number + 1
        assert_ended_by_refusal(plan, result)
        assert_rolled_back(lab, plan, before)


def assert_ended_by_refusal(plan: Plan, result: RunResult) -> None:
    failed = [change for change, outcome in result.changes if outcome.state is Ending.FAILED]
    assert len(failed) == 1, result.to_json()
    assert "AccessDenied" in result.outcome(failed[0].id).reason
    for change in plan.changes:
        if failed[0].key in change.depends_on:
            assert result.outcome(change.id).state is Ending.NOT_REACHED


@each_remediation
@pytest.mark.parametrize("after", [True, False], ids=["after-it-took-effect", "before"])
def test_a_lost_answer_doubles_nothing(name: str, *, after: bool, tmp_path: Path) -> None:
    wanted = undisturbed(name)
    for number, lab, before, plan in at_each_call(name, tmp_path):
        result = lab.apply(plan, hands=LostAt(lab.hands, number=number, after=after))
        if Ending.AMBIGUOUS in result.states:
            assert all(outcome.reason for _, outcome in result.changes)
            result = lab.apply(plan)
        assert set(result.states) == {Ending.VERIFIED}, (number, result.to_json())
        assert jsonpatch.make_patch(wanted, state_in_words(lab)).patch == [], number
        assert_rolled_back(lab, plan, before)


@cache
def undisturbed(name: str) -> Any:
    """The account after an apply in which nothing went wrong."""
    import tempfile

    with tempfile.TemporaryDirectory() as directory, laboratory(name, Path(directory)) as (lab, before):
        lab.apply(lab.plan(before))
        return state_in_words(lab)


_MADE_UP = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{16,64}\b|-[0-9a-f]{8,17}\b|config-rule-\w+|/backup/\d+"
    r"|\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)?|\d{8}T\d{6}Z|\b[a-z]+-[a-z]+-\d[a-f]\b"
)
"""Ids, times and zones, as the emulator makes them up."""


def state_in_words(lab: Laboratory) -> Any:
    """The account as JSON without ids and times, and without an order that depends on them."""
    return _worded(state_of(lab.read().snapshot))


def _worded(value: Any) -> Any:
    if isinstance(value, dict):
        return {_worded(name): _worded(one) for name, one in value.items()}
    if isinstance(value, list):
        return sorted((_worded(one) for one in value), key=lambda one: json.dumps(one, sort_keys=True))
    if isinstance(value, str):
        return _MADE_UP.sub("…", value)
    return value


@each_remediation
def test_throttling_is_waited_out(name: str, tmp_path: Path) -> None:
    with laboratory(name, tmp_path) as (lab, before):
        plan = lab.plan(before)
        hands = ThrottledOnce(lab.hands)
        result = lab.apply(plan, hands=hands)
        assert set(result.states) == {Ending.VERIFIED}, result.to_json()
        assert len(hands.sent) == 2 * number_of_calls(plan)
        assert closes(lab, plan)


@each_remediation
def test_what_somebody_else_did_meanwhile_is_not_done_again(name: str, tmp_path: Path) -> None:
    with laboratory(name, tmp_path) as (lab, before):
        theirs, ours = lab.plan(before), lab.plan(before)
        assert theirs.plan_id != ours.plan_id
        assert set(lab.apply(theirs).states) == {Ending.VERIFIED}
        hands = Watched(lab.hands)
        result = lab.apply(ours, hands=hands)
        assert set(result.states) <= {Ending.SATISFIED, Ending.STALE}, result.to_json()
        assert hands.sent == []


@each_remediation
def test_what_changed_since_the_review_is_noticed(name: str, tmp_path: Path) -> None:
    """Each fact that was reviewed, were it another now, stops the change before anything is sent."""
    later = answers_after(name, tmp_path / "after")
    with laboratory(name, tmp_path) as (lab, before):
        (change,) = lab.plan(before).changes
        for place, state in enumerate(change.expect):
            for path in state.facts:
                plan = lab.plan(before)
                (change,) = plan.changes
                hands = otherwise(lab, plan, change.expect[place], path, later[place])
                result = lab.apply(plan, hands=hands)
                allowed = {Ending.STALE} if state.always else {Ending.STALE, Ending.SATISFIED}
                assert set(result.states) <= allowed, (state.operation, path, result.to_json())
                assert hands.sent == [], (state.operation, path)


def answers_after(name: str, directory: Path) -> list[str]:
    """What the reads of the expected states answer when the change was made, as JSON; `$RUN` stands for the run's id."""
    with laboratory(name, directory) as (lab, before):
        plan = lab.plan(before)
        lab.apply(plan)
        (change,) = plan.changes
        answers = [
            json.dumps(seen(lab, filled(plan, state), state.region or change.region))
            for state in change.expect
        ]
    return [answer.replace(run_of(plan), "$RUN") for answer in answers]


def filled(plan: Plan, state: State) -> State:
    (change,) = plan.changes
    return Filler(plan.plan_id, change.id, change.key, {}).state(state)


def seen(lab: Laboratory, state: State, region: str) -> Any:
    """What is read now; nothing where that is an answer too."""
    try:
        return lab.hands.read(state.operation, state.params, region)
    except CallFailed as refused:
        if refused.code in state.absent or "NotFound" in refused.code:
            return {}
        raise


def otherwise(lab: Laboratory, plan: Plan, state: State, path: str, later: str) -> Otherwise:
    """Hands that read one fact differently, and as little else as possible."""
    (change,) = plan.changes
    region = state.region or change.region
    wanted = filled(plan, state)
    pinned = [
        filled(plan, one)
        for one in change.expect
        if one.always
        and one != state
        and (one.operation, one.params, one.region or change.region)
        == (state.operation, state.params, region)
    ]
    now = seen(lab, wanted, region)
    then = json.loads(later.replace("$RUN", run_of(plan)))
    for other in (*variants(now), then, *placed(now, path)):
        changed = {one.fact for one in differences(wanted, other)}
        if path in changed and not any(list(differences(one, other)) for one in pinned):
            return Otherwise(
                lab.hands,
                operation=wanted.operation,
                params=wanted.params,
                region=region,
                answer=partial(deepcopy, other),
            )
    raise AssertionError((state.operation, path, now))


@each_remediation
def test_what_is_gone_since_the_review_is_noticed(name: str, tmp_path: Path) -> None:
    with laboratory(name, tmp_path) as (lab, before):
        plan = lab.plan(before)
        pins = [(state, change.region) for change in plan.changes for state in change.expect if state.always]
        for pin, home in pins:
            region = pin.region or home
            plan = lab.plan(before)
            hands = Otherwise(
                lab.hands, operation=pin.operation, params=pin.params, region=region, answer=_gone
            )
            result = lab.apply(plan, hands=hands)
            assert set(result.states) <= {Ending.STALE, Ending.FAILED}, (pin, result.to_json())
            assert hands.sent == []


def _gone() -> Any:
    operation, code = "a read", "ResourceNotFoundException"
    raise failure(operation, code, Meaning.REFUSED)


@each_remediation
def test_what_may_not_be_changed_is_not(name: str, tmp_path: Path) -> None:
    """Accepted findings, unknown ones, what a stack or a Terraform state manages, and tables that are not ACTIVE."""
    with laboratory(name, tmp_path) as (lab, report):
        plan = lab.plan(report)
        assert number_of_calls(plan)
        assert (
            ready(lab, with_findings(report, suppressed=Suppressed("accepted", "owner", "2099-01-01"))) == []
        )
        assert ready(lab, with_findings(report, status=Status.UNKNOWN)) == []
        known = {resource.arn: resource for resource in subjects(report)}
        owned = [change.resource for change in plan.changes if change.resource in known]
        state = Ownership(dict.fromkeys(owned, "aws_thing.it"))
        assert not {change.resource for change in ready(lab, report, state)} & set(owned)
        for arn in owned:
            if isinstance(known[arn], Table):
                assert arn not in {change.resource for change in ready(lab, not_active(report, known[arn]))}
            for tagged in tagged_for(report, known[arn]):
                assert arn not in {change.resource for change in ready(lab, of_a_stack(report, tagged))}


def ready(lab: Laboratory, report: Report, ownership: Ownership | None = None) -> list[Change]:
    """The changes of a plan that would be applied."""
    return [change for change in lab.plan(report, ownership).changes if not change.blocked]


def with_findings(report: Report, **members: Any) -> Report:
    failed = [one for one in report.findings if one.status is Status.FAIL]
    assert failed
    found = tuple(dataclasses.replace(one, **members) if one in failed else one for one in report.findings)
    return dataclasses.replace(report, findings=found)


def subjects(report: Report) -> Iterator[Resource]:
    """All that a change may be of: what controls judge, and keys."""
    yield from report.snapshot.keys
    for kind in SUBJECTS:
        for _, listing in listings(report.snapshot, kind):
            yield from listing.items


def tagged_for(report: Report, resource: Resource) -> list[Any]:
    """What carries the tags of the stack that a change would drift from; managed policies carry none."""
    if isinstance(resource, IdentityPolicy):
        holders = resource.attached_to if resource.aws_managed else (resource.owner,)
        return [one for one in report.snapshot.identity.principals() if one.arn in holders]
    return [resource] if "tags" in type(resource).model_fields else []


def of_a_stack(report: Report, resource: Any) -> Report:
    tags: Any = {"aws:cloudformation:stack-name": "shop"}
    told = Fact(tags) if isinstance(resource.tags, Fact) else tags
    snapshot = replaced(report.snapshot, resource, resource.model_copy(update={"tags": told}))
    return dataclasses.replace(report, snapshot=snapshot)


def not_active(report: Report, table: Any) -> Report:
    description = table.description.known()
    busy = description.model_copy(update={"table_status": "UPDATING"})
    return dataclasses.replace(report, snapshot=replaced(report.snapshot, description, busy))


@each_remediation
def test_what_a_stack_lists_is_left_to_it(name: str, tmp_path: Path) -> None:
    """Whatever existed before and a call names is left alone when a stack lists it, by its ARN or its name."""
    with laboratory(name, tmp_path) as (lab, report):
        plan = lab.plan(report)
        for change in plan.changes:
            for kind, physical in physical_ids(change):
                held = StackResource(
                    logical_resource_id="It",
                    physical_resource_id=physical,
                    resource_type=kind,
                    resource_status="CREATE_COMPLETE",
                )
                again = lab.plan(dataclasses.replace(report, snapshot=with_stack(report, held)))
                (same,) = [one for one in again.changes if one.key == change.key]
                assert same.managed_by == {"cloudformation": "shop"}, (change.id, physical)
                assert same.blocked


def physical_ids(change: Change) -> Iterator[tuple[str, str]]:
    """What CloudFormation would call the things that a change alters, by the members of calls that name such things."""
    for call in change.calls:
        kind, member = _ALTERS.get(call.operation, ("", ""))
        if member and isinstance(call.params.get(member), str):
            named = call.params[member]
            yield kind, named.rpartition("/")[2] if kind in _BY_NAME else named


_ALTERS = {
    "cloudtrail:PutEventSelectors": ("AWS::CloudTrail::Trail", "TrailName"),
    "cloudtrail:UpdateTrail": ("AWS::CloudTrail::Trail", "Name"),
    "config:StartConfigurationRecorder": ("AWS::Config::ConfigurationRecorder", "ConfigurationRecorderName"),
    "dynamodb:PutResourcePolicy": ("AWS::DynamoDB::Table", "ResourceArn"),
    "dynamodb:TagResource": ("AWS::DynamoDB::Table", "ResourceArn"),
    "dynamodb:UpdateContinuousBackups": ("AWS::DynamoDB::Table", "TableName"),
    "dynamodb:UpdateContributorInsights": ("AWS::DynamoDB::Table", "TableName"),
    "dynamodb:UpdateTable": ("AWS::DynamoDB::GlobalTable", "TableName"),
    "ec2:ModifyVpcAttribute": ("AWS::EC2::VPC", "VpcId"),
    "ec2:ModifyVpcEndpoint": ("AWS::EC2::VPCEndpoint", "VpcEndpointId"),
    "guardduty:UpdateDetector": ("AWS::GuardDuty::Detector", "DetectorId"),
    "iam:AttachRolePolicy": ("AWS::IAM::Role", "RoleName"),
    "iam:CreatePolicyVersion": ("AWS::IAM::ManagedPolicy", "PolicyArn"),
    "iam:PutUserPolicy": ("AWS::IAM::User", "UserName"),
    "kms:CancelKeyDeletion": ("AWS::KMS::Key", "KeyId"),
    "wafv2:UpdateWebACL": ("AWS::WAFv2::WebACL", "Id"),
}
"""Calls that alter what was there before, the type of it, and the member that names it; a key's rotation is the key's."""
_ALTERS["kms:EnableKeyRotation"] = _ALTERS["kms:CancelKeyDeletion"]
_BY_NAME = {"AWS::CloudTrail::Trail", "AWS::DynamoDB::Table", "AWS::KMS::Key"}


def with_stack(report: Report, held: StackResource) -> Snapshot:
    """The account with a stack in each Region that holds one thing."""
    stack = Stack(
        stack_id="arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1",
        stack_name="shop",
        stack_status="CREATE_COMPLETE",
        resources=Fact((held,)),
    )
    regions = tuple(
        one.model_copy(
            update={"recording": Recording(**{**dict(one.recording), "stacks": Listing((stack,))})}
        )
        for one in report.snapshot.regions
    )
    return report.snapshot.model_copy(update={"regions": regions})
