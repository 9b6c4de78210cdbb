"""Every condition operator with each qualifier, on keys that match, do not match, or are missing.

A condition holds (T) or not (F) by these tables; the Allow statement that has it applies, or nothing is allowed:

    positive operator     one value: match T, other F, missing F     IfExists: T F T
                          ForAllValues:  all match T, some F, none F, missing T
                          ForAnyValue:   all match T, some T, none F, missing F
    negated operator      one value: match F, other T, missing T     IfExists: F T T
                          ForAllValues:  all match F, some F, none T, missing T
                          ForAnyValue:   all match F, some T, none T, missing F
"""

from collections.abc import Iterator
from typing import Any

GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
OPERATORS = GUIDE + "reference_policies_elements_condition_operators.html"
IF_EXISTS = OPERATORS + "#Conditions_IfExists"
SETS = GUIDE + "reference_policies_condition-single-vs-multi-valued-context-keys.html"
NULL = OPERATORS + "#Conditions_Null"

# operator: (type, value in the policy, a value that matches it, another that matches it, two values that do not)
POSITIVE: dict[str, tuple[str, Any, str, str, str, str]] = {
    "StringEquals": ("string", ["red", "blue"], "red", "blue", "Red", "green"),
    "StringEqualsIgnoreCase": ("string", ["red", "blue"], "RED", "Blue", "reddish", "green"),
    "StringLike": ("string", ["team-*", "r?d"], "team-", "rad", "Team-a", "reed"),
    "NumericEquals": ("numeric", "10", "10", "10.0", "10.5", "-10"),
    "NumericLessThan": ("numeric", "10", "9.99", "-3", "10", "11"),
    "NumericLessThanEquals": ("numeric", "10", "10", "0", "10.01", "100"),
    "NumericGreaterThan": ("numeric", "10", "10.5", "1000", "10", "9"),
    "NumericGreaterThanEquals": ("numeric", "10", "10", "11", "9.99", "-11"),
    "DateEquals": (
        "date",
        "2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00Z",
        "2026-03-01T13:00:00+01:00",
        "2026-03-01T12:00:01Z",
        "2025-03-01T12:00:00Z",
    ),
    "DateLessThan": (
        "date",
        "2026-03-01T00:00:00Z",
        "2026-02-28T23:59:59Z",
        "2020-01-01T00:00:00Z",
        "2026-03-01T00:00:00Z",
        "2026-03-02T00:00:00Z",
    ),
    "DateLessThanEquals": (
        "date",
        "2026-03-01T00:00:00Z",
        "2026-03-01T00:00:00Z",
        "2026-02-01T00:00:00Z",
        "2026-03-01T00:00:01Z",
        "2027-01-01T00:00:00Z",
    ),
    "DateGreaterThan": (
        "date",
        "2026-03-01T00:00:00Z",
        "2026-03-01T00:00:01Z",
        "2027-01-01T00:00:00Z",
        "2026-03-01T00:00:00Z",
        "2025-12-31T00:00:00Z",
    ),
    "DateGreaterThanEquals": (
        "date",
        "2026-03-01T00:00:00Z",
        "2026-03-01T00:00:00Z",
        "2026-03-02T00:00:00Z",
        "2026-02-28T23:59:59Z",
        "1999-01-01T00:00:00Z",
    ),
    "Bool": ("boolean", "true", "true", "true", "false", "false"),
    "BinaryEquals": (
        "binary",
        "QmluYXJ5VmFsdWVJbkJhc2U2NA==",
        "QmluYXJ5VmFsdWVJbkJhc2U2NA==",
        "QmluYXJ5VmFsdWVJbkJhc2U2NA==",
        "AAAA",
        "/w==",
    ),
    "IpAddress": (
        "ip",
        ["203.0.113.0/24", "2001:db8:1234::/48"],
        "203.0.113.9",
        "2001:db8:1234::1",
        "203.0.114.9",
        "2001:db8:4321::1",
    ),
    "ArnEquals": (
        "string",
        ["arn:aws:sns:*:111122223333:alerts", "arn:aws:sns:eu-west-1:111122223333:news-*"],
        "arn:aws:sns:us-east-1:111122223333:alerts",
        "arn:aws:sns:eu-west-1:111122223333:news-daily",
        "arn:aws:sns:us-east-1:444455556666:alerts",
        "arn:aws:sns:us-east-1:111122223333:news-daily",
    ),
    "ArnLike": (
        "string",
        "arn:aws:sqs:*:111122223333:queue-?",
        "arn:aws:sqs:us-east-1:111122223333:queue-a",
        "arn:aws:sqs:eu-west-1:111122223333:queue-b",
        "arn:aws:sqs:us-east-1:111122223333:queue-ab",
        "arn:aws:sns:us-east-1:111122223333:queue-a",
    ),
}
NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}
SINGLE_KEY = {
    "string": "aws:RequestTag/colour",
    "numeric": "s3:max-keys",
    "date": "aws:CurrentTime",
    "boolean": "aws:SecureTransport",
    "binary": "example:Blob",
    "ip": "aws:SourceIp",
}
MULTI_KEY = {
    "string": "aws:TagKeys",
    "numeric": "example:Numbers",
    "date": "example:Dates",
    "boolean": "example:Flags",
    "binary": "example:Blobs",
    "ip": "example:Addresses",
}
ONE_VALUE = {"match": (True, False), "no match": (False, True), "missing": (False, True)}
"""(the positive operator holds, the negated one does)."""
ALL_VALUES = {
    "all match": (True, False),
    "some match": (False, False),
    "none match": (False, True),
    "missing": (True, True),
}
ANY_VALUE = {
    "all match": (True, False),
    "some match": (True, True),
    "none match": (False, True),
    "missing": (False, False),
}
ACTION, TABLE = "dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:111122223333:table/Orders"


