import json
from datetime import UTC, datetime

import boto3
import pytest

from dynasec.collect.caller import Scope
from dynasec.collect.collector import Request, collect
from dynasec.collect.operations import iam_actions
from dynasec.model.snapshot import Snapshot
from dynasec_checks.edge.shield_advanced import check
from tests.support.emulated import collect_emulated
from tests.support.scripted import AwsError, clients

READS = check.reads
DOORS = (
    "apigateway:GetRestApis",
    "apigateway:GetStages",
    "apigatewayv2:GetApis",
    "apigatewayv2:GetStages",
    "appsync:ListGraphqlApis",
    "cognito-idp:ListUserPools",
)
SHIELDED = ("shield:GetSubscriptionState", "shield:ListProtections")
LOGGING = "wafv2:ListLoggingConfigurations"
ACLS = ("wafv2:ListWebACLs", "wafv2:GetWebACL", "wafv2:ListResourcesForWebACL")
SHOP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/shop/1"
NOTHING = {
    "shield:GetSubscriptionState": {"SubscriptionState": "INACTIVE"},
    "globalaccelerator:ListAccelerators": {"Accelerators": []},
}
LIMITS = {
    "ProtectionLimits": {"ProtectedResourceTypeLimits": []},
    "ProtectionGroupLimits": {
        "MaxProtectionGroups": 1,
        "PatternTypeLimits": {"ArbitraryPatternLimits": {"MaxMembers": 1}},
    },
}


def _read(reads=READS, script=None):
    found, made = collect_emulated(reads, script={**NOTHING, **(script or {})})
    assert Snapshot.model_validate_json(found.model_dump_json()) == found
    return found, made


def _network():
    ec2 = boto3.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"us-east-1{zone}")[
            "Subnet"
        ]["SubnetId"]
        for number, zone in enumerate("ab")
    ]


def _doors(listing):
    return [(str(door.kind), door.name, door.public) for door in listing.complete()]


@pytest.mark.usefixtures("aws")
def test_exactly_what_the_control_reads_is_read():
    _, made = _read()
    assert set(made) == {*READS, "sts:GetCallerIdentity"}
    assert set(made.values()) == {1}


@pytest.mark.usefixtures("aws")
def test_no_subscription_is_an_observation():
    found, _ = _read()
    assert found.edge.shield_state.known() == "INACTIVE"
    assert found.edge.shield_subscription.known() is None


@pytest.mark.usefixtures("aws")
def test_a_subscription():
    end = datetime(2026, 6, 30, tzinfo=UTC)
    answer = {"AutoRenew": "ENABLED", "EndTime": end, "SubscriptionLimits": LIMITS}
    found, _ = _read(
        script={
            "shield:GetSubscriptionState": {"SubscriptionState": "ACTIVE"},
            "shield:DescribeSubscription": {"Subscription": answer},
        }
    )
    subscription = found.edge.shield_subscription.known()
    assert (found.edge.shield_state.known(), subscription.auto_renew) == ("ACTIVE", "ENABLED")
    assert subscription.end_time == end


@pytest.mark.usefixtures("aws")
def test_load_balancers():
    subnets, elbv2 = _network(), boto3.client("elbv2")
    elbv2.create_load_balancer(Name="shop", Subnets=subnets, Scheme="internet-facing")
    elbv2.create_load_balancer(Name="back-office", Subnets=subnets, Scheme="internal")
    elbv2.create_load_balancer(Name="game", Subnets=subnets, Scheme="internet-facing", Type="network")
    listener = {"Protocol": "http", "LoadBalancerPort": 80, "InstancePort": 80}
    boto3.client("elb").create_load_balancer(LoadBalancerName="old", Listeners=[listener], Subnets=subnets)
    here = _read()[0].regions[0].edge
    assert sorted(_doors(here.load_balancers)) == [
        ("application load balancer", "back-office", False),
        ("application load balancer", "shop", True),
        ("network load balancer", "game", True),
    ]
    (classic,) = here.classic_load_balancers.complete()
    assert (classic.arn, classic.public) == (
        "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/old",
        True,
    )


