import asyncio

import pytest

from dynasec.collect.caller import resolve
from dynasec.collect.collector import Request, _tell_once, collect
from dynasec.errors import CredentialsError
from dynasec.permissions import reads_of
from dynasec.registry import load
from tests.support.emulated import collect_emulated
from tests.support.scripted import AwsError, clients


@pytest.mark.usefixtures("aws")
def test_calls_are_those_really_made():
    reads = reads_of(load().controls)
    found, made = collect_emulated(reads, regions=("us-east-1", "eu-west-1"))
    assert made.pop("sts:GetCallerIdentity") == 1
    assert dict(found.calls) == dict(made)
    assert set(made) <= set(reads)
    assert found.reads == tuple(sorted(reads))


@pytest.mark.usefixtures("aws")
def test_what_nothing_reads_is_not_called():
    found, made = collect_emulated({"dynamodb:ListTables"})
    assert made == {"sts:GetCallerIdentity": 1, "dynamodb:ListTables": 1}
    assert found.regions[0].is_empty


def test_nothing_is_known_when_everything_is_refused():
    reads = reads_of(load().controls)
    me = {
        "Account": "123456789012",
        "Arn": "arn:aws:sts::123456789012:assumed-role/auditor/me",
        "UserId": "x",
    }
    refused = dict.fromkeys(reads, AwsError("AccessDeniedException"))
    found, _ = collect_emulated(reads, script={**refused, "sts:GetCallerIdentity": me})
    assert not found.regions[0].is_empty
    assert list(found.tables()) == []
    assert not found.keys


@pytest.mark.usefixtures("aws")
def test_expired_credentials_end_the_collection():
    reads = reads_of(load().controls)
    made, _ = clients(dict.fromkeys(reads, AwsError("ExpiredTokenException")))
    scope = resolve(made, ("us-east-1",), all_regions=False)
    with pytest.raises(CredentialsError, match="expired"):
        collect(made, scope, Request(reads))


@pytest.mark.parametrize(("problem", "told"), [(CredentialsError("x"), 0), (ValueError("x"), 1)])
def test_only_what_was_not_told_yet_is_logged(problem, told, caplog):
    with asyncio.Runner() as runner:
        _tell_once(runner.get_loop(), {"message": "never retrieved", "exception": problem})
    assert len(caplog.records) == told
