"""Evidence is read whole or what is missing is told: every kind of principal and call, damaged files, S3, many records."""

from __future__ import annotations

import gzip
import json
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from dynasec.errors import DynasecError
from dynasec.remedy.observed import requests as module
from dynasec.remedy.observed.cloudtrail_record import Malformed, ObservedRequest, read_record
from dynasec.remedy.observed.log_files import local_files
from dynasec.remedy.observed.requests import Observed, observe, observed_at
from dynasec.remedy.observed.s3_files import s3_files
from tests.support.observed import APP_SESSION, ORDERS, event, write_log

OWN = "123456789012"
STREAM = f"{ORDERS}/stream/2026-01-01T00:00:00.000"


def asked(**members: Any) -> list[ObservedRequest]:
    record = read_record(event(**members))
    assert record is not None
    return list(record.requests)


def wanted(**members: Any) -> list[tuple[str, str]]:
    return [(one.action.partition(":")[2], one.resource) for one in asked(**members)]


def params(**members: Any) -> dict[str, Any]:
    return {"requestParameters": members}


def test_a_get_item_tells_who_what_and_from_where() -> None:
    [one] = asked(vpcEndpointId="vpce-1", sourceIPAddress="10.0.0.5", tlsDetails={"tlsVersion": "TLSv1.3"})
    assert one == ObservedRequest(
        principal=APP_SESSION,
        issuer=f"arn:aws:iam::{OWN}:role/app",
        action="dynamodb:GetItem",
        resource=ORDERS,
        region="us-east-1",
        endpoint="vpce-1",
        source_ip="10.0.0.5",
        user_agent="aws-sdk",
        tls=True,
        mfa=False,
    )


@pytest.mark.parametrize(
    "details", [None, {}, {"clientProvidedHostHeader": "dynamodb.us-east-1.amazonaws.com"}]
)
def test_transport_is_not_taken_to_be_tls_where_no_version_is_told(details: Any) -> None:
    assert asked(tlsDetails=details)[0].tls is None


ROLE = f"arn:aws:iam::{OWN}:role/app"


@pytest.mark.parametrize(
    ("identity", "principal", "issuer"),
    [
        ({"type": "IAMUser", "arn": f"arn:aws:iam::{OWN}:user/ci"}, f"arn:aws:iam::{OWN}:user/ci", ""),
        ({"type": "Root", "arn": f"arn:aws:iam::{OWN}:root"}, f"arn:aws:iam::{OWN}:root", ""),
        ({"type": "AWSService", "invokedBy": "backup.amazonaws.com"}, "backup.amazonaws.com", ""),
        ({"type": "AWSAccount", "accountId": "999999999999"}, "arn:aws:iam::999999999999:root", ""),
        (
            {
                "type": "FederatedUser",
                "arn": f"arn:aws:sts::{OWN}:federated-user/x",
                "sessionContext": {"sessionIssuer": {"arn": f"arn:aws:iam::{OWN}:user/ci"}},
            },
            f"arn:aws:sts::{OWN}:federated-user/x",
            f"arn:aws:iam::{OWN}:user/ci",
        ),
    ],
)
def test_every_type_of_principal(identity: Any, principal: str, issuer: str) -> None:
    [one] = asked(userIdentity=identity)
    assert (one.principal, one.issuer, one.via) == (principal, issuer, "")


def test_a_service_that_calls_for_a_principal_is_told() -> None:
    identity = {**event()["userIdentity"], "invokedBy": "athena.amazonaws.com"}
    assert asked(userIdentity=identity)[0].via == "athena.amazonaws.com"


def test_a_query_of_an_index_is_about_the_index() -> None:
    found = wanted(eventName="Query", **params(tableName="orders", indexName="by-email"))
    assert found == [("Query", f"{ORDERS}/index/by-email")]


def test_a_table_may_be_named_by_arn_or_only_by_the_resources() -> None:
    assert wanted(**params(tableName=ORDERS)) == [("GetItem", ORDERS)]
    assert wanted(requestParameters=None) == [("GetItem", ORDERS)]


