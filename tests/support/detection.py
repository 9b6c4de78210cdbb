"""Builds GuardDuty and alert wiring by hand: by default everything is as it should be, and each argument spoils one thing."""

from __future__ import annotations

import json
from typing import Any

from dynasec.model.detection import (
    Detection,
    Detector,
    DetectorDescription,
    DetectorFeature,
    Function,
    FunctionConfiguration,
    Queue,
    QueueAttributes,
    Rule,
    RuleTarget,
    Subscription,
    Topic,
    TopicAttributes,
)
from dynasec.model.fact import Fact, Listing
from dynasec.model.key import Key, KeyMetadata
from tests.support.accounts import ACCOUNT, REGION

ALL_FINDINGS = {"source": ["aws.guardduty"], "detail-type": ["GuardDuty Finding"]}
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:pager"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:alerts"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def arn_of_rule(name: str = "findings") -> str:
    return f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{name}"


def statement(action: Any, resource: str, effect: str = "Allow", **members: Any) -> dict[str, Any]:
    """A statement about EventBridge."""
    return {
        "Effect": effect,
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": action,
        "Resource": resource,
        **members,
    }


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def fact(value: Any) -> Fact[Any]:
    return value if isinstance(value, Fact) else Fact(value)


def detector(status: str = "ENABLED", **members: Any) -> Detector:
    """A detector; `description`, `administrator` and `filters` may be given as they are."""
    features = tuple(
        DetectorFeature(name=name, status="ENABLED") for name in ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
    )
    described = DetectorDescription(status=status, service_role="role", features=features)
    return Detector(
        arn=f"arn:aws:guardduty:{REGION}:{ACCOUNT}:detector/d1",
        region=REGION,
        id="d1",
        **{
            "description": Fact(described),
            "administrator": Fact(None),
            "filters": Listing(),
            **members,
        },
    )


def target(arn: str = TOPIC, **members: Any) -> RuleTarget:
    return RuleTarget(id="t1", arn=arn, **members)


def rule(*targets: RuleTarget, pattern: Any = ALL_FINDINGS, name: str = "findings", **members: Any) -> Rule:
    text = pattern if isinstance(pattern, str | None) else json.dumps(pattern)
    fields = {"state": "ENABLED", "targets": Listing(targets or (target(),)), **members}
    return Rule(arn=arn_of_rule(name), region=REGION, name=name, event_pattern=text, **fields)


def subscription(arn: str = f"{TOPIC}:s1", filter_policy: Any = None) -> Subscription:
    return Subscription(arn=arn, protocol="email", filter_policy=fact(filter_policy))


def topic(*statements: dict[str, Any], key: str | None = None, **facts: Any) -> Topic:
    """A topic that lets EventBridge publish, with one confirmed subscription."""
    text = policy(*(statements or (statement("sns:Publish", TOPIC),)))
    attributes = Fact(TopicAttributes(policy=text, kms_master_key_id=key))
    fields = {"attributes": attributes, "subscriptions": Listing((subscription(),)), **facts}
    return Topic(arn=TOPIC, region=REGION, **fields)


def function(*statements: dict[str, Any], state: str = "Active", **facts: Any) -> Function:
    """A function that lets the rule invoke it and can run."""
    source = {"ArnLike": {"AWS:SourceArn": arn_of_rule()}}
    own = statements or (statement("lambda:InvokeFunction", FUNCTION, Condition=source),)
    fields = {
        "configuration": Fact(FunctionConfiguration(state=state)),
        "policy": Fact(policy(*own)),
        "reserved_concurrency": Fact(None),
        **facts,
    }
    return Function(arn=FUNCTION, region=REGION, **fields)


def queue(*statements: dict[str, Any], key: str | None = None, **facts: Any) -> Queue:
    """A queue that lets the rule send."""
    source = {"ArnEquals": {"aws:SourceArn": arn_of_rule()}}
    own = statements or (statement("sqs:SendMessage", QUEUE, Condition=source),)
    fields = {"attributes": Fact(QueueAttributes(policy=policy(*own), kms_master_key_id=key)), **facts}
    return Queue(arn=QUEUE, region=REGION, **fields)


def key(*statements: dict[str, Any], manager: str = "CUSTOMER", state: str = "Enabled", **facts: Any) -> Key:
    """A customer key that lets EventBridge use it."""
    own = statements or (statement(["kms:Decrypt", "kms:GenerateDataKey*"], "*"),)
    fields = {
        "metadata": Fact(KeyMetadata(arn=KEY, key_manager=manager, key_state=state)),
        "policies": Fact({"default": policy(*own)}),
        **facts,
    }
    return Key(arn=KEY, region=REGION, references=(KEY,), **fields)


def detection(*rules: Rule, **members: Any) -> Detection:
    """A Region with GuardDuty, these rules (by default one that reaches a topic), and a topic, a function and a queue that work."""
    fields = {
        "detectors": Listing((detector(),)),
        "rules": Listing(rules or (rule(),)),
        "topics": (topic(),),
        "functions": (function(),),
        "queues": (queue(),),
        **members,
    }
    return Detection(**fields)
