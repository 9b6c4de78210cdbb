"""Under `--deep` the demo tells which table somebody changed beside its stack."""

from dynasec.check import Status
from dynasec.collect.caller import resolve
from dynasec.collect.collector import Request, collect
from dynasec.demo.emulator import REGIONS, simulated_account
from tests.support.accounts import judge, registry


def _told(*, deep):
    check = registry().get("stack-in-sync").check
    with simulated_account() as clients:
        scope = resolve(clients, REGIONS, all_regions=False)
        account = collect(clients, scope, Request(check.all_reads if deep else check.usual_reads))
    found = judge("stack-in-sync", account)
    return {one.label: (one.status, one.reason) for one in found if one.status is not Status.NOT_APPLICABLE}


def test_what_a_detection_finds_is_told_only_if_one_was_wanted():
    before, after = _told(deep=False), _told(deep=True)
    assert before.keys() == after.keys() == {"catalog", "sessions"}
    assert all("was last checked for drift on" in reason for _, reason in before.values())
    assert after["catalog"] == (Status.FAIL, "stack shop-website has drifted in Sessions")
    assert after["sessions"] == (
        Status.FAIL,
        "the table has drifted from stack shop-website: /DeletionProtectionEnabled NOT_EQUAL",
    )
