"""Every grant on a table's key is for somebody known.

## Why it matters
A grant lets its grantee use the key without a word in any policy: it is not seen where people look, and it stays until somebody retires it.

## Passes when
Every grantee is an AWS service, as DynamoDB is for the tables it serves, or a principal of the audited account, the key's own or one of
`trust.accounts`. A grant for a foreign account, or for an id that a deleted user or role left behind, fails.

## How to fix
- Console: grants are not shown there.
- CLI: `aws kms list-grants --key-id ARN`, then `aws kms revoke-grant --key-id ARN --grant-id ID`
- Terraform: remove the `aws_kms_grant`.
- CloudFormation: has no grants; what made the grant must revoke it.
"""

from dynasec.arn import Arn
from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown, malformed
from dynasec.model.key import Grant, Key
from dynasec.semantics.key_access import account_of_grantee

_READ = "kms:ListGrants"

check = Check(
    subject=Key,
    title="Grants on keys of tables are for known principals",
    severity=Severity.HIGH,
    reads=(_READ,),
    frameworks=("nist-800-53-r5:AC-3", "nist-800-53-r5:SC-12", "source-post:encryption-at-rest"),
)


@check.evaluator
def evaluate(key: Key, context: Context) -> Verdict:
    """Judge each grant; one that is seen to be bad counts although others are hidden."""
    own = {context.snapshot.account.id, Arn.parse(key.arn).account}
    known = own.union(context.settings.trust.accounts)
    bad = [why for grant in key.grants.items if (why := _stranger(grant, known, key.region))]
    if bad:
        more = f", and {len(bad) - 1} more" if len(bad) > 1 else ""
        return Verdict.failed(bad[0] + more, grants=bad)
    number = len(key.grants.complete())
    return Verdict.passed("has no grants" if not number else f"its {number} grants are for known principals")


def _stranger(grant: Grant, known: set[str], region: str) -> str | None:
    if grant.grantee_principal is None:
        if grant.grantee_service_principal is None:
            raise Unknown(malformed(_READ, f"grant {grant.grant_id} names no grantee", region))
        return None
    account = account_of_grantee(grant.grantee_principal)
    if account == "" or account in known:
        return None
    who = grant.grantee_principal
    of = f"{who} of account {account}" if account else f"{who}, which names no existing principal"
    return (
        f"grant {grant.name or grant.grant_id[:12]} lets {of} {', '.join(grant.operations[:3]) or 'use it'}"
    )
