"""Delivers to Amazon SNS, Amazon EventBridge and Security Hub. The only module here that knows boto3.

Clients are the impatient ones: two attempts, ten seconds each; what is not taken stays in the outbox.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from dynasec.arn import Arn
from dynasec.collect.clients import Clients
from dynasec.collect.failures import code_of, first_line
from dynasec.errors import DynasecError
from dynasec.model.shape import JsonObject
from dynasec.notify.message import Item, UndeliveredError, Waiting
from dynasec.notify.permissions import ACTIONS
from dynasec.settings import Notify

_OF_THE_MESSAGE: Final = frozenset(
    {
        "InvalidParameter",
        "InvalidParameterException",
        "InvalidParameterValue",
        "InvalidInputException",
        "ParamValidationError",
        "ValidationError",
        "ValidationException",
    }
)
"""Codes that say something of one message and nothing of the next."""


class AwsTargets:
    """Delivers by clients that are made when first needed, for there may be nothing to deliver."""

    def __init__(self, clients: Callable[[], Clients]) -> None:
        self._make = clients
        self._made: Clients | None = None
        self._account = ""

    def deliver(self, target: Notify, message: Waiting, items: tuple[Item, ...]) -> None:
        """Send a message.

        Raises:
            UndeliveredError: it was not taken, or not all of it.

        """
        try:
            send = {"sns": self._publish, "eventbridge": self._put, "security-hub": self._import}[target.kind]
            send(target, message, items)
        except (ClientError, BotoCoreError) as problem:
            code = code_of(problem)
            of_the_message = code in _OF_THE_MESSAGE or isinstance(problem, ParamValidationError)
            reason = f"{ACTIONS[target.kind]}: {code}: {first_line(problem)}"
            raise UndeliveredError(reason, lasting=not of_the_message) from problem
        except DynasecError as problem:  # no credentials
            raise UndeliveredError(str(problem), lasting=True) from problem

    def _client(self, service: str, region: str) -> Any:  # noqa: ANN401 - clients are made at run time
        if self._made is None:
            self._made = self._make()
        return self._made.get(service, region, patient=False)

    def _publish(self, target: Notify, message: Waiting, items: tuple[Item, ...]) -> None:
        order = (
            {"MessageGroupId": "dynasec", "MessageDeduplicationId": message.key}
            if target.topic.endswith(".fifo")
            else {}
        )
        self._client("sns", _region(target.topic)).publish(TopicArn=target.topic, **items[0], **order)

    def _put(self, target: Notify, _: Waiting, items: tuple[Item, ...]) -> None:
        entries = [{**one, "EventBusName": target.bus} for one in items]
        answer: JsonObject = self._client("events", _region(target.bus)).put_events(Entries=entries)
        if not answer["FailedEntryCount"]:
            return
        results: Sequence[JsonObject] = answer.get("Entries") or []
        if len(results) != len(items):  # which ones is not said: better twice than never
            reason = f"events:PutEvents: {answer['FailedEntryCount']} entries were not taken"
            raise UndeliveredError(reason)
        refused = [(item, one) for item, one in zip(items, results, strict=True) if not one.get("EventId")]
        raise _partly(target.kind, refused, len(items))

    def _import(self, target: Notify, message: Waiting, items: tuple[Item, ...]) -> None:
        self._refuse_foreign(message, items)
        client = self._client("securityhub", message.region)
        answer: JsonObject = client.batch_import_findings(Findings=list(items))
        if not answer["FailedCount"]:
            return
        listed: Sequence[JsonObject] = answer.get("FailedFindings") or []
        failures = {one["Id"]: one for one in listed}
        refused = [(item, failures[item["Id"]]) for item in items if item["Id"] in failures]
        if len(refused) < answer["FailedCount"]:
            reason = f"securityhub:BatchImportFindings: {answer['FailedCount']} findings were not taken"
            raise UndeliveredError(reason)
        raise _partly(target.kind, refused, len(items))

    def _refuse_foreign(self, message: Waiting, items: tuple[Item, ...]) -> None:
        """Refuse findings of another account than the caller's: Security Hub takes an account's findings from itself only."""
        theirs = items[0]["AwsAccountId"]
        if not self._account:
            self._account = self._client("sts", message.region).get_caller_identity()["Account"]
        if theirs != self._account:
            reason = f"it is for account {theirs}, and the credentials are of {self._account}"
            raise UndeliveredError(reason)


def _partly(kind: str, refused: list[tuple[Item, JsonObject]], of: int) -> UndeliveredError:
    _, first = refused[0]
    why = f"{first.get('ErrorCode')}: {first.get('ErrorMessage')}"
    reason = f"{ACTIONS[kind]}: {len(refused)} of {of} were not taken: {why}"
    return UndeliveredError(reason, left=tuple(item for item, _ in refused))


def _region(arn: str) -> str:
    return Arn.parse(arn).region
