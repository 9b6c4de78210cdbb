import asyncio
import threading
from collections import Counter

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)
from botocore.parsers import ResponseParserError

from dynasec.collect.reader import Reader, RegionReader
from dynasec.errors import CredentialsError
from dynasec.model.fact import MALFORMED, NOT_COLLECTED, Fact, Gap, Unknown
from tests.support.scripted import AwsError, clients

REGION = "us-east-1"
READS = frozenset(
    {
        "dynamodb:ListTables",
        "dynamodb:DescribeTable",
        "dynamodb:GetResourcePolicy",
        "kms:ListKeyPolicies",
        "svc:Absent",
        "dynamodb:NoSuchOperation",
    }
)
DEAD = EndpointConnectionError(endpoint_url="https://dynamodb.us-east-1.amazonaws.com")
TABLES = {"TableNames": ["aaa", "bbb"]}


class _Ear:
    """Hears of calls."""

    def __init__(self):
        self.heard = []

    def planned(self, operation, region):
        self.heard.append(("planned", operation, region))

    def done(self, operation, region):
        self.heard.append(("done", operation, region))


def _reading(work, script=None, reads=READS, progress=None):
    """Run `work` with a reader; returns its result, the reader and the calls really made."""
    made, session = clients(script)

    async def run():
        reader = Reader(made, reads, progress)
        try:
            return await work(reader), reader
        finally:
            reader.close()

    result, reader = asyncio.run(run())
    return result, reader, session.made


def _read(operation="dynamodb:ListTables", script=None, **params):
    return _reading(lambda reader: reader.read(operation, REGION, **params), script)


def _items(script, parse=str):
    return _reading(lambda reader: reader.items("dynamodb:ListTables", REGION, "TableNames", parse), script)


def _pages(*pages):
    """Answer ListTables page by page; an exception in the place of a page is raised."""
    left = list(pages)

    def answer(_):
        page = left.pop(0)
        if isinstance(page, Exception):
            return page
        return {"TableNames": page, **({"LastEvaluatedTableName": page[-1]} if left else {})}

    return {"dynamodb:ListTables": answer}


def test_an_answer_is_a_fact_without_what_is_about_the_call():
    fact, reader, made = _read(script={"dynamodb:ListTables": TABLES})
    assert fact == Fact(TABLES)
    assert dict(reader.calls) == dict(made) == {"dynamodb:ListTables": 1}


