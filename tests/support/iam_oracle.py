"""AWS's policy evaluation, transcribed naively: slow, two-valued, on a whole context. What the engine is tested against.

It shares nothing with the engine but the parser of documents.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

import base64
import binascii
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from dynasec.iam.conditions.keys import CALLER
from dynasec.iam.document import Document, Principals, Statement

Context = Mapping[str, tuple[str, ...]]


@dataclass
class Situation:
    """A request and its policies. `kind`: user, role, session, federated-user, root, service, anonymous."""

    kind: str
    name: str
    account: str | None
    role: str | None
    action: str
    resource: str
    resource_account: str | None
    context: Context
    service_linked: bool = False
    management: bool = False
    identity: list[Document] | None = None
    resource_policy: list[Document] | None = None
    boundary: list[Document] | None = None
    session: list[Document] | None = None
    scps: list[list[Document]] | None = None
    rcps: list[list[Document]] | None = None
    endpoint: list[Document] | None = None
    key: "KeySituation | None" = None
    partly_named_is_denied: bool = True
    trust: bool = False
    grants: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@dataclass
class KeySituation:
    arn: str
    policy: list[Document]
    via: str
    encryption_context: dict[str, str]
    grants: list[tuple[str, dict[str, str]]]


def outcome(s: Situation) -> str:
    if _any_deny(s) or (s.key is not None and _any_deny(key_request(s))):
        return "explicitDeny"
    if _granted(s) and (s.key is None or _granted(key_request(s))):
        return "allowed"
    return "implicitDeny"


def key_request(s: Situation) -> Situation:
    assert s.key is not None
    account = s.key.arn.split(":")[4]
    forwarded = (
        "aws:sourcevpce",
        "aws:sourceip",
    )  # in forwarded calls, as if absent where nothing tells them
    context = {k: v for k, v in s.context.items() if k not in forwarded and not k.startswith("dynamodb:")}
    context["kms:viaservice"] = (s.key.via,)
    context["aws:viaawsservice"] = ("true",)
    context["aws:resourceaccount"] = (account,)
    if s.account:
        context["kms:calleraccount"] = (s.account,)
    for name, value in s.key.encryption_context.items():
        context[f"kms:encryptioncontext:{name.lower()}"] = (value,)
    if s.key.encryption_context:
        context["kms:encryptioncontextkeys"] = tuple(s.key.encryption_context)
    return Situation(
        **{
            **s.__dict__,
            "action": "kms:Decrypt",
            "resource": s.key.arn,
            "resource_account": account,
            "context": context,
            "resource_policy": s.key.policy,
            "endpoint": None,
            "key": None,
            "trust": True,
            "grants": s.key.grants,
        }
    )


def _any_deny(s: Situation) -> bool:
    plain: list[list[Document] | None] = []
    if s.account is not None:
        plain += [s.identity, s.boundary, s.session]
        if not s.service_linked and not s.management:
            plain += s.scps or []
    if not s.service_linked:
        plain += s.rcps or []
    if any(_denies(s, documents) for documents in plain if documents is not None):
        return True
    addressed = [s.resource_policy, s.endpoint]
    return any(_denies(s, documents, addressed=True) for documents in addressed if documents is not None)


def _let_through(s: Situation) -> bool:
    under_scps = s.account is not None and not s.service_linked and not s.management
    if under_scps and not all(_allows(s, level) for level in s.scps or []):
        return False
    if not s.service_linked and not all(_allows(s, level) for level in s.rcps or []):
        return False
    return s.endpoint is None or bool(_how_named(s, s.endpoint, without_principal={"itself"}))


def _granted(s: Situation) -> bool:
    if not _let_through(s):
        return False
    named = _how_named(s, s.resource_policy or [])
    if s.account is None:
        return "itself" in named
    within = (s.boundary is None or _allows(s, s.boundary)) and _session_allows(s)
    own = s.kind == "root" or (_allows(s, s.identity or []) and within)
    granted = any(_grant_fits(s, grantee, wanted) for grantee, wanted in s.grants)
    if s.account != s.resource_account:
        return own and (bool(named) or granted)
    if granted or "itself" in named or ("issuer" in named and within):
        return True
    return own and (not s.trust or "account" in named)


def _session_allows(s: Situation) -> bool:
    if s.session is None:
        return s.kind != "federated-user"
    return _allows(s, s.session)


def _grant_fits(s: Situation, grantee: str, wanted: dict[str, str]) -> bool:
    if grantee not in (s.name, s.role):
        return False
    return all(
        s.context.get(f"kms:encryptioncontext:{key.lower()}") == (value,) for key, value in wanted.items()
    )


def _allows(s: Situation, documents: list[Document]) -> bool:
    return any(
        st.effect == "Allow" and _applies(s, st) for document in documents for st in document.statements
    )


def _denies(s: Situation, documents: list[Document], *, addressed: bool = False) -> bool:
    for document in documents:
        for st in document.statements:
            if st.effect == "Deny" and _applies(s, st) and (not addressed or _deny_is_for(s, st)):
                return True
    return False


def _how_named(s: Situation, documents: list[Document], without_principal: Iterable[str] = ()) -> set[str]:
    found: set[str] = set()
    for document in documents:
        for st in document.statements:
            if st.effect == "Allow" and _applies(s, st):
                found |= set(without_principal) if st.principals is None else _names(s, st.principals)
    return found


def _deny_is_for(s: Situation, st: Statement) -> bool:
    if st.principals is not None:
        return bool(_names(s, st.principals))
    if st.not_principals is None:
        return True
    named = _names(s, st.not_principals)
    if s.boundary is not None or not named:
        return True
    if st.not_principals.anyone or s.account is None or s.kind == "root":
        return False
    wanted = {"itself"} if s.kind == "user" else {"itself", "issuer"}
    partly = bool(named & wanted) and not named >= wanted | {"account"}
    return s.partly_named_is_denied if partly else not named & wanted


def _names(s: Situation, element: Principals) -> set[str]:
    if element.anyone:
        return {"itself"}
    if s.kind == "service":
        return {"itself"} if s.name in element.services else set()
    if s.kind == "anonymous":
        return set()
    found: set[str] = set()
    for text in element.aws:
        if text == s.account or re.fullmatch(rf"arn:aws:iam::{s.account}:root", text):
            found |= {"account", "itself"} if s.kind == "root" else {"account"}
        if text == (s.context[CALLER][0] if s.kind == "role" else s.name):
            found.add("itself")
        if text == s.role:
            found.add("issuer")
    return found


def _applies(s: Situation, st: Statement) -> bool:
    if st.actions is not None:
        if not any(_like(_plain(pattern.lower()), s.action.lower()) for pattern in st.actions):
            return False
    elif any(_like(_plain(pattern.lower()), s.action.lower()) for pattern in st.not_actions or ()):
        return False
    if st.resources is not None:
        if not any(_resource(s, st, pattern) for pattern in st.resources):
            return False
    elif st.not_resources is not None and any(_resource(s, st, pattern) for pattern in st.not_resources):
        return False
    return all(_condition(s.context, condition) for condition in st.conditions)


def _resource(s: Situation, st: Statement, pattern: str) -> bool:
    tokens = _tokens(pattern, s.context) if st.variables else _plain(pattern)
    return tokens is not None and _like(tokens, s.resource)


Tokens = list[tuple[str, bool]]
"""Characters, and whether each is a wildcard."""


def _plain(text: str, *, wild: bool = True) -> Tokens:
    return [(character, wild and character in "*?") for character in text]


def _tokens(text: str, context: Context, *, wild: bool = True) -> Tokens | None:
    found: Tokens = []
    for piece in re.split(r"(\$\{[^}]*\})", text):
        if not (piece.startswith("${") and piece.endswith("}")):
            found += _plain(piece, wild=wild)
            continue
        inside = piece[2:-1]
        if inside in ("*", "?", "$"):
            found.append((inside, False))
            continue
        name, _, default = inside.partition(",")
        values = context.get(name.strip().lower(), ())
        if len(values) == 1:
            found += _plain(values[0], wild=False)
        elif values or not default:
            return None
        else:
            found += _plain(default.strip()[1:-1], wild=False)
    return found


def _like(tokens: Tokens, text: str) -> bool:
    written = "".join({"*": ".*", "?": "."}[c] if wild else re.escape(c) for c, wild in tokens)
    return re.fullmatch(written, text, re.DOTALL) is not None


def _condition(context: Context, condition) -> bool:
    name = condition.test.name
    every, some = name.startswith("ForAllValues:"), name.startswith("ForAnyValue:")
    operator = name.removeprefix("ForAllValues:").removeprefix("ForAnyValue:").removesuffix("IfExists")
    values = context.get(condition.key.lower(), ())
    if operator == "Null":
        return any(text.lower() == ("false" if values else "true") for text in condition.values)
    negated = "Not" in operator
    if not values:
        if name.endswith("IfExists") or every:
            return True
        return False if some else negated
    hits = [
        any(_matches(operator, value, text, context, condition) for text in condition.values)
        for value in values
    ]
    if negated:
        hits = [not hit for hit in hits]
        return any(hits) if some else all(hits)
    return all(hits) if every else any(hits)


def _matches(operator: str, value: str, text: str, context: Context, condition) -> bool:
    base = operator.replace("Not", "")
    wild = base in ("StringLike", "ArnLike", "ArnEquals")
    tokens = _tokens(text, context, wild=wild) if condition.variables else _plain(text, wild=wild)
    if tokens is None:
        return False
    literal = "".join(character for character, _ in tokens)
    textual = {
        "StringEquals": lambda: _like(tokens, value),
        "StringLike": lambda: _like(tokens, value),
        "StringEqualsIgnoreCase": lambda: literal.lower() == value.lower(),
        "ArnLike": lambda: _arn_like(tokens, value),
        "ArnEquals": lambda: _arn_like(tokens, value),
    }
    return textual[base]() if base in textual else _compares(base, value, literal)


def _compares(base: str, value: str, literal: str) -> bool:
    readers = {"Bool": _bool, "BinaryEquals": _binary, "IpAddress": _network}
    family = "Numeric" if base.startswith("Numeric") else "Date" if base.startswith("Date") else base
    read = {"Numeric": _number, "Date": _date, **readers}[family]
    actual, wanted = read(value), read(literal)
    if actual is None or wanted is None:
        return False
    if family == "IpAddress":
        return actual.version == wanted.version and actual.subnet_of(wanted)
    comparison = base.removeprefix(family)
    return {
        "": lambda: actual == wanted,
        "Equals": lambda: actual == wanted,
        "LessThan": lambda: actual < wanted,
        "LessThanEquals": lambda: actual <= wanted,
        "GreaterThan": lambda: actual > wanted,
        "GreaterThanEquals": lambda: actual >= wanted,
    }["" if family == "BinaryEquals" else comparison]()


def _arn_like(tokens: Tokens, value: str) -> bool:
    if tokens == [("*", True)]:
        return True
    parts: list[Tokens] = [[]]
    for token in tokens:
        if token == (":", False) and len(parts) < 6:
            parts.append([])
        else:
            parts[-1].append(token)
    texts = value.split(":", 5)
    if len(parts) < 6 or len(texts) < 6:
        return False
    return all(_like(part, text) for part, text in zip(parts, texts, strict=True))


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _date(text: str) -> datetime | None:
    try:
        if re.fullmatch(r"\d{5,12}", text):
            return datetime.fromtimestamp(int(text), UTC)
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


def _bool(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def _binary(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
