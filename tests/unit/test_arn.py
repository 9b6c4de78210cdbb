import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynasec.arn import Arn, account_of

FIELD = st.text(st.characters(exclude_characters=":"), min_size=1)


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("arn:aws:dynamodb:us-east-1:123456789012:table/orders", "table", "orders"),
        ("arn:aws:iam::123456789012:role/service/app", "role", "service/app"),
        ("arn:aws:lambda:us-east-1:123456789012:function:pager:live", "function", "pager:live"),
        ("arn:aws:s3:::bucket", "", "bucket"),
        ("arn:aws:sns:us-east-1:123456789012:alerts", "", "alerts"),
        ("arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/x:*", "log-group", "/aws/lambda/x:*"),
    ],
)
def test_type_and_name_of_a_resource(text, kind, name):
    arn = Arn.parse(text)
    assert (arn.kind, arn.name) == (kind, name)


def test_the_label_of_a_stream_keeps_its_colons():
    arn = Arn.parse("arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000")
    assert (arn.kind, arn.name) == ("table", "orders/stream/2026-01-01T00:00:00.000")


@given(FIELD, FIELD, st.text("abc-1"), st.text("0123456789"), st.text(min_size=1))
def test_an_arn_is_written_as_it_was_read(partition, service, region, account, resource):
    text = f"arn:{partition}:{service}:{region}:{account}:{resource}"
    assert str(Arn.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "orders",
        "arn:aws:s3",
        "arn::s3:::bucket",
        "arn:aws::::bucket",
        "arn:aws:s3:::",
        "ARN:aws:s3:::bucket",
    ],
)
def test_what_is_no_arn_is_refused(text):
    with pytest.raises(ValueError, match="not an ARN"):
        Arn.parse(text)


def test_account_of_an_arn():
    assert account_of("arn:aws:dynamodb:us-east-1:123456789012:table/orders") == "123456789012"
    assert not account_of("arn:aws:s3:::bucket")
