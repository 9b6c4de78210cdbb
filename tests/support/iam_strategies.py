"""Random policies, callers and contexts: small alphabets, so that things meet, and every element of the grammar."""

import json
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from hypothesis import strategies as st

from dynasec.iam.compiled import Policy
from dynasec.iam.document import Document
from dynasec.iam.request import Caller

OWN, OTHER = "111122223333", "444455556666"
TABLE = f"arn:aws:dynamodb:us-east-1:{OWN}:table/red-1"
INDEX = f"{TABLE}/index/by-day"
KEY = f"arn:aws:kms:us-east-1:{OWN}:key/k1"
FOREIGN_KEY = f"arn:aws:kms:us-east-1:{OTHER}:key/k2"
ROLE = f"arn:aws:iam::{OWN}:role/app"
SESSION = f"arn:aws:sts::{OWN}:assumed-role/app/deploy"
USER = f"arn:aws:iam::{OWN}:user/ann"
SERVICE = "backup.amazonaws.com"

CALLERS = (
    Caller.of(USER),
    Caller.of(USER, management_account=True),
    Caller.of(ROLE),
    Caller.of(SESSION),
    Caller.of(f"arn:aws:iam::{OTHER}:role/guest"),
    Caller.of(f"arn:aws:iam::{OTHER}:user/eve"),
    Caller.of(f"arn:aws:iam::{OWN}:root"),
    Caller.of(f"arn:aws:sts::{OWN}:federated-user/bob", issuer=USER),
    Caller.of(
        f"arn:aws:iam::{OWN}:role/aws-service-role/replication.dynamodb.amazonaws.com/AWSServiceRoleForX"
    ),
    Caller.of(SERVICE),
    Caller.of(""),
)

_ACTIONS = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "kms:Decrypt")
_ACTION_PATTERNS = (
    *_ACTIONS,
    "*",
    "dynamodb:*",
    "DynamoDB:get*",
    "*:?etItem",
    "dynamodb:*Item",
    "kms:*",
    "s3:*",
)
_RESOURCES = (
    "*",
    TABLE,
    INDEX,
    f"{TABLE}*",
    "arn:aws:dynamodb:*:*:table/*",
    "arn:aws:dynamodb:*:*:table/blue*",
    "arn:aws:dynamodb:us-east-1:*:table/${aws:PrincipalTag/team}-?",
    "arn:aws:dynamodb:us-east-1:*:table/${aws:PrincipalTag/team, 'red'}-1*",
    "arn:aws:*:*:${aws:PrincipalAccount}:*",
    "arn:aws:kms:*:*:key/*",
)
_TEXTS = ("red", "blue", "Red", "re*", "*", "vpce-1", "vpce-2", "vpce-?", "", "user-1")
_VARIABLES = (
    "${aws:PrincipalTag/team}",
    "${aws:PrincipalTag/team, 'blue'}",
    "r${*}",
    "${my:Thing}*",
    "x${aws:PrincipalTag/absent}",
    "${$}{x}",
)
_NUMBERS = ("5", "10", "10.0", "99", "abc")
_DATES = ("2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", "1767225600", "never")
_ADDRESSES = ("10.0.0.1", "10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "2001:db8::/32", "junk")
_ARNS = (
    ROLE,
    USER,
    f"arn:aws:iam::{OWN}:*",
    "arn:aws:iam::*:role/*",
    "*",
    "red",
    "arn:aws:sts::*:federated-user/?ob",
)
_BOOLS = ("true", "false", "True", "maybe")
_BINARIES = ("AQID", "QQ==", "!")

_FAMILIES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("StringEquals", "StringNotEquals", "StringLike", "StringNotLike"), _TEXTS + _VARIABLES),
    (("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"), _TEXTS + _VARIABLES),
    (
        (
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
        ),
        _NUMBERS,
    ),
    (
        (
            "DateEquals",
            "DateNotEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
        ),
        _DATES,
    ),
    (("Bool",), _BOOLS),
    (("BinaryEquals",), _BINARIES),
    (("IpAddress", "NotIpAddress"), _ADDRESSES),
    (("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"), _ARNS),
)

