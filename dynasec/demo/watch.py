"""Who watches, and what nobody hears.

us-east-1 has a trail, a detector and a recorder, and each has a hole: the trail logs the items of `orders` and `payments` only; the rule
for GuardDuty findings was copied from an article whose pattern has stray spaces, so it never matches, and the topic behind it would not let
EventBridge publish; AWS Config has one of the rules it should have. us-west-2 has tables and nobody watching. eu-west-1 has nothing at all.
"""

from __future__ import annotations

import json

from dynasec.demo.emulator import ACCOUNT, Aws

_REGION = "us-east-1"
_BUCKET = "account-trail-logs"


def seed(aws: Aws) -> None:
    """Create trail, detector, alert, recorder and rules, and a front door without Shield."""
    _trail(aws)
    _alerts(aws)
    _recorder(aws)
    _front_door(aws)


def _trail(aws: Aws) -> None:
    aws.client("s3", _REGION).create_bucket(Bucket=_BUCKET)
    trails = aws.client("cloudtrail", _REGION)
    trails.create_trail(Name="account-trail", S3BucketName=_BUCKET, IsMultiRegionTrail=True)
    trails.put_event_selectors(
        TrailName="account-trail",
        AdvancedEventSelectors=[
            {
                "Name": "management",
                "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
            },
            {
                "Name": "items of orders and payments",
                "FieldSelectors": [
                    {"Field": "eventCategory", "Equals": ["Data"]},
                    {"Field": "resources.type", "Equals": ["AWS::DynamoDB::Table"]},
                    {
                        "Field": "resources.ARN",
                        "Equals": [
                            f"arn:aws:dynamodb:{_REGION}:{ACCOUNT}:table/{name}"
                            for name in ("orders", "payments")
                        ],
                    },
                ],
            },
        ],
    )
    trails.start_logging(Name="account-trail")


def _alerts(aws: Aws) -> None:
    aws.client("guardduty", _REGION).create_detector(
        Enable=True, FindingPublishingFrequency="FIFTEEN_MINUTES"
    )
    topic = aws.client("sns", _REGION).create_topic(Name="security-alerts")["TopicArn"]
    events = aws.client("events", _REGION)
    pattern = {
        "source": ["aws.guardduty"],
        "detail": {"type": ["UnauthorizedAccess: IAMUser / MaliciousIPCaller.Custom"]},
    }
    events.put_rule(Name="guardduty-findings", EventPattern=json.dumps(pattern), State="ENABLED")
    events.put_targets(Rule="guardduty-findings", Targets=[{"Id": "topic", "Arn": topic}])


def _recorder(aws: Aws) -> None:
    config = aws.client("config", _REGION)
    config.put_configuration_recorder(
        ConfigurationRecorder={
            "name": "default",
            "roleARN": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
            "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True},
        }
    )
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": _BUCKET})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    config.put_config_rule(
        ConfigRule={
            "ConfigRuleName": "tables-have-recovery",
            "Scope": {"ComplianceResourceTypes": ["AWS::DynamoDB::Table"]},
            "Source": {"Owner": "AWS", "SourceIdentifier": "DYNAMODB_PITR_ENABLED"},
        }
    )


def _front_door(aws: Aws) -> None:
    ec2 = aws.client("ec2", _REGION)
    subnets = [
        subnet["SubnetId"]
        for subnet in ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])[
            "Subnets"
        ]
    ]
    aws.client("elbv2", _REGION).create_load_balancer(
        Name="shop-front", Subnets=subnets[:2], Scheme="internet-facing"
    )
