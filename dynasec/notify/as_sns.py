"""A digest as Amazon SNS takes it: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html.

A subject is ASCII without line breaks, 100 characters at most, and a message 262,144 bytes, attributes included.
"""

from __future__ import annotations

from typing import Final

from dynasec.notify.digest import digest, short
from dynasec.notify.message import Message
from dynasec.notify.news import News, Notice

SUBJECT: Final = 100
_ROOM: Final = 200_000


def messages(news: News, limit: int) -> list[Message]:
    """Return one message, or none where there is nothing to tell."""
    if not news.notices:
        return []
    text = f"{news.head}, run {news.run} of {news.time.isoformat()}\n\n"
    text += digest(news.notices, _line, limit=limit, room=_ROOM)
    item = {
        "Subject": news.head[:SUBJECT],
        "Message": text,
        "MessageAttributes": {
            "account": _text(news.account),
            "severity": _text(news.notices[0].severity.value),
        },
    }
    return [Message((item,), len(news.notices))]


def _line(one: Notice) -> str:
    return (
        f"{one.state.value} {one.severity.value} {one.control.id}: {short(one.label)} ({short(one.region)}): "
        f"{short(one.reason)}"
    )


def _text(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}
