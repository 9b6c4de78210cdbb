"""The remediation `enable-dns-support`."""

from __future__ import annotations

import boto3
import pytest

from tests.remediations.network.vpcs import add_endpoint, workload
from tests.support.remedied import planned, read, round_trip

NAME = "enable-dns-support"
pytestmark = pytest.mark.usefixtures("aws", "orders", "routed")


def test_round_trip() -> None:
    made = workload()
    add_endpoint(made.vpc, made.table)
    boto3.client("ec2").modify_vpc_attribute(VpcId=made.vpc, EnableDnsSupport={"Value": False})
    (change,) = round_trip(NAME).changes
    assert change.resource.endswith(made.vpc)
    assert (change.risk.level, change.undo.kind) == ("additive", "exact")


def test_a_vpc_without_a_gateway_endpoint_is_left_alone() -> None:
    made = workload()
    boto3.client("ec2").modify_vpc_attribute(VpcId=made.vpc, EnableDnsSupport={"Value": False})
    assert planned(NAME, read(NAME)).changes == ()
