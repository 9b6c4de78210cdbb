"""A rule that leads to a topic: what it takes that an event reaches somebody.

EventBridge publishes to a topic as `events.amazonaws.com`, which the topic's policy must admit:
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dynasec.change import Call, Identity, Json, State
from dynasec.check import Context
from dynasec.model.detection import Rule, RuleTarget, Subscription, Topic, TopicAttributes
from dynasec.model.fact import Fact, Listing
from dynasec.model.region import Region
from dynasec.remediation import Advice, Draft, Proposal, UndoClass

_TARGET = "dynasec"


def wired(region: Region, context: Context, name: str, pattern: Json) -> Iterator[Proposal]:
    """Draft a rule of this name and pattern, and the topic it leads to: the configured one, or a new one for the configured address."""
    remedy = context.settings.remedy
    if remedy.alert_topic and remedy.alert_topic.split(":")[3:4] == [region.region]:
        yield _draft(region, name, pattern, remedy.alert_topic, ())
    elif remedy.alert_address:
        account = context.snapshot.account
        topic = f"arn:{account.partition}:sns:{region.region}:{account.id}:{name}"
        calls = (
            _create(topic, name),
            _admit(topic, name, region, account.id),
            _subscribe(topic, remedy.alert_address),
        )
        yield _draft(region, name, pattern, topic, calls)
    else:
        how = "name a topic of this Region as [remedy] alert_topic, or a mailbox as alert_address, and plan again"
        yield Advice(region.arn, "nobody is configured whom alerts should reach", how)


def _draft(region: Region, name: str, pattern: Json, topic: str, make: tuple[Call, ...]) -> Draft:
    text = json.dumps(pattern, separators=(",", ":"))
    new = bool(make)
    return Draft(
        resource=region.arn,
        region=region.region,
        summary=f"have rule {name} tell {topic.rpartition(':')[2]} in {region.region}",
        before={"rule": None},
        after={"rule": name, "pattern": pattern, "topic": topic},
        expect=(_rule_is(name, None), *([_topic_is(topic, None)] if new else [])),
        calls=(*make, _rule(name, text), _target(name, topic)),
        verify=(_rule_is(name, text), _targets_are(name, [topic])),
        replaces=_replaces(region, name, text, topic) if new else (),
        undo=UndoClass.LIMITED if new else UndoClass.EXACT,
        loses="the subscription goes with the topic and would have to be confirmed again" if new else "",
        reasons=("the mailbox must confirm its subscription before anything arrives",) if new else (),
    )


def _replaces(region: Region, name: str, pattern: str, topic: str) -> tuple[tuple[Any, Any], ...]:
    """Return the wiring as it would be once the subscription is confirmed."""
    detection = region.detection
    rule = Rule(
        arn=f"{topic.replace(':sns:', ':events:').rpartition(':')[0]}:rule/{name}",
        region=region.region,
        name=name,
        state="ENABLED",
        event_pattern=pattern,
        targets=Listing((RuleTarget(id=_TARGET, arn=topic),)),
    )
    subscription = Subscription(arn=f"{topic}:planned", protocol="email", filter_policy=Fact(None))
    told = Topic(
        arn=topic,
        region=region.region,
        attributes=Fact(TopicAttributes(policy=_policy(topic, name, region, topic.split(":")[4]))),
        subscriptions=Listing((subscription,)),
    )
    rules = Listing((*detection.rules.items, rule), detection.rules.gap)
    changed = detection.model_copy(update={"rules": rules, "topics": (*detection.topics, told)})
    return ((detection, changed),)


def _policy(topic: str, rule: str, region: Region, account: str) -> str:
    partition = topic.split(":")[1]
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "RulesPublish",
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sns:Publish",
                    "Resource": topic,
                    "Condition": {
                        "ArnEquals": {
                            "aws:SourceArn": f"arn:{partition}:events:{region.region}:{account}:rule/{rule}"
                        }
                    },
                }
            ],
        },
        separators=(",", ":"),
    )


def _create(topic: str, name: str) -> Call:
    delete = Call(
        operation="sns:DeleteTopic",
        params={"TopicArn": topic},
        identity=Identity.NAME,
        done=_topic_is(topic, None),
    )
    return Call(
        operation="sns:CreateTopic",
        params={"Name": name},
        identity=Identity.NAME,
        done=_topic_is(topic, topic),
        undo=(delete,),
    )


def _admit(topic: str, rule: str, region: Region, account: str) -> Call:
    policy = _policy(topic, rule, region, account)
    return Call(
        operation="sns:SetTopicAttributes",
        params={"TopicArn": topic, "AttributeName": "Policy", "AttributeValue": policy},
        identity=Identity.SET_STATE,
        done=State(
            operation="sns:GetTopicAttributes",
            params={"TopicArn": topic},
            facts={"Attributes.Policy": policy},
        ),
    )


def _subscribe(topic: str, address: str) -> Call:
    return Call(
        operation="sns:Subscribe",
        params={"TopicArn": topic, "Protocol": "email", "Endpoint": address},
        identity=Identity.NAME,
        done=State(
            operation="sns:ListSubscriptionsByTopic",
            params={"TopicArn": topic},
            facts={"Subscriptions[].Endpoint": [address]},
        ),
    )


def _rule(name: str, pattern: str) -> Call:
    delete = Call(
        operation="events:DeleteRule",
        params={"Name": name},
        identity=Identity.NAME,
        done=_rule_is(name, None),
    )
    return Call(
        operation="events:PutRule",
        params={"Name": name, "EventPattern": pattern, "State": "ENABLED", "Description": "Made by dynasec"},
        identity=Identity.NAME,
        done=_rule_is(name, pattern),
        undo=(delete,),
    )


def _target(name: str, topic: str) -> Call:
    remove = Call(
        operation="events:RemoveTargets",
        params={"Rule": name, "Ids": [_TARGET]},
        identity=Identity.SET_STATE,
        answer={"FailedEntryCount": 0},
        done=_targets_are(name, []),
    )
    return Call(
        operation="events:PutTargets",
        params={"Rule": name, "Targets": [{"Id": _TARGET, "Arn": topic}]},
        identity=Identity.SET_STATE,
        answer={"FailedEntryCount": 0},
        done=_targets_are(name, [topic]),
        undo=(remove,),
    )


def _rule_is(name: str, pattern: str | None) -> State:
    return State(
        operation="events:DescribeRule",
        params={"Name": name},
        facts={"EventPattern": pattern, "State": None if pattern is None else "ENABLED"},
        absent=("ResourceNotFoundException",),
    )


def _targets_are(name: str, topics: list[str]) -> State:
    return State(
        operation="events:ListTargetsByRule",
        params={"Rule": name},
        facts={"Targets[].Arn": topics},
        absent=("ResourceNotFoundException",),
    )


def _topic_is(topic: str, arn: str | None) -> State:
    return State(
        operation="sns:GetTopicAttributes",
        params={"TopicArn": topic},
        facts={"Attributes.TopicArn": arn},
        absent=("NotFound", "NotFoundException"),
    )
