"""`--deep` is asked for where it is given, and nowhere else."""

import json

import boto3
import pytest

from dynasec.cli import run
from dynasec.cli.planning import Basis
from dynasec.model.stack import DETECT
from dynasec.remedies import load
from dynasec.remedy.planning.ownership import Ownership
from dynasec.settings import Settings
from tests.support.accounts import registry
from tests.support.remedied import harmless

CONTROL = ("--control", "stack-in-sync")


@pytest.fixture
def shop(aws):  # noqa: ARG001 - the emulator it is made in
    """A stack with a table. The emulator cannot detect drift, so that whoever asks it to is told so."""
    table = {
        "TableName": "carts",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }
    template = {"Resources": {"Carts": {"Type": "AWS::DynamoDB::Table", "Properties": table}}}
    boto3.client("cloudformation").create_stack(StackName="shop", TemplateBody=json.dumps(template))


def missing(tmp_path, *options):
    """The operations that the one finding of an audit lacks."""
    report = tmp_path / "report.json"
    where = ("--region", "us-east-1", "--store", str(tmp_path / "store.db"), "-q", "-o", str(report))
    run(["audit", *CONTROL, *where, *options])
    (finding,) = json.loads(report.read_text())["findings"]
    assert (finding["label"], finding["status"]) == ("carts", "UNKNOWN")
    return [gap["operation"] for gap in finding["gaps"]]


@pytest.mark.usefixtures("shop")
def test_an_audit_starts_detections_under_deep_alone(tmp_path):
    assert missing(tmp_path) == ["cloudformation:DescribeStacks"]
    assert missing(tmp_path, "--deep") == [DETECT]


@pytest.mark.usefixtures("shop")
def test_a_snapshot_holds_detections_under_deep_alone(tmp_path):
    for options, asked in ((), False), (("--deep",), True):
        file = tmp_path / "snapshot.json"
        assert run(["collect", *CONTROL, "--region", "us-east-1", "-q", "-o", str(file), *options]) == 0
        assert (DETECT in json.loads(file.read_text())["reads"]) is asked
        offline = missing(tmp_path, "--snapshot", str(file))
        assert (offline == [DETECT]) is asked


def test_permissions_are_those_of_deep_under_deep_alone(capsys):
    for options, asked in ((), False), (("--deep",), True):
        assert run(["permissions", *CONTROL, *options]) == 0
        assert (DETECT in capsys.readouterr().out) is asked


def test_planning_starts_detections_under_deep_alone():
    controls = (registry().get("stack-in-sync"),)
    given = (registry(), controls, load(), Settings(), harmless, Ownership({}))
    assert DETECT not in Basis(*given).request().reads
    assert DETECT in Basis(*given, deep=True).request().reads
