"""The server's own side: HTTP, statistics, reset, its end."""

import http.client
import socket
from time import time

import pytest
from simulated_aws.process import Simulated, simulated_aws
from simulated_aws.size import Behaviour, Size
from simulated_aws.wire import Request, take_request

from .conftest import Clients

HEAD = (
    b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\n"
    b"authorization: AWS4-HMAC-SHA256 Credential=AKID/20240301/eu-west-1/dynamodb/aws4_request, SignedHeaders=host\r\n"
    b"Content-Length: 2\r\n\r\n"
)


def test_a_request_is_taken_when_it_is_whole() -> None:
    buffer = bytearray()
    for byte in HEAD + b"{":
        buffer.append(byte)
        assert take_request(buffer) is None
    buffer += b"}GET /__stats HTTP/1.1\r\n\r\n"
    target = "DynamoDB_20120810.ListTables"
    assert take_request(buffer) == Request("POST", "/", target, "dynamodb", "eu-west-1", b"{}")
    assert take_request(buffer) == Request("GET", "/__stats", "", "", "", b"")
    assert not buffer


def test_a_request_as_to_a_proxy_loses_its_origin() -> None:
    request = take_request(bytearray(b"GET http://1.invalid/v1/x?y=http://z HTTP/1.1\r\n\r\n"))
    assert request is not None
    assert request.uri == "/v1/x?y=http://z"


def test_chunked_bodies_are_refused() -> None:
    with pytest.raises(ValueError, match="chunked"):
        take_request(bytearray(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"))


def test_statistics_count_calls_until_reset(simulated: Simulated, clients: Clients) -> None:
    start = time()
    simulated.reset()
    empty = simulated.stats()
    assert (empty["calls"], empty["first"], empty["last"]) == ({}, None, None)
    sts = clients(simulated, "sts")
    for _ in range(3):
        sts.get_caller_identity()
    clients(simulated, "dynamodb").list_tables()
    stats = simulated.stats()
    assert stats["calls"] == {"dynamodb:ListTables": 1, "sts:GetCallerIdentity": 3}
    assert stats["throttled"] == {}
    assert start <= stats["first"] <= stats["last"] <= time()
    assert stats["cpu_seconds"] > 0


def test_unsigned_and_unknown_requests_are_answered_and_counted(simulated: Simulated) -> None:
    simulated.reset()
    connection = http.client.HTTPConnection(simulated.url.removeprefix("http://"), timeout=5)
    connection.request("GET", "/unsigned")
    unsigned = connection.getresponse()
    assert (unsigned.status, unsigned.read()) == (403, b"{}")
    scope = {"Authorization": "AWS4-HMAC-SHA256 Credential=AKID/20240301/us-east-1/nosuch/aws4_request"}
    connection.request("GET", "/", headers=scope)
    unknown = connection.getresponse()
    assert (unknown.status, unknown.read()) == (404, b"{}")
    connection.close()
    assert simulated.stats()["calls"] == {":?": 1, "nosuch:?": 1}


def test_the_server_ends_with_its_block() -> None:
    with simulated_aws(Size(1, 1, 1), Behaviour(latency_ms=0), preload=False) as running:
        port = int(running.url.rpartition(":")[2])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port))
