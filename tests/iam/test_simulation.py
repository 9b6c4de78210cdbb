"""One line of `dynasec simulate`: its shape, its limits, and what it refuses. Decisions are the corpus's business."""

import json
import random

import pytest
from botocore.session import Session

from dynasec.iam import simulation_request
from dynasec.iam.simulation import InvalidSimulation, answer
from dynasec.iam.simulation_request import MAX_LINE, read_request
from tests.support.bounded import bounded

GET = "dynamodb:GetItem"
TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/Orders"
CARTS = "arn:aws:dynamodb:us-east-1:111122223333:table/Carts"
ANN = "arn:aws:iam::111122223333:user/ann"
APP = "arn:aws:iam::111122223333:role/app"
OWNER = "arn:aws:iam::111122223333:root"


def _policy(*statements, version="2012-10-17"):
    return json.dumps({"Version": version, "Statement": list(statements)})


def _allow(action=GET, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def _line(**fields):
    request = {
        "PolicyInputList": [_policy(_allow())],
        "ActionNames": [GET],
        "ResourceArns": [TABLE],
        **fields,
    }
    return json.dumps({key: value for key, value in request.items() if value is not None}).encode()


def _results(**fields):
    return answer(_line(**fields))["EvaluationResults"]


def _refusal(line):
    with pytest.raises(InvalidSimulation) as refused:
        answer(line)
    message = str(refused.value)
    assert message.isascii()
    assert message.isprintable()
    assert len(message) < 600
    return message


def test_an_answer_has_the_shape_of_the_contract():
    assert answer(_line(PolicyInputList=[_policy(_allow(Sid="Read"))])) == {
        "EvaluationResults": [
            {
                "EvalActionName": GET,
                "EvalResourceName": TABLE,
                "EvalDecision": "allowed",
                "MatchedStatements": [
                    {"SourcePolicyId": "PolicyInputList.1", "SourcePolicyType": "IAM Policy", "Sid": "Read"}
                ],
                "MissingContextValues": [],
                "DecidedBy": "identity",
            }
        ]
    }


def test_actions_times_resources_in_order():
    asked = [
        (result["EvalActionName"], result["EvalResourceName"])
        for result in _results(ActionNames=["dynamodb:Scan", GET], ResourceArns=[TABLE, CARTS])
    ]
    assert asked == [("dynamodb:Scan", TABLE), ("dynamodb:Scan", CARTS), (GET, TABLE), (GET, CARTS)]


@pytest.mark.parametrize("resources", [None, [], ["*"]])
def test_no_resources_are_all_resources(resources):
    (result,) = _results(ResourceArns=resources)
    assert (result["EvalResourceName"], result["EvalDecision"]) == ("*", "allowed")


@pytest.mark.parametrize(
    ("fields", "identifier"),
    [
        (
            {"PolicyInputList": [_policy(_allow()), _policy({**_allow(), "Effect": "Deny"})]},
            "PolicyInputList.2",
        ),
        (
            {"PermissionsBoundaryPolicyInputList": [_policy({**_allow(), "Effect": "Deny"})]},
            "PermissionsBoundaryPolicyInputList.1",
        ),
        (
            {"SessionPolicyInputList": [_policy(_allow()), _policy({**_allow(), "Effect": "Deny"})]},
            "SessionPolicyInputList.2",
        ),
        (
            {
                "ServiceControlPolicyInputList": [
                    [_policy(_allow())],
                    [_policy(_allow()), _policy({**_allow(), "Effect": "Deny"})],
                ]
            },
            "ServiceControlPolicyInputList.2.2",
        ),
        (
            {"ResourceControlPolicyInputList": [[_policy({**_allow(), "Effect": "Deny", "Principal": "*"})]]},
            "ResourceControlPolicyInputList.1.1",
        ),
        ({"ResourcePolicy": _policy({**_allow(), "Effect": "Deny", "Principal": "*"})}, "ResourcePolicy"),
        (
            {"VpcEndpointPolicy": _policy({**_allow(), "Effect": "Deny", "Principal": "*"})},
            "VpcEndpointPolicy",
        ),
    ],
)
def test_a_deny_is_told_by_the_policy_it_stands_in(fields, identifier):
    (result,) = _results(CallerArn=ANN, **fields)
    assert result["EvalDecision"] == "explicitDeny"
    assert [each["SourcePolicyId"] for each in result["MatchedStatements"]] == [identifier]


def test_an_allow_lists_what_allows_but_for_organisations():
    (result,) = _results(
        CallerArn=ANN,
        PermissionsBoundaryPolicyInputList=[_policy(_allow("*"))],
        ServiceControlPolicyInputList=[[_policy(_allow("*"))]],
    )
    assert [each["SourcePolicyId"] for each in result["MatchedStatements"]] == [
        "PolicyInputList.1",
        "PermissionsBoundaryPolicyInputList.1",
    ]


def test_what_no_statement_decides_matches_none():
    (result,) = _results(PolicyInputList=[_policy(_allow("dynamodb:Scan"))])
    assert (result["EvalDecision"], result["MatchedStatements"]) == ("implicitDeny", [])


def test_the_same_texts_in_other_fields_are_told_apart():
    text = _policy({**_allow(), "Effect": "Deny"})
    sources = [
        _results(**{field: [text]}, CallerArn=ANN)[0]["MatchedStatements"][0]["SourcePolicyType"]
        for field in ("PolicyInputList", "PermissionsBoundaryPolicyInputList", "SessionPolicyInputList")
    ]
    assert sources == ["IAM Policy", "IAM Permissions Boundary Policy", "Session Policy"]


def test_an_owner_counts_where_the_arn_names_none():
    bucket = "arn:aws:s3:::orders/key"
    policy = _policy({**_allow("s3:GetObject"), "Principal": {"AWS": ANN}})
    fields = {
        "PolicyInputList": [],
        "ActionNames": ["s3:GetObject"],
        "ResourceArns": [bucket],
        "CallerArn": ANN,
    }
    assert _results(**fields, ResourcePolicy=policy)[0]["EvalDecision"] == "allowed"
    foreign = "arn:aws:iam::444455556666:root"
    assert (
        _results(**fields, ResourcePolicy=policy, ResourceOwner=foreign)[0]["EvalDecision"] == "implicitDeny"
    )


def test_without_a_caller_nothing_is_implied_of_one():
    condition = {"Null": {"aws:PrincipalArn": "true", "aws:username": "true"}}
    (result,) = _results(PolicyInputList=[_policy(_allow(Condition=condition))])
    assert result["EvalDecision"] == "allowed"
    assert result["MissingContextValues"] == ["aws:PrincipalArn", "aws:username"]


def test_keys_that_a_caller_cannot_have_are_not_asked_for():
    condition = {
        "StringEqualsIfExists": {"aws:username": "x", "aws:userid": "x", "aws:PrincipalServiceName": "x"}
    }
    (result,) = _results(CallerArn=APP, PolicyInputList=[_policy(_allow(Condition=condition))])
    assert (result["EvalDecision"], result["MissingContextValues"]) == ("allowed", ["aws:userid"])


def test_fields_that_page_are_ignored():
    assert len(_results(MaxItems=1, Marker="x", ActionNames=[GET, "dynamodb:Scan"])) == 2


def test_every_field_of_the_request_is_known_or_refused():
    model = Session().get_service_model("iam").operation_model("SimulateCustomPolicy")
    known = set(simulation_request._FIELDS)
    assert set(model.input_shape.members) - known == {"ResourceHandlingOption"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"PermissionBoundaryPolicyInputList": []}, "unknown field 'PermissionBoundaryPolicyInputList'"),
        ({"ResourceHandlingOption": "EC2-VPC-EBS"}, "unknown field"),
        ({"PolicyInputList": None}, "PolicyInputList is missing"),
        ({"ActionNames": None}, "ActionNames is missing"),
        ({"PolicyInputList": _policy(_allow())}, "PolicyInputList must be a list, not text"),
        ({"PolicyInputList": [{"Statement": []}]}, "PolicyInputList[0] must be text, not an object"),
        ({"PolicyInputList": [7]}, "PolicyInputList[0] must be text, not a number"),
        ({"ActionNames": GET}, "ActionNames must be a list"),
        ({"ActionNames": [True]}, "ActionNames[0] must be text, not a boolean"),
        ({"ActionNames": ["dynamodb:Get Item"]}, "not of the form service:Action"),
        ({"ResourceArns": ["table/Orders"]}, "neither '*' nor an ARN"),
        ({"ResourceArns": ["arn:aws:dynamodb:us-east-1:1:" + "x" * 2048]}, "neither '*' nor an ARN"),
        ({"ResourcePolicy": {"Statement": []}, "CallerArn": ANN}, "ResourcePolicy must be text"),
        ({"CallerArn": ""}, "CallerArn"),
        ({"CallerArn": "arn:aws:iam::111122223333:group/devs"}, "unsupported: CallerArn"),
        ({"CallerArn": "ann"}, "CallerArn: 'ann' is no ARN"),
        ({"CallerArn": "arn:aws:s3:::bucket"}, "unsupported: CallerArn"),
        ({"CallerArn": 5}, "CallerArn must be text, not a number"),
        (
            {"ServiceControlPolicyInputList": [_policy(_allow())]},
            "ServiceControlPolicyInputList[0] must be a list",
        ),
        ({"OrderedOrganizationPolicyInputList": [{"Policies": []}]}, "fields besides"),
        ({"OrderedOrganizationPolicyInputList": [], "ServiceControlPolicyInputList": []}, "give either"),
        ({"VpcEndpointType": "Magic"}, "VpcEndpointType"),
        ({"ContextEntries": {}}, "ContextEntries must be a list, not an object"),
        ({"ContextEntries": [[]]}, "ContextEntries[0] must be an object, not a list"),
        ({"ContextEntries": [{"ContextKeyName": "aws:a", "Values": []}]}, "unknown field 'Values'"),
        ({"ContextEntries": [{"ContextKeyValues": ["x"]}]}, "ContextKeyName must be text, not null"),
        (
            {"ContextEntries": [{"ContextKeyName": "caller", "ContextKeyValues": ["x"]}]},
            "not of the form service:key",
        ),
        (
            {"ContextEntries": [{"ContextKeyName": "aws:a", "ContextKeyValues": "x"}]},
            "must be a list, not text",
        ),
        (
            {"ContextEntries": [{"ContextKeyName": "s3:max-keys", "ContextKeyValues": [5]}]},
            "must be text, not a number",
        ),
        (
            {
                "ContextEntries": [
                    {"ContextKeyName": key, "ContextKeyValues": ["x"]} for key in ("aws:a", "AWS:A")
                ]
            },
            "'AWS:A' is given twice",
        ),
        (
            {
                "ContextEntries": [
                    {"ContextKeyName": "aws:a", "ContextKeyValues": [], "ContextKeyType": "string"}
                ]
            },
            "one value, not 0",
        ),
        *(
            (
                {
                    "ContextEntries": [
                        {"ContextKeyName": "aws:a", "ContextKeyValues": ["?"], "ContextKeyType": kind}
                    ]
                },
                f"'?' is no {kind.removesuffix('List')}",
            )
            for kind in (
                "numeric",
                "numericList",
                "boolean",
                "booleanList",
                "ip",
                "ipList",
                "binary",
                "binaryList",
                "date",
            )
        ),
        ({"ResourceOwner": "arn:aws:iam::1:root"}, "ResourceOwner"),
        (
            {
                "ResourceOwner": "arn:aws:iam::444455556666:root",
                "CallerArn": ANN,
                "ResourcePolicy": _policy({**_allow(), "Principal": "*"}),
            },
            "another account",
        ),
        ({"VpcEndpointPolicy": _policy({**_allow(), "Principal": {"AWS": ANN}})}, "CallerArn is required"),
    ],
)
def test_what_is_wrong_is_said(fields, words):
    assert words in _refusal(_line(**{"CallerArn": None, **fields}))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{", "not JSON"),
        (b"[]", "must be an object, not a list"),
        (b"null", "must be an object, not null"),
        (b'"x"', "must be an object, not text"),
        (b"\x00", "not JSON"),
        (b'{"a":"\x00"}', "not JSON"),
        (b"\xff\xfe", "not UTF-8: byte 1"),
        (b'{"PolicyInputList": ["\xe9"]}', "not UTF-8: byte 23"),
        (b'{"a": NaN}', "NaN is no JSON value"),
        (b'{"a": -Infinity}', "-Infinity is no JSON value"),
        (b'{"MaxItems": ' + b"9" * 5000 + b"}", "a number is too long"),
        (b'{"ActionNames": [], "ActionNames": []}', "'ActionNames' is given twice"),
        (b'{"ContextEntries": [{"a": 1, "a": 2}]}', "'a' is given twice"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested too deep"),
        (b'{"\\ud800": 1}', r"unknown field '\ud800'"),
        (b'{"\\u001b[31m": 1}', r"unknown field '\x1b[31m'"),
        (b" " * (MAX_LINE + 1), "longer than"),
    ],
)
def test_hostile_lines_are_refused(line, words):
    assert words in _refusal(line)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[" * 5000, "nested more than"),
        (
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Effect":"Deny","Action":"*","Resource":"*"}]}',
            "twice",
        ),
        ('{"Statement":[{"Effect":"Allow","Action":"dynamodb:\u0000","Resource":"*"}]}', "not JSON"),
        (r'{"Statement":[{"Effect":"Allow","Action":"dynamodb:\u0000","Resource":"*"}]}', "U+0000"),
        (r'{"Statement":[{"Effect":"Allow","Action":"dynamodb:\ud800","Resource":"*"}]}', "U+D800"),
        ("x" * 1_000_000, "more than any AWS service accepts"),
        ("", "empty"),
    ],
)
def test_hostile_policies_are_refused(text, words):
    assert words in _refusal(_line(PolicyInputList=[text], ResourceArns=None))


