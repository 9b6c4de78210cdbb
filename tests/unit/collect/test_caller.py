import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, NoCredentialsError

from dynasec.collect.caller import resolve
from dynasec.collect.clients import Clients
from dynasec.errors import CredentialsError, UsageError
from tests.support.scripted import AwsError, clients

ARN = "arn:aws:sts::123456789012:assumed-role/auditor/me"
ME = {"sts:GetCallerIdentity": {"Account": "123456789012", "Arn": ARN, "UserId": "x"}}


def _resolve(*regions, script=None, all_regions=False, default="us-east-1"):
    made, session = clients({**ME, **(script or {})}, default)
    return resolve(made, regions, all_regions=all_regions), session.made


def test_the_account_and_the_regions_in_the_order_given():
    scope, made = _resolve("eu-west-1", "us-east-1", "eu-west-1")
    assert (scope.account, scope.partition, scope.caller_arn) == ("123456789012", "aws", ARN)
    assert scope.regions == ("eu-west-1", "us-east-1")
    assert made == {"sts:GetCallerIdentity": 1}


def test_without_regions_the_sessions_is_used():
    assert _resolve(default="ap-south-1")[0].regions == ("ap-south-1",)


def test_no_region_at_all(monkeypatch):
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    nowhere = Clients(boto3.Session("testing", "testing"))
    with pytest.raises(UsageError, match="no Region given; use --region"):
        resolve(nowhere, (), all_regions=False)


@pytest.mark.usefixtures("aws")
def test_all_regions_need_none_to_begin_with(monkeypatch):
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    scope = resolve(Clients(boto3.Session("testing", "testing")), (), all_regions=True)
    assert "us-east-1" in scope.regions
    assert scope.regions == tuple(sorted(scope.regions))
    assert len(scope.regions) > 10


def test_all_regions_are_those_that_are_enabled():
    asked = []

    def answer(sent):
        asked.append(sent)
        return {"Regions": [{"RegionName": "us-west-2"}, {"RegionName": "af-south-1"}]}

    scope, _ = _resolve("us-east-1", script={"ec2:DescribeRegions": answer}, all_regions=True)
    assert scope.regions == ("af-south-1", "us-west-2")
    assert asked[0]["AllRegions"] == "false"


@pytest.mark.parametrize(
    ("regions", "says"),
    [
        (("us-east-9",), "unknown Region 'us-east-9'; did you mean us-east-"),
        (("us-east-1", "nowhere"), "unknown Region 'nowhere'"),
        (("us-east-1", "cn-north-1"), "Regions of several partitions cannot be audited in one run"),
    ],
)
def test_regions_that_cannot_be_audited_are_refused_before_any_call(regions, says):
    made, session = clients(ME)
    with pytest.raises(UsageError) as caught:
        resolve(made, regions, all_regions=False)
    assert str(caught.value).startswith(says)
    assert not session.made


@pytest.mark.parametrize(
    ("problem", "says"),
    [
        (
            AwsError("InvalidClientTokenId"),
            "AWS does not accept the credentials: InvalidClientTokenId; sign in",
        ),
        (AwsError("SignatureDoesNotMatch"), "AWS does not accept the credentials: SignatureDoesNotMatch"),
        (AwsError("ExpiredToken"), "the AWS credentials have expired; sign in again"),
        (NoCredentialsError(), "no usable AWS credentials: Unable to locate credentials; sign in"),
        (AwsError("ServiceUnavailable", status=503), "cannot ask AWS who is calling: An error occurred"),
        (
            EndpointConnectionError(endpoint_url="https://x"),
            "cannot ask AWS who is calling: Could not connect",
        ),
        (ConnectTimeoutError(endpoint_url="https://x"), "cannot ask AWS who is calling: Connect timeout"),
        ({"UserId": "x"}, "cannot ask AWS who is calling: 'Account'"),
        ({"Account": "1", "Arn": "this is not an ARN at all"}, "cannot ask AWS who is calling: not an ARN"),
    ],
)
def test_when_nobody_says_who_is_calling(problem, says):
    with pytest.raises(CredentialsError) as caught:
        _resolve(script={"sts:GetCallerIdentity": problem})
    assert str(caught.value).startswith(says)
    assert caught.value.hint


@pytest.mark.parametrize("url", ["nonsense", "http://", "ftp:/x y"])
def test_an_endpoint_that_is_no_url_is_told(url):
    made = Clients(boto3.Session("testing", "testing", region_name="us-east-1"), url)
    with pytest.raises(CredentialsError, match="cannot ask AWS who is calling"):
        resolve(made, (), all_regions=False)


@pytest.mark.parametrize(
    ("problem", "says"),
    [
        (
            AwsError("UnauthorizedOperation"),
            "cannot list the account's Regions: .*; allow ec2:DescribeRegions",
        ),
        (AwsError("RequestExpired"), "the AWS credentials have expired"),
        ({}, "cannot list the account's Regions"),
    ],
)
def test_when_the_regions_cannot_be_listed(problem, says):
    with pytest.raises(CredentialsError, match=says):
        _resolve(script={"ec2:DescribeRegions": problem}, all_regions=True)
