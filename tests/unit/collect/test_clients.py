import gc
import threading
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError

from dynasec import __version__
from dynasec.collect import clients as module
from dynasec.collect.clients import WORKERS, Clients, home_region, open_session
from dynasec.errors import CredentialsError, UsageError

REGION = "us-east-1"


def _clients(**options):
    return Clients(boto3.Session("testing", "testing", region_name=REGION), **options)


def test_a_client_is_made_once_for_service_and_region():
    made = _clients()
    assert made.get("dynamodb", REGION) is made.get("dynamodb", REGION)
    assert made.get("dynamodb", REGION) is not made.get("dynamodb", "eu-west-1")
    assert made.get("sts", REGION) is not made.get("sts", REGION, patient=False)


def test_many_threads_get_the_same_client():
    made, ready = _clients(), threading.Barrier(8)

    def get(_):
        ready.wait()
        return made.get("dynamodb", REGION)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(map(id, pool.map(get, range(8))))) == 1


def test_clients_wait_and_retry_as_an_audit_needs():
    made = _clients()
    patient = made.get("dynamodb", REGION).meta.config
    assert patient.max_pool_connections == WORKERS
    assert patient.retries == {"mode": "standard", "total_max_attempts": 6}
    assert f"dynasec/{__version__}" in patient.user_agent
    impatient = made.get("sts", REGION, patient=False).meta.config
    assert impatient.retries["total_max_attempts"] == 2
    assert impatient.read_timeout < patient.read_timeout


def test_every_call_can_be_sent_elsewhere():
    made = _clients(endpoint_url="http://127.0.0.1:1")
    assert made.get("dynamodb", REGION).meta.endpoint_url == "http://127.0.0.1:1"
    assert made.get("iam", REGION).meta.endpoint_url == "http://127.0.0.1:1"


@pytest.mark.parametrize("on", [True, False])
def test_the_garbage_collector_is_left_as_it_was(on):
    before = gc.isenabled()
    (gc.enable if on else gc.disable)()
    try:
        _clients().get("sts", REGION)
        assert gc.isenabled() is on
    finally:
        (gc.enable if before else gc.disable)()


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-central-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_the_partition_of_a_region(region, partition):
    assert _clients().partition_of(region) == partition


@pytest.mark.parametrize(
    ("region", "hint"),
    [
        ("us-east-9", "did you mean us-east-"),
        ("eu-centrall-1", ""),
        ("nowhere", "Regions look like eu-central-1"),
        ("", "Regions look like eu-central-1"),
        ("us-east-1/../..", "Regions look like eu-central-1"),
    ],
)
def test_a_region_that_does_not_exist_is_refused(region, hint):
    with pytest.raises(UsageError) as caught:
        _clients().partition_of(region)
    assert f"unknown Region {region!r}" in str(caught.value)
    assert hint in caught.value.hint


def test_the_default_region_is_the_sessions(monkeypatch):
    assert _clients().default_region == REGION
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert Clients(boto3.Session("testing", "testing")).default_region is None


@pytest.mark.parametrize(
    ("partition", "region"),
    [("aws", "us-east-1"), ("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1")],
)
def test_where_global_services_are_asked(partition, region):
    assert home_region(partition) == region
    assert _clients().partition_of(region) == partition


class _Raw:
    def stream(self, **_):
        yield b'{"__type":"ThrottlingException"}'


def test_answers_that_came_too_fast_are_counted_one_by_one(monkeypatch):
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    made = _clients()
    client = made.get("resourcegroupstaggingapi", REGION)
    client.meta.events.register(
        "before-send", lambda **_: AWSResponse("https://x", 400, HTTPHeaders(), _Raw())
    )
    with pytest.raises(ClientError):
        client.get_resources()
    assert made.throttled == {("tag:GetResources", REGION): 6}


def test_a_profile_that_does_not_exist_is_told():
    with pytest.raises(CredentialsError, match=r"\(nobody\) could not be found; see `aws configure"):
        open_session("nobody")


def test_a_profile_of_the_environment_that_does_not_exist_is_told(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(CredentialsError, match="nobody"):
        open_session(None)


def test_configuration_that_cannot_be_parsed_is_told(monkeypatch, tmp_path):
    (tmp_path / "config").write_text("[profile\n= x\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with pytest.raises(CredentialsError, match="Unable to parse config file"):
        open_session("some")


def test_a_session_without_a_role_has_the_profiles_credentials():
    assert open_session(None).get_credentials().access_key == "testing"


@pytest.mark.parametrize("external_id", [None, "our-id"])
def test_with_a_role_the_credentials_are_the_roles(monkeypatch, external_id):
    asked = []

    class _Fetcher:
        def __init__(self, **given):
            asked.append(given)

        def fetch_credentials(self):
            return {
                "access_key": "role",
                "secret_key": "s",
                "token": "t",
                "expiry_time": "2099-01-01T00:00:00Z",
            }

    monkeypatch.setattr(module, "AssumeRoleCredentialFetcher", _Fetcher)
    session = open_session(None, role_arn="arn:aws:iam::111122223333:role/auditor", external_id=external_id)
    assert session.region_name == "us-east-1"
    assert session.get_credentials().get_frozen_credentials().access_key == "role"
    (given,) = asked
    assert given["role_arn"] == "arn:aws:iam::111122223333:role/auditor"
    assert given["source_credentials"].access_key == "testing"
    expected = {"RoleSessionName": "dynasec"} | ({"ExternalId": external_id} if external_id else {})
    assert given["extra_args"] == expected


def test_a_role_cannot_be_assumed_by_nobody(monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(CredentialsError, match="no AWS credentials to assume the role with"):
        open_session(None, role_arn="arn:aws:iam::111122223333:role/auditor")


def test_a_role_in_no_region_at_all(monkeypatch):
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert open_session(None, role_arn="arn:aws:iam::111122223333:role/auditor").region_name is None
