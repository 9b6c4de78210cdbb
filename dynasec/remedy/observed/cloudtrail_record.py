"""One record of CloudTrail: who asked DynamoDB for what, and where the request came from.

The members rest on https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html and on the
examples of https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/understanding-ddb-log-entries.html, which spell members of
`requestParameters` in either case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, cast

from dynasec.iam.principals import ACCOUNT_ID
from dynasec.iam.request import Caller
from dynasec.remedy.observed.actions import Malformed, Requested, partition_of, requested

__all__ = ["Malformed", "ObservedRequest", "Record", "read_record"]

_SOURCES: Final = frozenset({"dynamodb.amazonaws.com", "streams.dynamodb.amazonaws.com"})
_REFUSALS: Final = ("AccessDenied", "UnauthorizedOperation", "Client.UnauthorizedOperation")
_NOT_AUTHENTICATED: Final = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "UnrecognizedClientException",
    }
)
_OWN_EVENTS: Final = "AwsServiceEvent"


@dataclass(frozen=True, slots=True)
class ObservedRequest:
    """One action on one resource that was asked for, with what its context held.

    `principal` is an ARN, or a service's name; for an account of which no more is told, its root's ARN. `issuer` is the role of a session,
    or the user of a federated one. `resource` is an ARN, or `*`. `endpoint` is empty where the request came through no VPC endpoint,
    `via` the service that asked for the principal. `tls` and `mfa` are None where the record does not tell.
    """

    principal: str
    issuer: str
    action: str
    resource: str
    region: str
    enclosing: str = ""
    endpoint: str = ""
    source_ip: str = ""
    via: str = ""
    user_agent: str = ""
    tls: bool | None = None
    mfa: bool | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What one record tells. `refused`: it was not allowed, so nothing needs to stay allowed for it."""

    time: datetime
    refused: bool
    requests: tuple[ObservedRequest, ...]


def read_record(raw: Any) -> Record | None:  # noqa: ANN401 - JSON
    """Read a record; None where it is no request to DynamoDB.

    Raises:
        Malformed: it may be one, but cannot be understood.

    """
    if not isinstance(raw, Mapping):
        msg = "a record is no object"
        raise Malformed(msg)
    record = cast("Mapping[str, Any]", raw)
    source = record.get("eventSource")
    if not isinstance(source, str):
        msg = "eventSource is missing"
        raise Malformed(msg)
    if source not in _SOURCES or record.get("eventType") == _OWN_EVENTS:
        return None
    code = record.get("errorCode")
    time = _time(record)
    if isinstance(code, str) and (code.startswith(_REFUSALS) or code in _NOT_AUTHENTICATED):
        return Record(time, refused=True, requests=())
    principal, issuer = _principal(_object(record, "userIdentity"), _text(record, "awsRegion"))
    return Record(
        time,
        refused=False,
        requests=tuple(_request(record, principal, issuer, one) for one in requested(record)),
    )


def _request(record: Mapping[str, Any], principal: str, issuer: str, one: Requested) -> ObservedRequest:
    identity = _object(record, "userIdentity")
    tls: Any = record.get("tlsDetails")
    attributes: Any = _part(_part(identity, "sessionContext"), "attributes")
    mfa = attributes.get("mfaAuthenticated")
    via = _text(identity, "invokedBy")
    return ObservedRequest(
        principal=principal,
        issuer=issuer,
        action=one.action,
        resource=one.resource,
        region=_text(record, "awsRegion"),
        enclosing=one.enclosing,
        endpoint=_text(record, "vpcEndpointId"),
        source_ip=_text(record, "sourceIPAddress"),
        via="" if via == principal else via,
        user_agent=_text(record, "userAgent"),
        tls=True if isinstance(tls, Mapping) and "tlsVersion" in tls else None,
        mfa=None if mfa is None else str(mfa).lower() == "true",
    )


def _time(record: Mapping[str, Any]) -> datetime:
    try:
        time = datetime.fromisoformat(_text(record, "eventTime"))
    except ValueError as problem:
        msg = "eventTime is no time"
        raise Malformed(msg) from problem
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)


def _principal(identity: Mapping[str, Any], region: str) -> tuple[str, str]:
    """Return who asked, and the role or user behind a session."""
    kind = _text(identity, "type")
    if kind == "AWSService":
        name = _text(identity, "invokedBy")
    elif kind == "AWSAccount" and not identity.get("arn"):
        account = _text(identity, "accountId")
        name = f"arn:{partition_of(region)}:iam::{account}:root" if ACCOUNT_ID.fullmatch(account) else ""
    else:
        name = _text(identity, "arn")
    issuer = _text(_part(_part(identity, "sessionContext"), "sessionIssuer"), "arn")
    if not name or not _can_call(name):
        msg = f"a principal of type {kind or 'none'} is not told by name"
        raise Malformed(msg)
    return name, issuer if ":assumed-role/" in name or ":federated-user/" in name else ""


@lru_cache(maxsize=4096)
def _can_call(name: str) -> bool:
    try:
        Caller.of(name)
    except ValueError:
        return False
    return True


def _object(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = record.get(name)
    if not isinstance(found, Mapping):
        msg = f"{name} is missing"
        raise Malformed(msg)
    return cast("Mapping[str, Any]", found)


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found: Any = whole.get(name)
    return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else {}


def _text(whole: Mapping[str, Any], name: str) -> str:
    found: Any = whole.get(name)
    return found if isinstance(found, str) else ""
