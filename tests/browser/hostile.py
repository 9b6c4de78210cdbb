"""A small account of everything that the report shows, in which every text that its owner chooses is an attack."""

from __future__ import annotations

from dynasec.access import READS
from dynasec.audit.finding import Suppressed
from dynasec.audit.report import Report
from dynasec.check import Severity, Status
from dynasec.model.fact import Gap
from dynasec.plugins import BrokenPlugin
from dynasec.registry import Control
from tests.support.access import EVERYTHING, PEOPLE, account
from tests.support.accounts import description, table
from tests.support.findings import control, finding, report
from tests.support.identity import allow, role
from tests.support.network import TO_ENDPOINT, TO_NAT, endpoint, network, routes, subnet, vpc

ATTACK = "</script><script>window.hit = 1</script><img src=x onerror='window.hit = 2'>\u202e&quot;"
SHOWN = ATTACK.replace("\u202e", "\\u202e")
_PAGE = f"""First line.

## Why it matters
{ATTACK} <b>raw</b> [link](javascript:alert(1))

## How to fix
- CLI: `aws dynamodb update-table --table-name NAME`
"""
_GAP = Gap("dynamodb:DescribeTable", "AccessDeniedException", ATTACK, "us-east-1")
_ONLY_THERE = {"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f67890"}}


def hostile_report() -> Report:
    """Findings of two controls on tables `t000` to `t149` and on one with a hostile name."""
    many = [
        finding(
            Status.PASS if number % 3 else Status.FAIL,
            label=f"t{number:03}",
            reason=f"reason {number}",
            control="first-control",
            severity=list(Severity)[number % 4],
            data_class=("restricted", "public", None)[number % 3],
            region=("us-east-1", "eu-west-1")[number % 2],
        )
        for number in range(150)
    ]
    special = [
        finding(
            Status.FAIL,
            label=ATTACK,
            resource=f"arn:aws:dynamodb:us-east-1:123456789012:table/{ATTACK}",
            control="second-control",
            reason=ATTACK,
            severity=Severity.CRITICAL,
            evidence={ATTACK: [ATTACK, {"needle-in-evidence": 1}]},
        ),
        finding(Status.UNKNOWN, label="unread", control="second-control", gaps=(_GAP,)),
        finding(
            Status.FAIL,
            label="taken",
            control="second-control",
            suppressed=Suppressed(ATTACK, ATTACK, "2026-03-01"),
        ),
        finding(Status.NOT_APPLICABLE, label="beside", control="second-control"),
    ]
    tags = [{"Key": key, "Value": ATTACK} for key in ("zone", "lane", "Name")]
    conditional = allow("dynamodb:GetItem", Condition=_ONLY_THERE)
    snapshot = account(
        role("admin", trust=PEOPLE, inline={"own": EVERYTHING}),
        role("reader", trust=PEOPLE, inline={"own": [conditional]}),
        of=table(ATTACK, tags={"lane": ATTACK}, description=description(), policy=None, stream_policy=None),
    )
    place = snapshot.regions[0].model_copy(
        update={
            "network": network(
                vpcs=(vpc(Tags=tags),),
                subnets=(subnet("subnet-1", Tags=tags), subnet("subnet-2")),
                route_tables=(routes(TO_ENDPOINT), routes(TO_NAT, name="rtb-2", subnet_id="subnet-2")),
                endpoints=(endpoint(Tags=tags),),
            )
        }
    )
    return report(
        *many,
        *special,
        controls=(_control("first-control", "access"), _control("second-control", "encryption")),
        snapshot=snapshot.model_copy(update={"regions": (place,), "reads": tuple(sorted(READS))}),
        problems=(ATTACK,),
        broken=(BrokenPlugin("pack", ATTACK, ATTACK),),
    )


def _control(name: str, section: str) -> Control:
    made = control(name=name, section=section, title=ATTACK, frameworks=("aws-fsbp:DynamoDB.2",))
    return Control(made.id, made.section, made.pack, _PAGE, made.check)
