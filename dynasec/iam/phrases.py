"""What one literal of a residual demands, in words that need no knowledge of condition operators."""

from collections.abc import Callable

from dynasec.iam.conditions import Condition, Qualifier, describe, resolve
from dynasec.iam.conditions.keys import CALLER, OF_THE_KEY, RESOURCE, spelled_key
from dynasec.iam.formula import Literal, Unsettled

_SHOWN = 5
_PRINCIPAL_TAG = "${aws:principaltag/"
_VARIABLES = {
    "${cognito-identity.amazonaws.com:sub}": "the caller's sub",
    "${aws:username}": "the caller's user name",
    "${aws:userid}": "the caller's user id",
    "${www.amazon.com:user_id}": "the caller's Amazon user id",
    "${aws:principalaccount}": "the caller's account",
}
_FLAGS = {
    "aws:securetransport": ("only over TLS", "only over plain HTTP", "not over TLS", "not over plain HTTP"),
    "aws:multifactorauthpresent": (
        "only with MFA",
        "only without MFA",
        "not with MFA",
        "only with MFA, or long-term keys",
    ),
    "aws:viaawsservice": (
        "only by way of an AWS service",
        "only directly, not by way of an AWS service",
        "not by way of an AWS service",
        "only by way of an AWS service",
    ),
    "aws:principalisawsservice": (
        "only AWS services",
        "only callers that are no AWS service",
        "no AWS services",
        "only AWS services",
    ),
    "dynamodb:fulltablescan": (
        "only statements that scan the whole table",
        "only statements that do not scan the whole table",
        "no statements that scan the whole table",
        "no statements known not to scan the whole table",
    ),
}
"""Key -> what is said when it must be true, must be false, must not be true, must not be false."""

_PLACES = {
    "aws:sourcevpce": "from {}",
    "aws:sourcevpc": "from {}",
    "aws:sourceip": "from {}",
    "aws:vpcsourceip": "from {} inside the VPC",
    "aws:sourcevpcarn": "from {}",
    "aws:requestedregion": "in Region {}",
    "aws:calledvia": "by way of {}",
    "aws:sourceaccount": "on behalf of account {}",
    "aws:sourcearn": "on behalf of {}",
    "aws:principalorgid": "callers of organisation {}",
    "aws:principalorgpaths": "callers of the organisation path {}",
    "aws:principalaccount": "callers of account {}",
    "aws:principalarn": "callers {}",
    "aws:principaltype": "callers of type {}",
    "aws:resourceaccount": "resources of account {}",
    "dynamodb:select": "with Select = {}",
    "dynamodb:returnvalues": "with ReturnValues = {}",
    "dynamodb:enclosingoperation": "within {}",
    "kms:viaservice": "by way of {}",
    "sts:externalid": "with the external id {}",
    RESOURCE: "on resources like {}",
    CALLER: "in the session {}",
}
_TAGS = {
    "aws:principaltag/": "callers whose tag {tag} is {values}",
    "aws:resourcetag/": "resources whose tag {tag} is {values}",
    "aws:requesttag/": "requests that set the tag {tag} to {values}",
}
_PRESENCE = {
    "aws:sourcevpce": ("only through a VPC endpoint", "not through a VPC endpoint"),
    "aws:sourcevpc": ("only through a VPC endpoint", "not through a VPC endpoint"),
    "dynamodb:leadingkeys": (
        "only requests that name a partition key",
        "only requests that name no partition key",
    ),
}
_OR_NONE = ", or requests that name none (such as Scan)"
_KEYS = frozenset({"dynamodb:leadingkeys", "dynamodb:firstpartitionkeyvalues"})


def phrase(literal: Literal, *, present: bool = False) -> str:
    """Say what a literal demands; `present`: the key is known to be there."""
    atom = literal.atom
    if isinstance(atom, Unsettled):
        return f"unknown: {atom.subject} {atom.reason}"
    if atom.key.startswith(OF_THE_KEY):
        atom = Condition(atom.test, atom.key.removeprefix(OF_THE_KEY), atom.values, atom.variables)
        return f"for its key {phrase(Literal(atom, literal.holds), present=present)}"
    for attempt in _ATTEMPTS:
        found = attempt(atom, literal.holds)
        if found is not None:
            return found.removesuffix(_OR_NONE) if present else found
    if present and atom.test.qualifier is Qualifier.FOR_ALL_VALUES:
        atom = Condition(
            resolve(f"ForAnyValue:{atom.test.operator.name}"), atom.key, atom.values, atom.variables
        )
        return f"only if every value of {describe(atom).removeprefix('some value of ')}"
    written = describe(Condition(atom.test, spelled_key(atom.key), atom.values, atom.variables))
    return f"only if {written}" if literal.holds else f"unless {written}"


