"""The simulated account: moto in this process, with what moto lacks or gets wrong laid over it.

Needs the extra `dynasec[demo]`. While the account is open no call leaves the process.
"""

from __future__ import annotations

import importlib
import os
from collections import defaultdict
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final, cast

from dynasec.collect.clients import Clients
from dynasec.demo import last_access
from dynasec.demo.overlay import Amendments, Answers, OverlaySession
from dynasec.errors import DynasecError

ACCOUNT: Final = "123456789012"
REGIONS: Final = ("us-east-1", "us-west-2", "eu-west-1")


class Aws:
    """What the seeds build with: clients of the emulator, and notes of what it cannot hold."""

    def __init__(self, session: OverlaySession) -> None:
        self._session = session
        self._clients: dict[tuple[str, str], Any] = {}
        self.replicas: defaultdict[str, set[str]] = defaultdict(set)

    def client(self, service: str, region: str = "us-east-1") -> Any:  # noqa: ANN401 - clients are made at run time
        """Return a client of the emulator."""
        key = (service, region)
        if key not in self._clients:
            self._clients[key] = cast("Any", self._session).client(service, region_name=region)
        return self._clients[key]

    def note_replica(self, table: str, *regions: str) -> None:
        """Let a table be a global table with replicas in these Regions."""
        self.replicas[table].update(regions)


@contextmanager
def simulated_account() -> Generator[Clients]:
    """Open the account.

    Raises:
        DynasecError: moto is not installed.

    """
    try:
        moto = importlib.import_module("moto")
    except ImportError as problem:
        msg = "the simulated account needs moto"
        raise DynasecError(msg, hint="pip install 'dynasec[demo]'") from problem
    before = os.environ.copy()
    os.environ.update(AWS_EC2_METADATA_DISABLED="true")
    os.environ.pop("AWS_ENDPOINT_URL", None)
    os.environ.pop("AWS_PROFILE", None)
    try:
        with moto.mock_aws():
            _load_managed_policies()
            yield _furnished()
    finally:
        os.environ.clear()
        os.environ.update(before)


def _load_managed_policies() -> None:
    """Let AWS's managed policies exist in this partition; moto would load all 1,500 of them once for each of AWS's partitions, twice."""
    backends = importlib.import_module("moto.backends")
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    try:
        _ = backends.get_backend("iam")[ACCOUNT]["aws"]
    finally:
        del os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"]


def _furnished() -> Clients:
    from dynasec.demo import keys, network, principals, stacks, tables, watch, writes  # noqa: PLC0415 - they build with `Aws`

    aws = Aws(OverlaySession())
    known = keys.seed(aws)
    tables.seed(aws, known)
    keys.age(aws, known)
    stacks.seed(aws)
    watch.seed(
        aws
    )  # first of these three: flow logs go to its bucket, and principals name the network's endpoint
    network.seed(aws)
    principals.seed(aws)
    amendments: Amendments = {
        **_amendments(aws.replicas),
        "cloudformation:DescribeStacks": stacks.describe_stacks,
        "cloudformation:ListStackResources": stacks.list_stack_resources,
    }
    session = OverlaySession({**_answers(), **stacks.answers()}, amendments)
    writes.mend(session, ACCOUNT)
    return Clients(session)


def _answers() -> Answers:
    """Return what moto cannot answer; mostly that the account has nothing of the kind."""
    return {
        "sts:GetCallerIdentity": {
            "UserId": "AROA:demo",
            "Account": ACCOUNT,
            "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/account-admin/demo",
        },
        "backup:ListProtectedResources": {"Results": []},
        "backup:DescribeRegionSettings": {"ResourceTypeOptInPreference": {"DynamoDB": True}},
        "config:DescribeDeliveryChannelStatus": {
            "DeliveryChannelsStatus": [
                {
                    "name": "default",
                    "configStreamDeliveryInfo": {"lastStatus": "Success"},
                    "configHistoryDeliveryInfo": {
                        "lastStatus": "Success",
                        "lastSuccessfulTime": datetime.now(UTC),
                    },
                    "configSnapshotDeliveryInfo": {
                        "lastStatus": "Success",
                        "lastSuccessfulTime": datetime.now(UTC),
                    },
                }
            ]
        },
        "config:GetComplianceDetailsByConfigRule": {"EvaluationResults": []},
        "dynamodb:DescribeKinesisStreamingDestination": {"KinesisDataStreamDestinations": []},
        "dynamodb:ListContributorInsights": {"ContributorInsightsSummaries": []},
        "dynamodb:ListExports": {"ExportSummaries": []},
        "dynamodb:ListGlobalTables": {"GlobalTables": []},
        "guardduty:ListFindings": {"FindingIds": []},
        "wafv2:ListResourcesForWebACL": {"ResourceArns": []},
        "shield:GetSubscriptionState": {"SubscriptionState": "INACTIVE"},
        "globalaccelerator:ListAccelerators": {"Accelerators": []},
        "cloudtrail:ListEventDataStores": {"EventDataStores": []},
        "guardduty:ListFilters": {"FilterNames": []},
        **last_access.answers(),
    }


def _amendments(replicas: Mapping[str, set[str]]) -> Amendments:
    """Return what completes moto's answers to what AWS would say."""

    def describe_table(answer: dict[str, Any]) -> None:
        table = answer["Table"]
        regions = replicas.get(table["TableName"], set()) - {table["TableArn"].split(":")[3]}
        if regions:
            table["GlobalTableVersion"] = "2019.11.21"
            table["Replicas"] = [{"RegionName": name, "ReplicaStatus": "ACTIVE"} for name in sorted(regions)]

    def describe_key(answer: dict[str, Any]) -> None:
        # moto makes the keys behind alias/aws/… like a customer's
        if answer["KeyMetadata"].get("Description") == "Default key":
            answer["KeyMetadata"]["KeyManager"] = "AWS"

    def get_key_rotation_status(answer: dict[str, Any]) -> None:
        if answer["KeyRotationEnabled"]:
            answer.setdefault("RotationPeriodInDays", 365)

    def get_detector(answer: dict[str, Any]) -> None:
        answer["Features"] = [
            {"Name": name, "Status": "ENABLED"} for name in ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
        ]

    return {
        "dynamodb:DescribeTable": describe_table,
        "kms:DescribeKey": describe_key,
        "kms:GetKeyRotationStatus": get_key_rotation_status,
        "guardduty:GetDetector": get_detector,
        "iam:GetAccountAuthorizationDetails": last_access.age,
    }
