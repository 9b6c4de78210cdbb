"""Reads the topics, functions and queues that rules target: each once, as soon as the first rule that names it is seen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from typing import TypeVar

from dynasec.arn import Arn
from dynasec.collect.keys import KeyRing
from dynasec.collect.reader import RegionReader
from dynasec.model.detection import (
    Function,
    FunctionConfiguration,
    Queue,
    QueueAttributes,
    Subscription,
    Topic,
    TopicAttributes,
)
from dynasec.model.fact import Fact, Listing
from dynasec.model.shape import JsonObject

R = TypeVar("R")

_GET_TOPIC = "sns:GetTopicAttributes"
_GET_SUBSCRIPTION = "sns:GetSubscriptionAttributes"
_GET_FUNCTION = "lambda:GetFunctionConfiguration"
_GET_FUNCTION_POLICY = "lambda:GetPolicy"
_GET_CONCURRENCY = "lambda:GetFunctionConcurrency"
_GET_QUEUE = "sqs:GetQueueAttributes"
_NO_QUEUE = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")


class TargetRing:
    """Gathers what rules of one Region target.

    Targets of other accounts are left out, for their owner alone may read them; so are those of other Regions, to which EventBridge
    delivers nothing but event buses.
    """

    def __init__(self, reader: RegionReader, keys: KeyRing) -> None:
        self._reader = reader
        self._keys = keys
        self._topics: dict[str, asyncio.Task[Topic]] = {}
        self._functions: dict[str, asyncio.Task[Function]] = {}
        self._queues: dict[str, asyncio.Task[Queue]] = {}

    def want(self, arn: str) -> None:
        """Note that a rule targets something.

        Raises:
            ValueError: the text is not an ARN.

        """
        parsed = Arn.parse(arn)
        if (parsed.account, parsed.region) != (self._reader.account, self._reader.region):
            return
        if parsed.service == "sns" and arn not in self._topics:
            self._topics[arn] = asyncio.create_task(self._topic(arn))
        elif parsed.service == "lambda" and arn not in self._functions:
            self._functions[arn] = asyncio.create_task(self._function(arn))
        elif parsed.service == "sqs" and arn not in self._queues:
            self._queues[arn] = asyncio.create_task(self._queue(arn, parsed))

    async def all(self) -> tuple[tuple[Topic, ...], tuple[Function, ...], tuple[Queue, ...]]:
        """Return everything wanted so far, each kind in the order of its ARNs."""
        return await _ordered(self._topics), await _ordered(self._functions), await _ordered(self._queues)

    async def _topic(self, arn: str) -> Topic:
        reader = self._reader

        async def subscription(summary: JsonObject) -> Subscription:
            found = Subscription(arn=summary["SubscriptionArn"], protocol=summary["Protocol"])
            if not found.confirmed:
                return found
            answer = await reader.read(_GET_SUBSCRIPTION, SubscriptionArn=found.arn)
            return found.model_copy(update={"filter_policy": answer.map(_filter_policy, _GET_SUBSCRIPTION)})

        answer, subscriptions = await asyncio.gather(
            reader.find(_GET_TOPIC, absent=("NotFound", "NotFoundException"), TopicArn=arn),
            reader.each("sns:ListSubscriptionsByTopic", "Subscriptions", subscription, TopicArn=arn),
        )
        attributes = answer.map(_topic_attributes, _GET_TOPIC)
        if attributes.gap is None and attributes.value is not None:
            self._keys.want(attributes.value.kms_master_key_id, reader.region)
        ordered = tuple(sorted(subscriptions.items, key=lambda one: (one.arn, one.protocol)))
        return Topic(
            arn=arn,
            region=reader.region,
            attributes=attributes,
            subscriptions=Listing(ordered, subscriptions.gap),
        )

    async def _function(self, arn: str) -> Function:
        reader, whole = self._reader, _unqualified(arn)
        configuration, policy, concurrency = await asyncio.gather(
            reader.find(_GET_FUNCTION, absent=("ResourceNotFoundException",), FunctionName=arn),
            reader.find(_GET_FUNCTION_POLICY, absent=("ResourceNotFoundException",), FunctionName=arn),
            reader.read(_GET_CONCURRENCY, FunctionName=whole),
        )
        return Function(
            arn=arn,
            region=reader.region,
            configuration=configuration.map(_function_configuration, _GET_FUNCTION),
            policy=policy.map(_policy, _GET_FUNCTION_POLICY),
            reserved_concurrency=concurrency.map(_reserved, _GET_CONCURRENCY),
        )

    async def _queue(self, arn: str, parsed: Arn) -> Queue:
        reader = self._reader
        address = await reader.find("sqs:GetQueueUrl", absent=_NO_QUEUE, QueueName=parsed.resource)
        url = address.map(
            lambda response: None if response is None else str(response["QueueUrl"]), _GET_QUEUE
        )
        if url.gap is not None or url.value is None:
            return Queue(arn=arn, region=reader.region, attributes=Fact(gap=url.gap))
        names = ["Policy", "KmsMasterKeyId"]
        answer = await reader.find(_GET_QUEUE, absent=_NO_QUEUE, QueueUrl=url.value, AttributeNames=names)
        attributes = answer.map(_queue_attributes, _GET_QUEUE)
        if attributes.gap is None and attributes.value is not None:
            self._keys.want(attributes.value.kms_master_key_id, reader.region)
        return Queue(arn=arn, region=reader.region, attributes=attributes)


async def _ordered(tasks: Mapping[str, Awaitable[R]]) -> tuple[R, ...]:
    return tuple([await tasks[arn] for arn in sorted(tasks)])


def _topic_attributes(response: JsonObject | None) -> TopicAttributes | None:
    return None if response is None else TopicAttributes.model_validate(_filled(response["Attributes"]))


def _queue_attributes(response: JsonObject | None) -> QueueAttributes | None:
    # SQS leaves `Attributes` out where none of those asked for is set.
    return (
        None if response is None else QueueAttributes.model_validate(_filled(response.get("Attributes", {})))
    )


def _filled(attributes: Mapping[str, str]) -> Mapping[str, str]:
    """Leave out attributes that are empty text: as good as unset."""
    return {name: value for name, value in attributes.items() if value}


def _filter_policy(response: JsonObject) -> str | None:
    return response["Attributes"].get("FilterPolicy") or None


def _function_configuration(response: JsonObject | None) -> FunctionConfiguration | None:
    return None if response is None else FunctionConfiguration.model_validate(response)


def _policy(response: JsonObject | None) -> str | None:
    return None if response is None else str(response["Policy"])


def _reserved(response: JsonObject) -> int | None:
    return response.get("ReservedConcurrentExecutions")


def _unqualified(arn: str) -> str:
    """Return the ARN of the function itself: concurrency is reserved for a function, not for one of its versions."""
    return ":".join(arn.split(":")[:7])
