"""What an endpoint policy breaks without anybody meaning it to: calls that it seems to allow and that fail.

https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html (Principal, gateway endpoints),
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html (which action works on which resource).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from dynasec.iam.actions import DATA_READ, DATA_WRITE, NOT_ACTIONS, catalogue, reaches, resource_types
from dynasec.iam.document import Statement
from dynasec.iam.matching import Pattern, covers
from dynasec.semantics.endpoint_request import Gate, Side

_DISCOVERY: Final = "dynamodb:DescribeEndpoints"
_FIELDS: Final = 6
_BELOW_TABLES: Final = Pattern.of("arn:*:dynamodb:*:*:table/*/*")
_PARTITION: Final = re.compile(r"aws[a-z-]*|.*[*?].*")
_ACCOUNT: Final = re.compile(r"\d{12}|[\d*?]*[*?][\d*?]*")
_REGION: Final = re.compile(r"[a-z]+(-[a-z]+)+-\d|.*[*?].*")
_NAME: Final = re.compile(r"(table|global-table)/[A-Za-z0-9_.*?-]+(/[A-Za-z0-9_.:*?/-]+)?|.*[*?].*")
_ELSEWHERE: Final = "is of another Region"
_VARIABLE: Final = re.compile(r"\$\{[^}]*\}")


def faults(gate: Gate, account: str) -> Iterator[str]:
    """Yield what keeps the policy from working, a sentence each; `account` is whose principals use the endpoint."""
    statements = gate.policy.document.statements
    speaking = [one for one in statements if reaches(one, "dynamodb")]
    for statement in speaking:
        yield from _principal(gate, statement)
        yield from _arns(statement, gate.endpoint.region)
    for statement in statements:
        yield from _no_actions(statement)
    yield from _out_of_reach([one for one in speaking if one.allows])
    if not any(one.allows for one in speaking):
        yield "no statement allows any action of DynamoDB, so that every call fails"
    elif gate.endpoint.reaches_tables and _is_denied(gate, account):
        yield f"{_DISCOVERY} is not allowed, so that clients that discover their endpoint fail"


def _principal(gate: Gate, statement: Statement) -> Iterator[str]:
    named = statement.principals
    if named is None and statement.not_principals is None:
        yield f"{statement.label} has no Principal, which endpoint policies must have"
    elif named is not None and not named.anyone and statement.allows and gate.endpoint.is_gateway:
        who = ", ".join((*named.aws, *named.services, *named.federated, *named.canonical_users)[:3])
        yield (
            f'{statement.label} names {who or "nobody"}: on a gateway endpoint the Principal must be "*" (an account means '
            "its root user only), narrowed by aws:PrincipalArn or aws:PrincipalAccount"
        )


def _arns(statement: Statement, region: str) -> Iterator[str]:
    """Yield the ARNs that can match no resource behind this endpoint because of how they are written."""
    texts = (*(statement.resources or ()), *(statement.not_resources or ()))
    problems = {text: _problem(_VARIABLE.sub("*", text), region) for text in texts}
    for text, problem in problems.items():
        # one policy may serve endpoints in several Regions
        if problem and (problem != _ELSEWHERE or "" not in problems.values()):
            yield f"{statement.label} names {text!r}, which {problem} and matches nothing"


def _problem(text: str, region: str) -> str:
    if any(character.isspace() for character in text):
        return "has a space in it"
    parts = text.split(":", _FIELDS - 1)
    if len(parts) < _FIELDS:
        return "" if "*" in text else "is no whole ARN"
    _, partition, service, where, account, name = parts
    if not Pattern.of(service).matches("dynamodb"):
        return ""  # of another service: perhaps one policy serves several endpoints
    checks = (
        (parts[0] == "arn" or "*" in parts[0], "does not begin with arn:"),
        (_PARTITION.fullmatch(partition), "has no partition"),
        (_REGION.fullmatch(where) or name.startswith("global-table"), "has no Region"),
        (_ACCOUNT.fullmatch(account), "has no account id of twelve digits"),
        (_NAME.fullmatch(name), "names no table"),
        (
            Pattern.of(where).matches(region)
            or not _REGION.fullmatch(where)
            or name.startswith("global-table"),
            _ELSEWHERE,
        ),
    )
    return next((words for good, words in checks if not good), "")


def _no_actions(statement: Statement) -> Iterator[str]:
    named = {text.lower() for text in statement.actions or ()}
    wrong = sorted(action for action in NOT_ACTIONS if action.lower() in named)
    if wrong:
        yield (
            f"{statement.label} names {', '.join(wrong)}: no IAM action (transactions and statements need the item actions and "
            "PartiQL actions instead)"
        )


def _out_of_reach(allows: list[Statement]) -> Iterator[str]:
    """Tell of the item actions that are allowed on indexes only, though they work on tables only."""
    reached: dict[str, bool] = {}
    for statement in allows:
        patterns = [Pattern.of(text, variables=statement.variables) for text in statement.resources or ()]
        below = statement.resources is not None and all(covers(_BELOW_TABLES, one) for one in patterns)
        for action in reaches(statement, "dynamodb") & (DATA_READ | DATA_WRITE) & catalogue("dynamodb"):
            if resource_types(action) == frozenset({"table"}):
                reached[action] = reached.get(action, False) or not below
    broken = sorted(action for action, on_tables in reached.items() if not on_tables)
    if broken:
        yield f"{', '.join(broken)} are allowed on indexes only, but work on tables: these calls fail"


def _is_denied(gate: Gate, account: str) -> bool:
    side = Side(account)
    return all(
        gate.decide(caller, _DISCOVERY, "*", of=side, to=side).outcome.denied
        for caller in gate.callers(account)
    )
