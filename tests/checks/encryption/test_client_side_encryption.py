from datetime import date

import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact
from dynasec.model.item_sample import ItemSample
from dynasec.model.table import GlobalIndex, Index, KeyElement
from dynasec.settings import Attestation, Classes, Settings
from tests.support.accounts import denied, description, region, snapshot, table, verdict

CONTROL = "client-side-encryption"
RESTRICTED = {"data-class": "restricted"}


def attest(tables="orders", claim="client-side-encryption", on=date(2026, 1, 1), expires=date(2026, 6, 30)):
    one = Attestation(tables=tables, claim=claim, by="security@example.com", on=on, expires=expires)
    return Settings(attest=(one,))


def judged(settings=None, tags=RESTRICTED, sample=None, **members):
    one = table(tags=tags, description=description(**members))
    if sample is not None:
        one = one.model_copy(update={"item_sample": sample})
    return verdict(CONTROL, snapshot(region(one)), settings)


def keyed(attribute, kind=GlobalIndex):
    return (kind(index_name="by-mail", key_schema=(KeyElement(attribute_name=attribute, key_type="HASH"),)),)


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        (attest(), Status.PASS),
        (attest("ord*"), Status.PASS),
        (attest(table().arn), Status.PASS),
        (attest("others"), Status.UNKNOWN),
        (attest(claim="tokenization"), Status.UNKNOWN),
        (attest(expires=date(2026, 1, 14)), Status.UNKNOWN),
        (attest(on=date(2026, 1, 16)), Status.UNKNOWN),
        (None, Status.UNKNOWN),
    ],
)
def test_an_attestation_is_an_answer_while_it_is_in_force(settings, status):
    assert judged(settings).status is status


def test_without_evidence_the_reason_says_what_is_needed():
    assert judged().reason == "needs an attestation or --sample-items"
    assert "that of security@example.com holds" in judged(attest(expires=date(2026, 1, 14))).reason


def test_an_index_that_is_keyed_by_a_beacon_shows_it():
    assert judged(global_secondary_indexes=keyed("aws_dbe_b_mail")).status is Status.PASS
    assert judged(local_secondary_indexes=keyed("aws_dbe_b_mail", Index)).status is Status.PASS
    assert judged(global_secondary_indexes=keyed("mail")).status is Status.UNKNOWN
    assert judged(global_secondary_indexes=keyed("my_aws_dbe_b_mail")).status is Status.UNKNOWN


@pytest.mark.parametrize("tags", [{"data-class": "confidential"}, {"data-class": "public"}, {}])
def test_lesser_classes_need_none(tags):
    assert judged(tags=tags).status is Status.NOT_APPLICABLE


def test_unclassified_tables_may_count_as_the_highest():
    strict = Settings(classes=Classes(unclassified_as="restricted"))
    assert judged(strict, tags={}).status is Status.UNKNOWN


def test_what_was_not_read_is_unknown():
    assert judged(tags=denied("tag:GetResources")).status is Status.UNKNOWN
    one = table(tags=RESTRICTED, description=denied("dynamodb:DescribeTable"))
    assert verdict(CONTROL, snapshot(region(one))).status is Status.UNKNOWN


def sample(items, encrypted, *, whole=False):
    return Fact(ItemSample(items=items, whole=whole, encrypted=encrypted))


@pytest.mark.parametrize(
    ("read", "status"),
    [
        (sample(100, 100), Status.PASS),
        (sample(3, 3, whole=True), Status.PASS),
        (sample(99, 99), Status.UNKNOWN),
        (sample(100, 99), Status.FAIL),
        (sample(1, 0), Status.FAIL),
        (sample(0, 0, whole=True), Status.NOT_APPLICABLE),
        (sample(0, 0), Status.UNKNOWN),
        (denied("dynamodb:Scan"), Status.UNKNOWN),
    ],
)
def test_what_a_sample_of_items_says(read, status):
    assert judged(sample=read).status is status


def test_a_beacon_says_nothing_against_items_in_clear():
    beacon = keyed("aws_dbe_b_mail")
    assert judged(sample=sample(3, 2), global_secondary_indexes=beacon).status is Status.FAIL
    assert judged(sample=sample(3, 3), global_secondary_indexes=beacon).status is Status.PASS
    assert judged(sample=denied("dynamodb:Scan"), global_secondary_indexes=beacon).status is Status.UNKNOWN


def test_who_encrypts_by_other_means_attests_it():
    assert judged(attest(), sample=sample(100, 0)).status is Status.PASS
