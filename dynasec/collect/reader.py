"""Every read of AWS goes through here: paced, counted, isolated. What fails is a gap; what nobody asked for is not called."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from botocore import xform_name
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ProxyConnectionError,
    SSLError,
)

from dynasec.collect.bucket import TokenBucket
from dynasec.collect.clients import WORKERS, Clients, home_region
from dynasec.collect.deadline import in_time, pause
from dynasec.collect.failures import code_of, gap_of
from dynasec.collect.operations import client_and_method
from dynasec.collect.paging import pages_of
from dynasec.collect.progress import Progress, Silence
from dynasec.collect.rates import Rate, rates_of
from dynasec.errors import CredentialsError
from dynasec.model.fact import NOT_COLLECTED, UNREADABLE, Fact, Gap, Listing, Unknown, malformed
from dynasec.model.shape import JsonObject

S = TypeVar("S")

_LOG = logging.getLogger(__name__)
_UNREACHABLE = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError, SSLError)


_WINDOW = 256
"""Items of one listing followed at a time: each waits in several coroutines, some ten KiB in all."""
_ALWAYS_LISTED = frozenset({
    "config:DescribeConfigRules", "dynamodb:ListBackups", "dynamodb:ListExports", "dynamodb:ListTables",
    "events:ListRules", "guardduty:ListDetectors", "guardduty:ListFilters",
    "kms:ListGrants", "kms:ListKeyPolicies",
})  # fmt: skip
"""Operations that send their list even when it is empty: without it the answer is none, and must not read as "there are no tables"."""
_LANES = ((20, 8), (100, 32))
"""Calls of one operation in flight at most, by the published requests per second that it is under."""


class Reader:
    """Makes API calls for one collection. Belongs to one event loop; `close` it when done.

    From `deadline` on (`time.monotonic()`), which is the loop's own clock, no call is made or waited for: what is not read is a gap.
    """

    def __init__(
        self,
        clients: Clients,
        reads: frozenset[str],
        progress: Progress | None = None,
        *,
        deadline: float | None = None,
    ) -> None:
        self.clients = clients
        self.reads = reads
        self.calls: Counter[str] = Counter()
        self._progress = progress or Silence()
        self._deadline = deadline
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="aws")
        self._slots = asyncio.Semaphore(WORKERS)
        self._lanes: dict[tuple[str, str], asyncio.Semaphore] = {}
        self._buckets: dict[tuple[str, str], TokenBucket] = {}
        self._drawing: dict[tuple[str, str], set[str]] = {}
        self._unread: dict[tuple[str, str], Gap] = {}
        self._unreachable: dict[tuple[str, str], Exception] = {}

    def close(self) -> None:
        """Let go of the threads; calls that still wait are dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def wants(self, *operations: str) -> bool:
        """Whether any of these operations is read at all."""
        return not self.reads.isdisjoint(operations)

    async def pause(self, seconds: float) -> None:
        """Wait between two calls, but not beyond the deadline."""
        await pause(self._deadline, seconds)

    async def read(self, operation: str, region: str, **params: object) -> Fact[JsonObject]:
        """Make one call and return the answer, or the gap.

        Raises:
            CredentialsError: no call can succeed any more.

        """
        answer = await self.find(operation, region, absent=(), **params)
        return answer.map(lambda response: response or {}, operation)

    async def find(
        self, operation: str, region: str, *, absent: tuple[str, ...], **params: object
    ) -> Fact[JsonObject | None]:
        """Make one call whose `absent` error codes mean "there is none": then the fact is None.

        Raises:
            CredentialsError: no call can succeed any more.

        """
        refused = self._refuse(operation, region)
        if refused is not None:
            return Fact(gap=refused)
        service, name = client_and_method(operation)

        def call() -> JsonObject:
            method = getattr(self.clients.get(service, region), xform_name(name))
            response: dict[str, Any] = method(**params)
            response.pop("ResponseMetadata", None)
            return response

        try:
            return Fact(await self._run(operation, region, call))
        except ClientError as problem:
            if code_of(problem) in absent:
                return Fact(None)
            return Fact(gap=self._gap(operation, region, problem))
        except Exception as problem:  # noqa: BLE001 - one call is isolated from the rest; what happened becomes its gap
            return Fact(gap=self._gap(operation, region, problem))

    async def items(
        self, operation: str, region: str, key: str, parse: Callable[[Any], S], **params: object
    ) -> Listing[S]:
        """Read all pages of a listing. `key` is the dotted path of the list in a page.

        A page that cannot be read or an item that cannot be parsed leaves the rest in place and the listing incomplete.

        Raises:
            CredentialsError: no call can succeed any more.

        """

        async def parsed(item: object) -> S:
            return parse(item)

        return await self.each(operation, region, key, parsed, **params)

    async def each(
        self, operation: str, region: str, key: str, follow: Callable[[Any], Awaitable[S]], **params: object
    ) -> Listing[S]:
        """Read all pages of a listing and run `follow` on every item, beginning while further pages are still being read.

        Raises:
            CredentialsError: no call can succeed any more.

        """
        tasks: list[asyncio.Task[S | Gap]] = []

        window = asyncio.Semaphore(_WINDOW)

        async def guarded(item: object) -> S | Gap:
            try:
                async with window:
                    return await follow(item)
            except Unknown as missing:
                return missing.gaps[0]
            except UNREADABLE as problem:
                return malformed(operation, problem, region)

        gap: Gap | None = None
        try:
            async for page in self.pages(operation, region, **params):
                if isinstance(page, Gap):
                    gap = page
                    break
                found: list[Any] | None = _list_at(page, key)
                if found is None or (operation in _ALWAYS_LISTED and key not in page):
                    gap = malformed(operation, f"no list at {key}", region)
                    break
                tasks += [asyncio.create_task(guarded(item)) for item in found]
        except CredentialsError:
            await _drop(tasks)
            raise
        results = await asyncio.gather(*tasks)
        bad = next((result for result in results if isinstance(result, Gap)), None)
        return Listing(tuple(result for result in results if not isinstance(result, Gap)), gap or bad)

    async def pages(self, operation: str, region: str, **params: object) -> AsyncIterator[JsonObject | Gap]:
        """Yield the pages of a listing in order; a gap ends them.

        Raises:
            CredentialsError: no call can succeed any more.

        """
        refused = self._refuse(operation, region)
        if refused is not None:
            yield refused
            return
        service, name = client_and_method(operation)
        pages: Iterator[JsonObject] | None = None

        def first_or_next() -> JsonObject | None:
            nonlocal pages
            if pages is None:
                pages = pages_of(self.clients.get(service, region), name, params)
            return next(pages, None)

        while True:
            try:
                page = await self._run(operation, region, first_or_next)
            except Exception as problem:  # noqa: BLE001 - one call is isolated from the rest; what happened becomes its gap
                yield self._gap(operation, region, problem)
                return
            if page is None:
                self.calls[operation] -= 1  # the paginator only found that there is no further page
                return
            yield page

    def _refuse(self, operation: str, region: str) -> Gap | None:
        if operation not in self.reads:
            return self._unread.setdefault(
                (operation, region), Gap(operation, NOT_COLLECTED, "no selected control reads it", region)
            )
        dead = self._unreachable.get((client_and_method(operation)[0], region))
        return None if dead is None else gap_of(operation, region, dead)

    def _gap(self, operation: str, region: str, problem: Exception) -> Gap:
        if isinstance(problem, _UNREACHABLE):  # do not wait for the same dead endpoint again and again
            self._unreachable[client_and_method(operation)[0], region] = problem
        gap = gap_of(operation, region, problem)
        _LOG.debug("not read: %s in %s: %s", gap, region, gap.message)
        return gap

    async def _run(self, operation: str, region: str, call: Callable[[], S]) -> S:
        self._progress.planned(operation, region)
        try:
            return await in_time(self._deadline, lambda: self._in_turn(operation, region, call))
        finally:
            self._progress.done(operation, region)

    async def _in_turn(self, operation: str, region: str, call: Callable[[], S]) -> S:
        rates = rates_of(operation)
        async with self._lane(operation, region, rates):
            for rate in rates:
                await self._bucket(rate, operation, region).take()
            async with self._slots:
                dead = self._unreachable.get((client_and_method(operation)[0], region))
                if dead is not None:  # found out while this call waited
                    raise dead
                self.calls[operation] += 1
                return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    def _lane(self, operation: str, region: str, rates: tuple[Rate, ...]) -> asyncio.Semaphore:
        """Return what bounds the calls of one operation in flight.

        A busy processor delays calls that have their token; then they all go out at once. Under a low rate that burst must be small.
        """
        key = (operation, region)
        if key not in self._lanes:
            slowest = min((rate.per_second for rate in rates), default=float("inf"))
            self._lanes[key] = asyncio.Semaphore(
                next((width for bound, width in _LANES if slowest <= bound), WORKERS)
            )
        return self._lanes[key]

    def _bucket(self, rate: Rate, operation: str, region: str) -> TokenBucket:
        key = (rate.bucket, region)
        drawing = self._drawing.setdefault(key, set())
        drawing.add(operation)
        if key not in self._buckets:
            throttled = self.clients.throttled
            self._buckets[key] = TokenBucket(rate, lambda: sum(throttled[one, region] for one in drawing))
        return self._buckets[key]


