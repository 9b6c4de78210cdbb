"""Everything is wrong in an account; one thing is put right, and just what was wrong by it turns good."""

from collections import defaultdict

import pytest

from dynasec.check import Status
from dynasec.model.snapshot import Snapshot
from tests.account.compliant import SETTINGS, account
from tests.account.mutation import Audited, worst
from tests.account.mutations import MUTATIONS
from tests.support.accounts import registry

BY_CONTROL = defaultdict(set)
"""Which mutations make a control fail."""
for mutation in MUTATIONS:
    for control in (mutation.control, *mutation.also):
        BY_CONTROL[control].add(mutation.control)


@pytest.fixture(scope="module")
def getting_worse():
    """The account after no mutation, the first one, the first two, … all of them."""
    found = [Audited(account(), SETTINGS)]
    for one in MUTATIONS:
        found.append(found[-1].after(one))
    return found


@pytest.fixture(scope="module")
def all_bad(getting_worse):
    return worst(getting_worse[-1].statuses())


def test_every_control_fails(all_bad):
    assert all_bad == {one.control: one.to for one in MUTATIONS}
    assert all_bad.keys() == {control.id for control in registry().controls}


def test_the_account_is_one_that_could_be_saved(getting_worse):
    snapshot = getting_worse[-1].snapshot
    assert Snapshot.model_validate_json(snapshot.model_dump_json()) == snapshot


@pytest.mark.parametrize("control", BY_CONTROL)
def test_one_thing_is_put_right(control, getting_worse, all_bad):
    """`also` of other mutations may keep a control failing: those are put right with it."""
    repaired = BY_CONTROL[control]
    first = next(number for number, one in enumerate(MUTATIONS) if one.control in repaired)
    left = [one for one in MUTATIONS[first:] if one.control not in repaired]
    after = worst(getting_worse[first].after(*left).statuses())
    turned = {name for name, status in after.items() if status is not all_bad[name]}
    assert turned == {name for name, causes in BY_CONTROL.items() if causes <= repaired}
    assert control in turned
    assert {after[name] for name in turned} <= {Status.PASS, Status.NOT_APPLICABLE}
