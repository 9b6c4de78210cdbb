"""Reaches say of every action, principal and table what asking about the pair alone says."""

import pytest

from dynasec.access import Access, Standing
from dynasec.access.account import PrincipalType
from dynasec.access.questions import questions
from dynasec.model.fact import Fact, Listing
from dynasec.model.key import Key, KeyMetadata
from dynasec.model.table import Sse
from tests.support.access import ORDERS, account, orders
from tests.support.accounts import ACCOUNT, REGION, denied, description
from tests.support.identity import REFUSED, allow, document, role
from tests.unit.access.test_matrix import some_account


def alone(access, who, table):
    answers = access.evaluator.answers(who, access.side(table), questions())
    return {
        question.action: min((grant.standing for _, grant in given), key=lambda one: one.rank)
        for question, given in answers.items()
    }


@pytest.mark.parametrize("seed", range(15))
def test_every_pair_has_the_answer_that_it_has_alone(seed):
    access = Access(some_account(seed))
    for table in access.snapshot.tables():
        found = {who.name: reach for reach in access.reaches.on(table) for who in reach.people}
        for who in access.everybody.values():
            if who.kind is PrincipalType.ROOT:
                assert who.name not in found
                continue
            wanted = {
                action: standing
                for action, standing in alone(access, who, table).items()
                if standing is not Standing.DENIED
            }
            assert (found[who.name].standings if who.name in found else {}) == wanted, (who.name, table.name)


@pytest.mark.parametrize("seed", range(15))
def test_a_principals_tables_are_those_that_show_it(seed):
    access = Access(some_account(seed))
    for who in access.own.values():
        for reach, arns in access.reaches.of(who.name):
            for table in access.snapshot.tables():
                assert (reach in access.reaches.on(table)) == (table.arn in arns)


def only(snapshot):
    access = Access(snapshot)
    (reach,) = access.reaches.on(next(iter(snapshot.tables())))
    return access, reach


def test_causes_name_statements_and_conditions():
    where = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    app = role(inline={"p": [allow("dynamodb:GetItem"), allow("dynamodb:Scan", Condition=where)]})
    access, reach = only(account(app))
    sure, maybe = access.reaches.causes(reach, frozenset({"dynamodb:GetItem", "dynamodb:Scan"}))
    assert (sure.actions, sure.statements) == (("dynamodb:GetItem",), (("inline policy p", "statement 1"),))
    assert (maybe.actions, maybe.statements) == (("dynamodb:Scan",), (("inline policy p", "statement 2"),))
    assert (sure.conditions, maybe.conditions) == ((), ("only from vpce-1",))


def test_a_cause_leaves_out_what_opens_the_tables_key():
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    key = Key(
        arn=arn,
        region=REGION,
        references=(arn,),
        aliases=Fact(()),
        metadata=Fact(KeyMetadata(arn=arn, key_manager="CUSTOMER", key_state="Enabled")),
        policies=Fact({"default": document(allow("kms:*", Principal=root))}),
        grants=Listing(),
    )
    under_key = description(sse=Sse(status="ENABLED", sse_type="KMS", kms_master_key_arn=arn))
    app = role(inline={"p": [allow("dynamodb:GetItem"), allow("kms:Decrypt")]})
    access, reach = only(account(app, of=orders(description=under_key), keys=(key,)))
    (cause,) = access.reaches.causes(reach, frozenset({"dynamodb:GetItem"}))
    assert cause.statements == (("inline policy p", "statement 1"),)


def test_what_a_tables_own_policy_allows_is_told_without_the_tables_name():
    named = allow("dynamodb:GetItem", resource=ORDERS, Principal={"AWS": role().arn})
    access, reach = only(account(role(), of=orders(policy=[named])))
    (cause,) = access.reaches.causes(reach, frozenset({"dynamodb:GetItem"}))
    assert cause.statements == (("the table's resource policy", "statement 1"),)


@pytest.mark.parametrize(
    ("facts", "inline", "action", "operation"),
    [
        ({"policy": denied("dynamodb:GetResourcePolicy")}, None, "DeleteTable", "dynamodb:GetResourcePolicy"),
        ({"policy": [{"Effect": "Maybe"}]}, None, "DeleteTable", "dynamodb:GetResourcePolicy"),
        ({"description": denied("dynamodb:DescribeTable")}, "dynamodb:*", "GetRecords", "dynamodb:DescribeTable"),
        ({}, Fact(gap=REFUSED), "DeleteTable", "iam:GetAccountAuthorizationDetails"),
        ({}, "{", "DeleteTable", "iam:GetAccountAuthorizationDetails"),
    ],
)  # fmt: skip
def test_an_unread_document_is_a_gap_of_its_own_operation(facts, inline, action, operation):
    content = [allow(inline)] if inline == "dynamodb:*" else inline
    app = role(inline={} if content is None else {"p": content})
    access, reach = only(account(app, of=orders(**facts)))
    asked = frozenset({f"dynamodb:{action}"})
    assert reach.standing(asked) is Standing.UNKNOWN
    assert operation in {gap.operation for gap in access.reaches.gaps(reach, asked)}


def test_unread_tags_leave_open_what_depends_on_them_and_nothing_else():
    tagged = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    app = role(inline={"p": [allow("dynamodb:GetItem", Condition=tagged), allow("dynamodb:Scan")]})
    _, reach = only(account(app, of=orders(tags=denied("tag:GetResources"))))
    assert reach.standings["dynamodb:GetItem"] is Standing.UNKNOWN
    assert reach.standings["dynamodb:Scan"] is Standing.ALLOWED


def test_a_service_linked_role_is_aside():
    linked = role("AWSServiceRoleForX", path="/aws-service-role/x/", inline={"p": [allow("dynamodb:*")]})
    snapshot = account(linked)
    assert not Access(snapshot).reaches.on(next(iter(snapshot.tables())))


def test_an_unread_boundary_leaves_it_open():
    bounded = role(inline=Listing(), boundary=Fact(gap=REFUSED))
    snapshot = account(
        bounded.model_copy(update={"inline": role(inline={"p": [allow("dynamodb:*")]}).inline})
    )
    _, reach = only(snapshot)
    assert reach.standing(frozenset({"dynamodb:DeleteTable"})) is Standing.UNKNOWN