class RegionReader:
    """A reader bound to one Region of the account."""

    def __init__(self, reader: Reader, *, partition: str, account: str, region: str) -> None:
        self.reader = reader
        self.partition = partition
        self.account = account
        self.region = region

    def at(self, region: str) -> RegionReader:
        """Return the same reader for another Region."""
        return RegionReader(self.reader, partition=self.partition, account=self.account, region=region)

    def home(self) -> RegionReader:
        """Return the same reader for the Region of the partition's global services."""
        return self.at(home_region(self.partition))

    def wants(self, *operations: str) -> bool:
        """Whether any of these operations is read at all."""
        return self.reader.wants(*operations)

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of something of this account in this Region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    async def pause(self, seconds: float) -> None:
        """As `Reader.pause`."""
        await self.reader.pause(seconds)

    async def read(self, operation: str, **params: object) -> Fact[JsonObject]:
        """As `Reader.read`."""
        return await self.reader.read(operation, self.region, **params)

    async def value(self, operation: str, parse: Callable[[JsonObject], S], **params: object) -> Fact[S]:
        """Make one call and keep what `parse` makes of the answer; the answer itself is let go at once."""
        return (await self.read(operation, **params)).map(parse, operation)

    async def find(
        self, operation: str, *, absent: tuple[str, ...], **params: object
    ) -> Fact[JsonObject | None]:
        """As `Reader.find`."""
        return await self.reader.find(operation, self.region, absent=absent, **params)

    async def items(
        self, operation: str, key: str, parse: Callable[[Any], S], **params: object
    ) -> Listing[S]:
        """As `Reader.items`."""
        return await self.reader.items(operation, self.region, key, parse, **params)

    async def each(
        self, operation: str, key: str, follow: Callable[[Any], Awaitable[S]], **params: object
    ) -> Listing[S]:
        """As `Reader.each`."""
        return await self.reader.each(operation, self.region, key, follow, **params)


async def _drop(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """End tasks whose results nobody will look at; what they still raise is not news."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _list_at(page: JsonObject, path: str) -> list[Any] | None:
    """Return the list at a dotted path, or None where there is something else. AWS leaves an empty list out at times."""
    found: Any = page
    for part in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(part, {})  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] - JSON
    if isinstance(found, list):
        return found  # pyright: ignore[reportUnknownVariableType] - what is in it, `follow` finds out
    return [] if found == {} else None
