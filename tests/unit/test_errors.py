import pytest

from dynasec.errors import (
    ConfigurationError,
    CredentialsError,
    DynasecError,
    Exit,
    SnapshotError,
    UsageError,
)


def test_exit_codes_are_those_that_scripts_rest_on():
    assert {code.name: code.value for code in Exit} == {
        "OK": 0,
        "CANNOT_RUN": 1,
        "USAGE": 2,
        "FINDINGS": 3,
        "INCOMPLETE": 4,
        "STALE": 5,
        "PARTIAL": 6,
        "AMBIGUOUS": 7,
        "REFUSED": 8,
        "CONVERGING": 9,
        "LOCKED": 10,
        "DEADLINE": 11,
    }


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (DynasecError, 1),
        (ConfigurationError, 1),
        (SnapshotError, 1),
        (CredentialsError, 1),
        (UsageError, 2),
    ],
)
def test_an_error_ends_the_process_with_its_code(kind, code):
    assert kind("what").exit_code == code


def test_an_error_says_what_to_do():
    assert str(DynasecError("no Region given", hint="use --region")) == "no Region given; use --region"
    assert str(DynasecError("no Region given")) == "no Region given"