@pytest.mark.usefixtures("aws")
def test_a_gateway_load_balancer_has_no_scheme_and_is_not_public():
    balancer = {"LoadBalancerArn": "arn:gw", "LoadBalancerName": "inspect", "Type": "gateway"}
    script = {"elasticloadbalancing:DescribeLoadBalancers": {"LoadBalancers": [balancer]}}
    assert _doors(_read(script=script)[0].regions[0].edge.load_balancers) == [
        ("gateway load balancer", "inspect", False)
    ]


@pytest.mark.usefixtures("aws")
def test_a_load_balancer_without_scheme_leaves_the_listing_incomplete():
    balancer = {"LoadBalancerArn": "arn:lb", "LoadBalancerName": "odd", "Type": "application"}
    script = {"elasticloadbalancing:DescribeLoadBalancers": {"LoadBalancers": [balancer]}}
    assert _read(script=script)[0].regions[0].edge.load_balancers.gap is not None


@pytest.mark.usefixtures("aws")
def test_hosted_zones_and_accelerators():
    route53 = boto3.client("route53")
    route53.create_hosted_zone(Name="example.com", CallerReference="1")
    route53.create_hosted_zone(
        Name="internal.example",
        CallerReference="2",
        HostedZoneConfig={"PrivateZone": True, "Comment": ""},
        VPC={"VPCRegion": "us-east-1", "VPCId": "vpc-1"},
    )
    fast = {
        "AcceleratorArn": "arn:aws:globalaccelerator::123456789012:accelerator/a",
        "Name": "fast",
        "Enabled": True,
    }
    found = _read(script={"globalaccelerator:ListAccelerators": {"Accelerators": [fast]}})[0].edge
    assert sorted(_doors(found.hosted_zones)) == [
        ("hosted zone", "example.com.", True),
        ("hosted zone", "internal.example.", False),
    ]
    assert found.hosted_zones.complete()[0].arn.startswith("arn:aws:route53:::hostedzone/")
    assert _doors(found.accelerators) == [("accelerator", "fast", True)]


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(("enabled", "acl"), [(True, ""), (False, "arn:aws:wafv2:x")])
def test_distributions(enabled, acl):
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    origin = {"Id": "o", "DomainName": "origin.example.com", "CustomOriginConfig": custom}
    boto3.client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": "1",
            "Comment": "",
            "Enabled": enabled,
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
    (door,) = _read()[0].edge.distributions.complete()
    assert (door.public, door.web_acl.known()) == (enabled, acl or None)


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("operation", "listing"),
    [
        ("elasticloadbalancing:DescribeLoadBalancers", lambda found: found.regions[0].edge.load_balancers),
        ("elb:DescribeLoadBalancers", lambda found: found.regions[0].edge.classic_load_balancers),
        ("cloudfront:ListDistributions", lambda found: found.edge.distributions),
        ("globalaccelerator:ListAccelerators", lambda found: found.edge.accelerators),
        ("route53:ListHostedZones", lambda found: found.edge.hosted_zones),
        ("shield:GetSubscriptionState", lambda found: found.edge.shield_state),
        ("shield:DescribeSubscription", lambda found: found.edge.shield_subscription),
    ],
)
def test_one_refusal_is_one_gap(operation, listing):
    found, _ = _read(script={operation: AwsError("AccessDeniedException")})
    assert listing(found).gap.code == "AccessDeniedException"
    here, around = found.regions[0].edge, found.edge
    read = (
        here.load_balancers,
        here.classic_load_balancers,
        around.distributions,
        around.accelerators,
        around.hosted_zones,
        around.shield_state,
        around.shield_subscription,
    )
    assert len([one for one in read if one.gap is not None]) == 1


