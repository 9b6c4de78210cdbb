"""How many authorization decisions the policy engine makes per second, on one core.

    python benchmarks/decisions.py                      # the figures for one role
    python benchmarks/decisions.py --principals 2000 --tables 200

Policies are compiled once; no two consecutive requests are the same, and no decision is remembered.
"""

import argparse
import itertools
import json
import time
from collections.abc import Callable, Sequence

from dynasec.iam.authorize import authorize
from dynasec.iam.conditions import Gap, Knowledge
from dynasec.iam.layers import Layer, Layers, Policy
from dynasec.iam.request import Caller, Request

ACCOUNT = "111122223333"
ACTIONS = tuple(
    f"dynamodb:{name}"
    for name in [
        "GetItem",
        "BatchGetItem",
        "Query",
        "Scan",
        "PutItem",
        "UpdateItem",
        "DeleteItem",
        "BatchWriteItem",
        "DescribeTable",
        "DeleteTable",
        "UpdateTable",
        "CreateBackup",
        "ExportTableToPointInTime",
        "PutResourcePolicy",
        "TagResource",
    ]
)


def table(number: int) -> str:
    """Return a table's ARN."""
    return f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/Orders{number:04}"


def policy(identifier: str, *statements: object) -> Policy:
    """Make a policy of Version 2012-10-17."""
    made = Policy.parsed(
        identifier, "managed", json.dumps({"Version": "2012-10-17", "Statement": statements})
    )
    if not isinstance(made, Policy):
        raise TypeError(made.reason)
    return made


def identity(role: int) -> Layer:
    """Make what a typical application role has: its tables, logs and a bucket, and a guard rail."""
    first = role % 50 * 4
    tables = [table(first + offset) for offset in range(4)]
    application = policy(
        f"app-{role}",
        {
            "Sid": "Data",
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem"],
            "Resource": [*tables, *(f"{each}/index/*" for each in tables)],
        },
        {
            "Sid": "Tenants",
            "Effect": "Allow",
            "Action": ["dynamodb:UpdateItem", "dynamodb:DeleteItem"],
            "Resource": f"arn:aws:dynamodb:*:{ACCOUNT}:table/Orders*",
            "Condition": {
                "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "${aws:PrincipalTag/tenant}"}
            },
        },
        {
            "Sid": "Describe",
            "Effect": "Allow",
            "Action": ["dynamodb:Describe*", "dynamodb:List*"],
            "Resource": "*",
        },
    )
    elsewhere = policy(
        "logs",
        {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"},
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::assets/*"},
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": f"arn:aws:kms:*:{ACCOUNT}:key/*"},
    )
    guard = policy(
        "guard",
        {
            "Sid": "OnlyTls",
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Sid": "NoDeletes",
            "Effect": "Deny",
            "Action": ["dynamodb:DeleteTable", "dynamodb:DeleteBackup"],
            "Resource": "*",
        },
    )
    return Layer.of((application, elsewhere, guard))


def all_layers(own: Layer) -> Layers:
    """Add a boundary, two levels of SCPs and a resource policy."""
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    regions = {
        "Effect": "Deny",
        "NotAction": ["iam:*", "sts:*"],
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["us-east-1", "eu-west-1"]}},
    }
    network = {
        "Sid": "OnlyOurNetwork",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "dynamodb:*",
        "Resource": "*",
        "Condition": {
            "StringNotEqualsIfExists": {"aws:SourceVpc": "vpc-1"},
            "Bool": {"aws:ViaAWSService": "false"},
        },
    }
    return Layers(
        identity=own,
        boundary=Layer.of(
            [policy("boundary", {"Effect": "Allow", "Action": ["dynamodb:*", "logs:*"], "Resource": "*"})]
        ),
        scps=(Layer.of([policy("root", everything)]), Layer.of([policy("unit", everything, regions)])),
        resource=Layer.of([policy("table", network)]),
    )


def requests(callers: Sequence[Caller], tables: int, given: Knowledge) -> list[Request]:
    """Build the requests: every caller × action × table, neighbours being different in all three."""
    found = [
        Request.of(caller, action, table(number), given=given)
        for number, action, caller in itertools.product(range(tables), ACTIONS, callers)
    ]
    return found[::7] + [request for index, request in enumerate(found) if index % 7]


def rate(run: Callable[[], int], seconds: float = 1.0, repeats: int = 3) -> float:
    """Return decisions per second of CPU time, the best of several runs."""
    best = 0.0
    for _ in range(repeats):
        started, done = time.process_time(), 0
        while (spent := time.process_time() - started) < seconds:
            done += run()
        best = max(best, done / spent)
    return best


def _known() -> Knowledge:
    return Knowledge(
        {
            "aws:securetransport": ("true",),
            "aws:sourcevpc": ("vpc-1",),
            "aws:viaawsservice": ("false",),
            "dynamodb:leadingkeys": ("tenant-1",),
        },
        otherwise=Gap.ABSENT,
    )


def _caller(number: int) -> Caller:
    return Caller.of(f"arn:aws:iam::{ACCOUNT}:role/app-{number}", tags={"tenant": "tenant-1"})


def measure(layers: Layers, asked: list[Request]) -> float:
    """Measure one role's decisions."""

    def run() -> int:
        for request in asked:
            authorize(request, layers)
        return len(asked)

    return rate(run)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--principals", type=int, default=0, help="also: that many principals, each with its own policies"
    )
    parser.add_argument("--tables", type=int, default=200)
    options = parser.parse_args()
    own = identity(1)
    asked = requests([_caller(1)], options.tables, _known())
    unknown = requests([_caller(1)], options.tables, Knowledge())
    rows = [
        ("identity policies, context known", measure(Layers(identity=own), asked)),
        ("identity, boundary, SCPs and resource policy, context known", measure(all_layers(own), asked)),
        ("identity policies, context unknown", measure(Layers(identity=own), unknown)),
        ("identity, boundary, SCPs and resource policy, context unknown", measure(all_layers(own), unknown)),
    ]
    for name, per_second in rows:
        print(f"{per_second:12,.0f} decisions/s  {name}")
    if options.principals:
        _many(options.principals, options.tables)


def _many(principals: int, tables: int) -> None:
    started = time.process_time()
    roles = [(_caller(number), all_layers(identity(number))) for number in range(principals)]
    made = time.process_time()
    targets = [table(number) for number in range(tables)]
    known, done = _known(), 0
    for caller, layers in roles:
        for action in ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteTable"):
            for target in targets:
                authorize(Request.of(caller, action, target, given=known), layers)
                done += 1
    spent = time.process_time() - made
    print(
        f"{done / spent:12,.0f} decisions/s  {principals} principals × {tables} tables × 3 actions, requests built too"
    )
    print(
        f"{made - started:12.1f} s to parse the policies of {principals} principals; {spent:.1f} s to decide"
    )


if __name__ == "__main__":
    main()
