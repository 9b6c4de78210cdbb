import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    CredentialRetrievalError,
    NoCredentialsError,
    ReadTimeoutError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from dynasec.collect.failures import REGION_DISABLED, code_of, first_line, gap_of, stop_if_hopeless
from dynasec.errors import CredentialsError
from dynasec.model.fact import Gap


def _error(code, message="refused"):
    return ClientError({"Error": {"Code": code, "Message": message}}, "Op")


@pytest.mark.parametrize(
    "problem",
    [
        *map(_error, ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired")),
        NoCredentialsError(),
        CredentialRetrievalError(provider="sso", error_msg="x"),
        TokenRetrievalError(provider="sso", error_msg="x"),
        UnauthorizedSSOTokenError(),
    ],
    ids=code_of,
)
def test_without_credentials_nothing_can_succeed(problem):
    with pytest.raises(CredentialsError) as caught:
        gap_of("svc:Op", "us-east-1", problem)
    assert "sign in" in caught.value.hint
    with pytest.raises(CredentialsError):
        stop_if_hopeless(problem)


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "ThrottlingException", "Odd"])
def test_an_error_of_aws_is_a_gap_with_its_code(code):
    gap = gap_of("svc:Op", "us-east-1", _error(code))
    message = f"An error occurred ({code}) when calling the Op operation: refused"
    assert gap == Gap("svc:Op", code, message, "us-east-1")


@pytest.mark.parametrize("code", ["UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure"])
def test_credentials_that_only_one_region_does_not_know_tell_of_the_region(code):
    gap = gap_of("svc:Op", "me-south-1", _error(code))
    assert gap.code == REGION_DISABLED
    assert "me-south-1" in gap.message


@pytest.mark.parametrize(
    "problem",
    [
        ConnectionClosedError(endpoint_url="https://x"),
        ReadTimeoutError(endpoint_url="https://x"),
        AttributeError("no such method"),
        NotImplementedError(),
    ],
    ids=lambda problem: type(problem).__name__,
)
def test_everything_else_is_a_gap_with_the_exceptions_name(problem):
    assert gap_of("svc:Op", "", problem).code == type(problem).__name__


@pytest.mark.parametrize("response", [{}, {"Error": {}}, {"Error": {"Code": None}}])
def test_an_error_without_a_code(response):
    assert code_of(ClientError(response, "Op")) == "ClientError"


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (ValueError("one\ntwo"), "one two"),
        (ValueError("\none"), "one"),
        (ValueError(""), "ValueError"),
        (ValueError("x" * 1000), "x" * 300),
    ],
)
def test_one_line(problem, line):
    assert first_line(problem) == line
