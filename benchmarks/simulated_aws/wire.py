"""HTTP/1.1 as bytes: what a signed AWS request says of itself, and how an answer looks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

REQUEST_ID = "5f6a2b1c-0d3e-4f7a-9b8c-1d2e3f4a5b6c"
"""Answers are cached as bytes, so every one carries the same request id."""

_SCOPE = re.compile(rb"Credential=[^/]+/\d{8}/([^/]+)/([^/]+)/aws4_request")
_ORIGIN = re.compile(rb"^http://[^/]+")  # what clients put before the path when they take us for a proxy
_END_OF_HEAD = b"\r\n\r\n"
_REASONS: Mapping[int, str] = {status.value: status.phrase for status in HTTPStatus}


@dataclass(frozen=True, slots=True)
class Request:
    """One request, as far as routing needs it; hashable, so that answers can be cached by it.

    `signing_name` and `region` come from the SigV4 credential scope and are empty for unsigned requests;
    `target` is the `X-Amz-Target` header.
    """

    method: str
    uri: str
    target: str
    signing_name: str
    region: str
    body: bytes


def take_request(buffer: bytearray) -> Request | None:
    """Take the first whole request out of the buffer, or return None while it is incomplete.

    Bodies are delimited by Content-Length alone: botocore's read operations never send them chunked.

    Raises:
        ValueError: the bytes are no HTTP request, or its body is chunked.

    """
    end = buffer.find(_END_OF_HEAD)
    if end < 0:
        return None
    first, *lines = bytes(buffer[:end]).split(b"\r\n")
    headers: dict[bytes, bytes] = {}
    for line in lines:
        name, _, value = line.partition(b":")
        headers[name.lower()] = value.strip()
    if b"transfer-encoding" in headers:
        message = "chunked bodies are not supported"
        raise ValueError(message)
    start = end + len(_END_OF_HEAD)
    stop = start + int(headers.get(b"content-length", b"0"))
    if len(buffer) < stop:
        return None
    method, target_uri, _ = first.split(b" ")
    uri = _ORIGIN.sub(b"", target_uri)
    scope = _SCOPE.search(headers.get(b"authorization", b""))
    region, signing_name = (scope[1].decode(), scope[2].decode()) if scope else ("", "")
    target = headers.get(b"x-amz-target", b"").decode()
    request = Request(method.decode(), uri.decode(), target, signing_name, region, bytes(buffer[start:stop]))
    del buffer[:stop]
    return request


def response(status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    """Format an answer; the Content-Length and request id headers are added."""
    head = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Unknown')}"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    head += [f"x-amzn-RequestId: {REQUEST_ID}", f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(head).encode() + body
