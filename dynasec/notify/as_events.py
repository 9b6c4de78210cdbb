"""An event a finding as Amazon EventBridge takes them: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html.

One call takes ten entries and 256 KB. `detail` holds run, fingerprint and state: a rule's target that saw the three has seen the event.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from dynasec.notify.digest import short
from dynasec.notify.message import Item, Message
from dynasec.notify.news import News, Notice, counted

SOURCE: Final = "dynasec"
FINDING: Final = "dynasec Finding"
MORE: Final = "dynasec Findings Left Out"
_ENTRIES: Final = 10
_BYTES: Final = 240_000
_RESOURCE: Final = 2048


def messages(news: News, limit: int) -> list[Message]:
    """Return the events of at most `limit` findings, and one that counts the rest."""
    told, rest = news.notices[:limit], news.notices[limit:]
    items = [_event(news, one) for one in told]
    found = [1] * len(items)
    if rest:
        states = {state.value: count for state, count in counted(rest).items()}
        items.append(entry(news, MORE, {"left_out": len(rest), "states": states}))
        found.append(len(rest))
    return [
        Message(tuple(items[at] for at in chunk), sum(found[at] for at in chunk)) for chunk in _chunks(items)
    ]


def entry(news: News, kind: str, detail: dict[str, Any]) -> Item:
    """Return one event, without the bus that it goes to."""
    return {
        "Source": SOURCE,
        "DetailType": kind,
        "Time": news.time.isoformat(),
        "Detail": json.dumps({**news.to_json(), **detail}),
    }


def _event(news: News, one: Notice) -> Item:
    texts = {name: short(text) for name, text in one.to_json().items()}
    made = entry(news, FINDING, {**texts, "resource": one.resource[:_RESOURCE]})
    if one.resource.startswith("arn:"):
        made["Resources"] = [one.resource[:_RESOURCE]]
    return made


def _chunks(items: list[Item]) -> Iterator[list[int]]:
    """Yield places of items that go into one call."""
    chunk: list[int] = []
    room = _BYTES
    for at, one in enumerate(items):
        size = len(json.dumps(one))
        if chunk and (len(chunk) == _ENTRIES or size > room):
            yield chunk
            chunk, room = [], _BYTES
        chunk.append(at)
        room -= size
    if chunk:
        yield chunk