@pytest.mark.parametrize(("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
def test_without_resources_the_arn_is_made(region: str, partition: str) -> None:
    arn = f"arn:{partition}:dynamodb:{region}:{OWN}:table/orders"
    assert wanted(resources=[], awsRegion=region) == [("GetItem", arn)]


def test_a_batch_takes_every_table() -> None:
    tables = [{"ARN": ORDERS, "type": "AWS::DynamoDB::Table"}]
    found = wanted(
        eventName="BatchGetItem", resources=tables, **params(requestItems={"orders": {}, "users": {}})
    )
    assert found == [("BatchGetItem", ORDERS), ("BatchGetItem", ORDERS.replace("orders", "users"))]


def test_a_transaction_takes_the_actions_of_its_items() -> None:
    items = [
        {"operation": "Put", "tableName": "orders"},
        {"operation": "ConditionCheck", "TableName": "users"},
        {"Delete": {"TableName": "orders"}},
        {"operation": "Put", "tableName": "orders"},
    ]
    assert wanted(eventName="TransactWriteItems", **params(requestItems=items)) == [
        ("PutItem", ORDERS),
        ("ConditionCheckItem", ORDERS.replace("orders", "users")),
        ("DeleteItem", ORDERS),
    ]
    assert (
        asked(
            eventName="TransactGetItems", **params(requestItems=[{"operation": "Get", "tableName": "orders"}])
        )[0].enclosing
        == "TransactGetItems"
    )


def test_a_transaction_that_does_not_tell_its_items_may_need_every_action() -> None:
    found = wanted(eventName="TransactWriteItems", requestParameters=None)
    assert {action for action, _ in found} == {"PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"}


@pytest.mark.parametrize(
    ("statement", "action", "suffix"),
    [
        ("SELECT * FROM Music WHERE Artist = 'x'", "PartiQLSelect", ""),
        ('select "a", b from "Music"."by-year" where x = ***(Redacted)', "PartiQLSelect", "/index/by-year"),
        ("INSERT INTO Music VALUE {'Artist' : ***(Redacted)}", "PartiQLInsert", ""),
        ('UPDATE "Music" SET Album = ***(Redacted)', "PartiQLUpdate", ""),
        ("DELETE FROM Music WHERE Artist = 'x'", "PartiQLDelete", ""),
        ("EXISTS(SELECT * FROM Music WHERE Artist = 'x')", "PartiQLSelect", ""),
    ],
)
def test_statements_say_what_they_do(statement: str, action: str, suffix: str) -> None:
    arn = ORDERS.replace("orders", "Music") + suffix
    assert wanted(eventName="ExecuteStatement", **params(statement=statement)) == [(action, arn)]
    batch = params(requestItems=[{"statement": statement}])
    assert wanted(eventName="BatchExecuteStatement", **batch) == [(action, arn)]


def test_reading_a_stream_is_about_the_stream() -> None:
    assert wanted(eventName="GetRecords", **params(shardIterator=f"{STREAM}|1|AAAA")) == [
        ("GetRecords", STREAM)
    ]
    assert wanted(eventName="GetShardIterator", **params(streamArn=STREAM)) == [("GetShardIterator", STREAM)]


def test_a_call_about_no_resource() -> None:
    assert wanted(eventName="DescribeEndpoints", requestParameters=None, resources=[]) == [
        ("DescribeEndpoints", "*")
    ]


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "UnrecognizedClientException"])
def test_what_was_refused_then_is_no_evidence(code: str) -> None:
    record = read_record(event(errorCode=code))
    assert record is not None
    assert record.refused
    assert not record.requests


@pytest.mark.parametrize(
    "code", ["ConditionalCheckFailedException", "ThrottlingException", "TransactionCanceledException"]
)
def test_what_failed_after_it_was_allowed_is_evidence(code: str) -> None:
    assert asked(errorCode=code)


@pytest.mark.parametrize("members", [{"eventSource": "s3.amazonaws.com"}, {"eventType": "AwsServiceEvent"}])
def test_other_events_are_none_of_our_business(members: Any) -> None:
    assert read_record(event(**members)) is None


@pytest.mark.parametrize(
    "members",
    [
        {"eventName": None},
        {"eventName": "Teleport"},
        {"eventTime": "yesterday"},
        {"eventSource": None},
        {"userIdentity": None},
        {"userIdentity": {"type": "IdentityCenterUser"}},
        {"userIdentity": {"type": "AWSAccount", "accountId": "anonymous"}},
        {"eventName": "ExecuteStatement", "requestParameters": {"statement": "***(Redacted)"}},
        {
            "eventName": "TransactWriteItems",
            "requestParameters": {"requestItems": [{"operation": "Teleport"}]},
        },
        {"eventName": "GetRecords", "requestParameters": {}, "resources": []},
        {"requestParameters": {}, "resources": []},
    ],
)
def test_what_cannot_be_understood_is_malformed(members: Any) -> None:
    with pytest.raises(Malformed):
        read_record(event(**members))


@pytest.mark.parametrize("raw", [None, 1, "x", [], {}])
def test_what_is_no_record_is_malformed(raw: Any) -> None:
    with pytest.raises(Malformed):
        read_record(raw)


def read(*paths: Path) -> Observed:
    return observe(file for path in paths for file in local_files(path))


def test_equal_requests_are_counted_with_the_first_and_last_time(tmp_path: Path) -> None:
    days = [3, 1, 2]
    write_log(tmp_path / "log.json.gz", *(event(eventTime=f"2026-01-0{day}T00:00:00Z") for day in days))
    found = read(tmp_path / "log.json.gz")
    [(request, seen)] = found.requests.items()
    assert request.action == "dynamodb:GetItem"
    assert (seen.count, seen.first, seen.last) == (
        3,
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 3, tzinfo=UTC),
    )
    assert found.window == timedelta(days=2)
    assert found.summary == "3 DynamoDB events in 1 files, 2026-01-01 to 2026-01-03"
    assert not found.problems


