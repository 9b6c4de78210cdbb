"""The remediation `enable-stream`."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from dynasec.settings import Remedy, Settings
from tests.support.dynamodb_shim import Shim, like_dynamodb
from tests.support.remedied import planned, read, round_trip

NAME = "enable-stream"
ANSWERS: Any = {
    "dynamodb:DescribeKinesisStreamingDestination": {"KinesisDataStreamDestinations": []},
    "cloudtrail:ListEventDataStores": {"EventDataStores": []},
}
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:keep-changes"


@pytest.fixture(autouse=True)
def shim(aws: None) -> Iterator[Shim]:
    del aws
    with like_dynamodb() as found:
        yield found


def make(name: str = "orders", **members: Any) -> Any:
    return boto3.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **members,
    )["TableDescription"]


def make_function() -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = boto3.client("iam").create_role(
        RoleName="keep-changes",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )["Role"]["Arn"]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", "")
    boto3.client("lambda").create_function(
        FunctionName="keep-changes",
        Runtime="python3.12",
        Role=role,
        Handler="index.handler",
        Code={"ZipFile": archive.getvalue()},
    )


def configured(*functions: str) -> Settings:
    return Settings(remedy=Remedy(change_functions=functions))


def plan(*functions: str) -> Any:
    settings = configured(*functions)
    return planned(NAME, read(NAME, settings=settings, script=ANSWERS))


def test_round_trip_of_a_table_without_a_stream() -> None:
    make_function()
    make()
    make("public", Tags=[{"Key": "data-class", "Value": "public"}])
    (change,) = round_trip(
        NAME, settings=configured(FUNCTION), script=ANSWERS, remains=("latest_stream_arn", "stream_policy")
    ).changes
    assert [call.operation for call in change.calls] == [
        "dynamodb:UpdateTable",
        "lambda:CreateEventSourceMapping",
    ]
    assert change.risk.level == "data-path"


def test_round_trip_of_a_table_whose_stream_nobody_reads() -> None:
    make_function()
    on = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    stream = make(StreamSpecification=on)["LatestStreamArn"]
    (change,) = round_trip(NAME, settings=configured(FUNCTION), script=ANSWERS).changes
    (call,) = change.calls
    assert call.params["EventSourceArn"] == stream


@pytest.mark.parametrize(
    "functions", [(), (FUNCTION.replace("us-east-1", "eu-west-1"),), ("keep-changes",), ("arn:x",)]
)
def test_without_a_function_in_the_region_it_is_advice(functions: tuple[str, ...]) -> None:
    make()
    found = plan(*functions)
    assert found.changes == ()
    assert "change_functions" in found.advice[0].why


def test_a_mapping_that_is_disabled_is_left_to_whoever_disabled_it() -> None:
    make_function()
    stream = make(StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
    boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=stream["LatestStreamArn"],
        FunctionName="keep-changes",
        StartingPosition="LATEST",
        Enabled=False,
    )
    found = plan(FUNCTION)
    assert found.changes == ()
    assert "mapped already" in found.advice[0].why


def test_a_table_of_a_stack_is_left_to_the_stack() -> None:
    make(Tags=[{"Key": "aws:cloudformation:stack-name", "Value": "shop"}])
    (change,) = plan(FUNCTION).changes
    assert [one.override for one in change.blocked] == ["allow-drift"]
