"""Which actions on which resources a recorded call to DynamoDB takes: batches and transactions take several.

Transactions and PartiQL calls are no actions of their own: their items' actions are authorised.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from dynasec.iam.actions import STREAM, catalogue, resource_types

_TRANSACTIONS: Final = {
    "TransactGetItems": {"get": "GetItem"},
    "TransactWriteItems": {
        "put": "PutItem",
        "update": "UpdateItem",
        "delete": "DeleteItem",
        "conditioncheck": "ConditionCheckItem",
    },
}
_STATEMENTS: Final = frozenset({"ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"})
_BATCHES: Final = frozenset({"BatchGetItem", "BatchWriteItem"})
_LISTS: Final = ("requestitems", "transactitems", "statements", "transactstatements")
_NAME: Final = r'("[^"]+"|[A-Za-z0-9_\-]+)'
_PARTIQL: Final = re.compile(
    rf"\s*(?:EXISTS\s*\(\s*)?(SELECT|INSERT|UPDATE|DELETE)\b(?:.*?\bFROM\b|\s+INTO\b)?\s*{_NAME}(?:\.{_NAME})?",
    re.IGNORECASE | re.DOTALL,
)
_PARTITIONS: Final = (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"))


class Malformed(Exception):  # noqa: N818 - it says what a record is
    """A record that cannot be understood; says why, without what only this one record holds."""


@dataclass(frozen=True, slots=True)
class Requested:
    """One action on one resource. `enclosing` is the transaction that it was part of."""

    action: str
    resource: str
    enclosing: str = ""


def requested(record: Mapping[str, Any]) -> Iterable[Requested]:
    """Return what a record's call needs to be allowed, each once.

    Raises:
        Malformed: it cannot be told.

    """
    name = record.get("eventName")
    if not isinstance(name, str):
        msg = "eventName is missing"
        raise Malformed(msg)
    call = _Call(record, name)
    if name in _TRANSACTIONS:
        found = list(call.transaction(_TRANSACTIONS[name]))
    elif name in _STATEMENTS:
        found = list(call.statements())
    elif f"dynamodb:{name}" in catalogue("dynamodb"):
        found = [Requested(f"dynamodb:{name}", resource) for resource in call.resources()]
    else:
        msg = f"the operation {name[:64]} is not known"
        raise Malformed(msg)
    if not found:
        msg = f"{name} names no table"
        raise Malformed(msg)
    return dict.fromkeys(found)


class _Call:
    """A record's parameters, whatever the case of their names, and the tables that it touched."""

    def __init__(self, record: Mapping[str, Any], name: str) -> None:
        self._record = record
        self._name = name
        self._params = _lowered(record.get("requestParameters"))
        arns = [_lowered(entry).get("arn") for entry in _listed(record.get("resources"))]
        self._arns = [arn for arn in arns if isinstance(arn, str) and ":dynamodb:" in arn]

    def resources(self) -> Iterator[str]:
        """Yield what a call other than a transaction or statement works on."""
        if f"dynamodb:{self._name}" in STREAM and self._name != "ListStreams":
            yield from self._stream()
        elif self._name in _BATCHES:
            yield from dict.fromkeys((*self._arns, *map(self._table, self._batch())))
        elif isinstance(backup := self._params.get("backuparn"), str):
            yield backup
        elif isinstance(table := self._params.get("tablename"), str):
            arn = self._table(table)
            index = self._params.get("indexname")
            yield (
                f"{arn}/index/{index}" if isinstance(index, str) and self._name in {"Query", "Scan"} else arn
            )
        elif self._arns:
            yield from self._arns
        elif isinstance(named := self._params.get("resourcearn") or self._params.get("tablearn"), str):
            yield named
        elif not resource_types(f"dynamodb:{self._name}"):
            yield "*"

    def transaction(self, actions: Mapping[str, str]) -> Iterator[Requested]:
        """Yield the items' actions; every action that there may be where the record does not tell the items."""
        items = self._items()
        for item in items:
            kind, table = _operation(item)
            if kind not in actions or table is None:
                msg = f"an item of {self._name} cannot be understood"
                raise Malformed(msg)
            yield Requested(f"dynamodb:{actions[kind]}", self._table(table), self._name)
        if not items:
            for arn in self._arns:
                yield from (Requested(f"dynamodb:{action}", arn, self._name) for action in actions.values())

    def statements(self) -> Iterator[Requested]:
        """Yield what PartiQL statements do."""
        single = self._params.get("statement")
        texts = [single] if isinstance(single, str) else [item.get("statement") for item in self._items()]
        for text in texts:
            found = _PARTIQL.match(text) if isinstance(text, str) else None
            if found is None:
                msg = f"a statement of {self._name} cannot be understood"
                raise Malformed(msg)
            verb, name, index = found.groups()
            arn = self._table(name.strip('"'))
            resource = arn if index is None else "/index/".join((arn, index.strip('"')))
            yield Requested(f"dynamodb:PartiQL{verb.capitalize()}", resource)

    def _items(self) -> list[Mapping[str, Any]]:
        listed = next((self._params[name] for name in _LISTS if name in self._params), None)
        return [_lowered(item) for item in _listed(listed)]

    def _batch(self) -> Iterator[str]:
        """Yield the tables of a batch: the members of an object, or of a list the tables that its members name."""
        items: Any = self._params.get("requestitems")
        if isinstance(items, Mapping):
            yield from cast("Mapping[str, Any]", items)
        tables = [item.get("tablename") for item in self._items()]
        yield from (table for table in tables if isinstance(table, str))

    def _stream(self) -> Iterator[str]:
        iterator = self._params.get("sharditerator")
        candidates = [self._params.get("streamarn"), *self._arns]
        if isinstance(iterator, str) and iterator.startswith("arn:"):
            candidates.append(iterator.partition("|")[0])
        yield from (arn for arn in dict.fromkeys(candidates) if isinstance(arn, str) and "/stream/" in arn)

    def _table(self, name: str) -> str:
        """Return a table's ARN: as it is given, as the record tells, or made of the record's account and Region."""
        if name.startswith("arn:"):
            return name
        known = next((arn for arn in self._arns if arn.split("/")[1:2] == [name]), None)
        if known is not None:
            return "/".join(known.split("/")[:2])
        region = str(self._record.get("awsRegion", ""))
        account = self._account()
        if not region or not account:
            msg = "neither the account nor the Region of a table is told"
            raise Malformed(msg)
        return f"arn:{partition_of(region)}:dynamodb:{region}:{account}:table/{name}"

    def _account(self) -> str:
        if self._arns:
            return self._arns[0].split(":")[4]
        recipient = self._record.get("recipientAccountId")
        return (
            recipient
            if isinstance(recipient, str)
            else str(_lowered(self._record.get("userIdentity")).get("accountid", ""))
        )


def _operation(item: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return what an item of a transaction does, in lower case, and its table."""
    kind, table = item.get("operation"), item.get("tablename")
    if isinstance(kind, str):
        return kind.lower(), table if isinstance(table, str) else None
    for name, inner in item.items():
        named = _lowered(inner).get("tablename")
        if isinstance(named, str):
            return name, named
    return "", None


def _lowered(value: object) -> dict[str, Any]:
    """Return an object's members under their names in lower case; nothing of what is no object."""
    if not isinstance(value, Mapping):
        return {}
    return {str(name).lower(): one for name, one in cast("Mapping[str, Any]", value).items()}


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - JSON
    return value if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType] - JSON


def partition_of(region: str) -> str:
    """Return the partition of a Region."""
    return next((one for prefix, one in _PARTITIONS if region.startswith(prefix)), "aws")