def test_nothing_is_called_that_nobody_reads():
    async def work(reader):
        assert not reader.wants("kms:DescribeKey")
        assert reader.wants("kms:DescribeKey", "dynamodb:ListTables")
        return (
            await reader.read("kms:DescribeKey", REGION, KeyId="x"),
            await reader.find("kms:DescribeKey", REGION, absent=("NotFoundException",), KeyId="x"),
            await reader.items("kms:ListKeys", REGION, "Keys", str),
        )

    found, reader, made = _reading(work)
    assert [one.gap.code for one in found] == [NOT_COLLECTED] * 3
    assert found[0].gap.region == REGION
    assert not made
    assert not reader.calls


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (AwsError("AccessDeniedException"), "AccessDeniedException"),
        (AwsError("InternalServerError", status=500), "InternalServerError"),
        (NotImplementedError("the emulator lacks it"), "NotImplementedError"),
        (ConnectionResetError("reset by peer"), "ConnectionResetError"),
        (ConnectionClosedError(endpoint_url="https://x"), "ConnectionClosedError"),
        (ReadTimeoutError(endpoint_url="https://x"), "ReadTimeoutError"),
        (ResponseParserError("invalid XML"), "ResponseParserError"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"), "UnicodeDecodeError"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("through", ["read", "find", "items"])
def test_what_goes_wrong_is_a_gap_that_names_the_call(problem, code, through):
    async def work(reader):
        if through == "read":
            return await reader.read("dynamodb:ListTables", REGION)
        if through == "find":
            return await reader.find("dynamodb:ListTables", REGION, absent=("Other",))
        return await reader.items("dynamodb:ListTables", REGION, "TableNames", str)

    found, reader, made = _reading(work, {"dynamodb:ListTables": problem})
    assert (found.gap.operation, found.gap.code, found.gap.region) == ("dynamodb:ListTables", code, REGION)
    assert dict(reader.calls) == dict(made) == {"dynamodb:ListTables": 1}


@pytest.mark.parametrize(
    ("operation", "code"),
    [("dynamodb:NoSuchOperation", "AttributeError"), ("svc:Absent", "UnknownServiceError")],
)
def test_an_operation_that_this_botocore_lacks_is_a_gap(operation, code):
    fact, _, made = _read(operation)
    assert (fact.gap.operation, fact.gap.code) == (operation, code)
    assert not made


def test_a_call_with_wrong_parameters_is_a_gap():
    fact, _, _ = _read("dynamodb:DescribeTable", Table="x")
    assert fact.gap.code == "ParamValidationError"


class _Raw:
    def __init__(self, content):
        self.content = content

    def stream(self, **_):
        yield self.content


def _answering(status, content, sent, **headers):
    """A handler that answers in the place of the network, so that botocore's parsers and retries are at work."""

    def handler(**_):
        sent.append(1)
        return AWSResponse("https://x", status, HTTPHeaders.from_dict(headers), _Raw(content))

    return handler


def _over_the_wire(status, content, monkeypatch):
    waited = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", waited.append)
    made, session = clients()
    sent = []
    session.events.register("before-send", _answering(status, content, sent))

    async def run():
        reader = Reader(made, READS)
        try:
            return await reader.read("dynamodb:ListTables", REGION), reader.calls
        finally:
            reader.close()

    fact, calls = asyncio.run(run())
    return fact, calls, len(sent), waited


@pytest.mark.parametrize(
    ("status", "content", "code"),
    [
        (400, b'{"__type":"com.amazon.coral.availability#ThrottlingException"}', "ThrottlingException"),
        (500, b'{"__type":"InternalServerError"}', "InternalServerError"),
        (503, b"<html>busy</html>", "503"),
    ],
)
def test_throttles_and_faults_are_borne_with_patience_and_then_a_gap(status, content, code, monkeypatch):
    fact, calls, sent, waited = _over_the_wire(status, content, monkeypatch)
    assert fact.gap.code == code
    assert (sent, len(waited)) == (6, 5)
    assert calls == {"dynamodb:ListTables": 1}


def test_a_refusal_is_not_asked_for_again(monkeypatch):
    content = b'{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"no"}'
    fact, _, sent, waited = _over_the_wire(400, content, monkeypatch)
    assert (fact.gap.code, sent, waited) == ("AccessDeniedException", 1, [])


@pytest.mark.parametrize(
    "content",
    [
        b"<html>welcome to the hotel</html>",
        b"\xff\xfe",
        b"[[[[",
        b"[1, 2]",
        b'{"TableNames": ["aaa"',
        b"[" * 100_000,
        b"null",
        b"",
    ],
)
def test_what_aws_cannot_have_said_is_a_gap_and_no_empty_list(content, monkeypatch):
    fact, *_ = _over_the_wire(200, content, monkeypatch)
    assert fact.gap is not None


def test_an_empty_answer_of_aws_is_one(monkeypatch):
    fact, *_ = _over_the_wire(200, b"{}", monkeypatch)
    assert fact == Fact({})


def test_a_missing_thing_is_an_observation_where_the_code_says_so():
    async def work(reader):
        return await reader.find(
            "dynamodb:GetResourcePolicy", REGION, absent=("PolicyNotFoundException",), ResourceArn="a" * 20
        )

    found, _, _ = _reading(work, {"dynamodb:GetResourcePolicy": AwsError("PolicyNotFoundException")})
    assert found == Fact(None)
    other, _, _ = _reading(work, {"dynamodb:GetResourcePolicy": AwsError("ResourceNotFoundException")})
    assert other.gap.code == "ResourceNotFoundException"
    there, _, _ = _reading(work, {"dynamodb:GetResourcePolicy": {"Policy": "{}"}})
    assert there.known() == {"Policy": "{}"}


def test_all_pages_are_read_and_each_call_counted_once():
    listing, reader, made = _items(_pages(["aaa", "bbb"], ["ccc"], ["ddd"]))
    assert listing.complete() == ("aaa", "bbb", "ccc", "ddd")
    assert dict(+reader.calls) == dict(made) == {"dynamodb:ListTables": 3}


@pytest.mark.parametrize(
    ("operation", "code"), [("kms:ListKeys", NOT_COLLECTED), ("dynamodb:ListTables", "AccessDenied")]
)
def test_a_gap_ends_the_pages(operation, code):
    async def work(reader):
        return [page async for page in reader.pages(operation, REGION)]

    found, _, _ = _reading(work, _pages(["aaa"], AwsError("AccessDenied")))
    assert found[-1].code == code
    assert [page["TableNames"] for page in found[:-1]] == ([["aaa"]] if code == "AccessDenied" else [])


def test_throttles_of_each_operation_slow_a_rate_that_they_share():
    async def work(reader):
        await reader.read("dynamodb:ListTables", REGION)
        reader.clients.throttled["dynamodb:DescribeTable", REGION] += 1
        await reader.read("dynamodb:DescribeTable", REGION, TableName="aaa")
        (shared,) = reader._buckets.values()
        return shared._seen

    seen, _, _ = _reading(work, {"dynamodb:ListTables": TABLES, "dynamodb:DescribeTable": {"Table": {}}})
    assert seen == 1


def test_an_empty_listing_is_complete():
    listing, reader, made = _items({"dynamodb:ListTables": {"TableNames": []}})
    assert listing.complete() == ()
    assert dict(+reader.calls) == dict(made)


def test_aws_may_leave_an_empty_list_out():
    async def work(reader):
        return await reader.items("ec2:DescribeVpcs", REGION, "Vpcs", str)

    listing, _, _ = _reading(work, {"ec2:DescribeVpcs": {}}, frozenset({"ec2:DescribeVpcs"}))
    assert listing.complete() == ()


def test_the_list_of_tables_is_never_left_out():
    listing, _, _ = _items({"dynamodb:ListTables": {}})
    assert listing.gap.code == "Malformed"


@pytest.mark.parametrize(
    ("operation", "key", "params"),
    [
        ("config:DescribeConfigRules", "ConfigRules", {}),
        ("dynamodb:ListBackups", "BackupSummaries", {}),
        ("dynamodb:ListExports", "ExportSummaries", {}),
        ("events:ListRules", "Rules", {}),
        ("guardduty:ListDetectors", "DetectorIds", {}),
        ("guardduty:ListFilters", "FilterNames", {"DetectorId": "d" * 32}),
        ("kms:ListGrants", "Grants", {"KeyId": "k"}),
        ("kms:ListKeyPolicies", "PolicyNames", {"KeyId": "k"}),
    ],
)
@pytest.mark.parametrize(("answer", "complete"), [({}, False), (None, True)])
def test_lists_that_aws_never_leaves_out(operation, key, params, answer, complete):
    async def work(reader):
        return await reader.items(operation, REGION, key, str, **params)

    listing, _, _ = _reading(work, {operation: {key: []} if answer is None else answer}, {operation})
    assert (listing.gap is None) is complete


def test_operations_that_botocore_cannot_page_are_counted_too():
    pages = [{"ContributorInsightsSummaries": [], "NextToken": "t"}, {"ContributorInsightsSummaries": []}]

    async def work(reader):
        return await reader.items(
            "dynamodb:ListContributorInsights", REGION, "ContributorInsightsSummaries", str
        )

    listing, reader, made = _reading(
        work,
        {"dynamodb:ListContributorInsights": lambda _: pages.pop(0)},
        frozenset({"dynamodb:ListContributorInsights"}),
    )
    assert listing.complete() == ()
    assert dict(+reader.calls) == dict(made) == {"dynamodb:ListContributorInsights": 2}


@pytest.mark.parametrize("problem", [AwsError("AccessDeniedException"), ConnectionResetError("reset")])
def test_a_second_page_that_is_denied_keeps_the_first_and_marks_the_listing(problem):
    listing, reader, made = _items(_pages(["aaa", "bbb"], problem))
    assert listing.items == ("aaa", "bbb")
    assert listing.gap.operation == "dynamodb:ListTables"
    with pytest.raises(Unknown):
        listing.complete()
    assert dict(+reader.calls) == dict(made)


@pytest.mark.parametrize(
    "hostile", [KeyError("x"), IndexError("x"), TypeError("x"), ValueError("x"), RecursionError("x")]
)
def test_a_hostile_item_does_not_lose_the_others(hostile):
    def parse(name):
        if name == "bbb":
            raise hostile
        return name

    listing, _, _ = _items(_pages(["aaa", "bbb"], ["ccc"]), parse)
    assert listing.items == ("aaa", "ccc")
    assert listing.gap.code == MALFORMED


def test_an_item_that_misses_a_fact_has_that_gap():
    denied = Gap("kms:DescribeKey", "AccessDenied")
    listing, _, _ = _items(
        _pages(["aaa", "bbb"]), lambda name: Fact(name, denied if name == "bbb" else None).known()
    )
    assert listing.items == ("aaa",)
    assert listing.gap == denied


def test_a_defect_of_the_program_stops_it():
    def parse(_):
        raise NotImplementedError

    with pytest.raises(NotImplementedError):
        _items(_pages(["aaa"]), parse)


@pytest.mark.parametrize(
    ("key", "page"),
    [
        ("Table", {"Table": {"TableName": "xxx"}}),
        ("Table.TableName", {"Table": {"TableName": "xxx"}}),
        ("Table.TableName.Deep", {"Table": {"TableName": "xxx"}}),
    ],
)
def test_where_there_is_no_list_nothing_is_taken_for_empty(key, page):
    async def work(reader):
        return await reader.items("dynamodb:DescribeTable", REGION, key, str, TableName="xxx")

    listing, _, _ = _reading(work, {"dynamodb:DescribeTable": page})
    assert (listing.gap.code, listing.gap.message) == (MALFORMED, f"no list at {key}")


def test_a_list_may_lie_deeper():
    async def work(reader):
        return await reader.items("dynamodb:DescribeTable", REGION, "Table.Replicas", len, TableName="xxx")

    listing, _, _ = _reading(work, {"dynamodb:DescribeTable": {"Table": {"Replicas": [{}]}}})
    assert listing.complete() == (0,)
    none, _, _ = _reading(work, {"dynamodb:DescribeTable": {"Table": {}}})
    assert none.complete() == ()


def test_following_begins_before_the_last_page():
    followed = threading.Event()
    pages = _pages(["aaa"], ["bbb"])["dynamodb:ListTables"]
    asked = Counter()

    def answer(sent):
        asked["pages"] += 1
        if asked["pages"] == 2:
            assert followed.wait(10), "the second page came before the first was followed"
        return pages(sent)

    async def work(reader):
        async def follow(name):
            followed.set()
            return name

        return await reader.each("dynamodb:ListTables", REGION, "TableNames", follow)

    listing, _, _ = _reading(work, {"dynamodb:ListTables": answer})
    assert listing.complete() == ("aaa", "bbb")


@pytest.mark.parametrize("where", ["read", "items", "follow"])
def test_expired_credentials_stop_everything(where):
    expired = AwsError("ExpiredTokenException")
    scripts = {
        "read": {"dynamodb:DescribeTable": expired},
        "items": _pages(["aaa"], expired),
        "follow": {**_pages(["aaa", "bbb"]), "dynamodb:DescribeTable": expired},
    }

    async def work(reader):
        async def follow(name):
            return await reader.read("dynamodb:DescribeTable", REGION, TableName=name)

        if where == "read":
            return await follow("aaa")
        return await reader.each("dynamodb:ListTables", REGION, "TableNames", follow)

    scripts["items"]["dynamodb:DescribeTable"] = {"Table": {}}
    with pytest.raises(CredentialsError, match="expired"):
        _reading(work, scripts[where])


def test_credentials_that_expire_everywhere_at_once_leave_nothing_behind(caplog):
    expired = AwsError("ExpiredTokenException")
    failed = threading.Event()

    def describe(_):
        failed.set()
        return expired

    pages = iter([{"TableNames": ["aaa", "bbb"], "LastEvaluatedTableName": "bbb"}, expired])

    def list_tables(_):
        page = next(pages)
        if page is expired:
            assert failed.wait(10)
        return page

    async def work(reader):
        async def follow(name):
            return await reader.read("dynamodb:DescribeTable", REGION, TableName=name)

        return await reader.each("dynamodb:ListTables", REGION, "TableNames", follow)

    with pytest.raises(CredentialsError):
        _reading(work, {"dynamodb:ListTables": list_tables, "dynamodb:DescribeTable": describe})
    assert caplog.records == []


@pytest.mark.parametrize(
    "problem",
    [
        DEAD,
        ConnectTimeoutError(endpoint_url="https://x"),
        ProxyConnectionError(proxy_url="http://proxy"),
        SSLError(endpoint_url="https://x", error="certificate"),
    ],
    ids=lambda problem: type(problem).__name__,
)
def test_a_dead_endpoint_is_tried_once_per_service_and_region(problem):
    async def work(reader):
        return [
            await reader.read("dynamodb:ListTables", REGION),
            await reader.read("dynamodb:DescribeTable", REGION, TableName="xxx"),
            await reader.items("dynamodb:ListTables", REGION, "TableNames", str),
            await reader.read("dynamodb:ListTables", "eu-west-1"),
            await reader.read("kms:ListKeyPolicies", REGION, KeyId="x"),
        ]

    script = {operation: problem for operation in READS if operation.startswith("dynamodb")}
    found, reader, made = _reading(work, {**script, "kms:ListKeyPolicies": {"PolicyNames": []}})
    code = type(problem).__name__
    assert [one.gap and (one.gap.operation, one.gap.code, one.gap.region) for one in found] == [
        ("dynamodb:ListTables", code, REGION),
        ("dynamodb:DescribeTable", code, REGION),
        ("dynamodb:ListTables", code, REGION),
        ("dynamodb:ListTables", code, "eu-west-1"),
        None,
    ]
    assert made == {"dynamodb:ListTables": 2, "kms:ListKeyPolicies": 1}
    assert +reader.calls == made


def test_calls_that_wait_for_a_dead_endpoint_give_up_with_it():
    async def work(reader):
        calls = (reader.read("dynamodb:DescribeTable", REGION, TableName="xxx") for _ in range(300))
        return await asyncio.gather(*calls)

    found, reader, made = _reading(work, {"dynamodb:DescribeTable": DEAD})
    assert {one.gap.code for one in found} == {"EndpointConnectionError"}
    assert made["dynamodb:DescribeTable"] <= 64 + 64
    assert +reader.calls == made


def test_other_faults_do_not_close_an_endpoint():
    async def work(reader):
        return [await reader.read("dynamodb:ListTables", REGION) for _ in range(2)]

    script = _pages(ConnectionResetError("reset"), ["aaa"])
    found, _, _ = _reading(work, script)
    assert [one.observed for one in found] == [False, True]


def test_progress_hears_of_every_call_well_or_badly_answered():
    ear = _Ear()

    async def work(reader):
        await reader.read("dynamodb:ListTables", REGION)
        await reader.read("kms:ListKeyPolicies", REGION, KeyId="x")
        await reader.read("kms:DescribeKey", REGION, KeyId="not read")

    _reading(work, {"dynamodb:ListTables": TABLES, "kms:ListKeyPolicies": AwsError("Denied")}, progress=ear)
    assert ear.heard == [
        ("planned", "dynamodb:ListTables", REGION),
        ("done", "dynamodb:ListTables", REGION),
        ("planned", "kms:ListKeyPolicies", REGION),
        ("done", "kms:ListKeyPolicies", REGION),
    ]


def test_calls_without_a_published_rate_are_not_paced():
    async def work(reader):
        return await reader.read("dax:DescribeClusters", REGION)

    found, _, _ = _reading(
        work, {"dax:DescribeClusters": {"Clusters": []}}, frozenset({"dax:DescribeClusters"})
    )
    assert found.known() == {"Clusters": []}


def test_a_region_reader_asks_in_its_region():
    asked = []

    async def work(reader):
        at = RegionReader(reader, partition="aws-cn", account="123456789012", region="cn-northwest-1")
        assert at.wants("dynamodb:ListTables")
        assert at.arn("dynamodb", "table/x") == "arn:aws-cn:dynamodb:cn-northwest-1:123456789012:table/x"
        assert at.at("cn-north-1").region == at.home().region == "cn-north-1"
        assert at.home().account == at.account

        async def follow(name):
            return name

        asked.append(await at.read("dynamodb:ListTables"))
        asked.append(await at.find("dynamodb:ListTables", absent=()))
        asked.append(await at.items("dynamodb:ListTables", "TableNames", str))
        asked.append(await at.each("dynamodb:ListTables", "TableNames", follow))

    ear = _Ear()
    _reading(work, {"dynamodb:ListTables": TABLES}, progress=ear)
    assert asked[:2] == [Fact(TABLES)] * 2
    assert [one.complete() for one in asked[2:]] == [("aaa", "bbb")] * 2
    assert {region for _, _, region in ear.heard} == {"cn-northwest-1"}
