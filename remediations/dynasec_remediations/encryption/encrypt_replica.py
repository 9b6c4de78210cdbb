"""Encrypts the replicas of a table with customer managed keys, as the table itself is.

## What it does
For each replica under the AWS managed key: `CreateKey`, `CreateAlias` and `EnableKeyRotation` in the replica's Region (or the shared key
that the configuration names for it), then `UpdateTable` with `ReplicaUpdates`. The table's own key stays.

## Safety
DynamoDB re-encrypts in the background: reads and writes go on. A new key admits whom the AWS managed key admits; a shared key's policy may
not, so that its effect on every caller is worked out first. Where the resource policy of the table or of a replica admits another
account, or a replica is in another account, the change is blocked. Each change of a key is one of four in 24 hours, and its undo is
another.

## Undo
Limited: each replica goes back to the key that it had, and the aliases are deleted. New keys stay, since backups that were made in between
need them.
"""

from collections.abc import Iterator, Sequence

from dynasec.access import READS
from dynasec.check import Context
from dynasec.drafting.encryption import (
    QUOTA,
    TIMEOUT_S,
    as_it_is,
    change_replica,
    described,
    lane_of,
    locked_out,
    there,
    under_kms,
)
from dynasec.drafting.prices import KEY, KEY_ROTATION, monthly
from dynasec.drafting.table_keys import TableKey, chosen_key
from dynasec.drafting.tables import same_table
from dynasec.model.fact import Fact
from dynasec.model.table import Table
from dynasec.remediation import (
    Advice,
    Draft,
    Failure,
    Proposal,
    Remediation,
    Risk,
    UndoClass,
)
from dynasec.semantics.replica_settings import others, table_of
from dynasec.semantics.table_encryption import KeyClass, key_arn, key_class

remediation = Remediation(
    subject=Table,
    title="Encrypt replicas with customer managed keys, as their table is",
    controls=("replica-keys", "customer-key"),
    risk=Risk.DATA_PATH,
    undo=UndoClass.LIMITED,
    reads=tuple(sorted(READS | {"dynamodb:ListGlobalTables"})),
)


@remediation.each_failure
def plan(failure: Failure[Table], context: Context) -> Iterator[Proposal]:
    """Draft the change from the replica that has a customer managed key; the change closes the findings of all."""
    if "replica-keys" not in failure.controls:
        return
    table, account = failure.subject, context.snapshot
    replicas = [table_of(table, one, account) for one in others(table)]
    classes = {one.arn: key_class(one, account) for one in (table, *replicas)}
    if set(classes.values()) != {KeyClass.AWS_MANAGED, KeyClass.CUSTOMER_MANAGED}:
        yield Advice(
            table.arn,
            "its replicas differ in the type of encryption, which DynamoDB keeps alike",
            "plan again",
        )
        return
    first = min(arn for arn, found in classes.items() if found is KeyClass.CUSTOMER_MANAGED)
    audited = {one.arn for one in account.tables()}
    if table.arn != first:
        if first not in audited:
            yield Advice(
                table.arn, f"{first} has the stronger key", "audit its Region too, and plan from there"
            )
        return
    weak = [one for one in replicas if classes[one.arn] is KeyClass.AWS_MANAGED]
    keys = [chosen_key(one, one.region, context, call=f"key-{one.region}") for one in weak]
    refused = next((one for one in keys if isinstance(one, str)), None)
    if refused is not None:
        yield Advice(
            table.arn, f"`remedy.shared_keys` names a key that cannot be taken: {refused}", "correct it"
        )
        return
    chosen = [one for one in keys if isinstance(one, TableKey)]
    closes = tuple(sorted(audited.intersection(classes)))
    yield _draft(table, weak, chosen, closes, context)


def _draft(
    table: Table, weak: Sequence[Table], keys: Sequence[TableKey], closes: tuple[str, ...], context: Context
) -> Draft:
    pairs = list(zip(weak, keys, strict=True))
    made = sum(bool(key.calls) for key in keys)
    blocked = "; ".join(dict.fromkeys(who for one in (table, *weak) for who in locked_out(one, context)))
    regions = ", ".join(one.region for one in weak)
    return Draft(
        resource=table.arn,
        region=table.region,
        summary=f"encrypt the replicas of {table.name} in {regions} with customer managed keys",
        before={one.region: key_arn(one) for one in weak},
        after={one.region: key.trial.label for one, key in pairs},
        expect=(
            same_table(table),
            *(there(state, one) for one in weak for state in (same_table(one), as_it_is(one))),
            *(state for key in keys for state in key.expect),
        ),
        calls=tuple(call for one, key in pairs for call in (*key.calls, change_replica(table, one, key.arn))),
        verify=tuple(there(under_kms(one, key.arn), one) for one, key in pairs),
        timeout_s=TIMEOUT_S,
        replaces=tuple((one.description, Fact(described(one, key.trial.arn))) for one, key in pairs),
        new_keys=tuple(key.trial for key in keys),
        closes=closes,
        lane=lane_of(table),
        risk=None if made == len(keys) else Risk.ACCESS,
        reasons=("it changes what every request to the replicas is decrypted with", QUOTA),
        loses="new keys stay, and backups that are made in between are under them",
        cost=monthly(
            made, made * (KEY.dollars + 2 * KEY_ROTATION.dollars), KEY, KEY_ROTATION, basis=f"{made} keys"
        ),
        blocked=f"a key for this account admits nobody of another: {blocked}" if blocked else "",
    )
