import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact, Gap
from dynasec.model.trail import LogBucket, PublicAccessBlock
from tests.support.accounts import denied, snapshot, verdict
from tests.support.trails import trail, trails

CONTROL = "trail-bucket-private"
BLOCKED = PublicAccessBlock(
    block_public_acls=True, ignore_public_acls=True, block_public_policy=True, restrict_public_buckets=True
)
NO_SUCH_BUCKET = Fact(gap=Gap("s3:GetBucketPolicy", "NoSuchBucket"))


def judge(account_block=None, owner="123456789012", name="logs", **facts):
    fields = {
        "policy": Fact("{}"),
        "policy_is_public": Fact(value=False),
        "public_access_block": Fact(BLOCKED),
    }
    bucket = LogBucket(arn="arn:aws:s3:::logs", name=name, **{**fields, **facts})
    block = account_block if isinstance(account_block, Fact) else Fact(account_block)
    found = trails(trail(account=owner)).model_copy(
        update={"buckets": (bucket,), "account_public_access_block": block}
    )
    return verdict(CONTROL, snapshot(trails=found))


def test_a_blocked_bucket_passes():
    assert judge().status is Status.PASS
    assert judge(policy=Fact(None)).status is Status.PASS


def test_the_accounts_block_counts_for_every_bucket():
    assert judge(BLOCKED, public_access_block=Fact(None)).status is Status.PASS


def test_the_two_blocks_add_up():
    acls = PublicAccessBlock(block_public_acls=True, ignore_public_acls=True)
    policies = PublicAccessBlock(block_public_policy=True, restrict_public_buckets=True)
    assert judge(acls, public_access_block=Fact(policies)).status is Status.PASS
    found = judge(acls, public_access_block=Fact(acls))
    assert found.status is Status.FAIL
    assert found.evidence["off"] == ["block_public_policy", "restrict_public_buckets"]


def test_no_block_at_all_fails_although_nothing_is_public_today():
    assert judge(public_access_block=Fact(None)).status is Status.FAIL


def test_a_public_policy_fails_behind_a_block_too():
    found = judge(policy_is_public=Fact(value=True))
    assert (found.status, found.reason) == (Status.FAIL, "the policy of bucket logs is public")


def test_a_bucket_that_is_gone_can_be_made_by_anybody():
    gone = dict.fromkeys(("policy", "policy_is_public", "public_access_block"), NO_SUCH_BUCKET)
    found = judge(**gone)
    assert (found.status, "does not exist" in found.reason) == (Status.FAIL, True)


def test_a_bucket_of_another_account_cannot_be_judged():
    foreign = Fact(gap=Gap("s3:GetBucketPolicy", "MethodNotAllowed"))
    assert judge(BLOCKED, policy=foreign, policy_is_public=foreign).status is Status.UNKNOWN


def test_the_trail_of_another_account_is_judged_there():
    assert judge(owner="999999999999").status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    "facts",
    [
        {"policy": denied("s3:GetBucketPolicy")},
        {"policy_is_public": denied("s3:GetBucketPolicyStatus")},
        {"public_access_block": denied("s3:GetPublicAccessBlock")},
        {"public_access_block": Fact(None), "account_block": denied("s3control:GetPublicAccessBlock")},
        {"name": "others"},
    ],
)
def test_what_cannot_be_read_is_unknown(facts):
    assert judge(**facts).status is Status.UNKNOWN


def test_a_block_that_cannot_be_read_cannot_take_away_from_the_other():
    assert judge(BLOCKED, public_access_block=denied("s3:GetPublicAccessBlock")).status is Status.PASS
    assert judge(denied("s3control:GetPublicAccessBlock")).status is Status.PASS