def test_a_folder_is_read_with_all_below_but_digests_and_insights(tmp_path: Path) -> None:
    write_log(tmp_path / "AWSLogs/1/CloudTrail/us-east-1/2026/a.json.gz", event())
    write_log(tmp_path / "b.json", event(), packed=False)
    (tmp_path / "AWSLogs/1/CloudTrail-Digest").mkdir()
    (tmp_path / "AWSLogs/1/CloudTrail-Digest/d.json.gz").write_bytes(b"nothing to read")
    (tmp_path / "notes.txt").write_text("x")
    found = read(tmp_path)
    assert (found.files, found.records, found.problems) == (2, 2, ())


def test_a_truncated_file_gives_what_is_whole_and_is_told(tmp_path: Path) -> None:
    write_log(tmp_path / "a.json.gz", *(event(requestID=f"{number}" * 50) for number in range(2000)))
    whole = (tmp_path / "a.json.gz").read_bytes()
    (tmp_path / "a.json.gz").write_bytes(whole[: len(whole) * 3 // 4])
    found = read(tmp_path)
    assert 0 < found.records < 2000
    [problem] = found.problems
    assert "a.json.gz: it is damaged" in problem


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no log of CloudTrail"),
        (b'{"digestEndTime": 1}', "no log of CloudTrail"),
        (b'{"Records":[{"eventSource":"s3.amazonaws.com"},', "ends within a record"),
        (b'{"Records":[{"eventSource":"s3.amazonaws.com"} what', "ends within a record"),
        (b'{"Records":[' + b"[" * 100_000, "nested too deeply"),
        (b'{"Records":["\xff\xfe"]}', "damaged"),
        (gzip.compress(b'{"Records":[]}')[:-4] + b"0000", "damaged"),
    ],
    ids=["empty", "digest", "torn", "garbage", "deep", "no-utf-8", "checksum"],
)
def test_what_is_no_log_is_told_and_the_others_are_read(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.json").write_bytes(content)
    write_log(tmp_path / "b.json.gz", event())
    found = read(tmp_path)
    assert found.records == 1
    [problem] = found.problems
    assert words in problem


def test_malformed_records_are_counted_by_what_is_wrong(tmp_path: Path) -> None:
    write_log(tmp_path / "a.json.gz", event(), event(eventName="Teleport"), event(eventName="Teleport"), 7)
    found = read(tmp_path)
    assert found.records == 1
    assert found.problems == (
        "2 records could not be read: the operation Teleport is not known",
        "1 records could not be read: a record is no object",
    )


def test_what_is_not_there_or_holds_no_log_is_an_error_of_one_line(tmp_path: Path) -> None:
    with pytest.raises(DynasecError, match="no such file"):
        read(tmp_path / "missing")
    with pytest.raises(DynasecError, match="no log of CloudTrail below"):
        read(tmp_path)


def test_more_different_requests_than_are_kept_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_DIFFERENT", 2)
    write_log(tmp_path / "a.json", *(event(sourceIPAddress=f"192.0.2.{one}") for one in (1, 2, 3, 1)))
    found = read(tmp_path)
    assert len(found.requests) == 2
    assert "1 requests are left out" in found.problems[0]


def many(path: Path, number: int) -> Path:
    """A log of this many records of fifty different requests."""
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write('{"Records":[')
        for one in range(number):
            record = json.dumps(event(requestID=str(one), sourceIPAddress=f"10.0.0.{one % 50}"))
            file.write(f"{',' if one else ''}{record}")
        file.write("]}")
    return path


def test_a_hundred_thousand_records_in_bounded_time(tmp_path: Path) -> None:
    path = many(tmp_path / "a.json.gz", 100_000)
    before = time.process_time()
    found = read(path)
    assert time.process_time() - before < 30
    assert (found.records, len(found.requests)) == (100_000, 50)


def test_memory_does_not_grow_with_the_number_of_records(tmp_path: Path) -> None:
    path = many(tmp_path / "a.json.gz", 20_000)
    tracemalloc.start()
    found = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.records == 20_000
    assert peak < 12 * 2**20


@mock_aws
def test_logs_in_a_bucket_are_listed_and_streamed(tmp_path: Path) -> None:
    client = cast("Any", boto3).client("s3", region_name="us-east-1")
    client.create_bucket(Bucket="trail")
    write_log(tmp_path / "a.json.gz", event())
    for key in ("AWSLogs/1/CloudTrail/a.json.gz", "AWSLogs/1/CloudTrail-Digest/d.json.gz", "other/b.json.gz"):
        client.put_object(Bucket="trail", Key=key, Body=(tmp_path / "a.json.gz").read_bytes())
    found = observe(s3_files(client, "s3://trail/AWSLogs"))
    assert (found.files, found.records, found.problems) == (1, 1, ())
    both = observed_at([str(tmp_path), "s3://trail/other"], lambda: client)
    assert (both.files, both.records) == (2, 2)
    with pytest.raises(DynasecError, match="no log of CloudTrail below"):
        observe(s3_files(client, "s3://trail/nothing"))
    with pytest.raises(DynasecError, match="cannot list s3://missing"):
        observe(s3_files(client, "s3://missing/x"))
    with pytest.raises(DynasecError, match="no address of a bucket"):
        observe(s3_files(client, "s3://"))
