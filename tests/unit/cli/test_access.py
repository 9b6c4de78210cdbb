"""`dynasec access`: what it prints, and what it ends with."""

import csv
import io
import json

import pytest

from dynasec import snapshot_file
from dynasec.access import READS
from dynasec.cli import run
from dynasec.model.fact import Fact, Listing
from dynasec.model.network import Endpoint, Network
from dynasec.model.organization import Organization
from dynasec.model.table import ResourcePolicy
from dynasec.report.columns import width
from tests.support.accounts import ACCOUNT, description, region, snapshot, table
from tests.support.identity import allow, document, identity, role, user

ORDERS = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
TRUST = document(
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
)
PARTNER = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::999988887777:root"},
    "Action": "dynamodb:Query",
    "Resource": ORDERS,
}
VPCE = "vpce-0a1b"


def tables(policy):
    for name in ("orders", "carts"):
        yield table(
            name,
            policy=policy if name == "orders" else None,
            stream_policy=None,
            description=description(name),
        )


@pytest.fixture
def account(tmp_path):
    def written(*, policy=Fact(ResourcePolicy(text=document(PARTNER)))):  # noqa: B008 - frozen
        endpoint = Endpoint(
            arn=f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc-endpoint/{VPCE}",
            vpc_endpoint_id=VPCE,
            vpc_id="vpc-1",
            service_name="com.amazonaws.us-east-1.dynamodb",
            state="available",
            policy_document=document({**allow("*"), "Principal": "*"}),
            tags={},
        )
        inside = allow(
            "dynamodb:GetItem", resource=ORDERS, Condition={"StringEquals": {"aws:SourceVpce": VPCE}}
        )
        people = identity(
            role("support", trust=TRUST, inline={"inside": [inside]}),
            role("batch", trust=TRUST, inline={"all": [allow("dynamodb:*")]}),
            user("=cmd|calc", inline={"all": [allow("dynamodb:*")]}),
            user("idle"),
        )
        path = tmp_path / "account.json"
        here = region(*tables(policy), network=Network(endpoints=Listing((endpoint,))))
        none = Organization(description=Fact(None), levels=Listing(), policies=Listing(), accounts=Listing())
        snapshot_file.save(snapshot(here, identity=people, organization=none), path)
        return str(path)

    return written


def lines(capsys):
    return capsys.readouterr().out.splitlines()


def test_for_people_by_capability_with_conditions_in_words(account, capsys):
    assert run(["access", "orders", "--snapshot", account()]) == 0
    out = lines(capsys)
    assert out[0].startswith("Who can reach orders")
    place = out.index("  conditional  role support")
    assert out[place + 1] == f"               · only from {VPCE}"
    assert "READ items" in out
    assert not any("idle" in line or "because" in line for line in out)
    assert max(map(width, out)) <= 100


def test_why_names_the_statements(account, capsys):
    run(["access", "orders", "--why", "--snapshot", account()])
    assert any("because identity: Allow by inline policy inside" in line for line in lines(capsys))


def test_what_is_denied_shows_when_asked_for(account, capsys):
    run(["access", "orders", "--principal", "idle", "--snapshot", account()])
    assert any("denied" in line for line in lines(capsys))


def test_foreigners_alone(account, capsys):
    run(["access", "orders", "--external", "--snapshot", account()])
    out = "\n".join(lines(capsys))
    assert "account 999988887777" in out
    assert "role batch" not in out


def test_through_an_endpoint(account, capsys):
    run(
        [
            "access",
            "orders",
            "--via",
            VPCE,
            "--principal",
            "support",
            "--action",
            "GetItem",
            "--snapshot",
            account(),
        ]
    )
    assert any("allowed      role support" in line for line in lines(capsys))


def test_json(account, capsys):
    assert run(["access", ORDERS, "-f", "json", "--snapshot", account()]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["table"], found["incomplete"]) == ("dynasec.access/v1", ORDERS, False)
    row = next(
        one for one in found["rows"] if one["principal"].endswith("support") and one["capability"] == "read"
    )
    assert row["decision"] == "conditional"
    assert row["conditions"] == [f"only from {VPCE}"]
    assert (row["principal_type"], row["actions"], row["via"]) == ("role", ["dynamodb:GetItem"], ["identity"])
    assert row["because"]


def test_csv_has_no_formulas(account, capsys):
    run(["access", "orders", "-f", "csv", "--snapshot", account()])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))
    assert {row["table"] for row in rows} == {ORDERS}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("arguments", [[], ["--all"]])
def test_the_whole_account(account, capsys, arguments):
    assert run(["access", *arguments, "--snapshot", account()]) == 0
    out = lines(capsys)
    assert any(line.startswith("RW.XDCP") and "role batch, root" in line for line in out)
    assert "         → all 2 tables" in out
    assert max(map(width, out)) <= 100


def test_the_whole_account_as_json_and_csv(account, capsys):
    run(["access", "-f", "json", "--snapshot", account()])
    groups = json.loads(capsys.readouterr().out)["groups"]
    support = next(group for group in groups if group["principals"][0].endswith("support"))
    assert (support["tables"], support["capabilities"]) == ([ORDERS], {"read": "conditional"})
    run(["access", "--principal", "support", "-f", "csv", "--snapshot", account()])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))
    assert [(row["table"], row["read"], row["write"]) for row in rows] == [(ORDERS, "conditional", "denied")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["oders"], "no table oders; did you mean orders?"),
        (["orders", "--all"], "give a table, or --all"),
        (["orders", "--action", "GetItm"], "did you mean dynamodb:GetItem?"),
        (["orders", "--via", "vpce-0a1c"], f"did you mean {VPCE}?"),
    ],
)
def test_mistakes_are_one_line(account, capsys, arguments, message):
    assert run(["access", *arguments, "--snapshot", account()]) == 2
    said = capsys.readouterr().err.strip()
    assert message in said
    assert "\n" not in said


def test_a_name_in_two_regions_needs_its_arn(tmp_path, capsys):
    two = snapshot(region(table()), region(table(region="eu-west-1"), name="eu-west-1"))
    path = tmp_path / "two.json"
    snapshot_file.save(two, path)
    assert run(["access", "orders", "--snapshot", str(path)]) == 2
    assert "us-east-1, eu-west-1" in capsys.readouterr().err


def test_an_unread_policy_ends_with_incomplete(account, capsys):
    unread = account(policy=Fact(ResourcePolicy(text="no policy")))
    assert run(["access", "orders", "--snapshot", unread]) == 4
    assert any(line.startswith("  unknown") for line in lines(capsys))


def test_nothing_but_reads():
    assert all(name.partition(":")[2].startswith(("Get", "List", "Describe")) for name in READS)