def test_a_deny_that_cannot_be_read_is_not_an_absent_one():
    broken = _policy({"Effect": "Deny", "Action": "*", "Resource": "*", "Conditions": {}})
    assert "PolicyInputList.2: Statement[0]" in _refusal(_line(PolicyInputList=[_policy(_allow()), broken]))


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"NumericLessThan": {"s3:max-keys": "ten"}}, "NumericLessThan cannot read 'ten'"),
        ({"DateGreaterThan": {"aws:CurrentTime": "soon"}}, "DateGreaterThan cannot read 'soon'"),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/33"}}, "IpAddress cannot read '10.0.0.0/33'"),
        ({"Bool": {"aws:SecureTransport": "yes"}}, "Bool cannot read 'yes'"),
        ({"Null": {"aws:SourceIp": "maybe"}}, "Null cannot read 'maybe'"),
        ({"BinaryEquals": {"a:b": "***"}}, "BinaryEquals cannot read '***'"),
        ({"NumericEquals": {"s3:max-keys": "${aws:PrincipalTag/n}"}}, "NumericEquals cannot read"),
        ({"StringEquals": {"aws:SourceVpce": []}}, "StringEquals with no values"),
        ({"StringLike": {"resource": "*"}}, "'resource' is no condition key"),
        ({"StringLike": {"aws:username": "${caller}"}}, "'caller' is no condition key"),
        ({"StringLike": {"aws:username": "${caller, 'x'}"}}, "'caller' is no condition key"),
    ],
)
def test_conditions_of_which_nothing_documents_the_outcome_are_unsupported(condition, words):
    refusal = _refusal(_line(PolicyInputList=[_policy(_allow(Condition=condition))]))
    assert refusal.startswith("unsupported: PolicyInputList.1: statement 1")
    assert words in refusal


