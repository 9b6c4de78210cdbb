"""Reading policy documents: what AWS accepts, what it refuses, and hostile text."""

import contextlib
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynasec.iam.document import Effect, MalformedPolicy, parse
from tests.support.bounded import bounded


def policy(**elements: Any) -> str:
    statement = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*", **elements}
    return json.dumps(
        {"Version": "2012-10-17", "Statement": {k: v for k, v in statement.items() if v is not ...}}
    )


def test_a_single_statement_and_a_list_of_one_mean_the_same() -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    assert parse(json.dumps({"Statement": statement})) == parse(json.dumps({"Statement": [statement]}))


def test_version_defaults_to_the_one_without_variables() -> None:
    document = parse(json.dumps({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}))
    assert (document.version, document.statements[0].variables) == ("2008-10-17", False)
    assert document.statements[0].effect is Effect.DENY


def test_text_and_lists_of_text_are_both_accepted() -> None:
    statement = parse(policy(Action=["a:b", "c:d"], Resource=["arn:aws:s3:::x", "*"])).statements[0]
    assert statement.actions == ("a:b", "c:d")
    assert statement.resources == ("arn:aws:s3:::x", "*")
    assert statement.not_actions is None


@pytest.mark.parametrize(
    ("principal", "anyone", "aws"),
    [
        ("*", True, ()),
        ({"AWS": "*"}, True, ()),
        ({"AWS": ["*", "111122223333"]}, True, ("111122223333",)),
        ({"AWS": "111122223333"}, False, ("111122223333",)),
        ({}, False, ()),
    ],
)
def test_principal_forms(principal: Any, *, anyone: bool, aws: tuple[str, ...]) -> None:
    found = parse(policy(Principal=principal)).statements[0].principals
    assert found is not None
    assert (found.anyone, found.aws) == (anyone, aws)


def test_every_kind_of_principal() -> None:
    named = {"Service": ["a.amazonaws.com", "b.amazonaws.com"], "Federated": "x", "CanonicalUser": "f" * 64}
    found = parse(policy(Principal=named)).statements[0].principals
    assert found is not None
    assert (found.services, found.federated) == (("a.amazonaws.com", "b.amazonaws.com"), ("x",))
    assert found.canonical_users == ("f" * 64,)


def test_condition_values_become_text() -> None:
    condition = {"bool": {"aws:SecureTransport": True}, "NumericLessThan": {"a:b": [1, 2.5, "3"]}}
    found = parse(policy(Condition=condition)).statements[0].conditions
    assert [(each.test.name, each.values) for each in found] == [
        ("Bool", ("true",)),
        ("NumericLessThan", ("1", "2.5", "3")),
    ]


def test_labels_name_statements_even_when_a_sid_is_missing_or_repeated() -> None:
    one = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = parse(
        json.dumps({"Statement": [{**one, "Sid": "A"}, one, {**one, "Sid": "A"}, {**one, "Sid": ""}]})
    )
    assert [each.label for each in document.statements] == [
        "A",
        "statement 2",
        "A (statement 3)",
        "statement 4",
    ]


@pytest.mark.parametrize("safe", ["/", "/:*{"])
def test_url_encoded_documents_are_read(safe: str) -> None:
    text = policy(Resource="arn:aws:dynamodb:us-east-1:111122223333:table/A%2FB")
    assert parse(quote(text, safe=safe).replace("{", "%7B")) == parse(text)


