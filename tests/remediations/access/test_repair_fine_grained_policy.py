"""The remediation `repair-fine-grained-policy`."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from dynasec.audit.report import audit
from dynasec.permissions import reads_of
from dynasec.remedy.plan import Plan
from dynasec.settings import Settings
from tests.remediations.access import identities
from tests.remediations.access.identities import allow
from tests.support.accounts import ACCOUNT, description, region, registry, snapshot, table
from tests.support.emulated import collect_emulated
from tests.support.identity import AS_OF, identity, user
from tests.support.remedied import planned, read, remedy, round_trip

NAME = "repair-fine-grained-policy"
ORDERS = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
KEYS = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"]
NULL = {"dynamodb:LeadingKeys": "false"}
SOUND = {
    "dynamodb:Select": "SPECIFIC_ATTRIBUTES",
    "dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"],
}
pytestmark = pytest.mark.usefixtures("aws", "orders")


def keyed(
    *actions: str, test: str = "ForAllValues:StringEquals", values: Any = "me", **more: Any
) -> dict[str, Any]:
    condition = {test: {"dynamodb:LeadingKeys": values}, **more.pop("condition", {})}
    return allow([*KEYS, *actions], ORDERS, Condition=condition, **more)


def attributed(*actions: str, test: str = "ForAllValues:StringEquals") -> dict[str, Any]:
    condition = {test: {"dynamodb:Attributes": ["pk", "name"]}}
    return allow(list(actions or KEYS), ORDERS, Condition=condition)


def after(*statements: dict[str, Any]) -> list[dict[str, Any]]:
    identities.inline("user", "ann", "own", *statements)
    (change,) = planned(NAME, read(NAME)).changes
    assert not change.blocked, change.blocked
    return list(change.after["PolicyDocument"]["Statement"])


def advice(plan: Plan) -> str:
    assert plan.changes == ()
    (one,) = plan.advice
    return f"{one.why}: {one.how}"


def advised(*statements: dict[str, Any]) -> str:
    identities.inline("user", "ann", "own", *statements)
    return advice(planned(NAME, read(NAME)))


def test_round_trip() -> None:
    identities.managed_role("app", "own", keyed("dynamodb:Scan"))
    (change,) = round_trip(NAME).changes
    (statement,) = change.after["PolicyDocument"]["Statement"]
    assert statement == keyed(condition={"Null": NULL})


def test_round_trip_of_attributes() -> None:
    identities.inline("group", "people", "own", attributed())
    identities.inline("user", "ann", "none", allow("s3:GetObject", "*"))
    boto3.client("iam").add_user_to_group(GroupName="people", UserName="ann")
    (change,) = round_trip(NAME).changes
    (statement,) = change.after["PolicyDocument"]["Statement"]
    assert statement["Condition"]["StringEqualsIfExists"] == SOUND


def test_what_gives_no_items_keeps_its_conditions_apart() -> None:
    statement = keyed("dynamodb:Scan", "dynamodb:DescribeTable", "s3:GetObject", Sid="Own")
    own, rest = after(statement)
    assert own == {**keyed(condition={"Null": NULL}), "Sid": "Own"}
    assert rest == {**statement, "Sid": "OwnRest", "Action": ["dynamodb:DescribeTable", "s3:GetObject"]}


def test_one_of_many_keys_does_not_suffice() -> None:
    (statement,) = after(keyed("dynamodb:BatchGetItem", test="StringEquals"))
    assert statement["Condition"] == {
        "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "me"},
        "Null": NULL,
    }


def test_attributes_by_one_of_many_become_all_and_stay_demanded() -> None:
    (statement,) = after(attributed("dynamodb:GetItem", test="ForAnyValue:StringEquals"))
    assert statement["Condition"] == {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["pk", "name"]},
        "Null": {"dynamodb:Attributes": "false"},
        "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
    }


def of_old_version(*statements: dict[str, Any]) -> Plan:
    """Plan for a policy of a Version that the emulator refuses."""
    text = identities.document(*statements, version="2008-10-17")
    ann = user("ann", inline={"own": text}, created=AS_OF)
    account = snapshot(region(table("orders", description=description("orders"))), identity=identity(ann))
    control = registry().get("fine-grained-sound")
    return planned(NAME, audit(account, registry(), [control], Settings()))


def test_variables_that_are_text_get_their_version() -> None:
    (change,) = of_old_version(keyed(values="${aws:username}")).changes
    assert not change.blocked
    assert change.after["PolicyDocument"]["Version"] == "2012-10-17"


def test_a_version_that_changes_other_statements_takes_a_decision() -> None:
    other = allow("s3:GetObject", "arn:aws:s3:::home/${aws:username}/*")
    assert "2012-10-17" in advice(of_old_version(keyed(values="${aws:username}"), other))


def test_sound_statements_and_denies_are_untouched() -> None:
    sound = keyed(Sid="Sound")
    deny = {**allow("dynamodb:DeleteTable", "*"), "Effect": "Deny"}
    assert after(sound, keyed("dynamodb:Scan", Sid="Faulty"), deny)[::2] == [sound, deny]


@pytest.mark.parametrize(
    ("statements", "why"),
    [
        ([keyed(), allow("dynamodb:GetItem", ORDERS, Sid="Open")], "Open allows"),
        ([keyed(values="me*")], "literally"),
        ([keyed(test="ForAllValues:StringEqualsIgnoreCase")], "ignores case"),
        ([keyed(test="ForAllValues:StringLike", values="*")], "any value"),
    ],
)
def test_what_takes_a_decision(statements: list[dict[str, Any]], why: str) -> None:
    assert why in advised(*statements)


def test_a_key_that_is_not_listed_is_not_guessed() -> None:
    faulty = {**attributed(), "Condition": {"ForAllValues:StringEquals": {"dynamodb:Attributes": ["name"]}}}
    identities.inline("user", "ann", "own", faulty)
    (change,) = planned(NAME, read(NAME)).changes
    assert "pk, a key of orders" in change.blocked[0].reason


def test_a_policy_of_which_nothing_would_be_left_takes_a_decision() -> None:
    condition = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "me"}}
    assert "nothing would be left" in advised(allow("dynamodb:Scan", ORDERS, Condition=condition))


def test_wildcards_come_first() -> None:
    identities.inline("user", "ann", "own", {**keyed(), "Action": "dynamodb:*"})
    controls = [registry().get(name) for name in ("no-wildcard-actions", "fine-grained-sound")]
    snapshot, _ = collect_emulated(reads_of(controls) | set(remedy(NAME).remediation.reads))
    plan = planned(NAME, audit(snapshot, registry(), controls, Settings()))
    assert plan.changes == ()
    assert any("close no-wildcard-actions first" in one.how for one in plan.advice)


def test_a_wildcard_that_is_narrowed_is_spelled_out() -> None:
    (change,) = _planned({**keyed(condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}), "Action": "dynamodb:Q*"},
                         keyed("dynamodb:Scan"))  # fmt: skip
    assert change.after["PolicyDocument"]["Statement"][0]["Action"] == "dynamodb:Q*"


def _planned(*statements: dict[str, Any]) -> Any:
    identities.inline("user", "ann", "own", *statements)
    return planned(NAME, read(NAME)).changes
