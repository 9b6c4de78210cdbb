"""Makes moto's GuardDuty and CloudTrail behave as AWS documents where they do not.

- `GetDetector` names the foundational sources CLOUD_TRAIL, DNS_LOGS and FLOW_LOGS among its features; they are on while the detector is
  (https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_data-sources.html).
- There is one detector in a Region at most, and `CreateDetector` makes one for a client token
  (https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateDetector.html).
- `PutEventSelectors` replaces: advanced selectors take the place of basic ones and the other way round, and a trail to which none were
  ever given has the default one (https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from moto.cloudtrail.models import Trail
from moto.core.exceptions import JsonRESTError
from moto.guardduty.models import Detector
from moto.guardduty.responses import GuardDutyResponse

_SOURCES = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
DEFAULT_SELECTOR: dict[str, Any] = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}


class _AlreadyThereError(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("BadRequestException", message)


def _creating(plain: Callable[[GuardDutyResponse], Any]) -> Callable[[GuardDutyResponse], Any]:
    made: WeakKeyDictionary[Detector, str] = WeakKeyDictionary()

    def create(self: GuardDutyResponse) -> Any:
        known = self.guardduty_backend.detectors
        token = json.loads(self.body).get("clientToken")
        for name, one in known.items():
            if token and made.get(one) == token:
                return 200, {}, json.dumps({"detectorId": name})
            message = "The request is rejected because a detector already exists for the current account."
            raise _AlreadyThereError(message)
        answer = plain(self)
        made.update(dict.fromkeys(known.values(), token or ""))
        return answer

    return create


def install(patch: pytest.MonkeyPatch) -> None:
    """Patch moto until the fixture ends."""
    plain = Detector.to_json

    def to_json(self: Detector) -> dict[str, Any]:
        told = plain(self)
        own = {feature["name"] for feature in told["features"]}
        sources = [{"name": name, "status": told["status"]} for name in _SOURCES if name not in own]
        return {**told, "features": [*sources, *told["features"]]}

    patch.setattr(Detector, "to_json", to_json)
    patch.setattr(GuardDutyResponse, "create_detector", _creating(GuardDutyResponse.create_detector))

    def put(self: Trail, basic: list[dict[str, Any]], advanced: list[dict[str, Any]]) -> None:
        self.event_selectors, self.advanced_event_selectors = basic or [], advanced or []

    def get(self: Trail) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        given = self.event_selectors or self.advanced_event_selectors
        return self.event_selectors if given else [DEFAULT_SELECTOR], self.advanced_event_selectors

    patch.setattr(Trail, "put_event_selectors", put)
    patch.setattr(Trail, "get_event_selectors", get)
