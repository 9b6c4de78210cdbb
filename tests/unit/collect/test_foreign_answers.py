import pytest

from dynasec.collect.foreign_answers import ForeignAnswerError, refuse_foreign

NOTHING = {"ResponseMetadata": {}}
PAGE = b"<!DOCTYPE html>\n<HTML><body>Sign in to the guest network</body></HTML>"


def _answer(body, status=200):
    return {"status_code": status, "body": body, "headers": {}}


@pytest.mark.parametrize(
    ("protocol", "body"),
    [
        ("json", b"{}"),
        ("json", b'{"NextToken": null}'),
        ("rest-json", b"{}"),
        ("rest-json", b""),
        ("query", b'<ListUsersResponse xmlns="https://iam.amazonaws.com/"></ListUsersResponse>'),
        ("ec2", b"<?xml version='1.0'?><ListUsersResponse/>"),
        ("rest-xml", b"<DistributionList/>"),
        ("smithy-rpc-v2-cbor", b"\xa0"),
    ],
)
def test_empty_answers_that_aws_gives(protocol, body):
    refuse_foreign(protocol, "ListUsers", _answer(body), NOTHING)


@pytest.mark.parametrize(
    ("protocol", "body"),
    [
        ("json", PAGE),
        ("json", b""),
        ("json", b"ok"),
        ("json", b"[]"),
        ("rest-json", PAGE),
        ("rest-json", b'{"Functions": ['),
        ("query", PAGE),
        ("query", b""),
        ("query", b"<ok/>"),
        ("ec2", b"<DescribeVpcsResponse/>"),
        ("rest-xml", PAGE),
    ],
)
def test_answers_that_aws_cannot_have_given(protocol, body):
    with pytest.raises(ForeignAnswerError, match="the answer to ListUsers is not AWS's"):
        refuse_foreign(protocol, "ListUsers", _answer(body), NOTHING)


def test_an_error_is_not_looked_into():
    refuse_foreign("json", "ListUsers", _answer(PAGE, 503), NOTHING)


def test_an_answer_with_something_in_it_is_not_looked_into():
    refuse_foreign("json", "ListUsers", _answer(PAGE), {**NOTHING, "Users": []})


def test_a_stream_is_not_looked_into():
    refuse_foreign("rest-json", "GetExport", _answer(object()), NOTHING)
