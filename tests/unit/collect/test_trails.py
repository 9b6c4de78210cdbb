import boto3
import pytest

from tests.support.emulated import collect_emulated
from tests.support.scripted import AwsError

TRAILS = ("cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors")
STORES = ("cloudtrail:ListEventDataStores", "cloudtrail:GetEventDataStore")
BUCKETS = (
    "s3:GetBucketPolicy",
    "s3:GetBucketPolicyStatus",
    "s3:GetPublicAccessBlock",
    "s3:GetBucketEncryption",
    "s3:GetBucketVersioning",
    "s3control:GetPublicAccessBlock",
)
READS = (*TRAILS, *STORES, *BUCKETS)
BOTH = ("us-east-1", "eu-west-1")
NO_STORES = {"cloudtrail:ListEventDataStores": {"EventDataStores": []}}
KEY = "arn:aws:kms:us-east-1:123456789012:key/1a2b3c4d-0000-0000-0000-000000000000"
LAKE = "arn:aws:cloudtrail:us-east-1:123456789012:eventdatastore/1a2b"
SELECTORS = [{"Name": "all", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]


def _read(*reads, regions=BOTH, **script):
    answers = {key.replace("__", ":"): value for key, value in script.items()}
    found, made = collect_emulated(reads or READS, regions=regions, script={**NO_STORES, **answers})
    return found.trails, made


def _create(name="org", *, region="us-east-1", multi_region=True, log=True, **members):
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket=f"{name}-logs")
    client = boto3.client("cloudtrail", region_name=region)
    client.create_trail(Name=name, S3BucketName=f"{name}-logs", IsMultiRegionTrail=multi_region, **members)
    if log:
        client.start_logging(Name=name)
    return client


def _store(arn=LAKE, **members):
    return {
        "EventDataStoreArn": arn,
        "Name": "lake",
        "Status": "ENABLED",
        "AdvancedEventSelectors": SELECTORS,
        "MultiRegionEnabled": True,
        "OrganizationEnabled": False,
        **members,
    }


@pytest.mark.usefixtures("aws")
def test_a_trail_of_all_regions_is_read_once_though_every_region_shows_it():
    client = _create(EnableLogFileValidation=True)
    client.put_event_selectors(
        TrailName="org",
        EventSelectors=[
            {
                "ReadWriteType": "WriteOnly",
                "IncludeManagementEvents": True,
                "DataResources": [{"Type": "AWS::DynamoDB::Table", "Values": ["arn:aws:dynamodb"]}],
            }
        ],
    )
    found, made = _read()
    (trail,) = found.trails
    assert (trail.label, trail.region, trail.account) == ("org", "us-east-1", "123456789012")
    assert trail.description.is_multi_region_trail
    assert trail.description.log_file_validation_enabled
    assert trail.status.known().is_logging
    assert trail.selectors.known().basic[0]["ReadWriteType"] == "WriteOnly"
    assert {region: listing.complete() for region, listing in found.visible.items()} == dict.fromkeys(
        BOTH, (trail.arn,)
    )
    assert (made["cloudtrail:DescribeTrails"], made["cloudtrail:GetTrailStatus"]) == (2, 1)


@pytest.mark.usefixtures("aws")
def test_a_trail_of_one_region_is_asked_in_its_home():
    _create("here")
    _create("there", region="eu-west-1", multi_region=False, log=False)
    found, _ = _read()
    there, here = found.trails
    assert there.region == "eu-west-1"
    assert there.status.known().is_logging is False
    assert there.selectors.observed
    assert found.trails_in("us-east-1").complete() == (here,)
    assert found.trails_in("eu-west-1").complete() == (there, here)


@pytest.mark.usefixtures("aws")
def test_the_home_of_a_trail_need_not_be_audited():
    _create(region="eu-west-1")
    found, _ = _read(regions=("us-east-1",))
    assert found.trails[0].status.known().is_logging


@pytest.mark.usefixtures("aws")
def test_advanced_selectors_are_kept_as_they_are():
    client = _create()
    client.put_event_selectors(TrailName="org", AdvancedEventSelectors=SELECTORS)
    found, _ = _read()
    assert found.trails[0].selectors.known().advanced == tuple(SELECTORS)


