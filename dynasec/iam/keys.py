"""The KMS step: whoever reads an encrypted table needs its key, too.

https://docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
"""

from dataclasses import replace

from dynasec.iam.conditions import Condition, Knowledge, Value, resolve
from dynasec.iam.conditions.canonical import residue, variables_in
from dynasec.iam.conditions.keys import OF_THE_KEY, RESOURCE
from dynasec.iam.formula import Atom, Formula, Literal, Unsettled, conjunction, disjunction, substituted
from dynasec.iam.layers import KeyGrant, KeyStep, Layers
from dynasec.iam.request import Request, account_of_resource
from dynasec.iam.worlds import NETWORK_KEYS

DECRYPT = "kms:Decrypt"
_EQUALS = resolve("StringEquals")
_REGION = 3
_CONTEXT = "kms:encryptioncontext:"
_CONTEXT_KEYS = "kms:encryptioncontextkeys"


_OTHERWISE_FOR_KEY = frozenset(
    {
        RESOURCE,
        "aws:calledvia",
        "aws:calledviafirst",
        "aws:calledvialast",
        "aws:requestedregion",
        "aws:resourceaccount",
        "aws:resourceorgid",
        "aws:resourceorgpaths",
        "aws:sourceip",
        "aws:tagkeys",
        "aws:viaawsservice",
        *NETWORK_KEYS,
    }
)
_OTHERWISE_FAMILIES = ("aws:resourcetag/", "aws:requesttag/", "dynamodb:", "kms:")
_ABSENT_FAMILIES = ("aws:requesttag/", "dynamodb:")


def key_question(request: Request, layers: Layers, step: KeyStep) -> tuple[Request, Layers]:
    """Build the request to KMS that goes with a request to the table: `kms:Decrypt` by way of DynamoDB.

    The caller's own layers are the same; the key's policy takes the place of the table's, and the endpoint's policy does
    not see the call. The key's tags, and what network keys hold in a call that a service forwards, are not known.
    """
    account = account_of_resource(step.key) or request.resource_account
    inherited = about_key(request.context)
    context = Knowledge(
        {**inherited.present, **_implied(request, step, account)},
        inherited.absent | {"aws:tagkeys"},
        inherited.otherwise,
        (*inherited.absent_families, *_ABSENT_FAMILIES),
    )
    in_management_account = request.resource_in_management_account and account == request.resource_account
    asked = Request(request.caller, DECRYPT, step.key, account, context, in_management_account)
    rcps = None if step.aws_managed else (layers.rcps if step.rcps is None else step.rcps)
    return asked, replace(layers, resource=step.policy, rcps=rcps, endpoint=None, key=None)


def about_key(known: Knowledge) -> Knowledge:
    """Return of what is known about the request to the table that which is true of the request to KMS, too.

    A key with `OF_THE_KEY` before it is about the request to KMS alone.
    """
    common = known.without(_OTHERWISE_FOR_KEY, _OTHERWISE_FAMILIES)
    own = {
        key.removeprefix(OF_THE_KEY): values
        for key, values in known.present.items()
        if key.startswith(OF_THE_KEY)
    }
    return Knowledge({**common.present, **own}, common.absent, common.otherwise, common.absent_families)


def set_apart(formula: Formula) -> Formula:
    """Mark the atoms of a formula about the request to KMS that the request to the table may answer differently."""
    return substituted(formula, _marked)


def _marked(atom: Atom) -> Formula:
    if isinstance(atom, Unsettled):
        return Literal(atom)
    asked = (atom.key, *(name for value in atom.values for name in variables_in(value)))
    if not any(key in _OTHERWISE_FOR_KEY or key.startswith(_OTHERWISE_FAMILIES) for key in asked):
        return Literal(atom)
    return Literal(Condition(atom.test, OF_THE_KEY + atom.key, atom.values, atom.variables))


def _implied(request: Request, step: KeyStep, account: str | None) -> dict[str, tuple[Value, ...]]:
    caller = request.caller.account
    implied: dict[str, tuple[Value, ...]] = {
        RESOURCE: (step.key,),
        "kms:viaservice": (step.via,),
        "aws:viaawsservice": ("true",),
        "aws:calledvialast": ("dynamodb.amazonaws.com",),
        **{_CONTEXT + key.lower(): (value,) for key, value in step.encryption_context.items()},
        **({"kms:calleraccount": (caller,)} if caller is not None else {}),
        **({"aws:resourceaccount": (account,)} if account is not None else {}),
        **({_CONTEXT_KEYS: tuple(step.encryption_context)} if step.encryption_context else {}),
    }
    parts = step.key.split(":")
    if len(parts) > _REGION:
        implied["aws:requestedregion"] = (parts[_REGION],)
    return implied


def granted_by(request: Request, step: KeyStep) -> Formula:
    """Say when a grant on the key lets the caller decrypt; `request` is the one to KMS."""
    if step.grants is None:
        return Literal(Unsettled(f"grants of {step.key}", "could not be read"))
    return disjunction(_by_grant(request, grant) for grant in step.grants)


def _by_grant(request: Request, grant: KeyGrant) -> Formula:
    caller = request.caller
    names = {caller.name, caller.issuer} - {None}
    if grant.grantee not in names or "Decrypt" not in grant.operations:
        return False
    wanted = {**(grant.subset or {}), **(grant.equals or {})}
    return conjunction(
        residue(Condition(_EQUALS, _CONTEXT + key.lower(), (value,), variables=False), request.context)
        for key, value in wanted.items()
    )