def files() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for operator in (*POSITIVE, *NEGATED):
        yield f"operators/{operator}.json", [*_cases(operator)]
    yield "operators/Null.json", [*_null()]


def _cases(operator: str) -> Iterator[dict[str, Any]]:
    negated = operator in NEGATED
    kind, wanted, match, other_match, miss, other_miss = POSITIVE[NEGATED.get(operator, operator)]
    single, multi = SINGLE_KEY[kind], MULTI_KEY[kind]
    one = {"match": [match], "no match": [miss], "missing": None}
    several = {
        "all match": [match, other_match],
        "some match": [match, miss],
        "none match": [miss, other_miss],
        "missing": None,
    }
    for situation, values in one.items():
        holds = ONE_VALUE[situation][negated]
        yield _case(operator, operator, situation, single, wanted, kind, values, OPERATORS, holds=holds)
        if_exists = f"{operator}IfExists"
        holds = holds or values is None
        yield _case(operator, if_exists, situation, single, wanted, kind, values, IF_EXISTS, holds=holds)
    for qualifier, table in (("ForAllValues", ALL_VALUES), ("ForAnyValue", ANY_VALUE)):
        for situation, values in several.items():
            written, holds = f"{qualifier}:{operator}", table[situation][negated]
            yield _case(operator, written, situation, multi, wanted, f"{kind}List", values, SETS, holds=holds)
    written = f"ForAnyValue:{operator}IfExists"
    yield _case(operator, written, "missing", multi, wanted, f"{kind}List", None, IF_EXISTS, holds=True)


def _case(  # noqa: PLR0913, PLR0917
    operator: str,
    written: str,
    situation: str,
    key: str,
    wanted: Any,
    kind: str,
    values: list[str] | None,
    source: str,
    *,
    holds: bool,
) -> dict[str, Any]:
    del operator
    entries = [] if values is None else [_entry(key, kind, values)]
    return {
        "name": f"{written}: {situation}",
        "source": source,
        "request": _request({written: {key: wanted}}, entries),
        "expect": _expect(key, holds=holds, missing=values is None),
    }


def _null() -> Iterator[dict[str, Any]]:
    key = "aws:TokenIssueTime"
    for wanted in ("true", "false", True, False):
        for there in (True, False):
            entries = [_entry(key, "date", ["2026-03-01T00:00:00Z"])] if there else []
            holds = (str(wanted).lower() == "true") is not there
            yield {
                "name": f"Null {json_name(wanted)}: {'present' if there else 'absent'}",
                "source": NULL,
                "request": _request({"Null": {key: wanted}}, entries),
                "expect": _expect(key, holds=holds, missing=not there),
            }


def json_name(wanted: object) -> str:
    return f'"{wanted}"' if isinstance(wanted, str) else str(wanted).lower()


def _entry(key: str, kind: str, values: list[str]) -> dict[str, Any]:
    return {"ContextKeyName": key, "ContextKeyValues": values, "ContextKeyType": kind}


def _request(condition: dict[str, Any], entries: list[dict[str, Any]]) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": ACTION, "Resource": TABLE, "Condition": condition}
    return {
        "PolicyInputList": [{"Version": "2012-10-17", "Statement": statement}],
        "ActionNames": [ACTION],
        "ResourceArns": [TABLE],
        "ContextEntries": entries,
    }


def _expect(key: str, *, holds: bool, missing: bool) -> dict[str, Any]:
    return {
        "decision": "allowed" if holds else "implicitDeny",
        "decided_by": "identity" if holds else "none",
        "matched": ["PolicyInputList.1"] if holds else [],
        "missing": [key] if missing else [],
    }