@pytest.mark.usefixtures("aws")
def test_apis_and_user_pools():
    rest = boto3.client("apigateway")
    for name, kind in (("orders", "REGIONAL"), ("ledger", "PRIVATE")):
        api = rest.create_rest_api(name=name, endpointConfiguration={"types": [kind]})
        root = rest.get_resources(restApiId=api["id"])["items"][0]["id"]
        rest.put_method(restApiId=api["id"], resourceId=root, httpMethod="GET", authorizationType="NONE")
        rest.put_integration(restApiId=api["id"], resourceId=root, httpMethod="GET", type="MOCK")
        rest.create_deployment(restApiId=api["id"], stageName="live")
    http = boto3.client("apigatewayv2")
    http.create_stage(ApiId=http.create_api(Name="chat", ProtocolType="HTTP")["ApiId"], StageName="$default")
    boto3.client("appsync").create_graphql_api(name="graph", authenticationType="API_KEY")
    boto3.client("cognito-idp").create_user_pool(PoolName="customers")
    here = _read(DOORS)[0].regions[0].edge
    assert sorted(_doors(here.rest_apis)) == [
        ("REST API stage", "ledger/live", False),
        ("REST API stage", "orders/live", True),
    ]
    assert _doors(here.http_apis) == [("HTTP API stage", "chat/$default", True)]
    assert _doors(here.graphql_apis) == [("GraphQL API", "graph", True)]
    assert _doors(here.user_pools) == [("user pool", "customers", True)]
    assert here.rest_apis.complete()[0].web_acl.known() is None


@pytest.mark.usefixtures("aws")
def test_stages_that_cannot_be_listed_leave_the_apis_incomplete():
    boto3.client("apigateway").create_rest_api(name="orders", endpointConfiguration={"types": ["REGIONAL"]})
    found, _ = _read(DOORS, {"apigateway:GetStages": AwsError("AccessDeniedException")})
    assert found.regions[0].edge.rest_apis.gap.code == "AccessDeniedException"
    assert found.regions[0].edge.http_apis.gap is None


@pytest.mark.usefixtures("aws")
def test_a_private_graphql_api_and_a_shielded_one():
    apis = [
        {"name": "private", "arn": "arn:1", "visibility": "PRIVATE"},
        {"name": "shielded", "arn": "arn:2", "visibility": "GLOBAL", "wafWebAclArn": "arn:acl"},
    ]
    found, _ = _read(DOORS, {"appsync:ListGraphqlApis": {"graphqlApis": apis}})
    private, shielded = found.regions[0].edge.graphql_apis.complete()
    assert (private.public, private.web_acl.known()) == (False, None)
    assert (shielded.public, shielded.web_acl.known()) == (True, "arn:acl")


def _acl(scope):
    seen = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
    rule = {
        "Name": "core",
        "Priority": 1,
        "Statement": {
            "ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}
        },
        "OverrideAction": {"None": {}},
        "VisibilityConfig": seen,
    }
    acl = boto3.client("wafv2").create_web_acl(
        Name=scope.lower(), Scope=scope, DefaultAction={"Allow": {}}, Rules=[rule], VisibilityConfig=seen
    )
    return acl["Summary"]["ARN"]


@pytest.mark.usefixtures("aws")
def test_web_acls_with_what_they_protect():
    regional, cloudfront = _acl("REGIONAL"), _acl("CLOUDFRONT")

    def resources(sent):
        return {"ResourceArns": [SHOP] if sent["ResourceType"] == "APPLICATION_LOAD_BALANCER" else []}

    found, made = _read(ACLS, {"wafv2:ListResourcesForWebACL": resources})
    (here,) = found.regions[0].edge.web_acls.complete()
    (around,) = found.edge.web_acls.complete()
    assert (here.arn, here.scope, here.resources.complete()) == (regional, "REGIONAL", (SHOP,))
    assert json.loads(here.rules.known())[0]["Name"] == "core"
    assert (around.arn, around.scope, around.region) == (cloudfront, "CLOUDFRONT", "")
    assert made["wafv2:ListResourcesForWebACL"] == 4


@pytest.mark.usefixtures("aws")
def test_a_web_acl_whose_details_are_refused():
    _acl("REGIONAL")
    refuse = {
        "wafv2:ListResourcesForWebACL": AwsError("WAFInternalErrorException"),
        "wafv2:GetWebACL": AwsError("AccessDeniedException"),
    }
    (acl,) = _read(ACLS, refuse)[0].regions[0].edge.web_acls.complete()
    assert (acl.rules.gap.code, acl.resources.gap.code) == (
        "AccessDeniedException",
        "WAFInternalErrorException",
    )


