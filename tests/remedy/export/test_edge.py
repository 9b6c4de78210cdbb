"""The exports of changes of web ACLs."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
import yaml

from dynasec.remedy.export import cloudformation, role, shell, terraform
from dynasec.remedy.export.resources import Place, resources
from dynasec.settings import Remedy, Settings
from tests.remediations.edge import doors
from tests.support import waf_shim
from tests.support.remedied import planned, read

ACCOUNT = "123456789012"
BLOCK = Settings(remedy=Remedy(managed_rules="block"))


@pytest.fixture(autouse=True)
def _account(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    del aws
    waf_shim.install(monkeypatch)
    boto3.client("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


def associated() -> tuple[Any, str, str]:
    """A plan that sets a web ACL before a load balancer, and both."""
    acl, door = doors.web_acl(), doors.balancer()
    return planned("associate-web-acl", read("associate-web-acl", settings=doors.named())), acl, door


def updated() -> tuple[Any, str]:
    """A plan that adds rules to a web ACL that has one, and the web ACL."""
    acl = doors.web_acl(doors.blocks("/admin", 0))
    doors.before(acl, doors.balancer())
    return planned("add-managed-rules", read("add-managed-rules", settings=BLOCK)), acl


def test_an_association_is_a_resource_of_its_own() -> None:
    plan, acl, door = associated()
    template = yaml.safe_load("".join(cloudformation.pieces(plan)))
    (resource,) = template["Resources"].values()
    assert resource["Type"] == "AWS::WAFv2::WebACLAssociation"
    assert resource["Properties"] == {"ResourceArn": door, "WebACLArn": acl}
    text = "".join(terraform.pieces(plan))
    assert 'resource "aws_wafv2_web_acl_association"' in text
    assert f'web_acl_arn = "{acl}"' in text


def test_rules_are_those_of_the_web_acl_that_there_is() -> None:
    plan, _ = updated()
    text = "".join(cloudformation.pieces(plan))
    assert "AWS::WAFv2::WebACL" in text
    assert "AWSManagedRulesSQLiRuleSet" in text
    written = "".join(terraform.pieces(plan))
    assert "rule_json = jsonencode([" in written
    assert '"SearchString" = "/admin"' in written


def test_the_script_tells_the_cli_that_search_strings_are_text() -> None:
    plan, _ = updated()
    lines = "".join(shell.pieces(plan)).splitlines()
    (sent,) = [line for line in lines if "update-web-acl" in line and not line.startswith("#")]
    assert "--cli-binary-format raw-in-base64-out" in sent
    assert any("LockToken" in line and line.startswith("expect") for line in lines)


def test_the_role_names_the_web_acl() -> None:
    plan, acl = updated()
    name = acl.replace(":regional/", ":*/")
    (statement,) = [
        one for one in role.policy(plan, ())["Statement"] if "wafv2:UpdateWebACL" in one["Action"]
    ]
    assert name in statement["Resource"]
    assert f"arn:aws:wafv2:us-east-1:{ACCOUNT}:*/managedruleset/*/*" in statement["Resource"]


@pytest.mark.parametrize(
    ("operation", "params", "expected"),
    [
        ("apigateway:GetStage", {"restApiId": "a1", "stageName": "live"}, "apigateway:us-east-1::/restapis/a1/stages/live"),
        ("appsync:GetGraphqlApi", {"apiId": "g1"}, f"appsync:us-east-1:{ACCOUNT}:apis/g1"),
        ("cognito-idp:DescribeUserPool", {"UserPoolId": "us-east-1_x"}, f"cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_x"),
        ("wafv2:GetWebACL", {"Name": "shop", "Id": "1", "Scope": "REGIONAL"}, f"wafv2:us-east-1:{ACCOUNT}:*/webacl/shop/1"),
    ],
)  # fmt: skip
def test_looks_name_what_they_look_at(operation: str, params: dict[str, str], expected: str) -> None:
    assert resources(operation, params, Place("aws", ACCOUNT, "us-east-1")) == (f"arn:aws:{expected}",)
