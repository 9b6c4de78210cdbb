"""Under `--deep` the demo tells who does not use DynamoDB."""

from dynasec.check import Status
from dynasec.collect.caller import resolve
from dynasec.collect.collector import Request, collect
from dynasec.demo.emulator import simulated_account
from tests.support.accounts import judge, registry


def test_some_use_their_access_and_some_do_not():
    reads = registry().get("unused-access").check.all_reads
    with simulated_account() as clients:
        scope = resolve(clients, ("us-east-1",), all_regions=False)
        account = collect(clients, scope, Request(reads))
    found = {one.label: one.status for one in judge("unused-access", account)}
    assert found["legacy-batch"] is found["console-operator"] is Status.FAIL
    assert found["orders-service"] is Status.PASS
    assert Status.UNKNOWN not in found.values()
