"""The KMS step: whoever reads an encrypted table needs its key, too.

https://docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
"""

from dataclasses import replace

from dynasec.iam.conditions import Condition, Value, resolve
from dynasec.iam.conditions.canonical import residue
from dynasec.iam.formula import Formula, Literal, Unsettled, conjunction, disjunction
from dynasec.iam.layers import KeyGrant, KeyStep, Layers
from dynasec.iam.request import Request, account_of_resource

DECRYPT = "kms:Decrypt"
_EQUALS = resolve("StringEquals")
_CONTEXT = "kms:encryptioncontext:"
_CONTEXT_KEYS = "kms:encryptioncontextkeys"


def key_question(request: Request, layers: Layers, step: KeyStep) -> tuple[Request, Layers]:
    """Build the request to KMS that goes with a request to the table: `kms:Decrypt` by way of DynamoDB.

    The caller's own layers are the same; the key's policy takes the place of the table's, and the endpoint's policy does
    not see the call.
    """
    account = account_of_resource(step.key) or request.resource_account
    asked = Request(
        request.caller,
        DECRYPT,
        step.key,
        account,
        request.context.updated(**_implied(request, step, account)),
        request.resource_in_management_account and account == request.resource_account,
    )
    rcps = None if step.aws_managed else (layers.rcps if step.rcps is None else step.rcps)
    return asked, replace(layers, resource=step.policy, rcps=rcps, endpoint=None, key=None)


def _implied(request: Request, step: KeyStep, account: str | None) -> dict[str, tuple[Value, ...]]:
    implied: dict[str, tuple[Value, ...]] = {
        "resource": (step.key,),
        "kms:viaservice": (step.via,),
        "aws:viaawsservice": ("true",),
        **{_CONTEXT + key.lower(): (value,) for key, value in step.encryption_context.items()},
    }
    if request.caller.account is not None:
        implied["kms:calleraccount"] = (request.caller.account,)
    if account is not None:
        implied["aws:resourceaccount"] = (account,)
    if step.encryption_context:
        implied[_CONTEXT_KEYS] = tuple(step.encryption_context)
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
