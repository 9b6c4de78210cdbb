"""States and calls that set a web ACL before a front door of its Region.

See https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html; the permissions beside WAF's own are those that the
service authorization reference gives each service for it. Distributions name their web ACL themselves, and have no such call.
"""

from __future__ import annotations

from typing import Any, Final

from dynasec.arn import Arn
from dynasec.change import Call, Identity, State
from dynasec.model.edge import DoorKind, FrontDoor

_PERMISSIONS: Final = {
    DoorKind.APPLICATION_LOAD_BALANCER: (
        "elasticloadbalancing:GetLoadBalancerWebACL",
        "elasticloadbalancing:SetWebACL",
    ),
    DoorKind.REST_API_STAGE: ("apigateway:SetWebACL",),
    DoorKind.GRAPHQL_API: ("appsync:AssociateWebACL", "appsync:DisassociateWebACL", "appsync:SetWebACL"),
    DoorKind.USER_POOL: (
        "cognito-idp:AssociateWebACL",
        "cognito-idp:DisassociateWebACL",
        "cognito-idp:GetWebACLForResource",
    ),
}

ASSOCIABLE: Final = frozenset(_PERMISSIONS)
"""What `AssociateWebACL` takes, of what a control asks a web ACL for."""


def same_door(door: FrontDoor) -> State:
    """Return that the front door is there. Ids are not given twice; a stage of the same name is the same way into the same API."""
    name = door.arn.rpartition("/")[2]
    if door.kind is DoorKind.APPLICATION_LOAD_BALANCER:
        facts = {"LoadBalancers[0].LoadBalancerArn": door.arn, "LoadBalancers[0].Scheme": "internet-facing"}
        return _there("elasticloadbalancing:DescribeLoadBalancers", {"LoadBalancerArns": [door.arn]}, facts)
    if door.kind is DoorKind.REST_API_STAGE:
        api = Arn.parse(door.arn).resource.split("/")[2]
        return _there("apigateway:GetStage", {"restApiId": api, "stageName": name}, {"stageName": name})
    if door.kind is DoorKind.GRAPHQL_API:
        return _there("appsync:GetGraphqlApi", {"apiId": name}, {"graphqlApi.apiId": name})
    return _there("cognito-idp:DescribeUserPool", {"UserPoolId": name}, {"UserPool.Id": name})


def stands_before(door: FrontDoor, acl: str | None) -> State:
    """Return that this web ACL (an ARN) stands before the front door, or none."""
    return State(
        operation="wafv2:GetWebACLForResource",
        params={"ResourceArn": door.arn},
        facts={"WebACL.ARN": acl},
    )


def associate(door: FrontDoor, acl: str) -> Call:
    """Return the call that sets a web ACL (an ARN) before a front door that has none."""
    more = (*_PERMISSIONS[door.kind], "wafv2:GetWebACL")
    back = Call(
        operation="wafv2:DisassociateWebACL",
        params={"ResourceArn": door.arn},
        identity=Identity.SET_STATE,
        done=stands_before(door, None),
        permissions=more,
    )
    return Call(
        operation="wafv2:AssociateWebACL",
        params={"WebACLArn": acl, "ResourceArn": door.arn},
        identity=Identity.SET_STATE,
        done=stands_before(door, acl),
        undo=(back,),
        permissions=more,
    )


def _there(operation: str, params: dict[str, Any], facts: dict[str, Any]) -> State:
    return State(operation=operation, params=params, facts=facts, always=True)