# Key, its family in _FAMILIES, the values it may have in a request; those with True may have several.
_KEYS: tuple[tuple[str, int, tuple[str, ...], bool], ...] = (
    ("aws:SourceVpce", 0, ("vpce-1", "vpce-2", "red"), False),
    ("aws:PrincipalTag/team", 0, ("red", "blue", "re*"), False),
    ("aws:SourceIp", 6, ("10.0.0.1", "10.1.2.3", "192.0.2.7", "2001:db8::1"), False),
    ("aws:MultiFactorAuthAge", 2, ("5", "10", "42", "99"), False),
    ("aws:CurrentTime", 3, ("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"), False),
    ("aws:SecureTransport", 4, ("true", "false"), False),
    ("dynamodb:LeadingKeys", 0, ("red", "blue", "user-1"), True),
    ("my:Thing", 0, ("red", "blue", "AQID", "10", "2026-01-01", ROLE), True),
)
_IMPLIED_KEYS = (
    ("aws:PrincipalArn", 7),
    ("aws:PrincipalAccount", 0),
    ("kms:ViaService", 0),
    ("aws:ResourceAccount", 0),
)
_PREFIXES = ("", "", "", "ForAllValues:", "ForAnyValue:")

requested_actions = st.sampled_from(_ACTIONS[:3])
requested_resources = st.sampled_from((TABLE, INDEX))
callers = st.sampled_from(CALLERS)

CONTEXT_KEYS = tuple(key.lower() for key, *_ in _KEYS)


def _some(random: Random, pool: tuple[str, ...], most: int = 3) -> list[str]:
    return random.sample(pool, random.randint(1, min(most, len(pool))))


def _condition_entry(random: Random) -> tuple[str, str, list[str]]:
    key, family = random.choice(
        [(key, family) for key, family, *_ in _KEYS] + [*_IMPLIED_KEYS, ("aws:TagKeys", 0)]
    )
    if random.random() < 0.1:
        family = random.randrange(len(_FAMILIES))
    if random.random() < 0.12:
        return "Null", key, _some(random, ("true", "false"), 1)
    operators, values = _FAMILIES[family]
    suffix = random.choice(("", "", "IfExists"))
    return random.choice(_PREFIXES) + random.choice(operators) + suffix, key, _some(random, values)


_NAMES = (
    OWN,
    f"arn:aws:iam::{OWN}:root",
    f"arn:aws:iam::{OTHER}:root",
    ROLE,
    SESSION,
    USER,
    f"arn:aws:iam::{OTHER}:role/guest",
    f"arn:aws:iam::{OTHER}:user/eve",
    f"arn:aws:sts::{OWN}:federated-user/bob",
    "AROAEXAMPLEIDOFNOBODY",
)


def _principal(random: Random) -> Any:
    choice = random.randrange(6)
    if choice == 0:
        return "*"
    if choice == 1:
        return {"Service": _some(random, (SERVICE, "lambda.amazonaws.com")), "AWS": _some(random, _NAMES)}
    return {"AWS": _some(random, _NAMES, 5)}


def statement(random: Random, *, addressed: bool = False, effect: str | None = None) -> dict[str, Any]:
    """Make up a statement."""
    chosen = effect or random.choice(("Allow", "Allow", "Deny"))
    written: dict[str, Any] = {"Effect": chosen}
    written["NotAction" if random.random() < 0.15 else "Action"] = _some(random, _ACTION_PATTERNS)
    resources = _some(random, _RESOURCES) if random.random() < 0.6 else ["*"]
    narrow = resources != ["*"] and random.random() < 0.2
    written["NotResource" if narrow else "Resource"] = resources
    if addressed:
        excepted = chosen == "Deny" and random.random() < 0.5
        written["NotPrincipal" if excepted else "Principal"] = _principal(random)
    conditions: dict[str, dict[str, list[str]]] = {}
    for _ in range(random.choice((0, 1, 1, 2) if chosen == "Allow" else (0, 1, 1, 1, 2, 2))):
        operator, key, values = _condition_entry(random)
        conditions.setdefault(operator, {})[key] = values
    if conditions:
        written["Condition"] = conditions
    return written