@pytest.mark.usefixtures("aws")
def test_an_answer_without_selectors_is_a_gap():
    _create()
    found, _ = _read(cloudtrail__GetEventSelectors={"TrailARN": "x"})
    assert found.trails[0].selectors.gap.code == "Malformed"


@pytest.mark.usefixtures("aws")
def test_an_organization_trail_that_a_member_may_not_ask_about_is_a_gap_of_that_detail():
    _create()
    found, _ = _read(cloudtrail__GetEventSelectors=AwsError("TrailNotFoundException"))
    assert found.trails[0].selectors.gap.code == "TrailNotFoundException"
    assert found.trails[0].status.observed


@pytest.mark.usefixtures("aws")
def test_a_region_that_cannot_be_listed_is_a_gap_of_that_region():
    _create()
    answers = iter([AwsError("AccessDeniedException"), None])
    found, _ = _read(cloudtrail__DescribeTrails=lambda _: next(answers))
    assert len(found.trails) == 1
    assert [gap.code for _, gap in found.trail_gaps()] == ["AccessDeniedException"]


@pytest.mark.usefixtures("aws")
def test_a_trail_without_home_makes_the_listing_incomplete():
    found, _ = _read(
        cloudtrail__DescribeTrails={"trailList": [{"Name": "org", "TrailARN": "x"}]}, regions=BOTH[:1]
    )
    assert found.trails == ()
    assert [gap.code for _, gap in found.trail_gaps()] == ["Malformed"]


@pytest.mark.usefixtures("aws")
def test_event_data_stores_are_read_page_by_page():
    pages = {
        None: {"EventDataStores": [{"EventDataStoreArn": LAKE, "Name": "lake"}], "NextToken": "more"},
        "more": {"EventDataStores": [{"EventDataStoreArn": LAKE + "3", "Name": "pond"}]},
    }
    found, made = _read(
        regions=BOTH[:1],
        cloudtrail__ListEventDataStores=lambda sent: pages[sent.get("NextToken")],
        cloudtrail__GetEventDataStore=lambda sent: _store(sent["EventDataStore"]),
    )
    lake, pond = found.stores["us-east-1"].complete()
    assert (lake.label, pond.label) == ("lake", "pond")
    assert lake.description.known().advanced_event_selectors == tuple(SELECTORS)
    assert made["cloudtrail:ListEventDataStores"] == 2


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    "second", [AwsError("InvalidNextTokenException"), {"EventDataStores": [{"Name": "pond"}]}]
)
def test_a_page_of_stores_that_cannot_be_read_leaves_the_first_and_a_gap(second):
    first = {"EventDataStores": [{"EventDataStoreArn": LAKE, "Name": "lake"}], "NextToken": "more"}
    found, _ = _read(
        regions=BOTH[:1],
        cloudtrail__ListEventDataStores=lambda sent: second if "NextToken" in sent else first,
        cloudtrail__GetEventDataStore=AwsError("AccessDeniedException"),
    )
    listing = found.stores["us-east-1"]
    assert listing.gap is not None
    assert [store.description.gap.code for store in listing.items] == ["AccessDeniedException"]


@pytest.mark.usefixtures("aws")
def test_a_store_without_selectors_is_unknown():
    store = {key: value for key, value in _store().items() if key != "AdvancedEventSelectors"}
    found, _ = _read(
        regions=BOTH[:1],
        cloudtrail__ListEventDataStores={"EventDataStores": [{"EventDataStoreArn": LAKE, "Name": "lake"}]},
        cloudtrail__GetEventDataStore=store,
    )
    assert found.stores["us-east-1"].items[0].description.gap.code == "Malformed"


