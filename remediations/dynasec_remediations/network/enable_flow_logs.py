"""Records all traffic of a VPC with workloads.

## What it does
Makes a log group that keeps a year, and a flow log of the whole VPC that writes all traffic there, by the role that `[remedy]
flow_log_role` names. Flow logs that exist are not touched.

## Safety
Traffic is not touched: flow logs are taken beside it. CloudWatch Logs bills what comes in.

## Undo
The flow log is deleted: exact. The log group stays with what was recorded.
"""

from collections.abc import Iterator
from typing import Final

from dynasec.check import Context
from dynasec.model.fact import Listing
from dynasec.model.network import FlowLog, Vpc
from dynasec.remediation import (
    CHANGE_TAG_KEY,
    Advice,
    Call,
    Draft,
    Identity,
    Proposal,
    Remediation,
    Risk,
    State,
    UndoClass,
    change_tag,
    result,
    token,
)

remediation = Remediation(
    subject=Vpc,
    title="Record all traffic of a VPC",
    controls=("flow-logs",),
    risk=Risk.OBSERVE,
    undo=UndoClass.LIMITED,
)

_DAYS: Final = 365
_CREATED: Final = result("log", "FlowLogIds[0]")


@remediation.each
def plan(vpc: Vpc, context: Context) -> Iterator[Proposal]:
    """Draft a log group and a flow log."""
    role = context.settings.remedy.flow_log_role
    if not role:
        why = "a flow log needs a role that may write to CloudWatch Logs, which a person must choose"
        yield Advice(vpc.arn, why, "name it as [remedy] flow_log_role, and plan again")
        return
    listed = context.region(vpc).network.flow_logs
    own = sorted(one.flow_log_id for one in listed.complete() if one.resource_id == vpc.vpc_id)
    group = f"/dynasec/flow-logs/{vpc.vpc_id}"
    made = FlowLog(
        flow_log_id="fl-planned",
        resource_id=vpc.vpc_id,
        flow_log_status="ACTIVE",
        deliver_logs_status="SUCCESS",
        traffic_type="ALL",
        tags={},
    )
    yield Draft(
        resource=vpc.arn,
        region=vpc.region,
        summary=f"record all traffic of {vpc.label}",
        before={"FlowLog": None},
        after={"FlowLog": {"TrafficType": "ALL", "LogGroupName": group, "RetentionInDays": _DAYS}},
        expect=(_vpc(vpc), _logs_of(vpc, own), _group(group, None)),
        calls=(_log_group(group), _retention(group), _flow_log(vpc, group, role, own)),
        verify=(_flow_log_is("ACTIVE"),),
        replaces=((listed, Listing((*listed.items, made))),),
        reasons=("CloudWatch Logs bills what comes in",),
        loses="the log group stays, with what was recorded",
    )


def _vpc(vpc: Vpc) -> State:
    return State(
        operation="ec2:DescribeVpcs",
        params={"VpcIds": [vpc.vpc_id]},
        facts={"Vpcs[0].VpcId": vpc.vpc_id},
        always=True,
    )


def _logs_of(vpc: Vpc, ids: list[str]) -> State:
    return State(
        operation="ec2:DescribeFlowLogs",
        params={"Filters": [{"Name": "resource-id", "Values": [vpc.vpc_id]}]},
        facts={"sort(FlowLogs[].FlowLogId)": ids},
    )


def _flow_log_is(status: str | None) -> State:
    return State(
        operation="ec2:DescribeFlowLogs",
        params={"Filters": [{"Name": f"tag:{CHANGE_TAG_KEY}", "Values": [change_tag()]}]},
        facts={"FlowLogs[0].FlowLogStatus": status},
    )


def _group(name: str, days: int | None, *, exists: bool = False) -> State:
    facts: dict[str, object] = {"logGroups[0].logGroupName": name if exists else None}
    if days is not None:
        facts = {"logGroups[0].retentionInDays": days}
    return State(
        operation="logs:DescribeLogGroups", params={"logGroupNamePrefix": name, "limit": 1}, facts=facts
    )


def _log_group(name: str) -> Call:
    return Call(
        operation="logs:CreateLogGroup",
        params={"logGroupName": name, "tags": {CHANGE_TAG_KEY: change_tag()}},
        identity=Identity.NAME,
        done=_group(name, None, exists=True),
        permissions=("logs:TagResource",),
    )


def _retention(name: str) -> Call:
    return Call(
        operation="logs:PutRetentionPolicy",
        params={"logGroupName": name, "retentionInDays": _DAYS},
        identity=Identity.SET_STATE,
        done=_group(name, _DAYS),
    )


def _flow_log(vpc: Vpc, group: str, role: str, before: list[str]) -> Call:
    tags = [{"Key": CHANGE_TAG_KEY, "Value": change_tag()}]
    return Call(
        operation="ec2:CreateFlowLogs",
        name="log",
        params={
            "ClientToken": token("log"),
            "ResourceType": "VPC",
            "ResourceIds": [vpc.vpc_id],
            "TrafficType": "ALL",
            "LogDestinationType": "cloud-watch-logs",
            "LogGroupName": group,
            "DeliverLogsPermissionArn": role,
            "TagSpecifications": [{"ResourceType": "vpc-flow-log", "Tags": tags}],
        },
        identity=Identity.TOKEN,
        answer={"length(Unsuccessful || `[]`)": 0},
        done=_flow_log_is("ACTIVE"),
        adopt={"FlowLogIds[0]": "FlowLogs[0].FlowLogId"},
        undo=(
            Call(
                operation="ec2:DeleteFlowLogs",
                params={"FlowLogIds": [_CREATED]},
                identity=Identity.SET_STATE,
                answer={"length(Unsuccessful || `[]`)": 0},
                done=_logs_of(vpc, before),
            ),
        ),
        permissions=("ec2:CreateTags", "iam:PassRole"),
    )
