"""Posts to a webhook. Its URL is a secret: whoever has it can write there. No message, log or traceback of ours holds any of it.

Redirects are refused: they would carry what failed where nobody sent it. 429 and 5xx are tried again a few times.
"""

from __future__ import annotations

import http.client
import json
import math
import queue
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from threading import Thread
from typing import IO, Final
from urllib.parse import urlsplit

from dynasec import __version__
from dynasec.notify.message import Item, UndeliveredError, Waiting
from dynasec.settings import Notify

TIMEOUT_S: Final = 10.0
"""For one answer, from the first byte sent to the last header received."""
PAUSES: Final = (1.0, 2.0, 4.0)
"""Seconds before each further attempt, unless the server names others."""
LONGEST_PAUSE_S: Final = 30.0
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_GONE: Final = frozenset({401, 403, 404, 407, 410})
_TOO_MANY: Final = 429
_Answer = tuple[int, str | None]
"""The status, and what Retry-After says."""


class Webhooks:
    """Delivers to webhooks whose URLs are in the environment."""

    def __init__(self, environment: Mapping[str, str], wait: Callable[[float], None] = time.sleep) -> None:
        self._environment = environment
        self._wait = wait

    def deliver(self, target: Notify, message: Waiting, items: tuple[Item, ...]) -> None:
        """Post a message.

        Raises:
            UndeliveredError: it was not taken.

        """
        request = _request(self._environment.get(target.url_env, ""), target, message, items[0])
        pauses = iter(PAUSES)
        while True:
            status, retry_after = _answered(request)
            if http.client.OK <= status < http.client.MULTIPLE_CHOICES:
                return
            if status != _TOO_MANY and status < http.client.INTERNAL_SERVER_ERROR:
                raise _refused(status)
            pause = _seconds(retry_after, next(pauses, math.inf))
            if pause > LONGEST_PAUSE_S:
                reason = f"it answers {status}"
                raise UndeliveredError(reason, lasting=True)
            self._wait(pause)


def _request(url: str, target: Notify, message: Waiting, item: Item) -> urllib.request.Request:
    if not url:
        reason = f"the environment has no {target.url_env}"
        raise UndeliveredError(reason, lasting=True)
    if not _is_safe(url):
        reason = f"{target.url_env} holds no https URL"
        raise UndeliveredError(reason, lasting=True)
    return urllib.request.Request(  # noqa: S310 - `_is_safe` lets through https, and http to this host
        url,
        data=json.dumps(item).encode(),
        headers={
            "Content-Type": "application/json",
            "User-Agent": f"dynasec/{__version__}",
            "Idempotency-Key": message.key,
        },
        method="POST",
    )


def _is_safe(url: str) -> bool:
    try:
        target = urlsplit(url)
        port_is_one = (target.port or 1) > 0
    except ValueError:
        return False
    return (
        port_is_one
        and bool(target.hostname)
        and target.username is None
        and (target.scheme == "https" or (target.scheme == "http" and target.hostname in _LOOPBACK))
        and url.isascii()
        and url.isprintable()
        and " " not in url
    )


def _answered(request: urllib.request.Request) -> _Answer:
    """Return what the server answers.

    In a thread, since the time limits of sockets begin anew with every byte; one that does not come to its end is left behind.
    """
    answers: queue.SimpleQueue[_Answer | str] = queue.SimpleQueue()
    Thread(target=lambda: answers.put(_asked(request)), daemon=True).start()
    try:
        answer = answers.get(timeout=TIMEOUT_S)
    except queue.Empty:
        answer = "TimeoutError"
    if isinstance(answer, str):
        reason = f"it cannot be reached: {answer}"
        raise UndeliveredError(reason, lasting=True) from None
    return answer


def _asked(request: urllib.request.Request) -> _Answer | str:
    """Return the answer, or what went wrong: its kind only, for what it says may hold the URL."""
    opener = urllib.request.build_opener(_NoRedirects)
    try:
        with opener.open(request, timeout=TIMEOUT_S) as answer:
            return answer.status, None
    except urllib.error.HTTPError as problem:
        problem.close()
        return problem.code, problem.headers.get("Retry-After")
    except (OSError, ValueError, http.client.HTTPException) as problem:
        return type(getattr(problem, "reason", problem)).__name__


def _refused(status: int) -> UndeliveredError:
    if http.client.MULTIPLE_CHOICES <= status < http.client.BAD_REQUEST:
        return UndeliveredError(f"it redirects ({status}), which is not followed", lasting=True)
    return UndeliveredError(f"it answers {status}", lasting=status in _GONE)


def _seconds(retry_after: str | None, pause: float) -> float:
    """Return how long to leave the server alone: as it says, if that is longer; a date is as good as no word."""
    said = float(retry_after) if retry_after is not None and retry_after.isdecimal() else 0.0
    return max(said, pause)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> None:
        """Follow none."""
