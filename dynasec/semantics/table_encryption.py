"""Under which key a table is encrypted. Every table is encrypted; the question is whose key it is.

Rests on `SSEDescription` of `DescribeTable` and on
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html: the member is absent under a key that AWS
owns, and its type is KMS both for the AWS managed key and for a customer managed one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from dynasec.model.fact import NOT_COLLECTED, Gap, Unknown, malformed
from dynasec.model.key import Key
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import Sse, Table

IN_TRANSITION: Final = "InTransition"
"""The code of a gap where DynamoDB is still changing a table's key, so that the answer holds for a moment only."""

_DESCRIBE = "dynamodb:DescribeTable"


class KeyClass(StrEnum):
    """Whose the key is."""

    AWS_OWNED = "AWS owned"
    AWS_MANAGED = "AWS managed"
    CUSTOMER_MANAGED = "customer managed"


def uses_aws_owned_key(sse: Sse | None) -> bool:
    """Whether the table is, and stays, under a key that AWS owns. DISABLED speaks of KMS, not of encryption; AES256 is its old name."""
    return sse is None or sse.status == "DISABLED" or sse.sse_type == "AES256"


def transition(sse: Sse | None) -> Gap | None:
    """Return the gap of a table whose key is being changed, or of a state that DynamoDB does not document."""
    if uses_aws_owned_key(sse) or sse is None or sse.status == "ENABLED":
        return None
    if sse.status in {"ENABLING", "UPDATING", "DISABLING"}:
        return Gap(_DESCRIBE, IN_TRANSITION, f"SSEDescription.Status is {sse.status}: ask again later")
    return malformed(_DESCRIBE, f"SSEDescription.Status is {sse.status}")


def key_arn(table: Table) -> str | None:
    """Return the ARN of the KMS key that a table is encrypted with; None when AWS owns the key.

    Raises:
        Unknown: the table could not be described, does not name its key, or is being changed to another one.

    """
    sse = table.description.known().sse
    if sse is None or uses_aws_owned_key(sse):
        return None
    changing = transition(sse)
    if changing is not None:
        raise Unknown(changing)
    if sse.kms_master_key_arn is None:
        raise Unknown(malformed(_DESCRIBE, "SSEDescription names no KMSMasterKeyArn"))
    return sse.kms_master_key_arn


def key_of(arn: str, snapshot: Snapshot) -> Key:
    """Return the key with this ARN.

    Raises:
        Unknown: it was not read.

    """
    key = snapshot.key(arn)
    if key is None:
        raise Unknown(Gap("kms:DescribeKey", NOT_COLLECTED, f"{arn} was not read"))
    return key


def key_class(table: Table, snapshot: Snapshot) -> KeyClass:
    """Return whose key a table is encrypted with.

    Raises:
        Unknown: as `key_arn`, or the key could not be described.

    """
    arn = key_arn(table)
    if arn is None:
        return KeyClass.AWS_OWNED
    managed = key_of(arn, snapshot).aws_managed.known()
    return KeyClass.AWS_MANAGED if managed else KeyClass.CUSTOMER_MANAGED