@pytest.mark.usefixtures("aws")
def test_other_partitions_are_not_asked_for_shield():
    made, session = clients()
    scope = Scope(
        account="123456789012",
        partition="aws-us-gov",
        caller_arn="arn:aws-us-gov:iam::123456789012:role/auditor",
        regions=("us-gov-west-1",),
    )
    found = collect(made, scope, Request(frozenset(READS)))
    assert found.edge.shield_state.gap.code == "NotCollected"
    assert not {name for name in session.made if name.startswith(("shield", "globalaccelerator"))}


@pytest.mark.parametrize("operation", [name for name in DOORS if name.startswith("apigateway")])
def test_api_gateway_has_one_action_for_all_reads(operation):
    assert iam_actions(operation) == ("apigateway:GET",)


@pytest.mark.usefixtures("aws")
def test_rules_are_kept_in_the_order_of_evaluation():
    arn = _acl("REGIONAL")
    seen = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
    shared = {"OverrideAction": {"None": {}}, "VisibilityConfig": seen}
    managed = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "x"}}

    def own(name, priority):
        return {"Name": name, "Priority": priority, "Statement": managed, **shared}

    def central(name):
        return {"Name": name, "Priority": 0, "FirewallManagerStatement": managed, **shared}

    answer = {
        "Name": "regional",
        "Id": "1",
        "ARN": arn,
        "DefaultAction": {"Allow": {}},
        "VisibilityConfig": seen,
        "Rules": [own("second", 2), own("first", 1)],
        "PreProcessFirewallManagerRuleGroups": [central("before")],
        "PostProcessFirewallManagerRuleGroups": [central("after")],
    }
    found, _ = _read(ACLS, {"wafv2:GetWebACL": {"WebACL": answer}, "wafv2:ListResourcesForWebACL": {}})
    (acl,) = found.regions[0].edge.web_acls.complete()
    assert [rule["Name"] for rule in json.loads(acl.rules.known())] == ["before", "first", "second", "after"]


@pytest.mark.usefixtures("aws")
def test_where_a_web_acl_logs_to_is_read_once_for_all():
    regional, _ = _acl("REGIONAL"), _acl("CLOUDFRONT")
    group = "arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-shop"
    boto3.client("wafv2").put_logging_configuration(
        LoggingConfiguration={
            "ResourceArn": regional,
            "LogDestinationConfigs": [group],
            "LoggingFilter": {
                "DefaultBehavior": "DROP",
                "Filters": [
                    {
                        "Behavior": "KEEP",
                        "Requirement": "MEETS_ANY",
                        "Conditions": [{"ActionCondition": {"Action": "BLOCK"}}],
                    }
                ],
            },
        }
    )
    found, made = _read((*ACLS, LOGGING), {"wafv2:ListResourcesForWebACL": {}})
    (here,), (around,) = (
        found.regions[0].edge.web_acls.complete(),
        found.edge.web_acls.complete(),
    )
    logging = here.logging.known()
    assert (logging.destinations, logging.filtered, around.logging.known()) == ((group,), True, None)
    assert made[LOGGING] == 2


@pytest.mark.usefixtures("aws")
def test_logging_that_cannot_be_listed_is_a_gap_of_it_alone():
    _acl("REGIONAL")
    found, _ = _read(
        (*ACLS, LOGGING), {"wafv2:ListResourcesForWebACL": {}, LOGGING: AwsError("AccessDeniedException")}
    )
    (acl,) = found.regions[0].edge.web_acls.complete()
    assert (acl.logging.gap.code, acl.rules.gap) == ("AccessDeniedException", None)


@pytest.mark.usefixtures("aws")
def test_what_shield_protects():
    protections = {"Protections": [{"ResourceArn": "arn:b"}, {"ResourceArn": "arn:a"}]}
    found, _ = _read(SHIELDED, {"shield:ListProtections": protections})
    assert found.edge.shield_protections.complete() == ("arn:a", "arn:b")
    refused, _ = _read(SHIELDED, {"shield:ListProtections": AwsError("AccessDeniedException")})
    assert refused.edge.shield_protections.gap.code == "AccessDeniedException"


