"""A global table is of the current version.

## Why it matters
The legacy version 2017.11.29 writes attributes of its own into every item, does not encrypt new replicas by itself and knows none of what
came since: its settings on the replicas drift apart unseen.

## Passes when
`DescribeTable` gives the version 2019.11.21. A replica of the legacy version looks like an ordinary table there, so the legacy API is asked
which global tables it holds. Not applicable to tables that are not global.

## How to fix
- Console: DynamoDB, the table, Global tables, Update version. The way back is closed.
- CLI: the version is changed in the console only; `aws dynamodb describe-global-table --global-table-name NAME` tells the legacy one.
- Terraform: replace `aws_dynamodb_global_table` by `replica` blocks in `aws_dynamodb_table`.
- CloudFormation: `AWS::DynamoDB::GlobalTable`.
"""

from dynasec.check import Check, Context, Severity, Verdict
from dynasec.model.fact import Unknown, malformed
from dynasec.model.table import Table

check = Check(
    subject=Table,
    title="Global tables are of the current version",
    severity=Severity.LOW,
    reads=("dynamodb:DescribeTable", "dynamodb:ListGlobalTables"),
    frameworks=("nist-800-53-r5:CM-6",),
)

_CURRENT = "2019.11.21"
_LEGACY = "2017.11.29"


@check.evaluator
def evaluate(table: Table, context: Context) -> Verdict:
    """Ask the table first; where it tells no version, whether the legacy API knows it."""
    description = table.description.known()
    version = description.global_table_version
    if version == _CURRENT:
        return Verdict.passed(f"is of version {version}", version=version)
    if version == _LEGACY:
        return Verdict.failed(f"is of the legacy version {version}", version=version)
    if version is not None or description.replicas:
        what = "replicas without GlobalTableVersion" if version is None else f"GlobalTableVersion {version}"
        raise Unknown(malformed("dynamodb:DescribeTable", what, table.region))
    legacy = context.region(table).legacy_global_tables
    if any(one.holds(table) for one in legacy.items):
        return Verdict.failed(f"is of the legacy version {_LEGACY}", version=_LEGACY)
    legacy.complete()
    return Verdict.not_applicable("is not a global table")