@cache
def _pool(*, addressed: bool, effect: str | None = None) -> tuple[str, ...]:
    """Make up many documents once: drawing one of them is a single choice, so that thousands can be tried."""
    random = Random(f"{addressed} {effect}")  # noqa: S311 - tests
    found: list[str] = []
    for _ in range(6000):
        version = random.choice(("2012-10-17", "2012-10-17", "2008-10-17"))
        count = random.choice((1, 1, 2, 3))
        made = [statement(random, addressed=addressed, effect=effect) for _ in range(count)]
        found.append(json.dumps({"Version": version, "Statement": made}))
    return tuple(sorted(found, key=len))


def documents(*, addressed: bool = False, effect: str | None = None) -> st.SearchStrategy[str]:
    """Draw a document, as text."""
    return st.sampled_from(_pool(addressed=addressed, effect=effect))


_FULL = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
)


def policies(*, addressed: bool = False, most: int = 2) -> st.SearchStrategy[list[str]]:
    """Draw the documents of one layer, as text."""
    return st.lists(documents(addressed=addressed), min_size=1, max_size=most)


def _guarding() -> st.SearchStrategy[list[str]]:
    """Draw one level or limit: often one that lets everything through, so that later layers count."""
    return st.just([_FULL]) | policies(most=1).map(lambda texts: [*texts, _FULL]) | policies(most=1)


@dataclass(frozen=True)
class DrawnLayers:
    """The policies of a request as JSON texts; None = does not apply."""

    identity: list[str] | None
    resource: list[str] | None
    boundary: list[str] | None
    session: list[str] | None
    scps: list[list[str]] | None
    rcps: list[list[str]] | None
    endpoint: list[str] | None
    key_policy: list[str] | None
    grants: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    key: str


@st.composite
def layer_texts(draw: st.DrawFn) -> DrawnLayers:
    def sometimes(strategy: st.SearchStrategy[Any], one_in: int) -> Any:
        return draw(strategy) if draw(st.integers(1, one_in)) == 1 else None

    return DrawnLayers(
        identity=draw(st.just([_FULL]) | policies()),
        resource=sometimes(policies(addressed=True), 2),
        boundary=sometimes(_guarding(), 4),
        session=sometimes(_guarding(), 4),
        scps=sometimes(st.lists(_guarding(), min_size=1, max_size=2), 4),
        rcps=sometimes(st.lists(_guarding(), min_size=1, max_size=2), 5),
        endpoint=sometimes(st.just([_FULL]) | policies(addressed=True, most=1), 5),
        key_policy=sometimes(policies(addressed=True), 4),
        grants=tuple(draw(st.lists(st.sampled_from(_GRANTS), max_size=1))),
        key=draw(st.sampled_from((KEY, KEY, FOREIGN_KEY))),
    )


_GRANTS = (
    (ROLE, ()),
    (USER, (("aws:dynamodb:tableName", "red-1"),)),
    (f"arn:aws:iam::{OTHER}:role/guest", (("aws:dynamodb:tableName", "blue-1"),)),
)


@st.composite
def contexts(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Draw a whole context: lower-case key -> values; keys left out are absent."""
    found: dict[str, tuple[str, ...]] = {}
    for key, _, pool, several in _KEYS:
        values = draw(st.lists(st.sampled_from(pool), max_size=3 if several else 1, unique=True))
        if values:
            found[key.lower()] = tuple(values)
    return found


def parsed(texts: list[str] | None, kind: str) -> list[Policy] | None:
    if texts is None:
        return None
    found = [Policy.parsed(f"{kind}-{i}", kind, text) for i, text in enumerate(texts)]
    return [each for each in found if isinstance(each, Policy)]


def read(found: list[Policy] | None) -> list[Document] | None:
    return None if found is None else [policy.document for policy in found]