TAGS = ("elasticloadbalancing:DescribeTags", "cognito-idp:ListTagsForResource", "wafv2:ListTagsForResource")
STACK = {"aws:cloudformation:stack-name": "shop"}


@pytest.mark.usefixtures("aws")
def test_tags_of_what_a_web_acl_stands_before():
    subnets, elbv2 = _network(), boto3.client("elbv2")
    for number in range(21):
        tags = [{"Key": "number", "Value": str(number)}]
        elbv2.create_load_balancer(
            Name=f"shop-{number}", Subnets=subnets, Scheme="internet-facing", Tags=tags
        )
    boto3.client("cognito-idp").create_user_pool(PoolName="customers")
    _acl("REGIONAL")
    script = {"wafv2:ListResourcesForWebACL": {}, TAGS[1]: {"Tags": STACK}}
    found, made = _read((*READS, *DOORS, *ACLS, *TAGS), script)
    here = found.regions[0].edge
    balancers = here.load_balancers.complete()
    assert [one.tags.known() for one in balancers] == [
        {"number": one.name.removeprefix("shop-")} for one in balancers
    ]
    assert made["elasticloadbalancing:DescribeTags"] == 2
    assert here.user_pools.complete()[0].tags.known() == STACK
    assert here.web_acls.complete()[0].tags.known() == {}


@pytest.mark.usefixtures("aws")
def test_tags_that_are_refused_are_gaps_of_themselves_alone():
    boto3.client("elbv2").create_load_balancer(Name="shop", Subnets=_network(), Scheme="internet-facing")
    boto3.client("cognito-idp").create_user_pool(PoolName="customers")
    _acl("REGIONAL")
    refused = dict.fromkeys(TAGS, AwsError("AccessDeniedException"))
    found, _ = _read((*READS, *DOORS, *ACLS, *TAGS), {"wafv2:ListResourcesForWebACL": {}, **refused})
    here = found.regions[0].edge
    things = (here.load_balancers, here.user_pools, here.web_acls)
    assert [one.tags.gap.code for listing in things for one in listing.complete()] == [
        "AccessDeniedException"
    ] * 3


@pytest.mark.usefixtures("aws")
def test_a_web_acl_is_kept_as_it_must_be_written_back():
    arn = _acl("REGIONAL")
    (acl,) = _read(ACLS, {"wafv2:ListResourcesForWebACL": {}})[0].regions[0].edge.web_acls.complete()
    said = acl.specification.known()
    wafv2 = boto3.client("wafv2")
    answer = wafv2.get_web_acl(Name="regional", Id=acl.id, Scope="REGIONAL")
    assert (said.lock_token, json.loads(said.document)["ARN"]) == (answer["LockToken"], arn)
    assert json.loads(said.document)["Rules"] == answer["WebACL"]["Rules"]


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(("searched", "kept"), [("ü".encode(), "ü"), (b"\xff", None)])
def test_a_search_string_that_is_no_text_cannot_be_written_back(searched, kept):
    arn = _acl("REGIONAL")
    seen = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
    match = {
        "SearchString": searched,
        "FieldToMatch": {"UriPath": {}},
        "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
        "PositionalConstraint": "CONTAINS",
    }
    rule = {
        "Name": "own",
        "Priority": 0,
        "Statement": {"ByteMatchStatement": match},
        "Action": {"Block": {}},
        "VisibilityConfig": seen,
    }
    answer = {
        "Name": "regional",
        "Id": "1",
        "ARN": arn,
        "DefaultAction": {"Allow": {}},
        "VisibilityConfig": seen,
        "Rules": [rule],
    }
    script = {"wafv2:GetWebACL": {"WebACL": answer, "LockToken": "1"}, "wafv2:ListResourcesForWebACL": {}}
    (acl,) = _read(ACLS, script)[0].regions[0].edge.web_acls.complete()
    assert acl.rules.gap is None
    if kept is None:
        assert acl.specification.gap is not None
    else:
        (told,) = json.loads(acl.specification.known().document)["Rules"]
        assert told["Statement"]["ByteMatchStatement"]["SearchString"] == kept
