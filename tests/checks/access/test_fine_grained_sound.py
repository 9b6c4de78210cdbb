import json

import pytest

from dynasec.check import Status
from dynasec.model.fact import Fact, Listing
from tests.support.accounts import DENIED, denied, description, region, snapshot, table, verdict
from tests.support.identity import REFUSED, allow, deny, group, identity, managed, role, user

CONTROL = "fine-grained-sound"
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
STREAM = f"{TABLE}/stream/2026-01-01T00:00:00.000"
SUB = "${cognito-identity.amazonaws.com:sub}"
ITEMS = [
    f"dynamodb:{name}"
    for name in ("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")
]
COGNITO = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Federated": "cognito-identity.amazonaws.com"},
            "Action": "sts:AssumeRoleWithWebIdentity",
        },
    }
)


def keyed(*actions, test="ForAllValues:StringEquals", values=SUB, resource=TABLE, **conditions):
    condition = {test: {"dynamodb:LeadingKeys": values}, **conditions}
    return allow(*(actions or ITEMS), resource=resource, Condition=condition)


def attributed(*actions, values=("id", "name"), test="ForAllValues:StringEquals", **conditions):
    limits = conditions or {
        "StringEqualsIfExists": {
            "dynamodb:Select": "SPECIFIC_ATTRIBUTES",
            "dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"],
        }
    }
    condition = {test: {"dynamodb:Attributes": list(values)}, **limits}
    return allow(*(actions or ITEMS), resource=TABLE, Condition=condition)


TLS = {"Bool": {"aws:SecureTransport": "true"}}
NULL = {"Null": {"dynamodb:LeadingKeys": "false"}}
ORDERS = description(key_schema=[{"attribute_name": "id", "key_type": "HASH"}])


def judged(*statements, holder=None, text=None, tables=None):
    content = text if text is not None else list(statements)
    owner = holder or role(inline={"p": content}, trust=COGNITO)
    return verdict(
        CONTROL, snapshot(region(*(tables or [table(description=ORDERS)])), identity=identity(owner))
    )


@pytest.mark.parametrize(
    "statements",
    [
        [keyed()],  # the policy of AWS's own guide: these requests always carry leading keys
        [keyed(*ITEMS, "dynamodb:Scan", **NULL)],
        [
            keyed("dynamodb:Scan", "dynamodb:GetItem", test="StringEquals")
        ],  # a Scan is refused for want of the key
        [keyed("dynamodb:*", **NULL)],
        [keyed("dynamodb:Get*")],  # GetRecords works on streams only
        [keyed(*ITEMS, "dynamodb:Scan"), deny("dynamodb:Scan")],
        [keyed("dynamodb:*"), deny("dynamodb:*", Condition={"Null": {"dynamodb:LeadingKeys": "true"}})],
        [keyed("dynamodb:PartiQLSelect", **NULL)],
        [
            keyed(
                "dynamodb:PartiQLSelect",
                StringEqualsIfExists={"dynamodb:Select": "COUNT"},
                Bool={"dynamodb:FullTableScan": "false"},
            )
        ],
        [keyed(test="ForAllValues:StringLike", values=[SUB, f"{SUB}#*"])],
        [keyed(), allow("dynamodb:DescribeTable")],
        [keyed(), allow("dynamodb:Scan", resource=f"{TABLE}-other")],
        [
            keyed("dynamodb:PutItem"),
            allow("dynamodb:GetItem", resource=TABLE),
        ],  # all may read, each writes its own
        [
            keyed(),
            allow("dynamodb:Scan", resource=TABLE, Condition={"StringEquals": {"aws:PrincipalTag/t": "a"}}),
        ],
        [attributed()],
        [attributed("dynamodb:Scan", "dynamodb:GetItem")],
        [attributed("dynamodb:ConditionCheckItem", **NULL)],
    ],
    ids=json.dumps,
)
def test_what_really_restricts_passes(statements):
    found = judged(*statements)
    assert found.status is Status.PASS, found.reason


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        ([keyed(*ITEMS, "dynamodb:Scan")], "allows dynamodb:Scan, which carries no dynamodb:LeadingKeys"),
        ([keyed("dynamodb:Scan", test="ForAllValues:StringEqualsIfExists")], "carries no"),
        ([keyed("dynamodb:Scan", test="StringEqualsIfExists")], "StringEqualsIfExists is passed without"),
        ([keyed("dynamodb:GetRecords", resource=STREAM)], "dynamodb:GetRecords"),
        ([keyed("dynamodb:Query", "dynamodb:ExportTableToPointInTime")], "ExportTableToPointInTime"),
        ([keyed("dynamodb:Query", "dynamodb:DeleteTable")], "DeleteTable"),
        ([keyed("dynamodb:Query", "dynamodb:SearchVectors", resource="*")], "SearchVectors"),
        ([keyed("dynamodb:PartiQLSelect")], "PartiQLSelect"),
        ([keyed("dynamodb:*")], "which carry no"),
        ([keyed("dynamodb:Query", "dax:GetItem", resource="*")], "dax:GetItem"),
        ([keyed("dynamodb:Scan", test="StringNotEquals", values="admin")], "StringNotEquals is passed without"),
        ([keyed("dynamodb:Query", test="Null", values="false")], "any value of dynamodb:LeadingKeys passes"),
        ([keyed("dynamodb:Query", test="ForAllValues:StringLike", values="*")], "any value"),
        ([keyed(test="ForAnyValue:StringEquals")], "ForAllValues is missing"),
        ([keyed("dynamodb:BatchGetItem", test="StringEquals")], "ForAllValues is missing"),
        ([keyed(test="ForAllValues:StringLike", values=f"{SUB}*")], "begins or ends alike"),
        ([keyed(values=f"{SUB}#*")], "literally: wildcards need StringLike"),
        ([keyed(test="ForAllValues:StringEqualsIgnoreCase")], "ignores case"),
        ([keyed(), allow("dynamodb:Scan", resource=TABLE)], "statement 2 allows dynamodb:Scan"),
        ([keyed(), allow("dynamodb:GetRecords", resource=STREAM)], "statement 2 allows dynamodb:GetRecords"),
        ([keyed(), allow("dynamodb:*")], "statement 2 allows"),
        ([attributed(**TLS)], "dynamodb:Select is not held to SPECIFIC_ATTRIBUTES"),
        (
            [attributed("dynamodb:Query", StringEqualsIfExists={"dynamodb:Select": ["SPECIFIC_ATTRIBUTES", "ALL_ATTRIBUTES"]})],
            "may return all attributes",
        ),
        (
            [attributed("dynamodb:UpdateItem", StringNotEquals={"dynamodb:ReturnValues": "ALL_OLD"})],
            "dynamodb:UpdateItem may return the whole item",
        ),
        ([attributed("dynamodb:PutItem", **TLS)], "dynamodb:PutItem may return the whole item"),
        ([attributed(values=("name",))], "id, a key of orders, is not among the attributes"),
        ([attributed(test="StringEquals")], "ForAllValues is missing"),
        ([attributed("dynamodb:GetItem", "dynamodb:CreateBackup")], "CreateBackup"),
    ],
    ids=lambda given: given if isinstance(given, str) else json.dumps(given),
)  # fmt: skip
def test_what_does_not_fails_with_the_precise_defect(statements, words):
    found = judged(*statements)
    assert found.status is Status.FAIL, found.reason
    assert words in found.reason