def test_unsupported_conditions_of_statements_that_do_not_matter_are_none():
    other = _allow("dynamodb:Scan", Condition={"NumericEquals": {"s3:max-keys": "ten"}})
    assert _results(PolicyInputList=[_policy(_allow(), other)])[0]["EvalDecision"] == "allowed"


def test_a_role_is_not_one_of_its_sessions():
    session = "arn:aws:sts::111122223333:assumed-role/app/web"
    policy = _policy({**_allow(), "Principal": {"AWS": session}})
    refusal = _refusal(_line(PolicyInputList=[], CallerArn=APP, ResourcePolicy=policy))
    assert refusal.startswith("unsupported: ")
    assert session in refusal
    assert (
        _results(PolicyInputList=[], CallerArn=session, ResourcePolicy=policy)[0]["EvalDecision"] == "allowed"
    )


def test_the_role_of_a_session_may_have_a_path():
    session, role = (
        "arn:aws:sts::111122223333:assumed-role/app/web",
        "arn:aws:iam::111122223333:role/team/app",
    )
    deny = _policy({**_allow(), "Effect": "Deny", "Principal": {"AWS": role}})
    told = [{"ContextKeyName": "aws:PrincipalArn", "ContextKeyValues": [role], "ContextKeyType": "string"}]
    (result,) = _results(CallerArn=session, ResourcePolicy=deny, ContextEntries=told)
    assert result["EvalDecision"] == "explicitDeny"


