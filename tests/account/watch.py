"""What watches the compliant account, and what shields it: trails, GuardDuty, alerts, AWS Config, web ACLs, Shield Advanced."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from dynasec.model.detection import Detection, DetectorDescription, DetectorFeature
from dynasec.model.edge import AclLogging, Edge, GlobalEdge
from dynasec.model.fact import Fact, Listing
from dynasec.model.recording import DeployedRule, Recording
from dynasec.model.stack import StackDrift, StackResourceDrift
from dynasec.model.trail import LogBucket, PublicAccessBlock, Trails, TrailStatus
from dynasec.semantics.web_acl_rules import BASELINE
from tests.account.tables import BACKUPS_KEY, NAMES, SENSITIVE, arn
from tests.support.accounts import NOW
from tests.support.detection import detection, detector, rule
from tests.support.edge import SHOP, acl, balancer, global_edge, whole_edge
from tests.support.recording import delivering, judged, recording, stack
from tests.support.trails import data, management, trail, trails

REQUIRED = (
    "DYNAMODB_PITR_ENABLED",
    "DYNAMODB_TABLE_ENCRYPTED_KMS",
    "DYNAMODB_TABLE_DELETION_PROTECTION_ENABLED",
    "DYNAMODB_AUTOSCALING_ENABLED",
    "DYNAMODB_IN_BACKUP_PLAN",
)
CALLS = {
    "source": ["aws.dynamodb"],
    "detail-type": ["AWS API Call via CloudTrail"],
    "detail": {"eventSource": ["dynamodb.amazonaws.com"]},
}
SECOND_DOOR = SHOP.replace("/shop/", "/partners/")
REFUSALS = {
    "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["NetworkActivity"]},
        {"Field": "eventSource", "Equals": ["dynamodb.amazonaws.com"]},
        {"Field": "errorCode", "Equals": ["VpceAccessDenied"]},
    ]
}


def selectors() -> tuple[dict[str, Any], ...]:
    """Management events, the items of each sensitive table by a selector of its own, refusals at endpoints."""
    return (management(), *(data(resources_arn=[arn(name)]) for name in SENSITIVE), REFUSALS)


def logs() -> Trails:
    own = trail(
        "org",
        advanced=selectors(),
        log_file_validation_enabled=True,
        kms_key_id=BACKUPS_KEY,
        status=TrailStatus(is_logging=True, latest_delivery_time=NOW - timedelta(minutes=5)),
    )
    closed = PublicAccessBlock(
        block_public_acls=True,
        ignore_public_acls=True,
        block_public_policy=True,
        restrict_public_buckets=True,
    )
    bucket = LogBucket(
        arn="arn:aws:s3:::logs",
        name="logs",
        policy=Fact(None),
        policy_is_public=Fact(False),  # noqa: FBT003 - the fact is the value
        public_access_block=Fact(closed),
    )
    return trails(own).model_copy(update={"buckets": (bucket,), "account_public_access_block": Fact(None)})


def alerts() -> Detection:
    features = tuple(
        DetectorFeature(name=name, status="ENABLED") for name in ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
    )
    described = DetectorDescription(
        status="ENABLED",
        service_role="role",
        features=features,
        finding_publishing_frequency="FIFTEEN_MINUTES",
    )
    own = detector(description=Fact(described), findings=Listing())
    return detection(rule(), rule(pattern=CALLS, name="changes"), detectors=Listing((own,)))


def _rule(identifier: str) -> DeployedRule:
    """A rule that found every table compliant."""
    each = [judged(identifier, "COMPLIANT", table=name) for name in NAMES]
    results = tuple(one for made in each for one in made.evaluations.items)
    return DeployedRule(rule=each[0].rule, evaluations=Listing(results))


def config() -> Recording:
    checked = StackDrift(stack_drift_status="IN_SYNC", last_check_timestamp=NOW - timedelta(days=2))
    table = StackResourceDrift(
        stack_resource_drift_status="IN_SYNC", last_check_timestamp=NOW - timedelta(days=2)
    )
    own = stack(drift=checked, table=table)
    return recording(
        *(_rule(one) for one in REQUIRED),
        stacks=Listing((own,)),
        **delivering(),
    )


def managed_groups() -> list[dict[str, Any]]:
    return [
        {
            "Name": name,
            "OverrideAction": {"None": {}},
            "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": name}},
        }
        for name in BASELINE
    ]


def doors() -> Edge:
    wall = acl(
        SHOP,
        SECOND_DOOR,
        rules=Fact(json.dumps(managed_groups())),
        logging=Fact(AclLogging(destinations=("arn:aws:s3:::aws-waf-logs-shop",))),
    )
    return whole_edge(balancer(), balancer(arn=SECOND_DOOR, name="partners"), acls=(wall,))


def shields() -> GlobalEdge:
    return global_edge(shield_protections=Listing((SHOP, SECOND_DOOR)))
