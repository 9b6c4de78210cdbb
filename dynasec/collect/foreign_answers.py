"""Tells AWS's answers from those of something in between: a captive portal, a proxy, another server under a wrong URL.

botocore takes a body that is not JSON for an empty answer, and a well-formed page for XML without any member it knows. A list of
nothing would then look like an account with nothing in it.
"""

from __future__ import annotations

import json
from typing import Any, Final

from botocore.exceptions import BotoCoreError

from dynasec.model.shape import JsonObject

_JSON: Final = frozenset({"json", "rest-json"})
_QUERY: Final = frozenset({"query", "ec2"})
_ABOUT_THE_CALL: Final = frozenset({"ResponseMetadata"})
_FIRST_FAULT: Final = 300
"""The least HTTP status that botocore takes for an error."""


class ForeignAnswerError(BotoCoreError):
    """A success that AWS cannot have sent."""

    fmt = "the answer to {operation} is not AWS's: is something in between, or the endpoint another server?"


def refuse_foreign(protocol: str, operation: str, answer: JsonObject, parsed: JsonObject) -> None:
    """Check an answer that botocore took for a success without finding anything in it. `answer` is its `response_dict`.

    Raises:
        ForeignAnswerError: it is none of the service's.

    """
    body: Any = answer.get("body")
    if (
        answer["status_code"] >= _FIRST_FAULT
        or not isinstance(body, bytes)
        or parsed.keys() - _ABOUT_THE_CALL
    ):
        return
    foreign = b"<html" in body[:1000].lower()
    if protocol in _JSON:
        foreign |= not _is_json_object(body, empty=protocol == "rest-json")
    elif protocol in _QUERY:
        foreign |= f"<{operation}Response".encode() not in body
    if foreign:
        raise ForeignAnswerError(operation=operation)


def _is_json_object(body: bytes, *, empty: bool) -> bool:
    if not body:
        return empty
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False
