"""Pages of a list, continued at an index that travels as an opaque token."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from simulated_aws.size import Call

Item = TypeVar("Item")


def page(items: Sequence[Item], token: str, limit: int) -> tuple[list[Item], str]:
    """Return the items after the token (empty: from the start) and the next token (empty: none left)."""
    start = int(token) if token else 0
    stop = start + max(limit, 1)
    return list(items[start:stop]), str(stop) if stop < len(items) else ""


def paged(
    call: Call, items: Sequence[object], key: str, token: str, limit: tuple[str, int]
) -> Mapping[str, object]:
    """Answer with a page of items under `key`; `token` names both the request's and the answer's token.

    `limit` is the name of the request's page size and its default, which is also the most it may be.
    """
    name, most = limit
    found, following = page(items, call.text(token), min(call.number(name, most), most))
    return {key: found} | ({token: following} if following else {})
