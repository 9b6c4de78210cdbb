"""Makes moto's GuardDuty and CloudTrail behave as AWS documents where they do not.

- `GetDetector` names the foundational sources CLOUD_TRAIL, DNS_LOGS and FLOW_LOGS among its features; they are on while the detector is
  (https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_data-sources.html).
- `PutEventSelectors` replaces: advanced selectors take the place of basic ones and the other way round, and a trail to which none were
  ever given has the default one (https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html).
"""

from __future__ import annotations

from typing import Any

import pytest
from moto.cloudtrail.models import Trail
from moto.guardduty.models import Detector

_SOURCES = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
DEFAULT_SELECTOR: dict[str, Any] = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}


def install(patch: pytest.MonkeyPatch) -> None:
    """Patch moto until the fixture ends."""
    plain = Detector.to_json

    def to_json(self: Detector) -> dict[str, Any]:
        told = plain(self)
        own = {feature["name"] for feature in told["features"]}
        sources = [{"name": name, "status": told["status"]} for name in _SOURCES if name not in own]
        return {**told, "features": [*sources, *told["features"]]}

    patch.setattr(Detector, "to_json", to_json)

    def put(self: Trail, basic: list[dict[str, Any]], advanced: list[dict[str, Any]]) -> None:
        self.event_selectors, self.advanced_event_selectors = basic or [], advanced or []

    def get(self: Trail) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        given = self.event_selectors or self.advanced_event_selectors
        return self.event_selectors if given else [DEFAULT_SELECTOR], self.advanced_event_selectors

    patch.setattr(Trail, "put_event_selectors", put)
    patch.setattr(Trail, "get_event_selectors", get)
