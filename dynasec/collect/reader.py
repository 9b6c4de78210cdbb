"""Every read of AWS goes through here: paced, counted, isolated. What fails is a gap; what nobody asked for is not called."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from botocore import xform_name
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError

from dynasec.collect.bucket import TokenBucket
from dynasec.collect.clients import WORKERS, Clients, home_region
from dynasec.collect.failures import code_of, gap_of
from dynasec.collect.operations import client_and_method
from dynasec.collect.paging import pages_of
from dynasec.collect.rates import rate_of
from dynasec.model.fact import NOT_COLLECTED, Fact, Gap, Listing, malformed
from dynasec.model.shape import JsonObject

S = TypeVar("S")

_UNREACHABLE = (EndpointConnectionError, ConnectTimeoutError)


class Progress(Protocol):
    """Hears of calls as they are planned and done."""

    def planned(self, operation: str, region: str) -> None:
        """Take note of one more call to come."""

    def done(self, operation: str, region: str) -> None:
        """Take note that a planned call was answered, well or badly."""


class Silence:
    """The progress that nobody sees."""

    def planned(self, operation: str, region: str) -> None:
        """Do nothing."""

    def done(self, operation: str, region: str) -> None:
        """Do nothing."""


class Reader:
    """Makes API calls for one collection. Belongs to one event loop; `close` it when done."""

    def __init__(self, clients: Clients, reads: frozenset[str], progress: Progress | None = None) -> None:
        self.clients = clients
        self.reads = reads
        self.calls: Counter[str] = Counter()
        self._progress = progress or Silence()
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="aws")
        self._slots = asyncio.Semaphore(WORKERS)
        self._buckets: dict[tuple[str, str], TokenBucket | None] = {}
        self._unreachable: dict[tuple[str, str], Gap] = {}

    def close(self) -> None:
        """Let go of the threads; calls that still wait are dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def wants(self, *operations: str) -> bool:
        """Whether any of these operations is read at all."""
        return not self.reads.isdisjoint(operations)

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

        async def guarded(item: object) -> S | Gap:
            try:
                return await follow(item)
            except (KeyError, TypeError, ValueError, AttributeError) as problem:
                return malformed(operation, problem, region)

        gap: Gap | None = None
        async for page in self.pages(operation, region, **params):
            if isinstance(page, Gap):
                gap = page
                break
            found: list[Any] | None = _list_at(page, key)
            if found is None:
                gap = malformed(operation, f"no list at {key}", region)
                break
            tasks += [asyncio.create_task(guarded(item)) for item in found]
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
            return Gap(operation, NOT_COLLECTED, "no selected control reads it", region)
        return self._unreachable.get((client_and_method(operation)[0], region))

    def _gap(self, operation: str, region: str, problem: Exception) -> Gap:
        gap = gap_of(operation, region, problem)
        if isinstance(problem, _UNREACHABLE):  # do not wait for the same dead endpoint again and again
            self._unreachable[client_and_method(operation)[0], region] = gap
        return gap

    async def _run(self, operation: str, region: str, call: Callable[[], S]) -> S:
        self._progress.planned(operation, region)
        try:
            bucket = self._bucket(operation, region)
            if bucket is not None:
                await bucket.take()
            async with self._slots:
                self.calls[operation] += 1
                return await asyncio.get_running_loop().run_in_executor(self._pool, call)
        finally:
            self._progress.done(operation, region)

    def _bucket(self, operation: str, region: str) -> TokenBucket | None:
        rate = rate_of(operation)
        if rate is None:
            return None
        key = (rate.bucket, region)
        if key not in self._buckets:
            self._buckets[key] = TokenBucket(rate)
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

    async def read(self, operation: str, **params: object) -> Fact[JsonObject]:
        """As `Reader.read`."""
        return await self.reader.read(operation, self.region, **params)

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


def _list_at(page: JsonObject, path: str) -> list[Any] | None:
    """Return the list at a dotted path, or None where there is something else. AWS leaves an empty list out at times."""
    found: Any = page
    for part in path.split("."):
        found = found.get(part, {})
    if isinstance(found, list):
        return found  # pyright: ignore[reportUnknownVariableType] - what is in it, `follow` finds out
    return [] if found == {} else None