@pytest.mark.usefixtures("aws")
def test_a_bucket_is_read_once_with_its_posture():
    _create()
    s3 = boto3.client("s3")
    policy = '{"Version":"2012-10-17","Statement":[]}'
    s3.put_bucket_policy(Bucket="org-logs", Policy=policy)
    s3.put_public_access_block(
        Bucket="org-logs",
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": False,
        },
    )
    s3.put_bucket_versioning(Bucket="org-logs", VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_encryption(
        Bucket="org-logs",
        ServerSideEncryptionConfiguration={
            "Rules": [
                {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}}
            ]
        },
    )
    found, made = _read()
    bucket = found.bucket("org-logs")
    assert bucket.arn == "arn:aws:s3:::org-logs"
    assert bucket.policy.known() == policy
    assert bucket.policy_is_public.observed
    assert bucket.public_access_block.known().block_public_policy is True
    assert bucket.public_access_block.known().restrict_public_buckets is False
    assert bucket.versioning.known().status == "Enabled"
    assert bucket.encryption.known()[0].apply_server_side_encryption_by_default.kms_master_key_id == KEY
    assert made["s3:GetBucketPolicy"] == 1


@pytest.mark.usefixtures("aws")
def test_what_a_bucket_does_not_have_is_observed_to_be_absent():
    _create()
    found, _ = _read(
        s3__GetBucketEncryption=AwsError("ServerSideEncryptionConfigurationNotFoundError", status=404)
    )
    bucket = found.bucket("org-logs")
    assert bucket.policy.known() is None
    assert bucket.policy_is_public.known() is False
    assert bucket.public_access_block.known() is None
    assert bucket.encryption.known() == ()
    assert bucket.versioning.known().status is None
    assert found.account_public_access_block.known() is None


@pytest.mark.usefixtures("aws")
def test_a_foreign_bucket_is_all_gaps():
    _create()
    refusal = AwsError("AccessDenied", status=403)
    found, _ = _read(**{operation.replace(":", "__"): refusal for operation in BUCKETS})
    bucket = found.bucket("org-logs")
    facts = (
        bucket.policy,
        bucket.policy_is_public,
        bucket.public_access_block,
        bucket.encryption,
        bucket.versioning,
        found.account_public_access_block,
    )
    assert [fact.gap.code for fact in facts] == ["AccessDenied"] * 6


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("status", [{}, {"PolicyStatus": {}}])
def test_a_policy_status_that_says_nothing_is_a_gap(status):
    _create()
    found, _ = _read(s3__GetBucketPolicyStatus=status)
    assert found.bucket("org-logs").policy_is_public.gap.code == "Malformed"


@pytest.mark.usefixtures("aws")
def test_the_account_wide_block_is_read():
    block = {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }
    boto3.client("s3control").put_public_access_block(
        AccountId="123456789012", PublicAccessBlockConfiguration=block
    )
    found, _ = _read()
    assert found.account_public_access_block.known().restrict_public_buckets


@pytest.mark.usefixtures("aws")
def test_the_keys_of_trails_and_stores_are_wanted():
    _create(KmsKeyId=KEY)
    found, _ = collect_emulated(
        (*TRAILS, *STORES, "kms:DescribeKey"),
        script={
            "cloudtrail:ListEventDataStores": {
                "EventDataStores": [{"EventDataStoreArn": LAKE, "Name": "lake"}]
            },
            "cloudtrail:GetEventDataStore": _store(KmsKeyId=KEY.replace("1a2b", "9f9f")),
        },
    )
    assert [key.arn for key in found.keys] == [KEY, KEY.replace("1a2b", "9f9f")]


@pytest.mark.usefixtures("aws")
def test_nothing_is_called_that_nobody_reads():
    _create()
    found, made = _read("cloudtrail:DescribeTrails")
    assert set(made) == {"cloudtrail:DescribeTrails", "sts:GetCallerIdentity"}
    assert found.trails[0].status.gap.code == "NotCollected"
    assert {gap.code for _, gap in found.store_gaps()} == {"NotCollected"}


@pytest.mark.usefixtures("aws")
def test_an_operation_that_an_emulator_lacks_is_a_gap():
    found, _ = _read(cloudtrail__ListEventDataStores=lambda _: None)
    assert [region for region, _ in found.store_gaps()] == list(BOTH)
