"""What an exception of an API call means: a gap for that one fact, or a reason to stop at once."""

from __future__ import annotations

from typing import Final

from botocore.exceptions import (
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from dynasec.errors import CredentialsError
from dynasec.model.fact import Gap

_EXPIRED: Final = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
)
_UNRECOGNIZED: Final = frozenset({"UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure"})
_NO_CREDENTIALS: Final = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

REGION_DISABLED: Final = "RegionDisabled"
"""The code of a gap where valid credentials are not recognised: an opt-in Region that the account did not opt into."""


def stop_if_hopeless(problem: Exception) -> None:
    """Raise where no further call can succeed.

    Raises:
        CredentialsError: there are no credentials, or they expired.

    """
    if isinstance(problem, _NO_CREDENTIALS):
        msg = f"no usable AWS credentials: {first_line(problem)}"
        raise CredentialsError(msg, hint="sign in, or name a profile with --profile") from problem
    if isinstance(problem, ClientError) and code_of(problem) in _EXPIRED:
        msg = "the AWS credentials have expired"
        raise CredentialsError(msg, hint="sign in again") from problem


def gap_of(operation: str, region: str, problem: Exception) -> Gap:
    """Return what is to be told of a call that failed.

    Raises:
        CredentialsError: as `stop_if_hopeless`.

    """
    stop_if_hopeless(problem)
    code = code_of(problem)
    if code in _UNRECOGNIZED:
        return Gap(
            operation, REGION_DISABLED, f"{region} does not know these credentials: not enabled?", region
        )
    return Gap(operation, code, first_line(problem), region)


def code_of(problem: Exception) -> str:
    """Return AWS's error code, or the name of the exception's class."""
    if isinstance(problem, ClientError):
        return str(problem.response.get("Error", {}).get("Code") or "ClientError")
    return type(problem).__name__


def first_line(problem: Exception) -> str:
    """Return what an exception says as one line of at most 300 characters."""
    return " ".join(str(problem).split())[:300] or type(problem).__name__
