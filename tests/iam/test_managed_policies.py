"""Every AWS managed policy that moto bundles parses, and what it lets somebody do to DynamoDB is classified."""

import json
import re
from functools import cache

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from dynasec.iam.actions import DATA_READ, DATA_WRITE, Capability, capabilities, catalogue, is_known, reaches
from dynasec.iam.authorize import authorize
from dynasec.iam.compiled import Policy
from dynasec.iam.conditions import Gap, Knowledge
from dynasec.iam.document import MalformedPolicy, parse
from dynasec.iam.layers import Layer, Layers
from dynasec.iam.request import Caller, Request

MANAGED = json.loads(aws_managed_policies_data)
READS_OF_DYNAMODB = {action for action in DATA_READ if action.startswith("dynamodb:")}
WRITES_OF_DYNAMODB = {action for action in DATA_WRITE if action.startswith("dynamodb:")}
TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/Orders"
USER = Caller.of("arn:aws:iam::111122223333:user/ann")


def _document(name):
    return parse(json.dumps(MANAGED[name]["Document"]))


def _allowed(name):
    """What the policy allows for certain or under conditions on an ordinary table, nothing being known of the context."""
    layers = Layers(identity=Layer.of([Policy(name, "managed", _document(name))]))
    allowed = set()
    for action in catalogue("dynamodb"):
        request = Request.of(USER, action, TABLE)
        if not authorize(request, layers).outcome.denied:
            allowed.add(action)
    return allowed


def _capabilities(name):
    return {capability for action in _allowed(name) for capability in capabilities(action)}


def test_all_of_them_parse():
    refused = {}
    for name, policy in MANAGED.items():
        try:
            parse(json.dumps(policy["Document"]))
        except MalformedPolicy as problem:
            refused[name] = str(problem)
    assert refused == {}
    assert len(MANAGED) > 1_500


def test_all_that_they_say_of_dynamodb_is_known():
    unknown = {
        (name, action)
        for name in MANAGED
        for statement in _document(name).statements
        for action in reaches(statement, "dynamodb")
        if not is_known(action)
    }
    assert unknown == set()


def test_read_only_access_to_dynamodb_reads_all_data():
    allowed = _allowed("AmazonDynamoDBReadOnlyAccess")
    assert {
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:PartiQLSelect",
    } <= allowed
    assert not allowed & WRITES_OF_DYNAMODB
    layers = Layers(
        identity=Layer.of([Policy("managed", "managed", _document("AmazonDynamoDBReadOnlyAccess"))])
    )
    request = Request.of(USER, "dynamodb:Scan", TABLE, given=Knowledge(otherwise=Gap.ABSENT))
    assert authorize(request, layers).outcome == "allowed"


@pytest.mark.parametrize(
    "name",
    ["AmazonDynamoDBFullAccess", "AmazonDynamoDBFullAccess_v2", "AdministratorAccess", "PowerUserAccess"],
)
def test_does_everything(name):
    assert _allowed(name) == catalogue("dynamodb")
    assert _capabilities(name) == set(Capability)


def test_read_only_access_reads_all_data():
    allowed = _allowed("ReadOnlyAccess")
    assert {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan"} <= allowed
    assert not allowed & WRITES_OF_DYNAMODB
    assert Capability.DELETE not in _capabilities("ReadOnlyAccess")


@pytest.mark.parametrize("name", ["SecurityAudit", "ViewOnlyAccess"])
def test_reads_no_data(name):
    allowed = _allowed(name)
    assert "dynamodb:DescribeTable" in allowed or "dynamodb:ListTables" in allowed
    assert not allowed & (READS_OF_DYNAMODB | WRITES_OF_DYNAMODB)
    assert Capability.EXPORT not in _capabilities(name)


def test_backup_service_role_carries_data_away():
    found = _capabilities("AWSBackupServiceRolePolicyForBackup")
    assert Capability.EXPORT in found


def test_lambda_stream_role_reads_streams():
    layers = Layers(
        identity=Layer.of([Policy("managed", "managed", _document("AWSLambdaDynamoDBExecutionRole"))])
    )
    stream = TABLE + "/stream/2026-01-01T00:00:00.000"
    assert authorize(Request.of(USER, "dynamodb:GetRecords", stream), layers).outcome == "allowed"
    assert authorize(Request.of(USER, "dynamodb:GetItem", TABLE), layers).outcome.denied


@cache
def _matching(pattern):
    translated = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    compiled = re.compile(translated, re.IGNORECASE)
    return {action for action in catalogue("dynamodb") if compiled.fullmatch(action)}


def _listed(value):
    return value if isinstance(value, list) else [value]


def _said(statement):
    patterns = _listed(statement["Action"] if "Action" in statement else statement["NotAction"])
    named = set().union(*map(_matching, patterns))
    return named if "Action" in statement else catalogue("dynamodb") - named


def test_their_reach_is_that_of_a_naive_reading():
    """Every policy's allowing statements, read with regular expressions over the raw document, reach the same actions."""
    for name, policy in MANAGED.items():
        raw = [each for each in _listed(policy["Document"]["Statement"]) if each["Effect"] == "Allow"]
        naive = set().union(*map(_said, raw))
        found = {
            action
            for statement in _document(name).statements
            if statement.allows
            for action in reaches(statement, "dynamodb")
        }
        assert found == naive, name
