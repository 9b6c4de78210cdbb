"""CloudFormation and Terraform: one resource for each thing, references between them, and nothing that a name could add."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from dynasec.change import result, text
from dynasec.remedy.export import cloudformation, terraform
from dynasec.remedy.plan import Plan
from tests.support.plan_documents import ORDERS, because, call, change, plan

POLICY = json.dumps({"Statement": [{"Effect": "Deny", "Principal": "*", "Resource": ORDERS}]})
RECOVERY = call(
    "dynamodb:UpdateContinuousBackups",
    {
        "TableName": "orders",
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 35},
    },
)


def template(document: Plan) -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load("".join(cloudformation.pieces(document)))
    return made["Resources"]


def hcl(document: Plan) -> str:
    return "".join(terraform.pieces(document))


def test_what_is_set_on_one_table_is_one_resource() -> None:
    document = plan(change(), change(RECOVERY, id="b", key="b"))
    assert template(document) == {
        "Orders": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "TableName": "orders",
                "DeletionProtectionEnabled": True,
                "PointInTimeRecoverySpecification": {
                    "PointInTimeRecoveryEnabled": True,
                    "RecoveryPeriodInDays": 35,
                },
            },
        }
    }
    assert hcl(document).partition("\nresource")[2] == (
        ' "aws_dynamodb_table" "orders" {\n'
        '  name = "orders"\n'
        "  deletion_protection_enabled = true\n"
        "  point_in_time_recovery {\n"
        "    enabled = true\n"
        "    recovery_period_in_days = 35\n"
        "  }\n"
        "}\n"
    )


def test_tables_of_one_name_in_two_regions_are_two_resources() -> None:
    document = plan(change(), change(id="b", key="b", region="eu-west-1"))
    assert len(template(document)) == 2
    assert len(set(re.findall(r'^resource "\w+" "(\w+)"', hcl(document), re.MULTILINE))) == 2


def test_policies_are_documents() -> None:
    put = call("dynamodb:PutResourcePolicy", {"ResourceArn": ORDERS, "Policy": POLICY})
    document = plan(change(put))
    properties = template(document)["Orders"]["Properties"]
    assert properties["ResourcePolicy"]["PolicyDocument"] == json.loads(POLICY)
    assert '"Effect" = "Deny"' in hcl(document)
    assert "policy = jsonencode({" in hcl(document)


def chain() -> Plan:
    topic = call("sns:CreateTopic", {"Name": "alerts"}, name="topic")
    arn = result("topic", "TopicArn")
    allow = call(
        "sns:SetTopicAttributes",
        {
            "TopicArn": arn,
            "AttributeName": "Policy",
            "AttributeValue": text('{"Resource":"', arn, '","a":"${x}"}'),
        },
    )
    rule = call("events:PutRule", {"Name": "calls", "EventPattern": '{"source":["aws.dynamodb"]}'})
    target = call("events:PutTargets", {"Rule": "calls", "Targets": [{"Id": "alerts", "Arn": arn}]})
    return plan(change(topic, allow, rule, target, id="wire"))


def test_references_between_resources() -> None:
    made = template(chain())
    assert made["Calls"]["Properties"]["Targets"] == [
        {"Id": "alerts", "Arn": {"Fn::GetAtt": ["Alerts", "TopicArn"]}}
    ]
    policy = next(one for one in made.values() if one["Type"] == "AWS::SNS::TopicPolicy")["Properties"]
    assert policy["Topics"] == [{"Fn::GetAtt": ["Alerts", "TopicArn"]}]
    assert policy["PolicyDocument"] == {"Resource": {"Fn::GetAtt": ["Alerts", "TopicArn"]}, "a": "${x}"}
    written = hcl(chain())
    assert 'resource "aws_cloudwatch_event_target" "calls" {\n  rule = "calls"\n' in written
    assert "  arn = aws_sns_topic.alerts.arn\n" in written
    assert '"Resource" = aws_sns_topic.alerts.arn\n' in written
    assert '"a" = "$${x}"' in written


def test_a_reference_within_a_text() -> None:
    topic = call("sns:CreateTopic", {"Name": "alerts"}, name="topic")
    policy = text(
        '{"Resource":"',
        result("topic", "TopicArn"),
        '/*","Other":"${aws:x} ',
        result("topic", "TopicArn"),
        '"}',
    )
    put = call(
        "sns:SetTopicAttributes",
        {"TopicArn": "arn:aws:sns:r:1:t", "AttributeName": "Policy", "AttributeValue": policy},
    )
    document = plan(change(topic, put))
    made = template(document)["T"]["Properties"]["PolicyDocument"]
    assert made == {
        "Resource": {"Fn::Sub": "${Alerts.TopicArn}/*"},
        "Other": {"Fn::Sub": "${!aws:x} ${Alerts.TopicArn}"},
    }
    assert '"Other" = "$${aws:x} ${aws_sns_topic.alerts.arn}"' in hcl(document)


def test_what_cannot_be_declared_is_named() -> None:
    document = plan(
        change(call("config:StartConfigurationRecorder", {})),
        change(id="b", key="b", blocked=because("UPDATING")),
    )
    for written in ("".join(cloudformation.pieces(document)), hcl(document)):
        assert "# NOT DECLARED" in written
        assert "config:StartConfigurationRecorder" in written
        assert "# LEFT OUT b: turn deletion protection of orders on: UPDATING\n" in written


def test_what_a_stack_owns_is_declared_for_the_stack() -> None:
    owned = change(blocked=because("a stack owns it", "allow-drift"), managed_by={"cloudformation": "shop"})
    assert set(template(plan(owned))) == {"Orders"}
    assert "# managed by cloudformation shop: change it there\n" in hcl(plan(owned))


def test_an_empty_plan_is_an_empty_template() -> None:
    assert template(plan()) == {}
    assert "resource" not in hcl(plan()).replace("Resources", "")


HOSTILE = [
    "a\nb: c",
    '"}\nresource "x" "y" {',
    "${file(1)}",
    "%{if}",
    "\x85\u2028\u202e\x1b",
    "'",
    "#",
    "\\",
    "\\u0041",
    "\b\f",
    "é",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_never_more_than_a_text(name: str) -> None:
    update = call(params={"TableName": name, "DeletionProtectionEnabled": True})
    topic = call("sns:CreateTopic", {"Name": name}, name="topic")
    document = plan(change(update, topic, summary=name, region=name, id=name, managed_by={name: name}))
    names = {value for one in template(document).values() for value in one["Properties"].values()}
    assert names == {name, True}
    written = hcl(document)
    assert sum(line.startswith("resource ") for line in written.splitlines()) == 2
    assert all(line.isprintable() for line in written.splitlines())
    code = "".join(line for line in written.splitlines() if not line.startswith("#"))
    assert "${" not in code.replace("$${", "")
    assert "%{" not in code.replace("%%{", "")
