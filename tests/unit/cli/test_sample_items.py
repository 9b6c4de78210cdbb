"""`--sample-items`: which tables' items are read, and that nothing of them is written anywhere."""

import json
from pathlib import Path

import boto3
import pytest

from dynasec.cli import run
from dynasec.cli.options import Selection
from dynasec.cli.sampling import sampling_of
from dynasec.settings import Settings
from tests.support.accounts import table

CONTROLS = ["--control", "no-plaintext-identifiers", "--control", "client-side-encryption"]
PANS = ("4111111111111111", "5555555555554444", "378282246310005")


@pytest.fixture
def _shop(aws):  # noqa: ARG001 - it opens the account
    dynamodb = boto3.client("dynamodb")
    for name, data_class in (("cards", "restricted"), ("carts", "internal"), ("more", "restricted")):
        dynamodb.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            Tags=[{"Key": "data-class", "Value": data_class}],
        )
        for number, pan in enumerate(PANS):
            dynamodb.put_item(TableName=name, Item={"pk": {"S": str(number)}, "pan": {"S": pan}})


def audited(capsys, *arguments):
    code = run(["audit", *CONTROLS, "-q", "-f", "json", "--store", "none", *arguments])
    found = json.loads(capsys.readouterr().out)["findings"]
    return code, {(one["control"], one["resource"].rpartition("/")[2]): one for one in found}


@pytest.mark.usefixtures("_shop")
def test_items_of_the_highest_class_are_read_only_where_that_is_asked(capsys):
    code, found = audited(capsys)
    assert code == 4
    assert found["no-plaintext-identifiers", "cards"]["status"] == "UNKNOWN"
    code, found = audited(capsys, "--sample-items", "100", "--table", "c*")
    assert code == 3
    seen = found["no-plaintext-identifiers", "cards"]
    assert (seen["status"], found["client-side-encryption", "cards"]["status"]) == ("FAIL", "FAIL")
    assert "payment card number in pan (3 values)" in seen["reason"]
    assert found["no-plaintext-identifiers", "carts"]["status"] == "NOT_APPLICABLE"
    assert ("no-plaintext-identifiers", "more") not in found
    assert not any(pan in json.dumps(list(found.values())) for pan in PANS)


@pytest.mark.usefixtures("_shop")
def test_a_snapshot_has_the_counts_and_no_item(capsys):
    assert run(["collect", *CONTROLS, "-q", "--sample-items", "100", "-o", "account.json"]) == 0
    text = Path("account.json").read_text(encoding="utf-8")
    assert not any(pan in text for pan in PANS)
    code, found = audited(capsys, "--snapshot", "account.json")
    assert (code, found["no-plaintext-identifiers", "more"]["status"]) == (3, "FAIL")
    assert run(["audit", "--snapshot", "account.json", "--sample-items", "1", "--store", "none"]) == 2
    assert "dynasec collect" in capsys.readouterr().err


def test_the_policy_holds_scan_only_with_it(capsys):
    assert run(["permissions"]) == 0
    assert "dynamodb:Scan" not in capsys.readouterr().out
    assert run(["permissions", "--sample-items", "1"]) == 0
    assert "dynamodb:Scan" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("data_class", "globs", "wanted"),
    [
        ("restricted", (), True),
        ("restricted", ("ord*",), True),
        ("restricted", ("carts",), False),
        ("confidential", (), False),
    ],
)
def test_which_tables_are_wanted(data_class, globs, wanted):
    selection = Selection((), (), (), (), sample_items=5)
    sampling = sampling_of(selection, Settings(), globs)
    assert sampling.items == 5
    assert sampling.wanted(table(tags={"data-class": data_class})) is wanted
    assert sampling_of(Selection((), (), (), ()), Settings()) is None


@pytest.mark.parametrize("number", ["-1", "1001", "many"])
def test_no_more_items_than_a_thousand(capsys, number):
    assert run(["audit", "--sample-items", number]) == 2
    assert "--sample-items" in capsys.readouterr().err
