"""An audit as a Lambda function: reports and history are kept in a bucket.

Environment: DYNASEC_BUCKET. Give the function 1 GB of memory, 15 minutes, a reserved concurrency of 1 (two at once would each put back
their own copy of the history), the policy that `dynasec permissions` prints, and s3:GetObject, s3:PutObject and
s3:ListBucket on the bucket.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from dynasec.cli import run
from dynasec.errors import Exit

HISTORY = "history.db"
REPORTS = ("report.json", "report.html")
TO_FINISH_S = 60
"""Seconds that judging, writing and keeping may take after reading has stopped."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's context has no public type
    """Audit, and return the exit code with where the reports are. `event["options"]` may hold further options of `dynasec audit`.

    Raises:
        RuntimeError: the audit could not run, or not to its end; so that it counts among the function's errors.

    """
    bucket = boto3.client("s3")
    name = os.environ["DYNASEC_BUCKET"]
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        _fetch(bucket, name, here / HISTORY)
        seconds = max(1.0, context.get_remaining_time_in_millis() / 1000 - TO_FINISH_S)
        outputs = [option for report in REPORTS for option in ("-o", str(here / report))]
        code = run(
            [
                "audit",
                *("--store", str(here / HISTORY)),
                *("--deadline", f"{seconds:.0f}"),
                *("--log-format", "json"),
                *outputs,
                *event.get("options", []),
            ]
        )
        kept = [one for one in (*REPORTS, HISTORY) if (here / one).exists()]
        for one in kept:
            bucket.upload_file(str(here / one), name, one, ExtraArgs={"ServerSideEncryption": "aws:kms"})
    if code not in {Exit.OK, Exit.FINDINGS, Exit.INCOMPLETE}:
        msg = f"the audit ended with {code}; the log says why"
        raise RuntimeError(msg)
    return {"exit_code": int(code), "reports": [f"s3://{name}/{one}" for one in kept if one in REPORTS]}


def _fetch(bucket: Any, name: str, path: Path) -> None:  # noqa: ANN401 - clients are made at run time
    """Fetch the history, if there is one yet."""
    try:
        bucket.download_file(name, path.name, str(path))
    except ClientError as problem:
        if problem.response["Error"]["Code"] not in {"404", "NoSuchKey"}:
            raise
