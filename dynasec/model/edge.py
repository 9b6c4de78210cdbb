"""Front doors and what shields them: load balancers, APIs and web ACLs in one Region; CloudFront, DNS and Shield for the account.

Fields rest on the listings of Elastic Load Balancing, API Gateway, AppSync, Cognito, CloudFront, Global Accelerator and Route 53, on
`GetWebACL`, `ListResourcesForWebACL` and `ListLoggingConfigurations` of WAFv2, and on `GetSubscriptionState`, `DescribeSubscription` and
`ListProtections` of Shield.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from dynasec.model.fact import Fact, Listing, unlisted, unread
from dynasec.model.shape import AwsShape, Resource, Shape


class DoorKind(StrEnum):
    """What a front door is."""

    APPLICATION_LOAD_BALANCER = "application load balancer"
    NETWORK_LOAD_BALANCER = "network load balancer"
    GATEWAY_LOAD_BALANCER = "gateway load balancer"
    CLASSIC_LOAD_BALANCER = "classic load balancer"
    DISTRIBUTION = "CloudFront distribution"
    ACCELERATOR = "accelerator"
    HOSTED_ZONE = "hosted zone"
    REST_API_STAGE = "REST API stage"
    HTTP_API_STAGE = "HTTP API stage"
    GRAPHQL_API = "GraphQL API"
    USER_POOL = "user pool"


class FrontDoor(Resource):
    """Something that requests may come in by. `public`: from the internet, whatever a firewall or a policy behind it says.

    `web_acl` is the ARN of the WAFv2 web ACL in front of it, None where there is none. Where the door's own listing does not tell,
    `WebAcl.resources` does. `tags` are read of what a regional web ACL can stand before.
    """

    aws_type: ClassVar[str] = "Other"

    kind: DoorKind
    name: str
    public: bool
    web_acl: Fact[str | None] = unread("wafv2:ListResourcesForWebACL")
    tags: Fact[Mapping[str, str]] = unread("elasticloadbalancing:DescribeTags")

    @property
    def label(self) -> str:
        """What it is called where it was made."""
        return self.name


class AclLogging(Shape):
    """Where a web ACL logs to, by ARN; `filtered` says that some requests are left out."""

    destinations: tuple[str, ...]
    filtered: bool = False


class AclSpecification(Shape):
    """A web ACL as `GetWebACL` tells it: `document` is the JSON text of its `WebACL`, `lock_token` marks this state of it."""

    document: str
    lock_token: str


class WebAcl(Resource):
    """A WAFv2 web ACL. `scope` is REGIONAL or CLOUDFRONT, `rules` JSON text: a list in the order of evaluation.

    Rules that Firewall Manager adds have a `FirewallManagerStatement` in place of a `Statement`. `logging` is None where the account
    configured none. `resources` are the ARNs of what a regional one protects; which distributions one of CloudFront
    protects, these tell themselves.
    """

    aws_type: ClassVar[str] = "AWS::WAFv2::WebACL"

    name: str
    id: str
    scope: str
    rules: Fact[str] = unread("wafv2:GetWebACL")
    specification: Fact[AclSpecification] = unread("wafv2:GetWebACL")
    tags: Fact[Mapping[str, str]] = unread("wafv2:ListTagsForResource")
    logging: Fact[AclLogging | None] = unread("wafv2:ListLoggingConfigurations")
    resources: Listing[str] = unlisted("wafv2:ListResourcesForWebACL")

    @property
    def label(self) -> str:
        """The web ACL's name."""
        return self.name


class Edge(Shape):
    """Front doors and web ACLs of one Region."""

    load_balancers: Listing[FrontDoor] = unlisted("elasticloadbalancing:DescribeLoadBalancers")
    classic_load_balancers: Listing[FrontDoor] = unlisted("elb:DescribeLoadBalancers")
    rest_apis: Listing[FrontDoor] = unlisted("apigateway:GetRestApis")
    http_apis: Listing[FrontDoor] = unlisted("apigatewayv2:GetApis")
    graphql_apis: Listing[FrontDoor] = unlisted("appsync:ListGraphqlApis")
    user_pools: Listing[FrontDoor] = unlisted("cognito-idp:ListUserPools")
    web_acls: Listing[WebAcl] = unlisted("wafv2:ListWebACLs")

    def shieldable(self) -> Iterator[Listing[FrontDoor]]:
        """Yield the listings of what AWS Shield Advanced can protect here."""
        yield self.load_balancers
        yield self.classic_load_balancers

    def front_doors(self) -> Iterator[Listing[FrontDoor]]:
        """Yield the listings of all front doors here."""
        yield from self.shieldable()
        yield self.rest_apis
        yield self.http_apis
        yield self.graphql_apis
        yield self.user_pools


class ShieldSubscription(AwsShape):
    """`Subscription` of Shield Advanced: how it goes on after its year."""

    auto_renew: str | None = None
    end_time: datetime | None = None


class GlobalEdge(Shape):
    """Front doors and shields that belong to no Region. The subscription is None where the account never had one.

    `shield_protections` are the ARNs of what Shield Advanced protects, in whatever Region.
    """

    distributions: Listing[FrontDoor] = unlisted("cloudfront:ListDistributions")
    accelerators: Listing[FrontDoor] = unlisted("globalaccelerator:ListAccelerators")
    hosted_zones: Listing[FrontDoor] = unlisted("route53:ListHostedZones")
    web_acls: Listing[WebAcl] = unlisted("wafv2:ListWebACLs")
    shield_state: Fact[str] = unread("shield:GetSubscriptionState")
    shield_subscription: Fact[ShieldSubscription | None] = unread("shield:DescribeSubscription")
    shield_protections: Listing[str] = unlisted("shield:ListProtections")

    def shieldable(self) -> Iterator[Listing[FrontDoor]]:
        """Yield the listings of what AWS Shield Advanced can protect."""
        yield self.distributions
        yield self.accelerators
        yield self.hosted_zones
