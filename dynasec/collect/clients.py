"""boto3 clients: one session, one client per service and Region, made when first needed."""

from __future__ import annotations

import difflib
import gc
import threading
from collections import Counter
from functools import partial
from typing import Any, Final, cast

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, NoCredentialsError

from dynasec import __version__
from dynasec.collect.foreign_answers import refuse_foreign
from dynasec.collect.operations import operation_of
from dynasec.errors import CredentialsError, UsageError
from dynasec.model.shape import JsonObject

WORKERS: Final = 64
"""Calls in flight at most; the connection pool of each client is as large."""

_HOME: Final = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}
"""Where the control plane of global services lives, per partition."""


_THROTTLING: Final = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottledException",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
"""The codes that botocore's standard retries take for throttling."""


class Clients:
    """Makes and keeps clients. Safe to use from many threads.

    `throttled` counts, by operation (`service:Operation`) and Region, answers by which AWS refused a call for coming too fast, also those
    that a retry mended. `endpoint_url` overrides every endpoint; without it botocore's own rules hold (AWS_ENDPOINT_URL, profile).
    """

    def __init__(self, session: boto3.Session, endpoint_url: str | None = None) -> None:
        self._session = session
        self._endpoint_url = endpoint_url
        self._lock = threading.Lock()
        self._made: dict[tuple[str, str, bool], Any] = {}
        self.throttled: Counter[tuple[str, str]] = Counter()

    def get(self, service: str, region: str, *, patient: bool = True) -> Any:  # noqa: ANN401 - clients are made at run time
        """Return the client of a service in a Region. An impatient one gives up on a dead endpoint within seconds.

        Raises:
            BotoCoreError: botocore knows no such service, or cannot read its own configuration.

        """
        key = (service, region, patient)
        client = self._made.get(key)
        if client is None:
            with self._lock:  # making a client from a shared session is not thread-safe
                client = self._made.get(key) or self._make(service, region, patient=patient)
                self._made[key] = client
        return client

    def writer(self, service: str, region: str, config: Config) -> Any:  # noqa: ANN401 - clients are made at run time
        """Make a client with a configuration of its own, for whoever must not send a call twice. The caller keeps it.

        Raises:
            BotoCoreError: botocore knows no such service, or cannot read its own configuration.

        """
        with self._lock:
            session = cast("Any", self._session)  # its stubs know service names as literals only
            return session.client(service, region_name=region, endpoint_url=self._endpoint_url, config=config)

    def keep_only(self, services: frozenset[str]) -> None:
        """Forget the clients of all other services, and give their memory back: some 40 MiB. Asked again, they are made again."""
        with self._lock:
            self._made = {key: client for key, client in self._made.items() if key[0] in services}
        gc.collect()

    def _make(self, service: str, region: str, *, patient: bool) -> Any:  # noqa: ANN401 - as above
        collecting = gc.isenabled()
        gc.disable()  # a client is some 100,000 small objects, all of them kept
        try:
            session = cast("Any", self._session)  # its stubs know service names as literals only
            client = session.client(
                service, region_name=region, endpoint_url=self._endpoint_url, config=_config(patient=patient)
            )
            protocol = client.meta.service_model.resolved_protocol
            client.meta.events.register("response-received", partial(self._notice, service, region, protocol))
            return client
        finally:
            if collecting:
                gc.enable()

    def _notice(
        self,
        service: str,
        region: str,
        protocol: str,
        *,
        event_name: str,
        response_dict: JsonObject | None,
        parsed_response: JsonObject | None,
        **_: object,
    ) -> None:
        if response_dict is None or parsed_response is None:
            return
        operation = event_name.rpartition(".")[2]
        error: JsonObject = parsed_response.get("Error") or {}
        if error.get("Code") in _THROTTLING:
            with self._lock:
                self.throttled[operation_of(service, operation), region] += 1
        refuse_foreign(protocol, operation, response_dict, parsed_response)

    def partition_of(self, region: str) -> str:
        """Return the partition of a Region.

        Raises:
            UsageError: botocore knows no such Region.

        """
        try:
            partition = self._session.get_partition_for_region(region)
        except (BotoCoreError, ValueError) as problem:
            msg = f"unknown Region {region!r}"
            raise UsageError(msg, hint="Regions look like eu-central-1") from problem
        known = self._session.get_available_regions("dynamodb", partition)
        if region not in known:
            close = difflib.get_close_matches(region, known, n=1, cutoff=0)
            msg = f"unknown Region {region!r}"
            raise UsageError(msg, hint=f"did you mean {close[0]}?" if close else "")
        return partition

    @property
    def default_region(self) -> str | None:
        """The Region that the environment or the profile names."""
        return self._session.region_name


def home_region(partition: str) -> str:
    """Return the Region where global services of a partition are asked."""
    return _HOME.get(partition, "us-east-1")


def open_session(
    profile: str | None,
    *,
    role_arn: str | None = None,
    external_id: str | None = None,
    session_name: str = "dynasec",
) -> boto3.Session:
    """Open the one session of a run; with a role, one whose credentials are that role's and renew themselves.

    `session_name` is what CloudTrail calls the role's session.

    Raises:
        CredentialsError: the profile does not exist, or the configuration files cannot be read.

    """
    try:
        session = boto3.Session(profile_name=profile)
        return session if role_arn is None else _assumed(session, role_arn, external_id, session_name)
    except NoCredentialsError as problem:
        msg = "no AWS credentials to assume the role with"
        raise CredentialsError(msg, hint="sign in, or name a profile with --profile") from problem
    except BotoCoreError as problem:
        raise CredentialsError(str(problem), hint="see `aws configure list-profiles`") from problem


def _assumed(
    session: boto3.Session, role_arn: str, external_id: str | None, session_name: str
) -> boto3.Session:
    credentials = cast("Any", session.get_credentials())
    if credentials is None:
        raise NoCredentialsError
    core = botocore.session.Session()
    extra = {"RoleSessionName": session_name, **({"ExternalId": external_id} if external_id else {})}
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=cast("Any", session).client,
        source_credentials=credentials,
        role_arn=role_arn,
        extra_args=cast("Any", extra),
    )
    if session.region_name:
        core.set_config_variable("region", session.region_name)
    assumed: Any = core  # botocore has no public way to give a session credentials that renew themselves
    assumed._credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")  # noqa: SLF001
    return boto3.Session(botocore_session=core)


def _config(*, patient: bool) -> Config:
    return Config(
        user_agent=f"dynasec/{__version__}",
        max_pool_connections=WORKERS,
        connect_timeout=5,
        read_timeout=30 if patient else 10,
        retries={"mode": "standard", "total_max_attempts": 6 if patient else 2},
        account_id_endpoint_mode="disabled",
    )
