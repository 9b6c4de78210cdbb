"""A digest as incoming webhooks of Slack, and of those that speak like it, take it: https://docs.slack.dev/messaging/formatting-message-text.

What AWS says stands in code spans: no formatting, no links, and, with `&`, `<` and `>` escaped, no mentions. Some others that take the
same messages look for `@channel` everywhere, so an at sign that could begin a mention is written fullwidth.
"""

from __future__ import annotations

import re
from typing import Final

from dynasec.notify.digest import digest, short
from dynasec.notify.message import Item, Message
from dynasec.notify.news import News, Notice

_ROOM: Final = 35_000
"""Bytes of a text; Slack cuts it after 40,000 characters."""
_MENTION: Final = re.compile(r"@(?=channel|here|all|everyone|group)|(?<!\w)@(?=\w)", re.IGNORECASE)
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "`": "'"})


def messages(news: News, limit: int) -> list[Message]:
    """Return one message, or none where there is nothing to tell."""
    if not news.notices:
        return []
    lines = digest(news.notices, _line, limit=limit, room=_ROOM)
    return [Message((item(f"*{news.head}*\n{lines}"),), len(news.notices))]


def item(text: str) -> Item:
    """Return what is posted; nothing that a text may link to is fetched."""
    return {"text": text, "unfurl_links": False, "unfurl_media": False}


def code(text: str) -> str:
    """Return a text that somebody else wrote as a code span."""
    return f"`{_MENTION.sub('＠', short(text)).translate(_ESCAPES) or '-'}`"  # noqa: RUF001 - another at sign is meant


def _line(one: Notice) -> str:
    return (
        f"{one.state.value} {one.severity.value} {one.control.id}: {code(one.label)} ({code(one.region)}): "
        f"{code(one.reason)}"
    )