def test_a_session_of_a_service_linked_role_is_told_by_the_role():
    name = "AWSServiceRoleForDynamoDBReplication"
    fields = {
        "CallerArn": f"arn:aws:sts::111122223333:assumed-role/{name}/x",
        "ServiceControlPolicyInputList": [[_policy({**_allow(), "Effect": "Deny"})]],
    }
    assert "aws:PrincipalArn must tell" in _refusal(_line(**fields))
    role = f"arn:aws:iam::111122223333:role/aws-service-role/replication.dynamodb.amazonaws.com/{name}"
    told = [{"ContextKeyName": "aws:PrincipalArn", "ContextKeyValues": [role], "ContextKeyType": "string"}]
    assert _results(**fields, ContextEntries=told)[0]["EvalDecision"] == "allowed"


def test_not_principal_that_names_a_caller_in_part_is_unsupported():
    deny = {"Effect": "Deny", "NotPrincipal": {"AWS": APP}, "Action": "*", "Resource": "*"}
    line = _line(CallerArn="arn:aws:sts::111122223333:assumed-role/app/web", ResourcePolicy=_policy(deny))
    assert _refusal(line).startswith("unsupported: ")


@pytest.mark.parametrize(
    "extra", [{"ActionNames": [GET] * 101, "ResourceArns": [TABLE] * 100}, {"ActionNames": [GET] * 10_000}]
)
def test_too_much_work_for_one_line_is_refused(extra):
    big = _policy(*(_allow(resource=f"{TABLE}{i}") for i in range(500)))
    assert "are too many" in _refusal(_line(PolicyInputList=[big], **extra))


