"""Tells a monitor that an audit has run: it notices audits that never begin, which no audit can.

One GET: the URL itself when the audit has run, whatever it found, and `URL/fail` when it could not. The URL is a secret and is not shown.
"""

from __future__ import annotations

import http.client
import logging
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import IO, Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from dynasec import __version__
from dynasec.errors import Exit, UsageError

TIMEOUT_S: Final = 10.0
_RAN: Final = frozenset({Exit.OK, Exit.FINDINGS, Exit.INCOMPLETE})
_LOG = logging.getLogger(__name__)


def beating(url: str | None, work: Callable[[], int]) -> int:
    """Do the work, tell the monitor how it ended, and return the work's exit code. A monitor that cannot be told changes nothing.

    Raises:
        UsageError: the URL is none that can be asked.

    """
    if not url:
        return work()
    target = _checked(url)
    try:
        code = work()
    except BaseException:  # whatever ended it, it did not run to its end
        _tell(target, failed=True)
        raise
    _tell(target, failed=code not in _RAN)
    return code


def redacted(target: SplitResult) -> str:
    """Return a URL without what is secret in it: its path, its query, and whoever is named before the host."""
    port = f":{target.port}" if target.port else ""
    return f"{target.scheme}://{target.hostname}{port}/…"


def _checked(url: str) -> SplitResult:
    try:
        target = urlsplit(url)
        good = target.scheme in {"http", "https"} and bool(target.hostname) and (target.port or 1) > 0
    except ValueError:
        good, target = False, urlsplit("")
    if not good or any(character.isspace() or not character.isprintable() for character in url):
        msg = "the heartbeat is no URL of http or https"
        raise UsageError(msg, hint="give one with --heartbeat or in DYNASEC_HEARTBEAT_URL")
    return target


def _tell(target: SplitResult, *, failed: bool) -> None:
    path = f"{target.path.rstrip('/')}/fail" if failed else target.path
    request = urllib.request.Request(  # noqa: S310 - `_checked` lets through http and https only
        urlunsplit((target.scheme, target.netloc, path, target.query, "")),
        headers={"User-Agent": f"dynasec/{__version__}"},
    )
    opener = urllib.request.build_opener(_SameHost(target))
    try:
        with opener.open(request, timeout=TIMEOUT_S):
            _LOG.info("told %s that the audit %s", redacted(target), "failed" if failed else "has run")
    except urllib.error.HTTPError as problem:
        problem.close()
        _LOG.warning("could not tell %s: it answers %d", redacted(target), problem.code)
    except (OSError, ValueError, http.client.HTTPException) as problem:
        # what they say may hold the URL, so only what they are is told
        reason = getattr(problem, "reason", problem)
        _LOG.warning("could not tell %s: %s", redacted(target), type(reason).__name__)


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows redirects to the same scheme, host and port only: the path is a secret between us and that host."""

    def __init__(self, target: SplitResult) -> None:
        self._target = target

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Return the request that follows a redirect.

        Raises:
            HTTPError: it leads elsewhere.

        """
        there = urlsplit(newurl)
        if (there.scheme, there.netloc) != (self._target.scheme, self._target.netloc):
            raise urllib.error.HTTPError(req.full_url, code, "redirects elsewhere", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)
