from datetime import date

import pytest

from dynasec.check import Status
from dynasec.settings import Attestation, Settings
from tests.support.accounts import denied, region, snapshot, table, verdict

CONTROL = "no-plaintext-identifiers"
RESTRICTED = {"data-class": "restricted"}


def attest(claim="tokenization", expires=date(2026, 6, 30)):
    one = Attestation(tables="orders", claim=claim, by="security", on=date(2026, 1, 1), expires=expires)
    return Settings(attest=(one,))


def judged(tags, settings=None):
    return verdict(CONTROL, snapshot(region(table(tags=tags))), settings)


@pytest.mark.parametrize(
    ("tags", "settings", "status"),
    [
        (RESTRICTED, attest(), Status.PASS),
        (RESTRICTED, attest("client-side-encryption"), Status.PASS),
        (RESTRICTED, attest(expires=date(2026, 1, 14)), Status.UNKNOWN),
        (RESTRICTED, None, Status.UNKNOWN),
        ({**RESTRICTED, "token-vault": "true"}, None, Status.NOT_APPLICABLE),
        ({"data-class": "confidential"}, None, Status.NOT_APPLICABLE),
        ({}, None, Status.NOT_APPLICABLE),
        (denied("tag:GetResources"), attest(), Status.UNKNOWN),
    ],
)
def test_status(tags, settings, status):
    assert judged(tags, settings).status is status


def test_without_evidence_the_reason_says_what_is_needed():
    assert judged(RESTRICTED).reason == "needs an attestation or item sampling"