def test_percent_signs_in_plain_json_stay() -> None:
    assert parse(policy(Sid="100%25")).statements[0].sid == "100%25"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("hello", "not JSON"),
        ("[]", "must be an object, not a list"),
        ("null", "must be an object, not null"),
        ("{}", "no Statement"),
        ('{"Statement": []}', "Statement: is empty"),
        ('{"Statement": "x"}', "Statement: must be an object, not a string"),
        ('{"Statement": [[]]}', r"Statement\[0\]: must be an object, not a list"),
        ('{"Version": "2020-01-01", "Statement": []}', "Version: '2020-01-01'"),
        ('{"Version": 2012, "Statement": []}', "Version: must be text, not a number"),
        ('{"Statement": {}, "Statement": {}}', "'Statement' is given twice"),
        ('{"Statement": {"Effect": "Allow"}, "Extra": 1}', "unknown element 'Extra'"),
        ('{"Statement": NaN}', "NaN"),
        ("\ufeff{}", "BOM"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}} x', "Extra data"),
        (policy(Effect=...), "has no Effect"),
        (policy(Effect="allow"), "Effect: 'allow' is neither"),
        (policy(Effect=["Allow"]), "Effect: must be text, not a list"),
        (policy(Action=...), "neither Action nor NotAction"),
        (policy(NotAction="a:b"), "both Action and NotAction"),
        (policy(NotResource="*"), "both Resource and NotResource"),
        (policy(Principal="*", NotPrincipal="*"), "both Principal and NotPrincipal"),
        (policy(NotPrincipal={"AWS": "111122223333"}), "NotPrincipal goes with Deny only"),
        (policy(Action=7), "Statement.Action: must be text, not a number"),
        (policy(Action=["a:b", None]), "Statement.Action: must be text, not null"),
        (policy(Action={"a": 1}), "Statement.Action: must be text, not an object"),
        (policy(Action=True), "Statement.Action: must be text, not a boolean"),
        (policy(Action="GetItem"), "of the form service:action"),
        (policy(Action="a:b:c"), "of the form service:action"),
        (policy(Action=""), "of the form service:action"),
        (policy(Resource="table/Orders"), "neither '\\*' nor an ARN"),
        (policy(Resource="arn:aws:s3:::a\x00b"), "U\\+0000"),
        (policy(Principal="111122223333"), "neither '\\*' nor an object"),
        (policy(Principal=["*"]), "Principal: must be an object, not a list"),
        (policy(Principal={"Aws": "*"}), "unknown element 'Aws'"),
        (policy(Principal={"AWS": ""}), "empty name"),
        (policy(Sid=3), "Sid: must be text"),
        (policy(Condition=[]), "Condition: must be an object"),
        (policy(Condition={"StringMatches": {"a": "b"}}), "unknown condition operator 'StringMatches'"),
        (policy(Condition={"ForSome:StringLike": {"a": "b"}}), "unknown condition operator"),
        (policy(Condition={"NullIfExists": {"a": "true"}}), "takes neither IfExists"),
        (policy(Condition={"StringLike": "x"}), "Condition.StringLike: must be an object"),
        (policy(Condition={"StringLike": {"a": {}}}), "Condition.StringLike.a: must be text"),
        (policy(Condition={"StringLike": {"a": None}}), "not null"),
        (policy(Condition={"StringLike": {"": "x"}}), "empty key"),
        (policy(Condition={"StringLike": {"aws:A": "x", "AWS:a": "y"}}), "'AWS:a' is given twice"),
        (policy(Sid="\ud800"), "U\\+D800"),
    ],
)
def test_what_aws_refuses_is_refused_and_the_place_is_named(text: str, message: str) -> None:
    with pytest.raises(MalformedPolicy, match=message):
        parse(text)


def test_the_position_of_the_bad_statement_is_told() -> None:
    good = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    with pytest.raises(MalformedPolicy, match=r"^Statement\[2\]\.Action: must be text") as caught:
        parse(json.dumps({"Statement": [good, good, {**good, "Action": [1]}]}))
    assert caught.value.where == "Statement[2].Action"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 500_000,
        '{"a":' * 200_000,
        '{"Statement":' + "[" * 100_000 + "]" * 100_000 + "}",
        '"' + '\\"' * 120_000,
        '"' * 250_000,
        "\\" * 250_000,
        "1" * 250_000,
        '{"Statement": ' + "9" * 100_000 + "}",
        "%7B" * 200_000,
        "x" * 2_000_000,
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Sid": "'
        + "x" * 1_000_000
        + '"}}',
        '{"Id":"\x00"}',
    ],
    ids=range(12),
)
def test_hostile_text_is_refused_quickly(text: str) -> None:
    with bounded(), pytest.raises(MalformedPolicy) as caught:
        parse(text)
    assert len(str(caught.value)) < 500


def test_a_document_of_a_hundred_kilobytes_is_read() -> None:
    resources = [f"arn:aws:dynamodb:us-east-1:111122223333:table/T{i:05}" for i in range(1900)]
    text = policy(Resource=resources)
    assert len(text) > 100_000
    assert parse(text).statements[0].resources == tuple(resources)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(
    ["Effect", "Action", "NotAction", "Resource", "Principal", "Condition", "Sid", "NotPrincipal"]
)


@given(st.dictionaries(names, json_values | st.sampled_from(["Allow", "Deny", "*", "a:b"]), max_size=6))
def test_no_other_error_than_malformed_policy(statement: dict[str, Any]) -> None:
    with contextlib.suppress(MalformedPolicy):
        parse(json.dumps({"Statement": statement}))


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    with pytest.raises(MalformedPolicy):
        parse(text)
