"""Whether a bucket may be open to everybody, and whose it is.

S3 blocks what either the bucket's or the account's Block Public Access blocks,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html. Only identities of the account that owns a
bucket may read its policy, https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html: an answer, even that there is no
policy, tells that the bucket is the audited account's.
"""

from __future__ import annotations

from typing import Final

from dynasec.model.fact import Fact, Gaps
from dynasec.model.trail import LogBucket, PublicAccessBlock

SWITCHES: Final = (
    "block_public_acls",
    "ignore_public_acls",
    "block_public_policy",
    "restrict_public_buckets",
)
_NO_BUCKET: Final = "NoSuchBucket"


def is_gone(bucket: LogBucket) -> bool:
    """Tell whether S3 knows no bucket of this name: then anybody may make one."""
    gap = bucket.policy.gap
    return gap is not None and gap.code == _NO_BUCKET


def unblocked(bucket: LogBucket, account_block: Fact[PublicAccessBlock | None]) -> tuple[str, ...]:
    """Return the switches of Block Public Access that neither the bucket nor its account has on.

    Raises:
        Unknown: a block that could not be read may have on what the other has off.

    """
    gaps = Gaps()
    blocks = [block for fact in (bucket.public_access_block, account_block) if (block := gaps.of(fact))]
    off = tuple(name for name in SWITCHES if not any(getattr(block, name) for block in blocks))
    if off:
        gaps.settle()
    return off
