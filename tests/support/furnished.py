"""An emulated account in which every operation of the collector finds something to read."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime

import boto3

from dynasec.demo.overlay import Answers
from tests.e2e import seed

_STORE = f"arn:aws:cloudtrail:us-east-1:{seed.ACCOUNT}:eventdatastore/11111111-2222-3333-4444-555555555555"

_BACKUP = f"arn:aws:backup:us-east-1:{seed.ACCOUNT}"
_SELECTED = {"SelectionId": "s-1", "SelectionName": "tagged", "BackupPlanId": "p-1"}
_TABLE = f"arn:aws:dynamodb:us-east-1:{seed.ACCOUNT}:table/good"
_EXPORT = f"{_TABLE}/export/01-0000000000000-abcdef01"
_STREAM = f"arn:aws:kinesis:us-east-1:{seed.ACCOUNT}:stream/changes"
_KEY = f"arn:aws:kms:us-east-1:{seed.ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
_VAULT = {"BackupVaultName": "tables", "BackupVaultArn": f"{_BACKUP}:backup-vault:tables"}

ANSWERS: Answers = {
    "dynamodb:ListGlobalTables": {"GlobalTables": []},
    "dynamodb:ListContributorInsights": {
        "ContributorInsightsSummaries": [
            {
                "TableName": "good",
                "ContributorInsightsStatus": "ENABLED",
                "ContributorInsightsMode": "THROTTLED_KEYS",
            }
        ]
    },
    "dynamodb:ListExports": {"ExportSummaries": [{"ExportArn": _EXPORT, "ExportStatus": "COMPLETED"}]},
    "dynamodb:DescribeExport": {
        "ExportDescription": {
            "ExportArn": _EXPORT,
            "ExportStatus": "COMPLETED",
            "TableArn": _TABLE,
            "S3Bucket": "exports",
            "S3SseAlgorithm": "KMS",
        }
    },
    "dynamodb:DescribeKinesisStreamingDestination": {
        "KinesisDataStreamDestinations": [{"StreamArn": _STREAM, "DestinationStatus": "ACTIVE"}]
    },
    "kinesis:DescribeStreamSummary": {
        "StreamDescriptionSummary": {
            "StreamName": "changes",
            "StreamARN": _STREAM,
            "StreamStatus": "ACTIVE",
            "RetentionPeriodHours": 24,
            "StreamCreationTimestamp": datetime(2026, 1, 1, tzinfo=UTC),
            "EnhancedMonitoring": [],
            "OpenShardCount": 1,
            "EncryptionType": "KMS",
            "KeyId": "alias/aws/kinesis",
        }
    },
    "dax:DescribeClusters": {
        "Clusters": [
            {
                "ClusterName": "cache",
                "ClusterArn": f"arn:aws:dax:us-east-1:{seed.ACCOUNT}:cache/cache",
                "Status": "available",
                "IamRoleArn": f"arn:aws:iam::{seed.ACCOUNT}:role/scoped",
                "SubnetGroup": "private",
                "SecurityGroups": [{"SecurityGroupIdentifier": "sg-1", "Status": "active"}],
                "SSEDescription": {"Status": "ENABLED"},
                "ClusterEndpointEncryptionType": "TLS",
            }
        ]
    },
    "dax:DescribeSubnetGroups": {
        "SubnetGroups": [
            {
                "SubnetGroupName": "private",
                "VpcId": "vpc-1",
                "Subnets": [{"SubnetIdentifier": "subnet-1", "SubnetAvailabilityZone": "us-east-1a"}],
            }
        ]
    },
    "cloudformation:DetectStackDrift": {"StackDriftDetectionId": "d-1"},
    "cloudformation:DescribeStackDriftDetectionStatus": {
        "StackId": "shop",
        "StackDriftDetectionId": "d-1",
        "StackDriftStatus": "IN_SYNC",
        "DetectionStatus": "DETECTION_COMPLETE",
        "Timestamp": datetime(2026, 1, 1, tzinfo=UTC),
    },
    "cloudformation:DescribeStackResourceDrifts": {
        "StackResourceDrifts": [
            {
                "StackId": "shop",
                "LogicalResourceId": "Carts",
                "PhysicalResourceId": "carts",
                "ResourceType": "AWS::DynamoDB::Table",
                "StackResourceDriftStatus": "IN_SYNC",
                "Timestamp": datetime(2026, 1, 1, 0, 0, 9, tzinfo=UTC),
            }
        ]
    },
    "iam:GenerateServiceLastAccessedDetails": {"JobId": "11111111-2222-3333-4444-555555555555"},
    "iam:GetServiceLastAccessedDetails": {
        "JobStatus": "COMPLETED",
        "JobCreationDate": datetime(2026, 1, 1, tzinfo=UTC),
        "JobCompletionDate": datetime(2026, 1, 1, tzinfo=UTC),
        "ServicesLastAccessed": [
            {
                "ServiceName": "Amazon DynamoDB",
                "ServiceNamespace": "dynamodb",
                "LastAuthenticated": datetime(2025, 12, 24, tzinfo=UTC),
            }
        ],
    },
    "backup:ListBackupPlans": {
        "BackupPlansList": [
            {"BackupPlanId": "p-1", "BackupPlanArn": f"{_BACKUP}:backup-plan:p-1", "BackupPlanName": "daily"}
        ]
    },
    "backup:ListBackupSelections": {"BackupSelectionsList": [_SELECTED]},
    "backup:GetBackupSelection": {
        **_SELECTED,
        "BackupSelection": {
            "SelectionName": "tagged",
            "IamRoleArn": f"arn:aws:iam::{seed.ACCOUNT}:role/backup",
            "Conditions": {
                "StringEquals": [
                    {"ConditionKey": "aws:ResourceTag/data-class", "ConditionValue": "restricted"}
                ]
            },
        },
    },
    "backup:ListBackupVaults": {"BackupVaultList": [{**_VAULT, "Locked": True, "EncryptionKeyArn": _KEY}]},
    "backup:GetBackupVaultAccessPolicy": {**_VAULT, "Policy": '{"Statement": []}'},
    "dynamodb:ListBackups": {
        "BackupSummaries": [
            {
                "TableName": "good",
                "TableArn": _TABLE,
                "BackupArn": f"{_TABLE}/backup/01489602797149-73d8d5bc",
                "BackupName": "before",
                "BackupStatus": "AVAILABLE",
                "BackupType": "USER",
                "BackupCreationDateTime": datetime.now(UTC),
            }
        ]
    },
    "dynamodb:DescribeBackup": {"BackupDescription": {"SourceTableFeatureDetails": {}}},
    "backup:DescribeRegionSettings": {"ResourceTypeOptInPreference": {"DynamoDB": True}},
    "backup:ListProtectedResources": {
        "Results": [
            {
                "ResourceArn": _TABLE,
                "ResourceType": "DynamoDB",
                "LastBackupTime": datetime.now(UTC),
                "LastBackupVaultArn": _VAULT["BackupVaultArn"],
            }
        ]
    },
    "shield:GetSubscriptionState": {"SubscriptionState": "ACTIVE"},
    "shield:DescribeSubscription": {
        "Subscription": {
            "AutoRenew": "ENABLED",
            "SubscriptionLimits": {
                "ProtectionLimits": {"ProtectedResourceTypeLimits": []},
                "ProtectionGroupLimits": {
                    "MaxProtectionGroups": 1,
                    "PatternTypeLimits": {"ArbitraryPatternLimits": {"MaxMembers": 1}},
                },
            },
        }
    },
    "globalaccelerator:ListAccelerators": {"Accelerators": []},
    "guardduty:ListFilters": {"FilterNames": ["quiet"]},
    "guardduty:GetFilter": {"Name": "quiet", "Action": "NOOP", "FindingCriteria": {"Criterion": {}}},
    "cloudtrail:ListEventDataStores": {"EventDataStores": [{"EventDataStoreArn": _STORE, "Name": "lake"}]},
    "cloudtrail:GetEventDataStore": {
        "EventDataStoreArn": _STORE,
        "Name": "lake",
        "Status": "ENABLED",
        "MultiRegionEnabled": True,
        "OrganizationEnabled": False,
        "AdvancedEventSelectors": [
            {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}
        ],
    },
    "guardduty:ListFindings": {"FindingIds": ["f-1"]},
    "guardduty:GetFindings": {
        "Findings": [
            {
                "AccountId": seed.ACCOUNT,
                "Arn": f"arn:aws:guardduty:us-east-1:{seed.ACCOUNT}:detector/d/finding/f-1",
                "Id": "f-1",
                "Region": "us-east-1",
                "Resource": {},
                "SchemaVersion": "2.0",
                "Severity": 8.0,
                "Type": "Exfiltration:IAMUser/AnomalousBehavior",
                "CreatedAt": "2025-01-15T10:32:07.000Z",
                "UpdatedAt": "2025-01-15T10:32:07.000Z",
            }
        ]
    },
    "wafv2:ListResourcesForWebACL": {"ResourceArns": []},
    "config:GetComplianceDetailsByConfigRule": {
        "EvaluationResults": [
            {
                "EvaluationResultIdentifier": {
                    "EvaluationResultQualifier": {
                        "ConfigRuleName": "recovery",
                        "ResourceType": "AWS::DynamoDB::Table",
                        "ResourceId": "good",
                    }
                },
                "ComplianceType": "COMPLIANT",
            }
        ]
    },
}
"""What moto lacks."""


def furnish() -> None:
    """Build the account; use inside `mock_aws()`."""
    seed.furnish()
    boto3.client("organizations").create_organization(FeatureSet="ALL")
    _customer_prefix_list()
    _alert_targets()
    _front_door()
    _config_rule()
    _apis_and_web_acl()
    _stack()


def _customer_prefix_list() -> None:
    ec2 = boto3.client("ec2")
    made = ec2.create_managed_prefix_list(
        PrefixListName="partners", MaxEntries=1, AddressFamily="IPv4", Entries=[{"Cidr": "192.0.2.0/24"}]
    )["PrefixList"]["PrefixListId"]
    vpc = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["outward"]}])["Vpcs"][0]["VpcId"]
    gateway = ec2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [vpc]}])
    routes = ec2.describe_route_tables(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["false"]}]
    )["RouteTables"][0]["RouteTableId"]
    ec2.create_route(
        RouteTableId=routes,
        DestinationPrefixListId=made,
        GatewayId=gateway["InternetGateways"][0]["InternetGatewayId"],
    )


def _alert_targets() -> None:
    key = boto3.client("kms").create_key(Description="topic")["KeyMetadata"]["Arn"]
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="alerts", Attributes={"KmsMasterKeyId": key})["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint="+15555550100")
    queue = boto3.client("sqs").create_queue(QueueName="alerts")["QueueUrl"]
    queue_arn = boto3.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])[
        "Attributes"
    ]["QueueArn"]
    events = boto3.client("events")
    pattern = {"source": ["aws.guardduty"], "detail-type": ["GuardDuty Finding"]}
    events.put_rule(Name="findings", EventPattern=json.dumps(pattern), State="ENABLED")
    targets = [topic, queue_arn, _function()]
    events.put_targets(Rule="findings", Targets=[{"Id": str(n), "Arn": arn} for n, arn in enumerate(targets)])


def _function() -> str:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = boto3.client("iam").create_role(
        RoleName="alert-function",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("main.py", "def handler(event, context): pass")
    made = boto3.client("lambda").create_function(
        FunctionName="alert",
        Runtime="python3.13",
        Role=role,
        Handler="main.handler",
        Code={"ZipFile": code.getvalue()},
    )
    return made["FunctionArn"]


def _front_door() -> None:
    found = boto3.client("ec2").describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])[
        "Subnets"
    ]
    subnets = [subnet["SubnetId"] for subnet in found[:2]]
    boto3.client("elbv2").create_load_balancer(Name="front", Subnets=subnets, Scheme="internet-facing")
    boto3.client("elb").create_load_balancer(
        LoadBalancerName="classic",
        Subnets=subnets[:1],
        Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}],
    )


def _config_rule() -> None:
    source = {"Owner": "AWS", "SourceIdentifier": "DYNAMODB_PITR_ENABLED"}
    boto3.client("config").put_config_rule(ConfigRule={"ConfigRuleName": "recovery", "Source": source})


def _apis_and_web_acl() -> None:
    rest = boto3.client("apigateway")
    api = rest.create_rest_api(name="orders", endpointConfiguration={"types": ["REGIONAL"]})["id"]
    root = rest.get_resources(restApiId=api)["items"][0]["id"]
    rest.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    rest.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    rest.create_deployment(restApiId=api, stageName="live")
    http = boto3.client("apigatewayv2")
    http.create_stage(ApiId=http.create_api(Name="chat", ProtocolType="HTTP")["ApiId"], StageName="$default")
    seen = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
    boto3.client("wafv2").create_web_acl(
        Name="shop", Scope="REGIONAL", DefaultAction={"Allow": {}}, Rules=[], VisibilityConfig=seen
    )


def _stack() -> None:
    table = {
        "TableName": "carts",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }
    template = {"Resources": {"Carts": {"Type": "AWS::DynamoDB::Table", "Properties": table}}}
    boto3.client("cloudformation").create_stack(StackName="shop", TemplateBody=json.dumps(template))
