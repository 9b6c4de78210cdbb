"""Contributor Insights of DynamoDB, which moto lacks."""

from __future__ import annotations

from typing import Any

import pytest
from moto.core.responses import ActionResult
from moto.dynamodb.responses import DynamoHandler

_MODE = "ACCESSED_AND_THROTTLED_KEYS"


class Insights:
    """What is switched on: by account, Region, table and index ("" for the table itself)."""

    def __init__(self) -> None:
        self._summaries: dict[tuple[str, str, str, str], dict[str, str]] = {}

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Give moto's handler the operations."""

        def update(handler: DynamoHandler) -> ActionResult:
            return ActionResult(self._update(handler))

        def show(handler: DynamoHandler) -> ActionResult:
            return ActionResult(self._summaries[_key(handler)])

        def listed(handler: DynamoHandler) -> ActionResult:
            place = (handler.current_account, handler.region)
            found = [one for key, one in self._summaries.items() if key[:2] == place]
            return ActionResult({"ContributorInsightsSummaries": found})

        patch.setattr(DynamoHandler, "update_contributor_insights", update, raising=False)
        patch.setattr(DynamoHandler, "describe_contributor_insights", show, raising=False)
        patch.setattr(DynamoHandler, "list_contributor_insights", listed, raising=False)

    def _update(self, handler: DynamoHandler) -> dict[str, Any]:
        """`UpdateContributorInsights`; without a mode it is both accessed and throttled keys (API_UpdateContributorInsights)."""
        body = handler.body
        handler.dynamodb_backend.get_table(body["TableName"])
        on = body["ContributorInsightsAction"] == "ENABLE"
        old = self._summaries.get(_key(handler), {})
        mode = body.get("ContributorInsightsMode") or old.get("ContributorInsightsMode") or _MODE
        index = {"IndexName": body["IndexName"]} if body.get("IndexName") else {}
        summary = {
            "TableName": body["TableName"],
            **index,
            "ContributorInsightsStatus": "ENABLED" if on else "DISABLED",
            "ContributorInsightsMode": mode,
        }
        self._summaries[_key(handler)] = summary
        return summary


def _key(handler: DynamoHandler) -> tuple[str, str, str, str]:
    body = handler.body
    return handler.current_account, handler.region, body["TableName"], body.get("IndexName") or ""
