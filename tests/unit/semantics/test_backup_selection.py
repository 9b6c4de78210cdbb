import pytest

from dynasec.model.fact import Fact, Unknown
from dynasec.semantics.backup_selection import Miss, miss
from tests.support.accounts import denied, table
from tests.support.backup import OPTED_IN, body

ARN = table().arn
IN = Fact(OPTED_IN)
OUT = Fact({"DynamoDB": False})
TAG = "aws:ResourceTag/backup"


def condition(operator, key=TAG, value="daily"):
    return {operator: [{"ConditionKey": key, "ConditionValue": value}]}


def listed(value="daily", key="backup"):
    return {"ConditionType": "STRINGEQUALS", "ConditionKey": key, "ConditionValue": value}


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([ARN], None),
        (["*"], None),
        ([], None),
        (["arn:aws:dynamodb:*:*:table/*"], None),
        ([f"{ARN[:-2]}*"], None),
        ([f"{ARN}-archive", ARN], None),
        ([ARN.upper()], Miss.NOT_NAMED),
        ([f"{ARN}-archive"], Miss.NOT_NAMED),
        (["arn:aws:s3:::*"], Miss.NOT_NAMED),
        (["arn:aws:dynamodb:us-east-1:123456789012:table/order?"], Miss.NOT_NAMED),
        (["arn:aws:dynamodb:us-east-1:123456789012:table/[a-z]*"], Miss.NOT_NAMED),
    ],
)
def test_resources_are_arns_in_which_only_the_asterisk_is_special(resources, expected):
    assert miss(body(Resources=resources), table(), IN) is expected


@pytest.mark.parametrize("excluded", [ARN, "arn:aws:dynamodb:*", "*"])
def test_what_is_not_wanted_is_left_out(excluded):
    assert miss(body(Resources=["*"], NotResources=[excluded]), table(), IN) is Miss.EXCLUDED


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"backup": "daily"}, None),
        ({"backup": "weekly"}, None),
        ({"backup": "Daily"}, Miss.NOT_TAGGED),
        ({"Backup": "daily"}, Miss.NOT_TAGGED),
        ({}, Miss.NOT_TAGGED),
    ],
)
def test_any_of_the_listed_tags_is_enough(tags, expected):
    one = body(ListOfTags=[listed(), listed("weekly")])
    assert miss(one, table(tags=tags), IN) is expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"backup": "daily", "stage": "prod-1"}, None),
        ({"backup": "daily", "stage": "test"}, Miss.NOT_TAGGED),
        ({"backup": "daily"}, Miss.NOT_TAGGED),
        ({}, Miss.NOT_TAGGED),
    ],
)
def test_all_of_the_conditions_must_hold(tags, expected):
    conditions = {**condition("StringEquals"), **condition("StringLike", "aws:ResourceTag/stage", "prod*")}
    assert miss(body(Conditions=conditions), table(tags=tags), IN) is expected


@pytest.mark.parametrize("operator", ["StringNotEquals", "StringNotLike"])
def test_a_negated_condition_on_a_tag_that_is_missing_is_not_documented(operator):
    one = body(Resources=["*"], Conditions=condition(operator))
    assert miss(one, table(tags={"backup": "never"}), IN) is None
    assert miss(one, table(tags={"backup": "daily"}), IN) is Miss.NOT_TAGGED
    with pytest.raises(Unknown):
        miss(one, table(), IN)


def test_one_condition_that_fails_decides_whatever_is_unclear_beside_it():
    conditions = {
        **condition("StringNotEquals"),
        **condition("StringEquals", "aws:ResourceTag/stage", "prod"),
    }
    assert miss(body(Conditions=conditions), table(tags={"stage": "test"}), IN) is Miss.NOT_TAGGED


def test_tags_narrow_what_resources_name():
    one = body(Resources=[ARN], ListOfTags=[listed()])
    assert miss(one, table(tags={"backup": "daily"}), IN) is None
    assert miss(one, table(), IN) is Miss.NOT_TAGGED


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([ARN], None),
        (["arn:aws:dynamodb:*:*:table/*"], None),
        (["arn:aws:dynamodb:*"], Miss.NOT_OPTED_IN),
        (["*"], Miss.NOT_OPTED_IN),
        ([], Miss.NOT_OPTED_IN),
    ],
)
def test_the_opt_in_counts_unless_the_type_itself_is_named(resources, expected):
    """Wrong answer 14."""
    assert miss(body(Resources=resources), table(), OUT) is expected


@pytest.mark.parametrize("opt_ins", [denied("backup:DescribeRegionSettings"), Fact({"S3": True})])
def test_an_opt_in_that_is_not_told_matters_only_where_it_counts(opt_ins):
    assert miss(body(Resources=[ARN]), table(), opt_ins) is None
    with pytest.raises(Unknown):
        miss(body(Resources=["*"]), table(), opt_ins)


@pytest.mark.parametrize(
    "one",
    [
        body(Conditions=condition("StringEquals", "aws:PrincipalTag/backup")),
        body(ListOfTags=[{**listed(), "ConditionType": "STRINGLIKE"}]),
    ],
)
def test_a_condition_that_is_no_tag_s_is_unknown(one):
    with pytest.raises(Unknown):
        miss(one, table(tags={"backup": "daily"}), IN)


def test_unread_tags_matter_only_where_tags_are_asked_for():
    unread = table(tags=denied("tag:GetResources"))
    assert miss(body(Resources=[ARN]), unread, IN) is None
    assert miss(body(Resources=["arn:aws:s3:::*"], ListOfTags=[listed()]), unread, IN) is Miss.NOT_NAMED
    with pytest.raises(Unknown):
        miss(body(ListOfTags=[listed()]), unread, IN)
