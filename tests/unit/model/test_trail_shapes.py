import pytest

from dynasec.model import trail as model
from dynasec.model.fact import Fact, Listing
from dynasec.model.snapshot import Snapshot
from tests.support.accounts import denied, snapshot
from tests.support.shapes import assert_shape
from tests.support.trails import basic, data, store, trail, trails


@pytest.mark.parametrize(
    ("kind", "service", "shape"),
    [
        (model.TrailDescription, "cloudtrail", "Trail"),
        (model.TrailStatus, "cloudtrail", "GetTrailStatusResponse"),
        (model.EventDataStoreDescription, "cloudtrail", "GetEventDataStoreResponse"),
        (model.PublicAccessBlock, "s3", "PublicAccessBlockConfiguration"),
        (model.PublicAccessBlock, "s3control", "PublicAccessBlockConfiguration"),
        (model.PolicyStatus, "s3", "PolicyStatus"),
        (model.EncryptionRule, "s3", "ServerSideEncryptionRule"),
        (model.Versioning, "s3", "GetBucketVersioningOutput"),
    ],
)
def test_shapes_match_the_service_model(kind, service, shape):
    assert_shape(kind, service, shape)


def test_selectors_survive_a_round_trip_through_json():
    found = trails(
        trail("org", basic("arn:aws:dynamodb")),
        trail("new", advanced=[data(readOnly=["true"])], status=denied("cloudtrail:GetTrailStatus")),
        store("lake", data()),
        regions=("us-east-1", "eu-west-1"),
        trails_denied_in=("eu-west-1",),
    )
    bucket = model.LogBucket(
        arn="arn:aws:s3:::logs",
        name="logs",
        policy=Fact("{}"),
        encryption=Fact((model.EncryptionRule(),)),
        public_access_block=Fact(model.PublicAccessBlock(block_public_acls=True)),
    )
    taken = snapshot(trails=found.model_copy(update={"buckets": (bucket,)}))
    assert Snapshot.model_validate_json(taken.model_dump_json()) == taken


def test_a_region_that_was_not_asked_is_a_gap():
    found = trails(trail("org"), trail("local", home="eu-west-1", multi_region=False))
    assert found.trails_in("us-east-1") == Listing((found.trails[0],))
    elsewhere = found.trails_in("eu-west-1")
    assert elsewhere.items == found.trails
    assert elsewhere.gap is not None


def test_the_regions_that_could_not_be_listed_are_named():
    found = trails(
        regions=("us-east-1", "eu-west-1"), trails_denied_in=("eu-west-1",), stores_denied_in=("us-east-1",)
    )
    assert [(region, gap.operation) for region, gap in found.trail_gaps()] == [
        ("eu-west-1", "cloudtrail:DescribeTrails")
    ]
    assert [(region, gap.operation) for region, gap in found.store_gaps()] == [
        ("us-east-1", "cloudtrail:ListEventDataStores")
    ]
    assert [region for region, _ in model.Trails().trail_gaps()] == [""]


def test_a_bucket_is_found_by_its_name():
    bucket = model.LogBucket(arn="arn:aws:s3:::logs", name="logs")
    found = model.Trails(buckets=(bucket,))
    assert found.bucket("logs") is bucket
    assert found.bucket("other") is None


def test_labels():
    assert store("lake").label == "lake"
    assert trail("org").label == "org"
