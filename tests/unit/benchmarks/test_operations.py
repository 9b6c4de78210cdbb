"""Every modelled operation survives the way through botocore's parsers unchanged."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError
from simulated_aws.errors import ServiceError
from simulated_aws.process import Simulated
from simulated_aws.services import HANDLERS, tables
from simulated_aws.services.trails import BUCKET
from simulated_aws.size import Call

from .conftest import SIZE, Clients, error_of

TABLE = {"TableName": tables.name(0)}
KEY = {"KeyId": "alias/data-03"}
TOPIC = {"TopicArn": "arn:aws:sns:us-east-1:123456789012:security-alerts"}
PLAN = {"BackupPlanId": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"}
VAULT = {"BackupVaultName": "tables"}
FUNCTION = {"FunctionName": "consume-000010"}
PARAMS: Mapping[str, Mapping[str, Any]] = {
    "dynamodb:DescribeTable": TABLE,
    "dynamodb:DescribeContinuousBackups": {"TableName": tables.name(1)},
    "dynamodb:DescribeTimeToLive": TABLE,
    "dynamodb:DescribeKinesisStreamingDestination": TABLE,
    "dynamodb:DescribeContributorInsights": TABLE,
    "dynamodb:GetResourcePolicy": {"ResourceArn": tables.arn(0)},
    "dynamodb:ListTagsOfResource": {"ResourceArn": tables.arn(0)},
    "dynamodb:DescribeExport": {"ExportArn": f"{tables.arn(0)}/export/01709294400000-00000000"},
    "application-autoscaling:DescribeScalableTargets": {"ServiceNamespace": "dynamodb"},
    "application-autoscaling:DescribeScalingPolicies": {"ServiceNamespace": "dynamodb"},
    "iam:GetLoginProfile": {"UserName": "user-00"},
    "kms:DescribeKey": KEY,
    "kms:GetKeyRotationStatus": KEY,
    "kms:ListKeyPolicies": KEY,
    "kms:GetKeyPolicy": KEY | {"PolicyName": "default"},
    "kms:ListGrants": KEY,
    "ec2:DescribeVpcAttribute": {"VpcId": "vpc-00000001000000000", "Attribute": "enableDnsSupport"},
    "cloudtrail:GetTrail": {"Name": "account-trail"},
    "cloudtrail:GetTrailStatus": {"Name": "account-trail"},
    "cloudtrail:GetEventSelectors": {"TrailName": "account-trail"},
    "guardduty:GetDetector": {"DetectorId": "12abc34d567e8fa901bc2d34e56789f0"},
    "events:ListTargetsByRule": {"Rule": "guardduty-findings"},
    "sns:GetTopicAttributes": TOPIC,
    "sns:ListSubscriptionsByTopic": TOPIC,
    "config:GetComplianceDetailsByConfigRule": {
        "ConfigRuleName": "dynamodb-table-deletion-protection-enabled"
    },
    "config:SelectResourceConfig": {"Expression": "SELECT * WHERE resourceType = 'AWS::DynamoDB::Table'"},
    "backup:GetBackupPlan": PLAN,
    "backup:ListBackupSelections": PLAN,
    "backup:GetBackupSelection": PLAN | {"SelectionId": "1b2c3d4e-5f6a-4b7c-8d9e-0f1a2b3c4d5e"},
    "backup:DescribeBackupVault": VAULT,
    "backup:GetBackupVaultAccessPolicy": VAULT,
    "dynamodb:DescribeBackup": {"BackupArn": tables.arn(0) + "/backup/01709294400000-00000000"},
    "dynamodbstreams:DescribeStream": {"StreamArn": tables.stream_arn(0)},
    "ec2:GetManagedPrefixListEntries": {"PrefixListId": "pl-02cd2c6b"},
    "guardduty:GetAdministratorAccount": {"DetectorId": "12abc34d567e8fa901bc2d34e56789f0"},
    "lambda:GetFunctionConfiguration": FUNCTION,
    "lambda:GetFunctionConcurrency": FUNCTION,
    "lambda:GetPolicy": FUNCTION,
    "sns:GetSubscriptionAttributes": {
        "SubscriptionArn": TOPIC["TopicArn"] + ":6b0e71bd-7e97-4d97-80ce-4a0994e55286"
    },
    "organizations:ListPolicies": {"Filter": "SERVICE_CONTROL_POLICY"},
    "organizations:ListPoliciesForTarget": {"Filter": "SERVICE_CONTROL_POLICY", "TargetId": "123456789012"},
    "organizations:ListParents": {"ChildId": "123456789012"},
}
COMPARED_ELSEWHERE = {
    "iam:GetAccountAuthorizationDetails",
    "s3control:GetPublicAccessBlock",
    "s3:GetBucketLocation",
}


def _params(label: str) -> Mapping[str, Any]:
    in_bucket = label.startswith("s3:") and label != "s3:ListBuckets"
    return {"Bucket": BUCKET} if in_bucket else PARAMS.get(label, {})


@pytest.mark.parametrize("label", sorted(set(HANDLERS) - COMPARED_ELSEWHERE))
def test_a_client_reads_what_the_handler_returns(label: str, simulated: Simulated, clients: Clients) -> None:
    service, operation = label.split(":")
    params = _params(label)
    call = Call(service, operation, "us-east-1", params)
    assert _asked(clients(simulated, service), call) == _handled(call)


def _handled(call: Call) -> dict[str, Any] | tuple[str, str]:
    try:
        return dict(HANDLERS[call.label](SIZE, call))
    except ServiceError as problem:
        return problem.code, problem.message


def _asked(client: Any, call: Call) -> dict[str, Any] | tuple[str, str]:
    try:
        response: dict[str, Any] = client._make_api_call(call.operation, call.params)
    except ClientError as error:
        return error_of(error)[:2]
    del response["ResponseMetadata"]
    return response


def test_authorization_details_are_documents_after_decoding(simulated: Simulated, clients: Clients) -> None:
    iam = clients(simulated, "iam")
    role = iam.get_account_authorization_details(Filter=["Role"], MaxItems=1000)["RoleDetailList"][6]
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "ec2.amazonaws.com"}
    assert role["InstanceProfileList"][0]["Roles"][0]["RoleName"] == role["RoleName"] == "role-00006"
    assert role["RolePolicyList"][0]["PolicyDocument"]["Statement"][0]["Resource"][0] == tables.arn(6)
    policies = iam.get_account_authorization_details(Filter=["LocalManagedPolicy"], MaxItems=1000)["Policies"]
    assert [version["VersionId"] for version in policies[0]["PolicyVersionList"]] == ["v2", "v1"]
    assert policies[0]["PolicyVersionList"][0]["Document"]["Version"] == "2012-10-17"


def test_the_credential_report_is_a_table_of_all_users(simulated: Simulated, clients: Clients) -> None:
    lines = clients(simulated, "iam").get_credential_report()["Content"].decode().splitlines()
    columns = lines[0].count(",")
    assert [line.count(",") for line in lines] == [columns] * 22
    assert lines[1].startswith("<root_account>,")


def test_the_account_settings_of_s3_are_reached_through_the_environment(
    simulated: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    import botocore.session

    for name, value in simulated.environment().items():
        monkeypatch.setenv(name, value)
    client: Any = botocore.session.Session().create_client("s3control", region_name="us-east-1")
    block = client.get_public_access_block(AccountId="123456789012")["PublicAccessBlockConfiguration"]
    assert block["BlockPublicAcls"] is True


@pytest.mark.parametrize(
    ("service", "operation", "params", "expected"),
    [
        ("dax", "DescribeClusters", {}, {"Clusters": []}),
        ("dynamodbstreams", "ListStreams", {}, {"Streams": []}),
        ("wafv2", "ListWebACLs", {"Scope": "REGIONAL"}, {"WebACLs": []}),
        ("elbv2", "DescribeLoadBalancers", {}, {"LoadBalancers": []}),
        ("cloudformation", "DescribeStacks", {}, {"Stacks": []}),
        ("lambda", "ListFunctions", {}, {"Functions": []}),
        ("iam", "ListUsers", {}, {"Users": []}),
        ("ec2", "DescribeInstances", {}, {"Reservations": []}),
    ],
)
def test_what_is_not_modelled_lists_nothing(
    service: str,
    operation: str,
    params: Mapping[str, Any],
    expected: Mapping[str, Any],
    simulated: Simulated,
    clients: Clients,
) -> None:
    response = clients(simulated, service)._make_api_call(operation, params)
    del response["ResponseMetadata"]
    assert response == expected


def test_an_empty_payload_has_what_its_shape_requires(simulated: Simulated, clients: Clients) -> None:
    distributions = clients(simulated, "cloudfront").list_distributions()["DistributionList"]
    assert (distributions["Quantity"], distributions["IsTruncated"]) == (0, False)


@pytest.mark.parametrize(
    ("service", "operation", "params", "code"),
    [
        ("dynamodb", "GetItem", {"TableName": "t", "Key": {"pk": {"S": "x"}}}, "UnknownOperationException"),
        ("ec2", "GetConsoleOutput", {"InstanceId": "i-1"}, "UnknownOperationException"),
        ("lambda", "GetFunction", {"FunctionName": "f"}, "UnknownOperationException"),
        ("lambda", "GetPolicy", {"FunctionName": "f"}, "ResourceNotFoundException"),
        ("ec2", "GetManagedPrefixListEntries", {"PrefixListId": "pl-0"}, "InvalidPrefixListID.NotFound"),
        (
            "dynamodb",
            "DescribeBackup",
            {"BackupArn": tables.arn(999) + "/backup/0"},
            "BackupNotFoundException",
        ),
        ("sts", "GetSessionToken", {}, "UnknownOperationException"),
        ("dynamodb", "DescribeTable", {"TableName": "table-000000-other"}, "ResourceNotFoundException"),
        ("dynamodb", "GetResourcePolicy", {"ResourceArn": tables.arn(1)}, "PolicyNotFoundException"),
        ("s3", "GetBucketPolicy", {"Bucket": "elsewhere"}, "NoSuchBucket"),
        ("iam", "GetAccountAuthorizationDetails", {"Filter": ["Role", "Robot"]}, "ValidationError"),
        ("kms", "DescribeKey", {"KeyId": "alias/none"}, "NotFoundException"),
    ],
)
def test_errors_arrive_as_their_code(
    service: str, operation: str, params: Mapping[str, Any], code: str, simulated: Simulated, clients: Clients
) -> None:
    with pytest.raises(ClientError) as caught:
        clients(simulated, service)._make_api_call(operation, params)
    assert error_of(caught.value)[0] == code


def test_other_regions_hold_no_tables(simulated: Simulated, clients: Clients) -> None:
    dynamodb = clients(simulated, "dynamodb", "us-west-2")
    assert dynamodb.list_tables()["TableNames"] == []
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        dynamodb.describe_table(TableName=tables.name(0))


def test_half_the_tables_have_a_customer_key_of_the_account(simulated: Simulated, clients: Clients) -> None:
    dynamodb, kms = clients(simulated, "dynamodb"), clients(simulated, "kms")
    kinds: list[str] = []
    for number in range(8):
        table = dynamodb.describe_table(TableName=tables.name(number))["Table"]
        key = table.get("SSEDescription", {}).get("KMSMasterKeyArn")
        kinds.append(kms.describe_key(KeyId=key)["KeyMetadata"]["KeyManager"] if key else "OWNED")
    assert kinds == ["CUSTOMER", "CUSTOMER", "AWS", "OWNED"] * 2


def test_ec2_filters_narrow(simulated: Simulated, clients: Clients) -> None:
    ec2 = clients(simulated, "ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][2]["VpcId"]
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    assert {subnet["VpcId"] for subnet in subnets} == {vpc}
    assert len(subnets) == 6
    assert [found["VpcId"] for found in ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]] == [vpc]
    service = [{"Name": "service-name", "Values": ["com.amazonaws.us-east-1.dynamodb"]}]
    endpoint = ec2.describe_vpc_endpoints(Filters=service)["VpcEndpoints"][0]
    assert json.loads(endpoint["PolicyDocument"])["Statement"][0]["Action"] == "*"
