"""When the shop's users and roles last used DynamoDB; moto builds no such reports, and makes everybody on the spot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from dynasec.demo.overlay import Answer, Answers

_LAST_USED: Final[Mapping[str, int | None]] = {
    "orders-service": 0,
    "support": 3,
    "ci-deployer": 1,
    "reporting": 30,
    "legacy-batch": 214,
    "console-operator": None,
    "orders-maintenance": 41,
    "account-admin": 12,
}
"""Days since, by name; None for who never used it. Whoever is not named may not."""

_AGE: Final = timedelta(days=600)


def answers() -> Answers:
    """Return what IAM would say of the reports; a job's id tells whom it is about."""
    jobs: dict[str, str] = {}

    def generate(sent: Mapping[str, Any]) -> Answer:
        arn = str(sent["Arn"])
        job = str(uuid5(NAMESPACE_URL, arn))
        jobs[job] = arn.rsplit("/", 1)[-1]
        return {"JobId": job}

    def details(sent: Mapping[str, Any]) -> Answer:
        now = datetime.now(UTC)
        return {
            "JobStatus": "COMPLETED",
            "JobCreationDate": now,
            "JobCompletionDate": now,
            "ServicesLastAccessed": _services(jobs[str(sent["JobId"])], now),
        }

    return {
        "iam:GenerateServiceLastAccessedDetails": generate,
        "iam:GetServiceLastAccessedDetails": details,
    }


def age(answer: dict[str, Any]) -> None:
    """Let users and roles have been made long ago."""
    for one in (*answer.get("UserDetailList", ()), *answer.get("RoleDetailList", ())):
        one["CreateDate"] -= _AGE


def _services(name: str, now: datetime) -> list[dict[str, Any]]:
    if name not in _LAST_USED:
        return []
    days = _LAST_USED[name]
    told = {} if days is None else {"LastAuthenticated": now - timedelta(days=days)}
    return [{"ServiceName": "Amazon DynamoDB", "ServiceNamespace": "dynamodb", **told}]
