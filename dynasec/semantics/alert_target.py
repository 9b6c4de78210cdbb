"""Whether EventBridge can hand an event to one target of a rule, and whether somebody is there to take it.

Follows https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html (who has to let EventBridge in),
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html and, for encrypted topics,
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html: EventBridge's calls of KMS carry no source ARN, account or organisation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from dynasec.arn import Arn
from dynasec.iam.document import Document, MalformedPolicy, parse
from dynasec.iam.ternary import Ternary
from dynasec.model.detection import Detection, Function, Rule, RuleTarget, Subscription, Topic
from dynasec.model.fact import NOT_COLLECTED, Gap, Unknown, malformed
from dynasec.model.key import Key
from dynasec.semantics.delivery import Delivery, Outcome, attempt, best, chain
from dynasec.semantics.service_permission import ServiceCall, permits

T = TypeVar("T")

EVENTBRIDGE: Final = "events.amazonaws.com"
NOT_VERIFIABLE: Final = "NotVerifiable"
"""The code of a gap where a path leads on to what is not judged."""

_TARGETS: Final = "events:ListTargetsByRule"
_TOPIC: Final = "sns:GetTopicAttributes"
_QUEUE: Final = "sqs:GetQueueAttributes"
_SOURCE_KEYS: Final = frozenset(
    {"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"}
)
_DEAD_STATES: Final = frozenset({"Failed", "Deactivated", "Deleting", "ActiveNonInvocable"})
_FIFO: Final = ".fifo"


@dataclass(frozen=True, slots=True)
class TargetJudge:
    """Judges targets of rules in one Region. `key_of` finds a key by what something in a Region calls it."""

    detection: Detection
    key_of: Callable[[str, str], Key | None]

    def judge(self, target: RuleTarget, rule: Rule) -> Delivery:
        """Tell whether an event that the rule sees arrives by way of this target."""
        links = {"sns": self._topic, "lambda": self._function, "sqs": self._queue}.get(
            Arn.parse(target.arn).service
        )
        if links is None:
            return _elsewhere(target, rule)
        found = _obstacle(target, rule) or attempt(lambda: chain(links(target, rule)))
        if found.outcome is Outcome.DELIVERS:
            return Delivery.works(f"rule {rule.name} reaches {target.arn}")
        return found

    def _topic(self, target: RuleTarget, rule: Rule) -> Iterable[Delivery]:
        topic = _collected(self.detection.topic(target.arn), _TOPIC, rule)
        attributes = topic.attributes.known()
        if attributes is None:
            return (_gone(target, rule),)
        publish = _call("sns:Publish", target, rule)
        return (
            attempt(lambda: _admits("topic", topic.label, {_TOPIC: attributes.policy}, publish)),
            attempt(
                lambda: self._key(f"topic {topic.label}", attributes.kms_master_key_id, rule, _SOURCE_KEYS)
            ),
            attempt(lambda: _subscribers(topic)),
        )

    def _function(self, target: RuleTarget, rule: Rule) -> Iterable[Delivery]:
        function = _collected(self.detection.function(target.arn), "lambda:GetFunctionConfiguration", rule)
        if function.configuration.known() is None:
            return (_gone(target, rule),)
        invoke = _call("lambda:InvokeFunction", target, rule)

        def admitted() -> Delivery:
            policy = function.policy.known()
            texts = {} if policy is None else {"lambda:GetPolicy": policy}
            return _admits("function", function.label, texts, invoke)

        return (attempt(admitted), attempt(lambda: _is_alive(function)), attempt(lambda: _may_run(function)))

    def _queue(self, target: RuleTarget, rule: Rule) -> Iterable[Delivery]:
        queue = _collected(self.detection.queue(target.arn), _QUEUE, rule)
        attributes = queue.attributes.known()
        if attributes is None:
            return (_gone(target, rule),)
        texts = {} if attributes.policy is None else {_QUEUE: attributes.policy}
        send = _call("sqs:SendMessage", target, rule)
        return (
            attempt(lambda: _admits("queue", queue.label, texts, send)),
            # Whether these calls of KMS carry the source keys is not documented: conditions on them leave the answer open.
            attempt(
                lambda: self._key(f"queue {queue.label}", attributes.kms_master_key_id, rule, frozenset())
            ),
        )

    def _key(self, name: str, reference: str | None, rule: Rule, absent: frozenset[str]) -> Delivery:
        """Tell whether EventBridge may use the key of an encrypted topic or queue."""
        if reference is None:
            return Delivery.works()
        shut = Delivery.broken(
            f"{name} is encrypted under {reference}, an AWS managed key, which EventBridge may not use"
        )
        if "alias/aws/" in reference:
            return shut
        key = _collected(self.key_of(reference, rule.region), "kms:DescribeKey", rule)
        described = key.metadata.known()
        if described.key_manager == "AWS":
            return shut
        if described.key_state != "Enabled":
            return Delivery.broken(f"{name} is encrypted under {reference}, which is {described.key_state}")
        texts = {f"kms:GetKeyPolicy ({policy})": text for policy, text in key.policies.known().items()}
        return chain(
            _admits(
                "key",
                f"{key.label} of {name}",
                texts,
                ServiceCall(EVENTBRIDGE, action, key.arn, absent=absent),
            )
            for action in ("kms:Decrypt", "kms:GenerateDataKey")
        )


def _collected(found: T | None, operation: str, rule: Rule) -> T:
    if found is None:
        raise Unknown(
            Gap(operation, NOT_COLLECTED, f"{operation} was not read for rule {rule.name}", rule.region)
        )
    return found


def _elsewhere(target: RuleTarget, rule: Rule) -> Delivery:
    """Answer for a kind of target that does not tell who listens: another bus, a stream, a log group, a web address."""
    if rule.managed_by is not None:
        return Delivery.broken(f"rule {rule.name} serves {rule.managed_by} alone")
    return _not_followed(rule, target, "who listens there is not judged")


def _obstacle(target: RuleTarget, rule: Rule) -> Delivery | None:
    """Return what keeps a topic, function or queue from being judged, or from being reached at all."""
    where, home = Arn.parse(target.arn), Arn.parse(rule.arn)
    if where.region != home.region:
        return Delivery.broken(f"target {target.arn} of rule {rule.name} is in another Region than the rule")
    if where.account != home.account:
        return _not_followed(rule, target, f"it belongs to account {where.account}")
    if target.role_arn is not None:
        return _not_followed(rule, target, f"the rights of {target.role_arn} there are not judged")
    if where.resource.endswith(_FIFO):
        return _not_followed(rule, target, "whether a FIFO target accepts the message is not judged")
    return None


def _not_followed(rule: Rule, target: RuleTarget, why: str) -> Delivery:
    message = f"rule {rule.name} has the target {target.arn}: {why}"
    return Delivery.unknown(Gap(_TARGETS, NOT_VERIFIABLE, message, rule.region))


def _gone(target: RuleTarget, rule: Rule) -> Delivery:
    return Delivery.broken(f"rule {rule.name} has the target {target.arn}, which does not exist")


def _call(action: str, target: RuleTarget, rule: Rule) -> ServiceCall:
    source = {"aws:sourcearn": rule.arn, "aws:sourceaccount": Arn.parse(rule.arn).account}
    return ServiceCall(EVENTBRIDGE, action, target.arn, source)


def _admits(kind: str, name: str, policies: Mapping[str, str], call: ServiceCall) -> Delivery:
    """Tell whether policies let the call pass; they are named by the operation that read them.

    Raises:
        Unknown: a policy cannot be parsed, or rests on what is not known of the call.

    """
    documents: list[Document] = []
    for operation, text in policies.items():
        try:
            documents.append(parse(text))
        except MalformedPolicy as problem:
            raise Unknown(malformed(operation, problem)) from problem
    answer = permits(documents, call)
    if answer is Ternary.TRUE:
        return Delivery.works()
    if answer is Ternary.FALSE:
        return Delivery.broken(f"the policy of {kind} {name} does not let {call.service} use {call.action}")
    message = f"the policy of {kind} {name} rests on conditions that cannot be told of {call.service}"
    raise Unknown(Gap(next(iter(policies)), NOT_VERIFIABLE, message))


def _subscribers(topic: Topic) -> Delivery:
    """Tell whether somebody who agreed to it hears all that the topic tells.

    Raises:
        Unknown: some subscription could not be listed, and none of those listed is enough.

    """
    confirmed = [one for one in topic.subscriptions.items if one.confirmed]
    paths = [attempt(partial(_hears, topic, one)) for one in confirmed]
    if topic.subscriptions.gap is not None:
        paths.append(Delivery.unknown(topic.subscriptions.gap))
    return best(paths) if paths else Delivery.broken(f"topic {topic.label} has no confirmed subscription")


def _hears(topic: Topic, subscription: Subscription) -> Delivery:
    policy = subscription.filter_policy.known()
    if policy is None:
        return Delivery.works()
    message = (
        f"a filter policy decides what the {subscription.protocol} subscription to topic {topic.label} hears"
    )
    raise Unknown(Gap("sns:GetSubscriptionAttributes", NOT_VERIFIABLE, message, topic.region))


def _is_alive(function: Function) -> Delivery:
    configuration = function.configuration.known()
    state = "" if configuration is None else configuration.state
    if state == "Active":
        return Delivery.works()
    message = f"function {function.label} is {state}"
    if state in _DEAD_STATES:
        return Delivery.broken(message)
    raise Unknown(Gap("lambda:GetFunctionConfiguration", NOT_VERIFIABLE, message, function.region))


def _may_run(function: Function) -> Delivery:
    if function.reserved_concurrency.known() == 0:
        return Delivery.broken(f"function {function.label} has a reserved concurrency of 0 and never runs")
    return Delivery.works()
