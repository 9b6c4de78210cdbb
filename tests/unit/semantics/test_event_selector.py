"""CloudTrail event selectors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from dynasec.semantics.event_selector import (
    DYNAMODB_READS,
    DYNAMODB_WRITES,
    DataEvent,
    Logged,
    ManagementCoverage,
    TableCoverage,
    covers_table,
    logs_data_event,
    logs_management_events,
)

YES, NO, UNKNOWN, PARTIAL = Logged.YES, Logged.NO, Logged.UNKNOWN, Logged.PARTIAL
TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/Orders"
OTHER = "arn:aws:dynamodb:us-east-1:111122223333:table/Orders2"
STREAM = f"{TABLE}/stream/2026-01-15T10:32:07.123"
READ = DataEvent("AWS::DynamoDB::Table", TABLE, read_only=True, event_name="GetItem")
WRITE = DataEvent("AWS::DynamoDB::Table", TABLE, read_only=False, event_name="PutItem")
STREAM_READ = DataEvent("AWS::DynamoDB::Stream", STREAM, read_only=True, event_name="GetRecords")

Selector = Mapping[str, Any]


def basic(*values: str, kind: str = "AWS::DynamoDB::Table", **more: object) -> Selector:
    return {
        "ReadWriteType": "All",
        "IncludeManagementEvents": True,
        "DataResources": [{"Type": kind, "Values": list(values)}],
        "ExcludeManagementEventSources": [],
        **more,
    }


def condition(field: str, **operators: list[str]) -> dict[str, Any]:
    return {"Field": field, **operators}


def advanced(*conditions: dict[str, Any], kind: str = "AWS::DynamoDB::Table") -> Selector:
    return {
        "Name": "n",
        "FieldSelectors": [
            condition("eventCategory", Equals=["Data"]),
            condition("resources.type", Equals=[kind]),
            *conditions,
        ],
    }


STREAMS = "AWS::DynamoDB::Stream"
ARN, NAME = "resources.ARN", "eventName"


@pytest.mark.parametrize(
    ("selectors", "event", "expected"),
    [
        ([], READ, NO),
        ([{}], READ, NO),
        ([basic("arn:aws:dynamodb")], READ, YES),
        ([basic("arn:aws:dynamodb:")], READ, YES),
        ([basic(TABLE)], READ, YES),
        ([basic(TABLE)], WRITE, YES),
        ([basic(OTHER)], READ, NO),
        ([basic()], READ, NO),
        ([basic("arn:aws-cn:dynamodb")], READ, NO),
        ([basic("arn:aws-cn:dynamodb")], replace(READ, arn=TABLE.replace(":aws:", ":aws-cn:")), YES),
        ([basic("arn:aws:dynamodb")], replace(READ, arn=TABLE.replace(":aws:", ":aws-cn:")), NO),
        ([basic(TABLE)], replace(READ, arn=OTHER), UNKNOWN),
        ([basic("arn:aws:dynamodb:us-east-1")], READ, UNKNOWN),
        ([basic("arn:aws:dynamodb:eu-west-1")], READ, NO),
        ([basic(OTHER, "arn:aws:dynamodb:us-east-1", TABLE)], READ, YES),
        ([basic("arn:aws:s3", kind="AWS::S3::Object")], READ, NO),
        ([basic("arn:aws:dynamodb", kind="AWS::S3::Object")], READ, NO),
        ([basic(TABLE, ReadWriteType="ReadOnly")], READ, YES),
        ([basic(TABLE, ReadWriteType="ReadOnly")], WRITE, NO),
        ([basic(TABLE, ReadWriteType="WriteOnly")], READ, NO),
        ([basic(TABLE, ReadWriteType="WriteOnly")], WRITE, YES),
        ([basic(TABLE, ReadWriteType="Sometimes")], WRITE, UNKNOWN),
        ([basic(OTHER, ReadWriteType="Sometimes")], WRITE, NO),
        ([basic(TABLE, ReadWriteType="WriteOnly"), basic(TABLE, ReadWriteType="ReadOnly")], READ, YES),
        ([{"DataResources": [{"Type": "AWS::DynamoDB::Table", "Values": [TABLE]}]}], WRITE, YES),
        ([basic(TABLE)], STREAM_READ, YES),
        ([basic("arn:aws:dynamodb")], STREAM_READ, YES),
        ([basic(OTHER)], STREAM_READ, NO),
        ([basic("arn:aws:dynamodb")], replace(READ, arn=""), NO),
    ],
)
def test_basic_selectors(selectors: list[Selector], event: DataEvent, expected: Logged) -> None:
    assert logs_data_event(selectors, [], event) is expected


@pytest.mark.parametrize(
    ("selectors", "event", "expected"),
    [
        ([advanced()], READ, YES),
        ([advanced()], WRITE, YES),
        ([advanced(kind="AWS::S3::Object")], READ, NO),
        ([advanced(condition("readOnly", Equals=["true"]))], READ, YES),
        ([advanced(condition("readOnly", Equals=["true"]))], WRITE, NO),
        ([advanced(condition("readOnly", Equals=["false"]))], READ, NO),
        ([advanced(condition("readOnly", Equals=["false"]))], WRITE, YES),
        ([advanced(condition(ARN, Equals=[TABLE]))], READ, YES),
        ([advanced(condition(ARN, Equals=[OTHER, TABLE]))], READ, YES),
        ([advanced(condition(ARN, Equals=[OTHER]))], READ, NO),
        ([advanced(condition(ARN, Equals=["arn:aws:dynamodb"]))], READ, NO),
        ([advanced(condition(ARN, StartsWith=["arn:aws:dynamodb:us-east-1:"]))], READ, YES),
        ([advanced(condition(ARN, StartsWith=["arn:aws:dynamodb:eu-"]))], READ, NO),
        ([advanced(condition(ARN, EndsWith=["/Orders"]))], READ, YES),
        ([advanced(condition(ARN, EndsWith=["/Order"]))], READ, NO),
        ([advanced(condition(ARN, NotEquals=[TABLE]))], READ, NO),
        ([advanced(condition(ARN, NotEquals=[OTHER]))], READ, YES),
        ([advanced(condition(ARN, NotEquals=[OTHER, TABLE]))], READ, NO),
        ([advanced(condition(ARN, NotStartsWith=["arn:aws:dynamodb:us-"]))], READ, NO),
        ([advanced(condition(ARN, NotStartsWith=["arn:aws:dynamodb:eu-"]))], READ, YES),
        ([advanced(condition(ARN, NotEndsWith=["Orders"]))], READ, NO),
        ([advanced(condition(ARN, NotEndsWith=["Orders2"]))], READ, YES),
        ([advanced(condition(ARN, StartsWith=["x"], EndsWith=["/Orders"]))], READ, YES),
        ([advanced(condition(ARN, StartsWith=["arn:"], NotEndsWith=["/Orders"]))], READ, NO),
        ([advanced(condition(ARN, StartsWith=["arn:"], NotEndsWith=["/Other"]))], READ, YES),
        ([advanced(condition(ARN, Equals=[TABLE]))], replace(READ, arn=""), UNKNOWN),
        ([advanced(condition(NAME, Equals=["GetItem", "Scan"]))], READ, YES),
        ([advanced(condition(NAME, Equals=["GetItem", "Scan"]))], WRITE, NO),
        ([advanced(condition(NAME, NotEquals=["GetItem"]))], READ, NO),
        ([advanced(condition(NAME, Equals=["GetItem"]))], replace(READ, event_name=""), UNKNOWN),
        ([advanced(condition(NAME, NotEquals=["GetItem"]))], replace(READ, event_name=""), UNKNOWN),
        ([advanced(condition("eventSource", Equals=["dynamodb.amazonaws.com"]))], READ, YES),
        ([advanced(condition("eventSource", NotEquals=["dynamodb.amazonaws.com"]))], READ, NO),
        ([advanced(condition("userIdentity.arn", NotEquals=["arn:x"]))], READ, UNKNOWN),
        ([advanced(condition("eventType", Equals=["AwsApiCall"]))], READ, UNKNOWN),
        ([advanced(condition("someday", Equals=["x"]))], READ, UNKNOWN),
        ([advanced(condition("someday", Equals=["x"]), condition(ARN, Equals=[OTHER]))], READ, NO),
        ([advanced(condition("someday", Equals=["x"])), advanced()], READ, YES),
        ([advanced(condition("someday", Equals=["x"])), advanced(kind="AWS::S3::Object")], READ, UNKNOWN),
        ([advanced(condition(NAME))], READ, UNKNOWN),
        ([advanced(condition(NAME, Equals=[]))], READ, UNKNOWN),
        ([advanced(condition(NAME, Matches=["G*"]))], READ, UNKNOWN),
        ([advanced(condition(NAME, Equals=["GetItem"], Matches=["G*"]))], READ, UNKNOWN),
        ([{"FieldSelectors": []}], READ, UNKNOWN),
        ([{"FieldSelectors": [condition("resources.type", Equals=["AWS::DynamoDB::Table"])]}], READ, UNKNOWN),
        ([{"FieldSelectors": [condition("eventCategory", Equals=["Data"])]}], READ, UNKNOWN),
        ([{"FieldSelectors": [condition("eventCategory", Equals=["Management"])]}], READ, NO),
        ([advanced()], STREAM_READ, YES),
        ([advanced(condition(ARN, Equals=[TABLE]))], STREAM_READ, YES),
        ([advanced(condition(ARN, Equals=[OTHER]))], STREAM_READ, NO),
        ([advanced(kind=STREAMS)], STREAM_READ, YES),
        ([advanced(condition(ARN, Equals=[STREAM]), kind=STREAMS)], STREAM_READ, YES),
        ([advanced(condition(ARN, StartsWith=[OTHER]), kind=STREAMS)], STREAM_READ, NO),
        ([advanced(kind=STREAMS)], READ, NO),
    ],
)
def test_advanced_selectors(selectors: list[Selector], event: DataEvent, expected: Logged) -> None:
    assert logs_data_event([], selectors, event) is expected


def test_advanced_selectors_replace_basic_ones() -> None:
    assert logs_data_event([basic("arn:aws:dynamodb")], [advanced(kind=STREAMS)], WRITE) is NO


READ_NAMES = list(DYNAMODB_READS)
WRITE_NAMES = list(DYNAMODB_WRITES)
ONLY_READS = condition("readOnly", Equals=["true"])
ONLY_WRITES = condition("readOnly", Equals=["false"])


@pytest.mark.parametrize(
    ("selectors", "reads", "writes"),
    [
        ([], NO, NO),
        ([basic("arn:aws:dynamodb")], YES, YES),
        ([basic(TABLE)], YES, YES),
        ([basic(OTHER)], NO, NO),
        # PartiQL is recorded as not read-only: a trail for reads misses SELECT, a trail for writes sees it.
        ([basic(TABLE, ReadWriteType="ReadOnly")], PARTIAL, NO),
        ([basic(TABLE, ReadWriteType="WriteOnly")], PARTIAL, YES),
        ([basic(TABLE, ReadWriteType="ReadOnly"), basic(TABLE, ReadWriteType="WriteOnly")], YES, YES),
        ([basic("arn:aws:dynamodb:us-east-1:111122223333:table/Ord")], UNKNOWN, UNKNOWN),
    ],
)
def test_table_coverage_by_basic_selectors(selectors: list[Selector], reads: Logged, writes: Logged) -> None:
    assert covers_table(selectors, [], TABLE) == TableCoverage(reads, writes)


@pytest.mark.parametrize(
    ("selectors", "reads", "writes"),
    [
        ([advanced()], YES, YES),
        ([advanced(condition(ARN, Equals=[TABLE]))], YES, YES),
        ([advanced(condition(ARN, Equals=[OTHER]))], NO, NO),
        ([advanced(condition(ARN, NotEquals=[TABLE]))], NO, NO),
        ([advanced(condition(ARN, NotStartsWith=[f"{TABLE}/stream/"]))], YES, YES),
        ([advanced(ONLY_READS)], PARTIAL, NO),
        ([advanced(ONLY_WRITES)], PARTIAL, YES),
        ([advanced(ONLY_READS), advanced(ONLY_WRITES)], YES, YES),
        ([advanced(condition(NAME, Equals=["GetItem", "PutItem"]))], PARTIAL, PARTIAL),
        ([advanced(condition(NAME, Equals=READ_NAMES))], YES, PARTIAL),
        ([advanced(condition(NAME, Equals=WRITE_NAMES))], PARTIAL, YES),
        (
            [advanced(condition(NAME, Equals=READ_NAMES)), advanced(condition(NAME, Equals=WRITE_NAMES))],
            YES,
            YES,
        ),
        ([advanced(condition(NAME, NotEquals=["Scan"]))], PARTIAL, YES),
        ([advanced(condition(NAME, NotEquals=["DeleteItem"]))], YES, PARTIAL),
        ([advanced(condition(NAME, NotEquals=["ExecuteStatement"]))], PARTIAL, PARTIAL),
        ([advanced(condition("userIdentity.arn", NotEquals=["arn:x"]))], UNKNOWN, UNKNOWN),
        ([advanced(condition("userIdentity.arn", NotEquals=["arn:x"]), ONLY_WRITES)], PARTIAL, UNKNOWN),
        ([advanced(kind=STREAMS)], PARTIAL, NO),
        ([advanced(condition(ARN, StartsWith=[f"{OTHER}/"]), kind=STREAMS)], NO, NO),
        ([advanced(condition(ARN, Equals=[f"{OTHER}/stream/2026"]), kind=STREAMS)], NO, NO),
    ],
)
def test_table_coverage_by_advanced_selectors(
    selectors: list[Selector], reads: Logged, writes: Logged
) -> None:
    assert covers_table([], selectors, TABLE) == TableCoverage(reads, writes)


NO_STREAM_READS = advanced(condition(NAME, NotStartsWith=["GetRecords", "GetShardIterator"]))


@pytest.mark.parametrize(
    ("stream_condition", "reads"),
    [
        (condition(ARN, StartsWith=[TABLE]), YES),
        (condition(ARN, StartsWith=[f"{TABLE}/stream/"]), YES),
        (condition(ARN, StartsWith=[STREAM]), UNKNOWN),
        (condition(ARN, Equals=[STREAM]), UNKNOWN),
        (condition(ARN, EndsWith=["123"]), UNKNOWN),
        (condition(ARN, StartsWith=[f"{OTHER}/"]), PARTIAL),
        (condition(ARN, NotEquals=[STREAM]), UNKNOWN),
        (condition(ARN, NotEquals=[f"{OTHER}/stream/2026"]), YES),
        (condition(ARN, NotStartsWith=[TABLE]), PARTIAL),
        (condition(ARN, NotEndsWith=["3"]), UNKNOWN),
        (condition(ARN, StartsWith=[TABLE], NotEquals=[STREAM]), UNKNOWN),
    ],
)
def test_stream_reads_may_be_covered_by_stream_selectors(
    stream_condition: dict[str, Any], reads: Logged
) -> None:
    coverage = covers_table([], [NO_STREAM_READS, advanced(stream_condition, kind=STREAMS)], TABLE)
    assert coverage == TableCoverage(reads, YES)


def management(*conditions: dict[str, Any]) -> Selector:
    return {"FieldSelectors": [condition("eventCategory", Equals=["Management"]), *conditions]}


def coverage(*excluded: str, reads: bool = True, writes: bool = True) -> ManagementCoverage:
    return ManagementCoverage(reads, writes, frozenset(excluded))


KMS, RDS, DYNAMODB = "kms.amazonaws.com", "rdsdata.amazonaws.com", "dynamodb.amazonaws.com"
BOTH, NEITHER = coverage(), coverage(reads=False, writes=False)


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ([], BOTH),
        ([basic()], BOTH),
        ([{}], BOTH),
        ([basic(IncludeManagementEvents=False)], NEITHER),
        ([basic(ReadWriteType="ReadOnly")], coverage(reads=True, writes=False)),
        ([basic(ReadWriteType="WriteOnly")], coverage(reads=False, writes=True)),
        ([basic(ReadWriteType="Sometimes")], NEITHER),
        ([basic(ReadWriteType="ReadOnly"), basic(ReadWriteType="WriteOnly")], BOTH),
        ([basic(ExcludeManagementEventSources=[KMS])], coverage(KMS)),
        ([basic(ExcludeManagementEventSources=[KMS]), basic()], BOTH),
        (
            [basic(ExcludeManagementEventSources=[KMS]), basic(ReadWriteType="ReadOnly")],
            coverage(KMS),
        ),
        (
            [basic(ExcludeManagementEventSources=[KMS]), basic(IncludeManagementEvents=False)],
            coverage(KMS),
        ),
    ],
)
def test_management_events_by_basic_selectors(
    selectors: list[Selector], expected: ManagementCoverage
) -> None:
    assert logs_management_events(selectors, []) == expected


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ([management()], BOTH),
        ([advanced()], NEITHER),
        ([{"FieldSelectors": [condition("readOnly", Equals=["true"])]}], NEITHER),
        ([{}], NEITHER),
        ([management(ONLY_READS)], coverage(reads=True, writes=False)),
        ([management(ONLY_WRITES)], coverage(reads=False, writes=True)),
        ([management(ONLY_READS), management(ONLY_WRITES)], BOTH),
        ([management(ONLY_READS, ONLY_WRITES)], NEITHER),
        ([management(condition("eventSource", NotEquals=[KMS, RDS]))], coverage(KMS, RDS)),
        (
            [
                management(condition("eventSource", NotEquals=[KMS])),
                management(condition("eventSource", NotEquals=[RDS])),
            ],
            BOTH,
        ),
        (
            [management(condition("eventSource", NotEquals=[DYNAMODB])), advanced()],
            coverage(DYNAMODB),
        ),
        ([management(condition("eventSource", Equals=[KMS]))], NEITHER),
        ([management(condition("eventSource", NotStartsWith=["k"]))], NEITHER),
        ([management(condition("eventSource", NotEquals=[KMS], NotStartsWith=["k"]))], NEITHER),
        ([management(condition("eventName", NotEquals=["DescribeTable"]))], NEITHER),
        ([management(condition("userIdentity.arn", NotEquals=["x"])), management()], BOTH),
        (
            [management(ONLY_READS, condition("eventSource", NotEquals=[KMS])), management(ONLY_WRITES)],
            coverage(KMS),
        ),
    ],
)
def test_management_events_by_advanced_selectors(
    selectors: list[Selector], expected: ManagementCoverage
) -> None:
    assert logs_management_events([], selectors) == expected


def test_advanced_management_selectors_replace_basic_ones() -> None:
    assert logs_management_events([basic()], [management(ONLY_READS)]) == coverage(reads=True, writes=False)
