"""What tests of remediations of access share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws


@pytest.fixture
def aws_policies(aws: None) -> Iterator[None]:
    """An empty emulated account that knows the policies of AWS."""
    del aws
    with mock_aws(config={"iam": {"load_aws_managed_policies": True}}):
        yield
