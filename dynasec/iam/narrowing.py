"""Whether a statement's conditions really narrow it, or only look so.

A condition narrows when it limits *who*, *on what* or *from where*, and the caller cannot step around it. These
do not:

- keys in `NOT_NARROWING`: they ask how or when a request is made, and every caller can comply (TLS, a second factor,
  a client name, waiting). TLS and MFA are good to have, but `dynamodb:*` for anyone with TLS is still `dynamodb:*`;
- a test that is passed when the key is missing, on a key that can be missing: `...IfExists`, `ForAllValues:`, and the
  negated operators. A Scan carries no `dynamodb:LeadingKeys`, a caller outside a VPC no `aws:SourceVpce`. Entries
  about one key are judged together, so `ForAllValues:` beside `Null: false` does count;
- a test that any value passes (`StringLike: "*"`, `IpAddress: 0.0.0.0/0`, also in halves), or that only asks for the
  key to be there.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html says when each global key is in
the request.
"""

from collections.abc import Iterable

from dynasec.iam.conditions import Condition, Knowledge, judge_all
from dynasec.iam.conditions.addresses import covers_internet
from dynasec.iam.matching import ANYTHING
from dynasec.iam.ternary import Ternary

NOT_NARROWING = frozenset(
    {
        "aws:securetransport",
        "aws:multifactorauthpresent",
        "aws:multifactorauthage",
        "aws:useragent",
        "aws:referer",
        "aws:currenttime",
        "aws:epochtime",
        "aws:tokenissuetime",
    }
)
"""Condition keys (lower case) that every caller can satisfy, wherever and whoever it is."""

ALWAYS_PRESENT = frozenset(
    {
        "aws:principalarn",
        "aws:principalaccount",
        "aws:principaltype",
        "aws:principalisawsservice",
        "aws:userid",
        "aws:currenttime",
        "aws:epochtime",
        "aws:securetransport",
        "aws:requestedregion",
        "aws:resourceaccount",
        "aws:viaawsservice",
    }
)
"""Condition keys (lower case) that every signed DynamoDB request by a principal carries."""


def narrowing(
    conditions: Iterable[Condition], *, disregarded: frozenset[str] = frozenset()
) -> tuple[Condition, ...]:
    """Return the conditions that really narrow a statement; `disregarded` adds keys (lower case) not to count."""
    by_key: dict[str, list[Condition]] = {}
    for condition in conditions:
        by_key.setdefault(condition.key.lower(), []).append(condition)
    found: list[Condition] = []
    for key, entries in by_key.items():
        if key not in NOT_NARROWING | disregarded and _narrows(key, entries):
            found.extend(entries)
    return tuple(found)


def open_to_all_addresses(condition: Condition) -> bool:
    """Whether this is an IpAddress test that the whole internet passes."""
    return condition.test.operator.name == "IpAddress" and covers_internet(condition.values)


def _narrows(key: str, entries: list[Condition]) -> bool:
    effective = [entry for entry in entries if not open_to_all_addresses(entry)]
    if not effective:
        return False
    anything = judge_all(effective, Knowledge({key: (ANYTHING,)}))
    if anything is Ternary.TRUE:
        return False
    missing = judge_all(effective, Knowledge(absent=frozenset({key})))
    return key in ALWAYS_PRESENT or missing is Ternary.FALSE


def whitelists(condition: Condition) -> bool:
    """Whether a Deny on this condition lets through named values only: negated, and also true on a missing key."""
    key = condition.key.lower()
    if key in NOT_NARROWING or not condition.test.operator.negated:
        return False
    missing = judge_all((condition,), Knowledge(absent=frozenset({key})))
    anything = judge_all((condition,), Knowledge({key: (ANYTHING,)}))
    return anything is not Ternary.FALSE and (missing is Ternary.TRUE or key in ALWAYS_PRESENT)
