"""Front doors and web ACLs in the emulator."""

from __future__ import annotations

import json
from typing import Any

import boto3

from dynasec.semantics.web_acl_rules import BASELINE
from dynasec.settings import Remedy, Settings

SEEN = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "shop"}


def balancer(name: str = "front", **tags: str) -> str:
    """An application load balancer that faces the internet; returns its ARN."""
    ec2 = boto3.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=f"us-east-1{zone}")[
            "Subnet"
        ]["SubnetId"]
        for number, zone in enumerate("ab")
    ]
    made = boto3.client("elbv2").create_load_balancer(
        Name=name,
        Subnets=subnets,
        Scheme="internet-facing",
        **({"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]} if tags else {}),
    )
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


def stage() -> str:
    """A stage of a REST API; returns its ARN."""
    rest = boto3.client("apigateway")
    api = rest.create_rest_api(name="orders", endpointConfiguration={"types": ["REGIONAL"]})["id"]
    root = rest.get_resources(restApiId=api)["items"][0]["id"]
    rest.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    rest.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    rest.create_deployment(restApiId=api, stageName="live")
    return f"arn:aws:apigateway:us-east-1::/restapis/{api}/stages/live"


def graphql() -> str:
    """A GraphQL API; returns its ARN."""
    made = boto3.client("appsync").create_graphql_api(name="graph", authenticationType="API_KEY")
    return str(made["graphqlApi"]["arn"])


def pool() -> str:
    """A user pool; returns its ARN."""
    return str(boto3.client("cognito-idp").create_user_pool(PoolName="customers")["UserPool"]["Arn"])


def distribution(acl: str = "") -> str:
    """A distribution; returns its ARN."""
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    origin = {"Id": "o", "DomainName": "origin.example.com", "CustomOriginConfig": custom}
    made = boto3.client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": "1",
            "Comment": "",
            "Enabled": True,
            "WebACLId": acl,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": {
                "TargetOriginId": "o",
                "ViewerProtocolPolicy": "https-only",
                "MinTTL": 0,
                "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
            },
        }
    )
    return str(made["Distribution"]["ARN"])


def group(name: str, priority: int, action: str = "None", **members: Any) -> dict[str, Any]:
    """A rule that runs one of AWS's groups."""
    managed = {"VendorName": "AWS", "Name": name, **members}
    return {
        "Name": name,
        "Priority": priority,
        "Statement": {"ManagedRuleGroupStatement": managed},
        "OverrideAction": {action: {}},
        "VisibilityConfig": SEEN,
    }


def blocks(text: str, priority: int, action: str = "Block") -> dict[str, Any]:
    """A rule of the account's own that looks for a text in the path."""
    match = {
        "SearchString": text,
        "FieldToMatch": {"UriPath": {}},
        "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
        "PositionalConstraint": "CONTAINS",
    }
    return {
        "Name": f"own-{priority}",
        "Priority": priority,
        "Statement": {"ByteMatchStatement": match},
        "Action": {action: {}},
        "VisibilityConfig": SEEN,
    }


def web_acl(*rules: dict[str, Any], name: str = "shop", **members: Any) -> str:
    """A web ACL of this Region; returns its ARN."""
    given = {"Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, **members}
    made = boto3.client("wafv2").create_web_acl(
        Name=name, Rules=list(rules), VisibilityConfig=SEEN, Description="of the shop", **given
    )
    return str(made["Summary"]["ARN"])


def before(arn: str, door: str) -> None:
    """Set a web ACL before a front door."""
    boto3.client("wafv2").associate_web_acl(WebACLArn=arn, ResourceArn=door)


def named() -> Settings:
    """The settings that name all web ACLs there are."""
    found = boto3.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"]
    return Settings(remedy=Remedy(web_acls=tuple(one["ARN"] for one in found)))


def told(arn: str) -> Any:
    """What `GetWebACL` says now."""
    _, _, name, identifier = arn.rpartition(":")[2].split("/")
    return boto3.client("wafv2").get_web_acl(Name=name, Id=identifier, Scope="REGIONAL")["WebACL"]


def modes(arn: str) -> dict[str, str]:
    """The groups that a web ACL runs, and whether they count (`Count`) or act (`None`)."""
    found = [(one["Statement"].get("ManagedRuleGroupStatement"), one) for one in told(arn)["Rules"]]
    return {group["Name"]: next(iter(rule["OverrideAction"])) for group, rule in found if group is not None}


def counting() -> list[dict[str, Any]]:
    """All groups that are asked for, in Count."""
    return [group(name, number, "Count") for number, name in enumerate(BASELINE)]


def without_rules(arn: str) -> str:
    """What a web ACL says beside its rules, as text to compare."""
    document = {name: value for name, value in told(arn).items() if name not in {"Rules", "Capacity"}}
    return json.dumps(document, sort_keys=True)