def _padded(pattern):
    return _policy(_allow(resource=pattern))


@pytest.mark.parametrize(
    "line",
    [
        _line(
            PolicyInputList=[_padded("arn:aws:dynamodb:" + "*a" * 1000 + "*")],
            ResourceArns=["arn:a:b:c:d:" + "a" * 2000],
        ),
        _line(
            PolicyInputList=[_padded("arn:aws:dynamodb:" + "*?" * 1000 + "b")],
            ResourceArns=["arn:a:b:c:d:" + "a" * 2000],
        ),
        _line(PolicyInputList=[_policy(*[_allow("s3:*", "*") for _ in range(4_000)])] * 3),
        _line(PolicyInputList=[_policy(_allow(resource=[f"{TABLE}-{i}-*" for i in range(4_000)]))]),
        _line(
            ContextEntries=[{"ContextKeyName": f"aws:k{i}", "ContextKeyValues": ["v"]} for i in range(20_000)]
        ),
        _line(
            PolicyInputList=[
                _policy(_allow(Condition={"ForAllValues:StringLike": {"aws:TagKeys": ["*a*a*a*b"] * 500}}))
            ],
            ContextEntries=[
                {
                    "ContextKeyName": "aws:TagKeys",
                    "ContextKeyValues": ["a" * 1000] * 100,
                    "ContextKeyType": "stringList",
                }
            ],
        ),
        b'{"PolicyInputList":[],"ActionNames":[],"ResourceArns":[' + b'"*",' * 250_000 + b'"*"]}',
        b'{"a":"' + b"\\" * 1_000_000,
    ],
)
def test_hostile_sizes_take_bounded_time(line):
    with bounded():
        try:
            answer(line)
        except InvalidSimulation as refused:
            assert len(str(refused)) < 600  # noqa: PT017 - either way is fine, in time


def test_ten_thousand_statements_are_answered():
    statements = [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}] * 2_500
    texts = [_policy(*statements, {**_allow(), "Sid": f"S{i}"}) for i in range(4)]
    (result,) = _results(PolicyInputList=texts)
    assert [each["Sid"] for each in result["MatchedStatements"]] == ["S0", "S1", "S2", "S3"]


def test_damaged_lines_never_raise_anything_else():
    rng = random.Random(3)  # noqa: S311 - reproducible, not secret
    whole = _line(
        CallerArn=ANN,
        ResourcePolicy=_policy({**_allow(), "Principal": {"AWS": ANN}}),
        ServiceControlPolicyInputList=[[_policy(_allow())]],
        ContextEntries=[
            {"ContextKeyName": "aws:SourceIp", "ContextKeyValues": ["10.0.0.1"], "ContextKeyType": "ip"}
        ],
    )
    refused = 0
    for _ in range(3_000):
        damaged = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            place = rng.randrange(len(damaged))
            damaged[place : place + rng.choice([0, 1, 1, 9])] = rng.choice(
                [b"", b'"', b"{", b"]", b"\xff", b"*", b"5", b":"]
            )
        try:
            answer(bytes(damaged))
        except InvalidSimulation:
            refused += 1
    assert refused > 1_000


def test_requests_are_read_as_they_are_written():
    request = read_request(
        _line(
            ContextEntries=[
                {
                    "ContextKeyName": "aws:TagKeys",
                    "ContextKeyValues": ["a", "b"],
                    "ContextKeyType": "stringList",
                }
            ],
            ResourceOwner=OWNER,
        )
    )
    assert request.context == {"aws:tagkeys": ("a", "b")}
    assert request.owner == "111122223333"
    assert request.scps == ()