def _presence(atom: Condition, holds: bool) -> str | None:  # noqa: FBT001 - all attempts look alike
    if not atom.test.operator.tests_presence:
        return None
    there, not_there = _PRESENCE.get(
        atom.key,
        (f"only if {spelled_key(atom.key)} is present", f"only if {spelled_key(atom.key)} is absent"),
    )
    return there if holds else not_there


def _flag(atom: Condition, holds: bool) -> str | None:  # noqa: FBT001
    words = _FLAGS.get(atom.key)
    values = {value.lower() for value in atom.values}
    if words is None or atom.test.qualifier or len(values) != 1 or not values <= {"true", "false"}:
        return None
    return words[(0 if holds else 2) + ("false" in values)]


def _partition_keys(atom: Condition, holds: bool) -> str | None:  # noqa: FBT001
    if atom.key not in _KEYS:
        return None
    shown = _shown(atom)
    if atom.test.qualifier is Qualifier.FOR_ALL_VALUES:
        if holds:
            return f"only items whose partition key is {shown}{_OR_NONE}"
        return f"only requests with an item whose partition key is not {shown}"
    return (
        f"only items whose partition key is {shown}" if holds else f"no items whose partition key is {shown}"
    )


def _attributes(atom: Condition, holds: bool) -> str | None:  # noqa: FBT001
    if atom.key != "dynamodb:attributes":
        return None
    shown = _shown(atom, joint=" and ")
    if atom.test.qualifier is Qualifier.FOR_ALL_VALUES:
        return (
            f"only requests that name no attributes but {shown}"
            if holds
            else f"only requests that name others than {shown}"
        )
    shown = _shown(atom)
    return f"only requests that name the attribute {shown}" if holds else f"not the attribute {shown}"


def _tag(atom: Condition, holds: bool) -> str | None:  # noqa: FBT001
    family, slash, tag = atom.key.partition("/")
    form = _TAGS.get(family + slash)
    if form is None or not _compares_text(atom) or atom.test.qualifier:
        return None
    return ("only " if holds else "no ") + form.format(tag=tag, values=_shown(atom))


def _place(atom: Condition, holds: bool) -> str | None:  # noqa: FBT001
    form = _PLACES.get(atom.key)
    if (
        form is None
        or atom.test.qualifier
        or not (_compares_text(atom) or atom.test.operator.name == "IpAddress")
    ):
        return None
    return ("only " if holds else "not ") + form.format(_shown(atom))


def _moment(atom: Condition, holds: bool) -> str | None:  # noqa: FBT001
    words = {
        "DateLessThan": ("before", "not before"),
        "DateLessThanEquals": ("until", "not until"),
        "DateGreaterThan": ("after", "not after"),
        "DateGreaterThanEquals": ("from", "not from"),
    }.get(atom.test.operator.name)
    if words is None or atom.test.qualifier or atom.key not in {"aws:currenttime", "aws:epochtime"}:
        return None
    return f"only {words[0]} {_shown(atom)}" if holds else f"{words[1]} {_shown(atom)} on"


_ATTEMPTS: tuple[Callable[[Condition, bool], str | None], ...] = (
    _presence,
    _flag,
    _partition_keys,
    _attributes,
    _tag,
    _place,
    _moment,
)


def _compares_text(atom: Condition) -> bool:
    return atom.test.operator.name in {"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnLike"}


def _shown(atom: Condition, joint: str = " or ") -> str:
    wildcards = atom.test.operator.wildcards
    values = [_value(value, wildcards=wildcards) for value in atom.values[:_SHOWN]]
    if len(atom.values) > _SHOWN:
        values.append(f"{len(atom.values) - _SHOWN} more")
    return joint.join(values)


def _value(value: str, *, wildcards: bool) -> str:
    if not wildcards and ("*" in value or "?" in value):
        return f"'{value}'"  # no pattern
    folded = value.lower()
    if folded in _VARIABLES:
        return _VARIABLES[folded]
    if (
        folded.startswith(_PRINCIPAL_TAG)
        and folded.endswith("}")
        and folded.count("}") == 1
        and "," not in folded
    ):
        return f"the caller's tag {value[len(_PRINCIPAL_TAG) : -1]}"
    return value or "an empty text"
