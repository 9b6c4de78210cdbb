"""Measure the matrix of a whole account: `python benchmarks/matrix.py --principals 2000 --tables 2000`.

The account is generated: roles of applications that name tables of their own, by ARN or by prefix, some under conditions; teams that
share managed policies; administrators; service-linked roles; tables of which some have a resource policy or a key of their own. The
measurement runs in a process of its own, so that its peak memory is the matrix's and the snapshot's alone.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from dynasec.access import Access
from dynasec.model.account import Account
from dynasec.model.fact import Fact, Listing
from dynasec.model.identity import Identity, InlinePolicy, ManagedPolicy, Role
from dynasec.model.key import Key, KeyMetadata
from dynasec.model.organization import Organization
from dynasec.model.region import Region
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import ResourcePolicy, Table, TableDescription

ACCOUNT = "123456789012"
REGION = "us-east-1"
NOW = datetime(2026, 1, 15, tzinfo=UTC)
_KIB_PER_MIB = 1024
_KEYS = 10


def document(*statements: Mapping[str, Any]) -> str:
    """Return a policy of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def table_arn(number: int) -> str:
    """Return the ARN of a table."""
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/app{number % 200:03}-data{number:04}"


def key_arn(number: int) -> str:
    """Return the ARN of a key."""
    return f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{number:08}-0000-0000-0000-000000000000"


def tables(count: int) -> Iterator[Table]:
    """Yield tables: each fifth under one of ten customer keys, each tenth with a policy."""
    for number in range(count):
        arn = table_arn(number)
        name = arn.rpartition("/")[2]
        raw: dict[str, Any] = {"TableName": name, "TableArn": arn, "TableStatus": "ACTIVE"}
        if number % 5 == 0:
            key = key_arn(number % _KEYS)
            raw["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
        if number % 3 == 0:
            raw["LatestStreamArn"] = f"{arn}/stream/2025-01-01T00:00:00.000"
        yield Table(
            arn=arn,
            region=REGION,
            name=name,
            account=ACCOUNT,
            tags=Fact({"team": f"team-{number % 20}"}),
            description=Fact(TableDescription.model_validate(raw)),
            policy=Fact(table_policy(number)),
            stream_policy=Fact(None),
        )


def table_policy(number: int) -> ResourcePolicy | None:
    """Return a policy for each tenth table: an Allow to one role, or a Deny to all that do not come over TLS."""
    arn = table_arn(number)
    if number % 20 == 0:
        role = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/app-{number:04}"}
        allow = {"Effect": "Allow", "Principal": role, "Action": "dynamodb:GetItem", "Resource": arn}
        return ResourcePolicy(text=document(allow))
    if number % 20 == 10:  # noqa: PLR2004 - the other tenth of the tenths
        deny = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "dynamodb:*",
            "Resource": arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        return ResourcePolicy(text=document(deny))
    return None


def keys() -> Iterator[Key]:
    """Yield keys whose policies leave it to IAM."""
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    text = document({"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"})
    for number in range(_KEYS):
        arn = key_arn(number)
        yield Key(
            arn=arn,
            region=REGION,
            references=(arn,),
            aliases=Fact(()),
            metadata=Fact(KeyMetadata(arn=arn, key_manager="CUSTOMER", key_state="Enabled")),
            policies=Fact({"default": text}),
            grants=Listing(),
        )


def roles(count: int) -> Iterator[Role]:
    """Yield roles: half with policies of their own, the rest sharing managed ones."""
    for number in range(count):
        name = f"app-{number:04}"
        shared = number % 2
        yield Role(
            arn=f"arn:aws:iam::{ACCOUNT}:role/{name}",
            name=name,
            trust=Fact(
                document(
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                )
            ),
            inline=Listing(() if shared else (InlinePolicy(name="own", text=Fact(own_policy(number))),)),
            attached=Listing((f"arn:aws:iam::{ACCOUNT}:policy/shared-{number % 40}",) if shared else ()),
            boundary=Fact(None),
        )


def own_policy(number: int) -> str:
    """Return the policy of an application: two tables by name, one by prefix, each under other conditions."""
    prefix = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/app{number % 200:03}-*"
    return document(
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"],
            "Resource": [table_arn(number), f"{table_arn(number)}/index/*", table_arn(number + 1)],
        },
        {
            "Effect": "Allow",
            "Action": "dynamodb:Scan",
            "Resource": prefix,
            "Condition": {"StringEquals": {"aws:SourceVpce": f"vpce-{number % 7}"}},
        },
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key_arn(number % _KEYS)},
    )


def shared_policies() -> Iterator[ManagedPolicy]:
    """Yield forty managed policies, from administrators' to those of teams that go by tags."""
    for number in range(40):
        statements: list[dict[str, Any]] = [
            {
                "Effect": "Allow",
                "Action": ["dynamodb:*Item", "dynamodb:Query"],
                "Resource": f"arn:aws:dynamodb:*:*:table/app{number:03}-*",
            },
            {"Effect": "Deny", "Action": "dynamodb:Delete*", "Resource": "*"},
        ]
        if number % 10 == 1:
            statements = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
        if number % 10 == 3:  # noqa: PLR2004 - another tenth
            team = {"StringEquals": {"aws:ResourceTag/team": f"team-{number % 20}"}}
            statements = [{"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*", "Condition": team}]
        yield ManagedPolicy(
            arn=f"arn:aws:iam::{ACCOUNT}:policy/shared-{number}", text=Fact(document(*statements))
        )


def account(principals: int, number_of_tables: int) -> Snapshot:
    """Return a snapshot of the generated account; root is one of the principals."""
    region = Region(
        arn=f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:*",
        region=REGION,
        tables=Listing(tuple(tables(number_of_tables))),
    )
    return Snapshot(
        tool_version="0",
        taken_at=NOW,
        finished_at=NOW,
        caller_arn=f"arn:aws:iam::{ACCOUNT}:role/auditor",
        account=Account(arn=f"arn:aws:iam::{ACCOUNT}:root", id=ACCOUNT, partition="aws"),
        regions=(region,),
        keys=tuple(keys()),
        identity=Identity(
            users=Listing(),
            groups=Listing(),
            roles=Listing(tuple(roles(principals - 1))),
            managed_policies=Listing(tuple(shared_policies())),
        ),
        organization=Organization(
            description=Fact(None), levels=Listing(), policies=Listing(), accounts=Listing()
        ),
    )


def measure(principals: int, number_of_tables: int) -> dict[str, float]:
    """Build the account, compute its matrix, and tell seconds, groups, pairs with access, and peak memory in MiB."""
    snapshot = account(principals, number_of_tables)
    before, cpu_before = time.perf_counter(), time.process_time()
    answer = Access(snapshot).matrix()
    seconds, cpu = time.perf_counter() - before, time.process_time() - cpu_before
    return {
        "principals": answer.principals,
        "tables": answer.tables,
        "groups": len(answer.groups),
        "pairs with access": sum(len(group.principals) * len(group.tables) for group in answer.groups),
        "seconds": round(seconds, 2),
        "CPU seconds": round(cpu, 2),
        "peak MiB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB_PER_MIB),
    }


def main() -> None:
    """Run the measurement in a process of its own and print a line per figure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--principals", type=int, default=2000)
    parser.add_argument("--tables", type=int, default=2000)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.here:
        subprocess.run([sys.executable, __file__, "--here", *sys.argv[1:]], check=True)  # noqa: S603 - this very program
        return
    for name, value in measure(options.principals, options.tables).items():
        print(f"{name:>18}  {value}")


if __name__ == "__main__":
    main()
