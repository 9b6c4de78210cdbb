"""Whether a client encrypted an item before it wrote it, told by what AWS's libraries leave in it.

The Database Encryption SDK for DynamoDB adds `aws_dbe_head` and `aws_dbe_foot`. The head tells, after a version, a flavour and an id of 32
bytes, of each attribute in turn whether it was encrypted (`e`) or only signed (`s`, `c`): an item may have both marks and be in clear.
https://github.com/aws/aws-database-encryption-sdk-dynamodb/blob/main/specification/structured-encryption/header.md.
The legacy DynamoDB Encryption Client adds `*amzn-ddb-map-desc*` and `*amzn-ddb-map-sig*`, and what it encrypts is Binary:
https://docs.aws.amazon.com/database-encryption-sdk/latest/devguide/legacy-concepts.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Item = Mapping[str, Mapping[str, Any]]
"""An item as boto3's client gives it: attribute name → {type: value}, bytes for Binary."""

_HEAD: Final = "aws_dbe_head"
_FOOT: Final = "aws_dbe_foot"
_LEGACY: Final = ("*amzn-ddb-map-desc*", "*amzn-ddb-map-sig*")
_LEGEND_AT: Final = 34
_ENCRYPTED: Final = b"e"


def is_encrypted(item: Item) -> bool:
    """Whether at least one attribute of an item was encrypted by its writer. A head that cannot be read says nothing."""
    if _HEAD in item and _FOOT in item:
        return _ENCRYPTED in _legend(item[_HEAD].get("B", b""))
    legacy = all(name in item for name in _LEGACY)
    return legacy and any("B" in value for name, value in item.items() if name not in _LEGACY)


def ciphertexts(item: Item) -> int:
    """How many attributes of an item are surely ciphertext. The legacy client does not say it of any."""
    return _legend(item[_HEAD].get("B", b"")).count(_ENCRYPTED) if is_encrypted(item) and _HEAD in item else 0


def is_of_a_library(name: str) -> bool:
    """Whether an attribute is one that the libraries add: their marks, and beacons, which stand for values and do not tell them."""
    return name in _LEGACY or name.startswith("aws_dbe_")


def _legend(head: bytes) -> bytes:
    start = _LEGEND_AT + 2
    return bytes(head[start : start + int.from_bytes(head[_LEGEND_AT:start], "big")])
