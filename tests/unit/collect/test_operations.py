import pytest
from botocore.session import get_session
from hypothesis import given
from hypothesis import strategies as st

from dynasec.collect.operations import client_and_method, iam_actions, operation_of
from dynasec.permissions import reads_of
from dynasec.registry import load


@pytest.mark.parametrize(
    ("operation", "client", "name"),
    [
        ("dynamodb:ListTables", "dynamodb", "ListTables"),
        ("tag:GetResources", "resourcegroupstaggingapi", "GetResources"),
        ("elasticloadbalancing:DescribeLoadBalancers", "elbv2", "DescribeLoadBalancers"),
    ],
)
def test_the_client_of_an_operation(operation, client, name):
    assert client_and_method(operation) == (client, name)
    assert operation_of(client, name) == operation


@given(
    st.sampled_from(["dynamodb", "tag", "elasticloadbalancing", "s3control"]), st.text("ABCabc", min_size=1)
)
def test_the_inverse_is_one(prefix, name):
    assert operation_of(*client_and_method(f"{prefix}:{name}")) == f"{prefix}:{name}"


@pytest.mark.parametrize("operation", sorted(reads_of(load().controls)))
def test_every_operation_that_a_control_reads_exists_in_boto3(operation):
    service, name = client_and_method(operation)
    assert name in get_session().get_service_model(service).operation_names


@pytest.mark.parametrize(
    ("operation", "actions"),
    [
        ("dynamodb:ListTables", ("dynamodb:ListTables",)),
        ("s3:GetPublicAccessBlock", ("s3:GetBucketPublicAccessBlock",)),
        ("s3control:GetPublicAccessBlock", ("s3:GetAccountPublicAccessBlock",)),
    ],
)
def test_iams_name_of_an_operation(operation, actions):
    assert iam_actions(operation) == actions
