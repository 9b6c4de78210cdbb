from datetime import date

import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact
from dynasec.model.item_sample import ItemSample, Sighting
from dynasec.settings import Attestation, Settings
from tests.support.accounts import denied, region, snapshot, table, verdict

CONTROL = "no-plaintext-identifiers"
RESTRICTED = {"data-class": "restricted"}


def attest(claim="tokenization", expires=date(2026, 6, 30)):
    one = Attestation(tables="orders", claim=claim, by="security", on=date(2026, 1, 1), expires=expires)
    return Settings(attest=(one,))


def judged(tags, settings=None, sample=None):
    one = table(tags=tags)
    if sample is not None:
        one = one.model_copy(update={"item_sample": sample})
    return verdict(CONTROL, snapshot(region(one)), settings)


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
    assert judged(RESTRICTED).reason == "needs an attestation or --sample-items"


CARDS = Sighting(attribute="pan", kind="payment card number", shaped=9, valid=9, certain=True)
ONE_CARD = CARDS.model_copy(update={"shaped": 1, "valid": 1, "certain": False})


def sample(items=100, *sightings, whole=False, opaque=()):
    return Fact(ItemSample(items=items, whole=whole, encrypted=0, sightings=sightings, opaque=opaque))


@pytest.mark.parametrize(
    ("read", "settings", "status"),
    [
        (sample(), None, Status.PASS),
        (sample(2, whole=True), None, Status.PASS),
        (sample(0, whole=True), None, Status.NOT_APPLICABLE),
        (sample(99), None, Status.UNKNOWN),
        (sample(99), attest(), Status.PASS),
        (sample(1, CARDS), None, Status.FAIL),
        (sample(1, CARDS, ONE_CARD), None, Status.FAIL),
        (sample(100, CARDS), attest(), Status.FAIL),
        (sample(100, ONE_CARD), None, Status.UNKNOWN),
        (sample(100, ONE_CARD), attest(), Status.UNKNOWN),
        (sample(100, opaque=("blob",)), None, Status.UNKNOWN),
        (sample(100, opaque=("blob",)), attest(), Status.PASS),
        (denied("dynamodb:Scan"), None, Status.UNKNOWN),
    ],
)
def test_what_a_sample_of_items_says(read, settings, status):
    assert judged(RESTRICTED, settings, read).status is status


def test_the_reason_names_attribute_and_kind_and_no_value():
    found = judged(RESTRICTED, sample=sample(100, CARDS))
    assert found.reason == "in clear among 100 items read: payment card number in pan (9 values)"
    assert found.evidence == {"sightings": [CARDS.model_dump()]}
