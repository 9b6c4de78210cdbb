"""VPCs, endpoints and flow logs as resources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from dynasec.change import Json
from dynasec.remedy.export.form import Document, Form, under


def _endpoint(params: Json) -> Form | None:
    given = {name: value for name, value in params.items() if name not in {"VpcEndpointId", "DryRun"}}
    if set(given) - {"PolicyDocument", "AddRouteTableIds"}:
        return None
    properties: dict[str, Any] = {}
    arguments: dict[str, Any] = {}
    if "PolicyDocument" in given:
        properties["PolicyDocument"] = arguments["policy"] = Document(given["PolicyDocument"])
    if "AddRouteTableIds" in given:
        properties["RouteTableIds"] = arguments["route_table_ids"] = given["AddRouteTableIds"]
    return Form(
        "AWS::EC2::VPCEndpoint",
        "aws_vpc_endpoint",
        params["VpcEndpointId"],
        properties,
        arguments,
        exists=True,
    )


def _new_endpoint(params: Json) -> Form | None:
    properties = {
        name: params[name]
        for name in ("VpcId", "ServiceName", "VpcEndpointType", "RouteTableIds")
        if name in params
    }
    arguments = under(
        params,
        {
            "VpcId": "vpc_id",
            "ServiceName": "service_name",
            "VpcEndpointType": "vpc_endpoint_type",
            "RouteTableIds": "route_table_ids",
        },
    )
    if "PolicyDocument" in params:
        properties["PolicyDocument"] = arguments["policy"] = Document(params["PolicyDocument"])
    return Form("AWS::EC2::VPCEndpoint", "aws_vpc_endpoint", params["VpcId"], properties, arguments)


def _vpc(params: Json) -> Form | None:
    names = {"EnableDnsSupport": "enable_dns_support", "EnableDnsHostnames": "enable_dns_hostnames"}
    on: dict[str, Any] = {name: params[name]["Value"] for name in names if name in params}
    return Form("AWS::EC2::VPC", "aws_vpc", params["VpcId"], on, under(on, names), exists=True)


def _flow_log(params: Json) -> Form | None:
    ids: list[Any] = params.get("ResourceIds") or []
    if len(ids) != 1:
        return None
    names = {
        "TrafficType": "traffic_type",
        "LogDestinationType": "log_destination_type",
        "LogDestination": "log_destination",
        "DeliverLogsPermissionArn": "iam_role_arn",
        "MaxAggregationInterval": "max_aggregation_interval",
    }
    given = {name: params[name] for name in (*names, "LogGroupName") if name in params}
    return Form(
        "AWS::EC2::FlowLog",
        "aws_flow_log",
        ids[0],
        {"ResourceId": ids[0], "ResourceType": params["ResourceType"], **given},
        {"vpc_id": ids[0], **under(given, names)},
    )


def _log_group(params: Json) -> Form | None:
    name = params["logGroupName"]
    return Form(
        "AWS::Logs::LogGroup", "aws_cloudwatch_log_group", name, {"LogGroupName": name}, {"name": name}
    )


def _retention(params: Json) -> Form | None:
    name, days = params["logGroupName"], params["retentionInDays"]
    return Form(
        "AWS::Logs::LogGroup",
        "aws_cloudwatch_log_group",
        name,
        {"LogGroupName": name, "RetentionInDays": days},
        {"name": name, "retention_in_days": days},
        exists=True,
    )


FORMS: Final[Mapping[str, Callable[[Json], Form | None]]] = {
    "ec2:ModifyVpcEndpoint": _endpoint,
    "ec2:CreateVpcEndpoint": _new_endpoint,
    "ec2:ModifyVpcAttribute": _vpc,
    "ec2:CreateFlowLogs": _flow_log,
    "logs:CreateLogGroup": _log_group,
    "logs:PutRetentionPolicy": _retention,
}
