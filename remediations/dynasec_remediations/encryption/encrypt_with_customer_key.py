"""Encrypts a sensitive table with a customer managed key: a new one, or the shared key that the configuration names.

## What it does
With `remedy.shared_keys` for the table's class: `UpdateTable` with that key. Otherwise: `CreateKey` with a policy that lets the principals
of the account use it through DynamoDB only and the account administer it, `CreateAlias` (`alias/dynasec/TABLE`), `EnableKeyRotation`, and
`UpdateTable` with the new key. The old key is left as it is: older backups need it.

## Safety
DynamoDB re-encrypts in the background: reads and writes go on. A new key admits whom the AWS managed key admits, so that no principal of
the account needs new permissions; a shared key's policy may not, so that its effect on every caller is worked out first. Where the
table's or its stream's resource policy admits another account, or a replica is in another account, the change is blocked. Replicas of a
global table need a key in each Region: that is left to `encrypt-replica` where one of them has a key already, else to a person. A table
may change its key four times in 24 hours, and its undo is one of them.

## Undo
Limited: the table goes back to the key that it had, and the alias is deleted. The new key stays, since backups that were made in between
need it; schedule its deletion by hand when there are none.
"""

from collections.abc import Iterator

from dynasec.access import READS
from dynasec.check import Context
from dynasec.drafting.encryption import (
    QUOTA,
    TIMEOUT_S,
    as_it_is,
    back,
    change_key,
    customer,
    described,
    locked_out,
    under_kms,
)
from dynasec.drafting.prices import of_key
from dynasec.drafting.table_keys import TableKey, chosen_key
from dynasec.drafting.tables import same_table
from dynasec.model.fact import Fact
from dynasec.model.table import Table
from dynasec.remediation import Advice, Draft, Failure, Proposal, Remediation, Risk, UndoClass
from dynasec.semantics.replica_settings import others
from dynasec.semantics.table_encryption import key_arn, key_class

remediation = Remediation(
    subject=Table,
    title="Encrypt the table with a customer managed key",
    controls=("customer-key", "kms-encrypted"),
    risk=Risk.DATA_PATH,
    undo=UndoClass.LIMITED,
    reads=tuple(sorted(READS | {"dynamodb:ListGlobalTables"})),
)


@remediation.each_failure
def plan(failure: Failure[Table], context: Context) -> Iterator[Proposal]:
    """Choose the key, then draft the calls."""
    table = failure.subject
    if "customer-key" not in failure.controls or "replica-keys" in failure.all_controls:
        return  # `encrypt-with-kms` and `encrypt-replica` have something to say
    if others(table):
        yield Advice(
            table.arn,
            "each replica needs a customer managed key in its own Region, all at once",
            "make the keys, then update the global table with `ReplicaUpdates` and `SSESpecification`",
        )
        return
    found = chosen_key(table, table.region, context)
    if isinstance(found, str):
        yield Advice(
            table.arn, f"`remedy.shared_keys` names a key that cannot be taken: {found}", "correct it"
        )
    else:
        yield _draft(table, context, found)


def _draft(table: Table, context: Context, key: TableKey) -> Draft:
    before = key_class(table, context.snapshot)
    old = key_arn(table)
    who = "; ".join(locked_out(table, context))
    name = key.trial.label
    switch = change_key(
        table,
        customer(key.arn),
        under_kms(table, key.arn, settled=False),
        under_kms(table, key.arn),
        back(table, None if old is None else context.snapshot.key(old)),
    )
    made = bool(key.calls)
    return Draft(
        resource=table.arn,
        region=table.region,
        summary=f"encrypt {table.name} with {'a new' if made else 'the shared'} customer managed key, {name}",
        before={"Key": before.value, "KMSMasterKeyArn": old},
        after={"Key": "customer managed", "KMSMasterKeyArn": name},
        expect=(same_table(table), as_it_is(table), *key.expect),
        calls=(*key.calls, switch),
        verify=(under_kms(table, key.arn),),
        timeout_s=TIMEOUT_S,
        replaces=((table.description, Fact(described(table, key.trial.arn))),),
        new_keys=(key.trial,),
        risk=None if made else Risk.ACCESS,
        reasons=("it changes what every request is decrypted with", QUOTA)
        + (() if made else ("whoever the shared key's policy does not admit loses the table",)),
        loses="the new key stays, and backups that are made in between are under it"
        if made
        else "backups that are made in between stay under the shared key",
        cost=of_key(rotates=True) if made else None,
        blocked=f"a key for this account admits nobody of another: {who}" if who else "",
    )
