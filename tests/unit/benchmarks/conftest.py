"""Simulated AWS accounts of a small size, in child processes on the loopback interface."""

from collections.abc import Callable, Iterator
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from simulated_aws.process import Simulated, simulated_aws
from simulated_aws.size import Behaviour, Size

Clients = Callable[..., Any]
SIZE = Size(tables=250, roles=30, policies=20)
LATENCY_MS = 30.0
LIMITS = (
    ("ec2:DescribeVpcs", 1.0),
    ("iam:ListAccountAliases", 1.0),
    ("s3:ListBuckets", 1.0),
    ("resourcegroupstaggingapi:GetResources", 1.0),
    ("lambda:ListEventSourceMappings", 1.0),
)


@pytest.fixture(scope="session")
def simulated() -> Iterator[Simulated]:
    """An account without latency and rates."""
    with simulated_aws(SIZE, Behaviour(latency_ms=0), preload=False) as running:
        yield running


@pytest.fixture(scope="session")
def throttling() -> Iterator[Simulated]:
    """An account with a latency, the published rates, and lower ones for some operations."""
    behaviour = Behaviour(LATENCY_MS, published_rates=True, limits=LIMITS)
    with simulated_aws(SIZE, behaviour, preload=False) as running:
        yield running


@pytest.fixture(scope="session")
def clients() -> Clients:
    """Make clients (kept: `ec2` takes long to load) that do not retry."""
    session = botocore.session.Session()
    made: dict[tuple[str, ...], Any] = {}
    config = Config(retries={"total_max_attempts": 1, "mode": "standard"}, max_pool_connections=20)

    def client(simulated: Simulated, service: str, region: str = "us-east-1") -> Any:
        key = (simulated.url, service, region)
        if key not in made:
            made[key] = session.create_client(
                service,
                region_name=region,
                endpoint_url=simulated.url,
                aws_access_key_id="AKIDEXAMPLE",
                aws_secret_access_key="simulated",
                config=config,
            )
        return made[key]

    return client


def error_of(error: ClientError) -> tuple[str, str, int]:
    """Return an error's code, message and HTTP status."""
    response: Any = error.response
    return (
        response["Error"]["Code"],
        response["Error"]["Message"],
        response["ResponseMetadata"]["HTTPStatusCode"],
    )
