"""CloudTrail's log files in a bucket: listed and streamed through a boto3 client that is handed in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import IO, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from dynasec.collect.failures import first_line
from dynasec.errors import DynasecError, UsageError
from dynasec.remedy.observed.log_files import LogFile, is_event_log

SCHEME: Final = "s3://"


def s3_files(client: Any, address: str) -> Iterator[LogFile]:  # noqa: ANN401 - clients are made at run time
    """Yield the logs below `s3://bucket/prefix`, in the order of their keys. Needs s3:ListBucket and s3:GetObject.

    Raises:
        UsageError: the address names no bucket.
        DynasecError: the bucket cannot be listed, or holds no log there.

    """
    bucket, _, prefix = address.removeprefix(SCHEME).partition("/")
    if not address.startswith(SCHEME) or not bucket:
        msg = f"{address} is no address of a bucket"
        raise UsageError(msg, hint="write s3://BUCKET/PREFIX")
    found = False
    try:
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for entry in page.get("Contents", ()):
                if is_event_log(entry["Key"]):
                    found = True
                    yield LogFile(
                        f"{SCHEME}{bucket}/{entry['Key']}", partial(_open, client, bucket, entry["Key"])
                    )
    except (BotoCoreError, ClientError) as problem:
        msg = f"cannot list {address}: {first_line(problem)}"
        raise DynasecError(msg) from problem
    if not found:
        msg = f"there is no log of CloudTrail below {address}"
        raise DynasecError(msg)


def _open(client: Any, bucket: str, key: str) -> IO[bytes]:  # noqa: ANN401 - as above
    try:
        body: IO[bytes] = client.get_object(Bucket=bucket, Key=key)["Body"]
    except (BotoCoreError, ClientError) as problem:
        msg = f"cannot read {SCHEME}{bucket}/{key}: {first_line(problem)}"
        raise DynasecError(msg) from problem
    return body
