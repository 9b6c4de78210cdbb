"""Encrypts a table with the AWS managed key instead of a key that AWS owns.

## What it does
`UpdateTable` with `SSESpecification: {Enabled: true, SSEType: KMS}`; KMS makes the key `alias/aws/dynamodb` where the Region has none yet.
A table that fails `customer-key` too is left to `encrypt-with-customer-key`.

## Safety
DynamoDB re-encrypts in the background: reads and writes go on. The key's policy, which is AWS's, lets every principal of the account use
it through DynamoDB, and nobody of another account: where the table's or its stream's resource policy admits one, or a replica is in
another account, the change is blocked. A permissions boundary or an SCP that allows DynamoDB but not `kms:Decrypt` can still deny. A
table may change its key four times in 24 hours, and its undo is one of them.

## Undo
Limited: the table goes back to the key that AWS owns, which AWS always allows. What was made in between (backups, exports) stays under
the AWS managed key, and the key stays.
"""

import hashlib
from collections.abc import Iterator

from dynasec.arn import Arn
from dynasec.check import Context
from dynasec.drafting.encryption import (
    MANAGED,
    QUOTA,
    TIMEOUT_S,
    as_it_is,
    back,
    change_key,
    described,
    lane_of,
    locked_out,
    under_kms,
)
from dynasec.drafting.prices import KEY_REQUESTS, monthly
from dynasec.drafting.tables import same_table
from dynasec.model.fact import Fact
from dynasec.model.key import Key, KeyMetadata
from dynasec.model.table import Table
from dynasec.remediation import Advice, Draft, Failure, Proposal, Remediation, Risk, UndoClass
from dynasec.semantics.table_encryption import uses_aws_owned_key

remediation = Remediation(
    subject=Table,
    title="Encrypt the table with the AWS managed key",
    controls=("kms-encrypted",),
    risk=Risk.DATA_PATH,
    undo=UndoClass.LIMITED,
    reads=("dynamodb:GetResourcePolicy", "dynamodb:ListGlobalTables"),
)


@remediation.each_failure
def plan(failure: Failure[Table], context: Context) -> Iterator[Proposal]:
    """Draft the one call, unless the table is to have a customer managed key."""
    table = failure.subject
    if "customer-key" in failure.all_controls:
        return
    if not uses_aws_owned_key(table.description.known().sse):
        yield Advice(table.arn, "its key is being changed now", "plan again when DynamoDB is done")
        return
    key = _stand_in(table)
    who = "; ".join(locked_out(table, context))
    yield Draft(
        resource=table.arn,
        region=table.region,
        summary=f"encrypt {table.name} with the AWS managed key alias/aws/dynamodb",
        before={"SSEDescription": None},
        after={"SSEDescription": {"SSEType": "KMS", "Key": "alias/aws/dynamodb"}},
        expect=(same_table(table), as_it_is(table)),
        calls=(
            change_key(
                table,
                MANAGED,
                under_kms(table, None, settled=False),
                under_kms(table, None),
                back(table, None),
            ),
        ),
        verify=(under_kms(table, None),),
        timeout_s=TIMEOUT_S,
        replaces=((table.description, Fact(described(table, key.arn))),),
        new_keys=(key,),
        lane=lane_of(table),
        reasons=("it changes what every request is decrypted with", QUOTA),
        loses="backups that are made in between stay under the AWS managed key",
        cost=monthly(0, 1, KEY_REQUESTS, basis="the key is free, its requests are a few thousand per caller"),
        blocked=f"the AWS managed key admits nobody of another account: {who}" if who else "",
    )


def _stand_in(table: Table) -> Key:
    """Return the AWS managed key of the Region as it will be, under an ARN that no key has."""
    place = Arn.parse(table.arn)
    mark = hashlib.sha256(table.region.encode()).hexdigest()[:12]
    arn = f"arn:{place.partition}:kms:{table.region}:{table.account}:key/00000000-0000-0000-0000-{mark}"
    metadata = KeyMetadata(arn=arn, key_manager="AWS", key_state="Enabled")
    aliases: tuple[str, ...] = ("alias/aws/dynamodb",)
    return Key(
        arn=arn,
        region=table.region,
        references=(arn,),
        tables=(table.arn,),
        aliases=Fact(aliases),
        metadata=Fact(metadata),
    )
