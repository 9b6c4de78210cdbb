"""Whether KMS can use a key, by the state it reports.

https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
"""

from __future__ import annotations

from typing import Final

from dynasec.model.fact import Unknown, malformed
from dynasec.model.key import Key

_WORKING: Final = frozenset({"Enabled", "Updating"})
_BROKEN: Final = frozenset(
    {"Creating", "Disabled", "PendingDeletion", "PendingImport", "PendingReplicaDeletion", "Unavailable"}
)


def why_unusable(key: Key) -> str | None:
    """Return what is wrong with a key, in words, or None where it works.

    Raises:
        Unknown: the state could not be read, or is none that KMS documents.

    """
    if key.gone:
        return f"the key {key.label} does not exist any more"
    metadata = key.metadata.known()
    if metadata.key_state in _WORKING:
        return None
    if metadata.key_state not in _BROKEN:
        raise Unknown(malformed("kms:DescribeKey", f"KeyState {metadata.key_state}", key.region))
    if metadata.deletion_date is None:
        return f"the key {key.label} is {metadata.key_state}"
    return f"the key {key.label} is {metadata.key_state}: KMS deletes it on {metadata.deletion_date.date().isoformat()}"
