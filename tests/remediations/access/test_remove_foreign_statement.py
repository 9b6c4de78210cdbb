"""The remediation `remove-foreign-statement`."""

from __future__ import annotations

import boto3
import pytest

from dynasec.settings import Settings, Trust
from tests.remediations import policies
from tests.remediations.policies import FOREIGNER, OWN, statement
from tests.support.accounts import ACCOUNT
from tests.support.remedied import Stage, planned, read, round_trip

NAME = "remove-foreign-statement"
pytestmark = pytest.mark.usefixtures("aws", "orders")


def applied() -> object:
    Stage().apply(planned(NAME, read(NAME, script=policies.ALONE)))
    return policies.current()


def test_round_trip() -> None:
    deny = statement("*", "Deny", Sid="No", Action="dynamodb:DeleteItem")
    policies.put(statement({"AWS": [FOREIGNER, OWN]}), deny)
    (change,) = round_trip(NAME, script=policies.ALONE).changes
    kept = change.after["Policy"]["Statement"]
    assert kept == [statement({"AWS": [OWN]}), deny]


def test_a_policy_for_foreigners_alone_is_deleted_and_comes_back() -> None:
    policies.put(statement({"AWS": FOREIGNER}))
    (change,) = round_trip(NAME, script=policies.ALONE).changes
    assert change.calls[0].operation == "dynamodb:DeleteResourcePolicy"


def test_everybody_is_a_foreigner_but_who_is_narrowed_to_the_account_is_not() -> None:
    ours = statement("*", Sid="Ours", Condition={"StringEquals": {"aws:PrincipalAccount": ACCOUNT}})
    policies.put(ours, statement("*", Sid="World"))
    assert applied() == [ours]


def test_who_is_trusted_stays() -> None:
    policies.put(statement({"AWS": FOREIGNER}))
    trusting = Settings(trust=Trust(accounts=("999988887777",)))
    assert planned(NAME, read(NAME, settings=trusting, script=policies.ALONE)).changes == ()


def test_a_deny_that_names_foreigners_stays() -> None:
    deny = statement({"AWS": FOREIGNER}, "Deny", Sid="No", Action="dynamodb:DeleteItem")
    policies.put(statement({"AWS": [FOREIGNER, OWN]}), deny)
    assert applied() == [statement({"AWS": [OWN]}), deny]


def test_services_for_any_account_are_left_to_a_person() -> None:
    policies.put(statement({"Service": "redshift.amazonaws.com"}))
    plan = planned(NAME, read(NAME, script=policies.ALONE))
    assert plan.changes == ()
    assert "aws:SourceAccount" in plan.advice[0].how


def test_a_policy_that_changed_since_is_stale() -> None:
    policies.put(statement({"AWS": FOREIGNER}))
    plan = planned(NAME, read(NAME, script=policies.ALONE))
    policies.put(statement({"AWS": FOREIGNER}, Sid="New"))
    with pytest.raises(AssertionError, match="Policy is"):
        Stage().apply(plan)
    assert boto3.client("dynamodb").get_resource_policy(ResourceArn=policies.TABLE)["Policy"]
