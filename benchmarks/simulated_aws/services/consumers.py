"""The tables' streams and the Lambda functions that consume them."""

import re
import uuid
from collections.abc import Mapping
from typing import Any

from simulated_aws.errors import ServiceError
from simulated_aws.paging import page
from simulated_aws.services import tables
from simulated_aws.services.handler import Handler
from simulated_aws.size import ACCOUNT_ID, CREATED, HOME_REGION, KMS_KEYS, Call, Size

_FUNCTION = re.compile(r"consume-(\d{6})")


def _function_arn(number: int) -> str:
    return f"arn:aws:lambda:{HOME_REGION}:{ACCOUNT_ID}:function:consume-{number:06d}"


def _list_event_source_mappings(size: Size, call: Call) -> Mapping[str, Any]:
    wanted = call.text("EventSourceArn")
    failures = f"arn:aws:sqs:{HOME_REGION}:{ACCOUNT_ID}:stream-failures"
    found = [
        {
            "UUID": str(uuid.UUID(int=number + 1)),
            "StartingPosition": "LATEST",
            "BatchSize": 100,
            "EventSourceArn": tables.stream_arn(number),
            "FunctionArn": _function_arn(number),
            "LastModified": CREATED,
            "LastProcessingResult": "OK",
            "State": "Enabled",
            "DestinationConfig": {"OnFailure": {"Destination": failures}},
            "MaximumRetryAttempts": 5,
        }
        for number in tables.numbers(size, call)
        if tables.has_stream(number) and (not wanted or tables.stream_arn(number) == wanted)
    ]
    mappings, following = page(found, call.text("Marker"), min(call.number("MaxItems", 100), 100))
    return {"EventSourceMappings": mappings} | ({"NextMarker": following} if following else {})


def _function(size: Size, call: Call) -> int:
    """Return the number of the table whose stream a function consumes, by the function's name or ARN."""
    match = _FUNCTION.search(call.text("FunctionName"))
    number = int(match[1]) if match else -1
    if number not in tables.numbers(size, call) or not tables.has_stream(number):
        code = "ResourceNotFoundException"
        raise ServiceError(code, f"Function not found: {call.text('FunctionName')}", 404)
    return number


def _get_function_configuration(size: Size, call: Call) -> Mapping[str, Any]:
    number = _function(size, call)
    return {
        "FunctionName": f"consume-{number:06d}",
        "FunctionArn": _function_arn(number),
        "Runtime": "python3.13",
        "Role": f"arn:aws:iam::{ACCOUNT_ID}:role/role-00001",
        "Handler": "main.handle",
        "Timeout": 30,
        "MemorySize": 256,
        "State": "Active",
        "LastUpdateStatus": "Successful",
    }


def _get_function_concurrency(size: Size, call: Call) -> Mapping[str, Any]:
    _function(size, call)
    return {}


def _get_policy(size: Size, call: Call) -> Mapping[str, Any]:
    _function(size, call)
    code = "ResourceNotFoundException"
    raise ServiceError(code, "The resource you requested does not exist.", 404)


def _describe_stream(size: Size, call: Call) -> Mapping[str, Any]:
    number = tables.number_of(size, call, call.text("StreamArn"))
    if number is None or not tables.has_stream(number):
        code = "ResourceNotFoundException"
        raise ServiceError(code, f"Requested resource not found: Stream: {call.text('StreamArn')} not found")
    table = tables.description(number, KMS_KEYS)
    return {
        "StreamDescription": {
            "StreamArn": tables.stream_arn(number),
            "StreamLabel": table["LatestStreamLabel"],
            "StreamStatus": "ENABLED",
            "StreamViewType": "NEW_AND_OLD_IMAGES",
            "CreationRequestDateTime": CREATED,
            "TableName": table["TableName"],
            "KeySchema": table["KeySchema"],
            "Shards": [],
        }
    }


HANDLERS: Mapping[str, Handler] = {
    "dynamodbstreams:DescribeStream": _describe_stream,
    "lambda:ListEventSourceMappings": _list_event_source_mappings,
    "lambda:GetFunctionConfiguration": _get_function_configuration,
    "lambda:GetFunctionConcurrency": _get_function_concurrency,
    "lambda:GetPolicy": _get_policy,
}
