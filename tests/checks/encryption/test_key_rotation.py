import pytest

from dynasec.check import Status
from dynasec.model.key import KeyRotation, MultiRegion, PrimaryKey
from dynasec.settings import Settings, Thresholds
from tests.support.accounts import denied, judge, region, snapshot, table, verdict
from tests.support.keys import encrypted, key, key_arn, metadata

CONTROL = "key-rotation"
OFF = KeyRotation(key_rotation_enabled=False)


def on(days=365):
    return KeyRotation(key_rotation_enabled=True, rotation_period_in_days=days)


def judged(one, settings=None):
    return verdict(CONTROL, snapshot(region(encrypted()), keys=(one,)), settings)


@pytest.mark.parametrize(
    ("one", "status"),
    [
        (key(rotation=on()), Status.PASS),
        (key(rotation=on(90)), Status.PASS),
        (key(rotation=on(366)), Status.FAIL),
        (key(rotation=OFF), Status.FAIL),
        (key(rotation=denied("kms:GetKeyRotationStatus")), Status.UNKNOWN),
        (key(rotation=on(), metadata=denied("kms:DescribeKey")), Status.UNKNOWN),
        (key(rotation=OFF, metadata=metadata(origin=None)), Status.UNKNOWN),
        (key(rotation=OFF, metadata=metadata(key_spec=None)), Status.UNKNOWN),
        (key(metadata=metadata(key_manager="AWS")), Status.PASS),
        (key(rotation=OFF, aliases=("alias/aws/dynamodb",)), Status.PASS),
    ],
)
def test_status(one, status):
    assert judged(one).status is status


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"origin": "EXTERNAL"}, "material is imported"),
        ({"origin": "AWS_CLOUDHSM"}, "CloudHSM key store"),
        ({"origin": "EXTERNAL_KEY_STORE"}, "external key store"),
        ({"key_spec": "RSA_2048"}, "its spec is RSA_2048"),
        ({"key_spec": "HMAC_256"}, "its spec is HMAC_256"),
        ({"key_state": "PendingDeletion"}, "waiting for its deletion"),
        ({"key_state": "PendingReplicaDeletion"}, "waiting for its deletion"),
    ],
)
def test_rotation_off_is_not_reported_on_keys_that_cannot_rotate(members, reason):
    """Wrong answer 14."""
    finding = judged(key(rotation=OFF, metadata=metadata(**members)))
    assert finding.status is Status.NOT_APPLICABLE
    assert reason in finding.reason


def test_a_period_that_is_not_told_is_not_taken_for_the_default():
    finding = judged(key(rotation=KeyRotation(key_rotation_enabled=True)))
    assert finding.status is Status.UNKNOWN
    assert "RotationPeriodInDays" in finding.gaps[0].message


def test_the_configured_period_counts():
    strict = Settings(thresholds=Thresholds(key_rotation_days=180))
    assert judged(key(rotation=on(365)), strict).status is Status.FAIL
    assert judged(key(rotation=on(180)), strict).status is Status.PASS
    assert judged(key(metadata=metadata(key_manager="AWS")), strict).status is Status.FAIL


def test_a_replica_key_shares_its_primarys_setting_and_says_where_to_change_it():
    primary = key_arn(region="eu-west-1")
    replica = metadata(
        multi_region=True,
        multi_region_configuration=MultiRegion(
            multi_region_key_type="REPLICA", primary_key=PrimaryKey(arn=primary, region="eu-west-1")
        ),
    )
    assert judged(key(metadata=replica, rotation=on())).status is Status.PASS
    finding = judged(key(metadata=replica, rotation=OFF))
    assert finding.status is Status.FAIL
    assert primary in finding.reason


def test_a_primary_key_is_not_sent_elsewhere():
    own = metadata(
        multi_region=True,
        multi_region_configuration=MultiRegion(
            multi_region_key_type="PRIMARY", primary_key=PrimaryKey(arn=key_arn(), region="us-east-1")
        ),
    )
    assert judged(key(metadata=own, rotation=OFF)).reason == "automatic rotation is off"


def test_a_key_that_encrypts_no_table_is_not_judged():
    assert judge(CONTROL, snapshot(region(encrypted()), keys=(key(tables=()),))) == []


def test_a_table_that_cannot_be_described_may_hide_a_key():
    blind = table(description=denied("dynamodb:DescribeTable"))
    assert verdict(CONTROL, snapshot(region(blind))).status is Status.UNKNOWN