def test_forallvalues_on_leading_keys_is_not_trusted_beside_a_scan():
    found = judged(keyed("dynamodb:GetItem", "dynamodb:Scan"))
    assert found.reason == (
        "statement 1: allows dynamodb:Scan, which carries no dynamodb:LeadingKeys: ForAllValues:StringEquals is passed "
        "without (Null false demands it): held by role/app"
    )


def test_attributes_without_select_and_return_values_are_not_trusted():
    found = judged(attributed(**TLS))
    assert [defect["what"].partition(" may")[2] for defect in found.evidence["defects"]] == [
        " return all attributes: dynamodb:Select is not held to SPECIFIC_ATTRIBUTES",
        " return the whole item: dynamodb:ReturnValues does not exclude ALL_OLD and ALL_NEW",
    ]


def test_variables_need_the_version_that_knows_them():
    text = json.dumps({"Version": "2008-10-17", "Statement": [keyed()]})
    assert "takes Version 2012-10-17" in judged(text=text).reason


@pytest.mark.parametrize(
    ("variable", "owner", "status"),
    [
        ("aws:username", user, Status.PASS),
        ("aws:username", role, Status.FAIL),
        ("aws:username, 'nobody'", role, Status.PASS),
        ("user", user, Status.FAIL),
        ("aws:PrincipalTag/tenant", user, Status.FAIL),
        ("cognito-identity.amazonaws.com:sub", user, Status.FAIL),
        ("www.amazon.com:user_id", role, Status.FAIL),
        ("cognito-identity.amazonaws.com:sub", role, Status.PASS),
    ],
)
def test_a_variable_must_have_a_value_for_some_holder(variable, owner, status):
    more = {"trust": COGNITO} if owner is role else {}
    holder = owner(inline={"p": [keyed(values=f"${{{variable}}}")]}, **more)
    assert judged(holder=holder).status is status


def test_a_tag_that_one_holder_has_is_enough():
    policy = managed("own", [keyed(values="${aws:PrincipalTag/tenant}")], attachments=1)
    team = group(attached=(policy.arn,))
    people = [user("a", groups=("team",)), user("b", groups=("team",), tags={"tenant": "red"})]
    assert verdict(CONTROL, snapshot(identity=identity(policy, team, *people))).status is Status.PASS
    assert verdict(CONTROL, snapshot(identity=identity(policy, team, people[0]))).status is Status.FAIL


def test_key_attributes_of_unreadable_tables_are_unknown():
    other = table("orders", description=denied("dynamodb:DescribeTable"))
    assert judged(attributed(), tables=(other,)).status is Status.UNKNOWN
    assert judged(keyed(), tables=(other,)).status is Status.PASS
    unlisted = snapshot(
        region(tables=Listing((), DENIED)), identity=identity(role(inline={"p": [attributed()]}))
    )
    assert verdict(CONTROL, unlisted).status is Status.UNKNOWN


@pytest.mark.parametrize("text", ["{", Fact(gap=REFUSED)])
def test_what_cannot_be_read_is_unknown(text):
    assert judged(holder=role(inline={"p": text})).status is Status.UNKNOWN


@pytest.mark.parametrize(
    "statements",
    [
        [allow("dynamodb:*")],
        [deny("dynamodb:*", Condition={"ForAnyValue:StringEquals": {"dynamodb:Attributes": "ssn"}})],
        [keyed(resource="arn:aws:s3:::bucket")],
    ],
    ids=json.dumps,
)
def test_policies_without_such_allows_are_not_applicable(statements):
    assert judged(*statements).status is Status.NOT_APPLICABLE


def test_policies_that_nobody_has_are_not_applicable():
    idle = managed("idle", [keyed("dynamodb:*")], attachments=0)
    assert verdict(CONTROL, snapshot(identity=identity(idle))).status is Status.NOT_APPLICABLE
