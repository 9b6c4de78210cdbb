"""The account's DynamoDB tables: documents as DescribeTable gives them, derived from a table's number."""

import re
import uuid
from collections.abc import Mapping

from simulated_aws.size import ACCOUNT_ID, CREATED, HOME_REGION, Call, Size

_DOMAINS = ("orders", "customers", "payments", "sessions", "invoices", "devices", "carts", "audit")
_NAME = re.compile(r"table-(\d{6})-\w+")
_STREAM_LABEL = "2024-03-01T12:00:00.000"
_TAGGED_OUT_OF_FIVE = 4
_CLASSES = ("public", "internal", "confidential", "restricted")

CUSTOMER, MANAGED, OWNED = "customer", "managed", "owned"
_ENCRYPTION = (CUSTOMER, CUSTOMER, MANAGED, OWNED)


def name(number: int) -> str:
    """Return a table's name; names sort as numbers do."""
    return f"table-{number:06d}-{_DOMAINS[number % len(_DOMAINS)]}"


def arn(number: int) -> str:
    """Return a table's ARN."""
    return f"arn:aws:dynamodb:{HOME_REGION}:{ACCOUNT_ID}:table/{name(number)}"


def numbers(size: Size, call: Call) -> range:
    """Return the numbers of the tables in the call's Region."""
    return range(size.tables if call.at_home else 0)


def number_of(size: Size, call: Call, name_or_arn: str) -> int | None:
    """Return the number of the table that a name, table ARN or stream ARN names in the call's Region."""
    match = _NAME.search(name_or_arn)
    number = int(match[1]) if match else -1
    return number if number in numbers(size, call) and name(number) in name_or_arn else None


def key_arn(number: int) -> str:
    """Return the ARN of one of the account's KMS keys; number -1 is that of `alias/aws/dynamodb`."""
    key_id = uuid.UUID(int=0x1234ABCD000040008000000000000000 + number + 1)
    return f"arn:aws:kms:{HOME_REGION}:{ACCOUNT_ID}:key/{key_id}"


def on_demand(number: int) -> bool:
    """Two tables of three are on demand, the others provisioned with an index."""
    return number % 3 != 0


def has_stream(number: int) -> bool:
    """One table of ten has a stream."""
    return number % 10 == 0


def stream_arn(number: int) -> str:
    """Return the ARN of a table's stream."""
    return f"{arn(number)}/stream/{_STREAM_LABEL}"


def tags(number: int) -> list[dict[str, str]]:
    """Return a table's tags; every fifth table was never tagged."""
    if number % 5 == _TAGGED_OUT_OF_FIVE:
        return []
    values = {
        "data-class": _CLASSES[number % len(_CLASSES)],
        "lane": _DOMAINS[number % len(_DOMAINS)],
        "environment": "production",
    }
    return [{"Key": key, "Value": value} for key, value in values.items()]


def description(number: int, keys: int) -> Mapping[str, object]:
    """Return a table's document. `keys` is how many customer managed keys there are to share out."""
    document: dict[str, object] = {
        "AttributeDefinitions": [
            {"AttributeName": attribute, "AttributeType": "S"} for attribute in ("pk", "sk", "owner")
        ],
        "TableName": name(number),
        "KeySchema": _key_schema("pk", "sk"),
        "TableStatus": "ACTIVE",
        "CreationDateTime": CREATED,
        "ProvisionedThroughput": _throughput(0 if on_demand(number) else 100),
        "TableSizeBytes": 4096 * (number + 1),
        "ItemCount": 16 * (number + 1),
        "TableArn": arn(number),
        "TableId": str(uuid.UUID(int=number + 1)),
        "TableClassSummary": {"TableClass": "STANDARD"},
        "DeletionProtectionEnabled": number % 2 == 0,
        "WarmThroughput": {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"},
    }
    return document | _billing(number) | _encryption(number, keys) | _stream(number)


def _key_schema(hash_key: str, range_key: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": hash_key, "KeyType": "HASH"},
        {"AttributeName": range_key, "KeyType": "RANGE"},
    ]


def _throughput(units: int) -> dict[str, int]:
    return {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": units, "WriteCapacityUnits": units}


def _billing(number: int) -> dict[str, object]:
    if on_demand(number):
        return {
            "BillingModeSummary": {
                "BillingMode": "PAY_PER_REQUEST",
                "LastUpdateToPayPerRequestDateTime": CREATED,
            }
        }
    index = {
        "IndexName": "by-owner",
        "KeySchema": _key_schema("owner", "sk"),
        "Projection": {"ProjectionType": "ALL"},
        "IndexStatus": "ACTIVE",
        "ProvisionedThroughput": _throughput(50),
        "IndexSizeBytes": 2048,
        "ItemCount": 8,
        "IndexArn": f"{arn(number)}/index/by-owner",
    }
    return {"GlobalSecondaryIndexes": [index]}


def _encryption(number: int, keys: int) -> dict[str, object]:
    kind = _ENCRYPTION[number % len(_ENCRYPTION)]
    if kind == OWNED:
        return {}
    key = key_arn(number % keys if kind == CUSTOMER else -1)
    return {"SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}}


def _stream(number: int) -> dict[str, object]:
    if not has_stream(number):
        return {}
    return {
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        "LatestStreamLabel": _STREAM_LABEL,
        "LatestStreamArn": stream_arn(number),
    }
