"""What tests of remediations of access share."""

from __future__ import annotations

import json
from collections.abc import Iterator

import moto.iam.models as emulated
import pytest
from moto import mock_aws

_KNOWN = (
    "AdministratorAccess",
    "AmazonDynamoDBFullAccess",
    "AmazonDynamoDBFullAccess_v2",
    "AmazonDynamoDBReadOnlyAccess",
    "PowerUserAccess",
    "ReadOnlyAccess",
)


@pytest.fixture
def aws_policies(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty emulated account that knows a few policies of AWS: all of them take seconds to read."""
    del aws
    every = json.loads(emulated.aws_managed_policies_data)
    few = {name: every[name] for name in _KNOWN}
    monkeypatch.setattr(emulated, "aws_managed_policies_data", json.dumps(few))
    with mock_aws(config={"iam": {"load_aws_managed_policies": True}}):
        yield
