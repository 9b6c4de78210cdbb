"""One thing goes wrong in a compliant account, and just the controls that are about it say so."""

import pytest

from dynasec.check import Status
from dynasec.model.snapshot import Snapshot
from tests.account.compliant import SETTINGS, account
from tests.account.mutation import Audited, worst
from tests.account.mutations import MUTATIONS
from tests.support.accounts import registry

CONTROLS = [control.id for control in registry().controls]


@pytest.fixture(scope="module")
def compliant():
    return Audited(account(), SETTINGS)


@pytest.fixture(scope="module")
def baseline(compliant):
    return compliant.statuses()


def test_every_control_has_its_mutation():
    assert sorted(one.control for one in MUTATIONS) == sorted(CONTROLS)


def test_every_control_passes(baseline):
    assert not {place: status for place, status in baseline.items() if status.value in {"FAIL", "UNKNOWN"}}
    passed = {control for (control, _), status in baseline.items() if status is Status.PASS}
    assert set(CONTROLS) == passed


def test_the_account_survives_a_round_trip(compliant):
    snapshot = compliant.snapshot
    assert Snapshot.model_validate_json(snapshot.model_dump_json()) == snapshot


def moves(before, after):
    """What changed, and what is new and no good."""
    good = {Status.PASS, Status.NOT_APPLICABLE}
    return {
        place: status
        for place, status in after.items()
        if (status is not before[place] if place in before else status not in good)
    }


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[one.control for one in MUTATIONS])
def test_one_thing_goes_wrong(mutation, compliant, baseline):
    broken = compliant.after(mutation).statuses()
    moved = moves(baseline, broken)
    assert {(control, status) for (control, _), status in moved.items()} == set(mutation.expected.items())
    assert not baseline.keys() - broken.keys()


def test_reasons_are_given_for_what_moves_too():
    for one in MUTATIONS:
        assert all((*one.also.values(), *one.silent.values(), *one.wakes.values())), one.control


def test_the_worst_status_is_the_account_s():
    assert worst({("a", "1"): Status.PASS, ("a", "2"): Status.FAIL, ("b", "1"): Status.UNKNOWN}) == {
        "a": Status.FAIL,
        "b": Status.UNKNOWN,
    }
