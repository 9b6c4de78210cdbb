"""Plans for the world of `tests.support.world`: one change for each way of finding out whether a call took effect."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from dynasec.change import Call, Identity, State, change_tag, result, token
from dynasec.remediation import Risk, UndoClass
from dynasec.remedy.plan import Change, Limits, Plan, RiskOf, SourceAudit, Subject, Tool, Totals, Undo
from tests.support.world import World

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ACCOUNT = "111122223333"
REGION = "us-east-1"


def plan(*changes: Change, limits: Limits | None = None, **more: Any) -> Plan:
    """A sealed plan of changes."""
    return Plan(
        **{
            "created_at": NOW,
            "expires_at": NOW + timedelta(hours=24),
            "tool": Tool(version="0"),
            "subject": Subject(partition="aws", account=ACCOUNT, regions=(REGION,), caller_arn="arn:aws:iam::111122223333:user/planner"),
            "source_audit": SourceAudit(run_id="r", taken_at=NOW, coverage=1.0),
            "limits": limits or Limits(),
            "changes": changes,
            "advice": (),
            "totals": Totals(changes=len(changes), blocked=0, advice=0, by_risk={}, cost_low=0, cost_high=0),
            **more,
        }
    ).sealed()  # fmt: skip


def change(name: str, **more: Any) -> Change:
    """A change with defaults for what a test is not about."""
    return Change(
        **{
            "id": name, "key": f"key-of:{name}", "remediation": "mend", "controls": ("some-control",), "fingerprints": (),
            "resource": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}", "region": REGION, "lane": name, "wave": 1,
            "summary": f"mend {name}", "before": {}, "after": {}, "diff": (), "expect": (), "calls": (), "verify": (),
            "timeout_s": 120, "undo": Undo(kind=UndoClass.EXACT), "risk": RiskOf(level=Risk.ADDITIVE), **more,
        }
    )  # fmt: skip


def table_is(name: str, *, always: bool = False, **facts: Any) -> State:
    return State(
        operation="dynamodb:DescribeTable",
        params={"TableName": name},
        facts={f"Table.{fact}": value for fact, value in facts.items()},
        always=always,
    )


def same(world: World, name: str) -> State:
    return table_is(name, always=True, TableId=world.tables[name]["TableId"])


def switch(name: str, *, on: bool, undo: tuple[Call, ...] = ()) -> Call:
    return Call(
        operation="dynamodb:UpdateTable", params={"TableName": name, "Protected": on}, identity=Identity.SET_STATE,
        done=table_is(name, Protected=on), settled=table_is(name, TableStatus="ACTIVE"), undo=undo,
    )  # fmt: skip


def protect(world: World, name: str, **more: Any) -> Change:
    """SET_STATE: one call on a table."""
    return change(name, **{
        "expect": (same(world, name), table_is(name, Protected=False)),
        "calls": (switch(name, on=True, undo=(switch(name, on=False),)),),
        "verify": (table_is(name, TableStatus="ACTIVE", Protected=True),),
        **more,
    })  # fmt: skip


def own_key(world: World, name: str, **more: Any) -> Change:
    """TAG, NAME and SET_STATE in a chain: a key, its alias, and the table that uses it."""

    def keys(number: int) -> State:
        return State(operation="kms:ListKeys", params={"Tag": change_tag()}, facts={"length(Keys)": number})

    key = result("key", "KeyMetadata.KeyId")
    alias = State(
        operation="kms:ListAliases", params={},
        facts={f"Aliases[?AliasName=='alias/{name}'].TargetKeyId | [0]": key},
    )  # fmt: skip
    no_alias = State(
        operation="kms:ListAliases", params={},
        facts={f"Aliases[?AliasName=='alias/{name}'].TargetKeyId | [0]": None},
    )  # fmt: skip
    return change(f"{name}-key", **{
        "lane": name,
        "expect": (same(world, name), table_is(name, Key=None), keys(0), no_alias),
        "calls": (
            Call(
                operation="kms:CreateKey", params={"Tags": change_tag()}, identity=Identity.TAG, name="key",
                done=keys(1), adopt={"KeyMetadata.KeyId": "Keys[0].KeyId"},
                undo=(Call(
                    operation="kms:ScheduleKeyDeletion", params={"KeyId": key}, identity=Identity.SET_STATE, done=keys(0),
                ),),
            ),
            Call(
                operation="kms:CreateAlias", params={"AliasName": f"alias/{name}", "TargetKeyId": key},
                identity=Identity.NAME, done=alias,
                undo=(Call(
                    operation="kms:DeleteAlias", params={"AliasName": f"alias/{name}"}, identity=Identity.SET_STATE,
                    done=no_alias,
                ),),
            ),
            Call(
                operation="dynamodb:UpdateTable", params={"TableName": name, "Key": key}, identity=Identity.SET_STATE,
                done=table_is(name, Key=key), settled=table_is(name, TableStatus="ACTIVE"),
                undo=(Call(
                    operation="dynamodb:UpdateTable", params={"TableName": name, "Key": None},
                    identity=Identity.SET_STATE, done=table_is(name, Key=None),
                ),),
            ),
        ),
        "verify": (table_is(name, Key=key),),
        "risk": RiskOf(level=Risk.DATA_PATH),
        **more,
    })  # fmt: skip


def endpoint(vpc: str, **more: Any) -> Change:
    """TOKEN: an endpoint of a VPC, found again by its VPC."""
    there = {f"length(VpcEndpoints[?VpcId=='{vpc}'])": 1}
    gone = State(
        operation="ec2:DescribeVpcEndpoints", params={}, facts={f"length(VpcEndpoints[?VpcId=='{vpc}'])": 0}
    )
    return change(vpc, **{
        "expect": (gone,),
        "calls": (Call(
            operation="ec2:CreateVpcEndpoint", params={"VpcId": vpc, "ClientToken": token("endpoint")},
            identity=Identity.TOKEN, name="endpoint",
            undo=(Call(
                operation="ec2:DeleteVpcEndpoints",
                params={"VpcEndpointIds": [result("endpoint", "VpcEndpoint.VpcEndpointId")]},
                identity=Identity.SET_STATE, answer={"length(Unsuccessful)": 0}, done=gone,
            ),),
        ),),
        "verify": (State(operation="ec2:DescribeVpcEndpoints", params={}, facts=there),),
        **more,
    })  # fmt: skip


def deny_plain_text(world: World, name: str, **more: Any) -> Change:
    """COMPARE_AND_SET: the policy of a table that has one."""
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"
    old = world.policies[arn]
    new = '{"Statement":["old","deny"]}'

    def put(policy: str, revision: Any, undo: tuple[Call, ...] = ()) -> Call:
        return Call(
            operation="dynamodb:PutResourcePolicy",
            params={"ResourceArn": arn, "Policy": policy, "ExpectedRevisionId": revision},
            identity=Identity.COMPARE_AND_SET, name="put", adopt={"RevisionId": "RevisionId"}, undo=undo,
            done=State(operation="dynamodb:GetResourcePolicy", params={"ResourceArn": arn}, facts={"Policy": policy}),
        )  # fmt: skip

    def reads(**facts: Any) -> State:
        return State(
            operation="dynamodb:GetResourcePolicy", params={"ResourceArn": arn}, facts=facts,
            absent=("PolicyNotFoundException",),
        )  # fmt: skip

    return change(f"{name}-policy", **{
        "lane": name, "resource": arn,
        "expect": (same(world, name), reads(Policy=old["Policy"], RevisionId=old["RevisionId"])),
        "calls": (put(new, old["RevisionId"], (put(old["Policy"], result("put", "RevisionId")),)),),
        "verify": (reads(Policy=new),),
        "risk": RiskOf(level=Risk.ACCESS),
        **more,
    })  # fmt: skip
