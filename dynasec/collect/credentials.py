"""The credential report: passwords, MFA and access keys of all users in two calls.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html. Asking for the report makes IAM build one if the last
is older than four hours; nothing else changes.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dynasec.collect.reader import RegionReader
from dynasec.model.fact import Fact, Gap, malformed
from dynasec.model.identity import REPORT, AccessKey, Credentials
from dynasec.model.shape import JsonObject

_GENERATE: Final = "iam:GenerateCredentialReport"
_ROOT: Final = "<root_account>"

PAUSES: Final = (0.5, 1.0, 1.5, *[2.0] * 15)
"""Seconds to wait between asking whether the report is ready; then it is given up."""

_SWITCHES: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class CredentialReport:
    """The rows by the ARN in them; `root` is that of the root user."""

    rows: Mapping[str, Fact[Credentials]]
    root: Fact[Credentials]

    def of(self, arn: str) -> Fact[Credentials]:
        """Return a user's row; a user made after the report is a gap, not a user without keys."""
        return self.rows.get(arn, Fact(gap=malformed(REPORT, f"the report has no row for {arn}")))


async def credential_report(reader: RegionReader) -> Fact[CredentialReport]:
    """Have the report built and read it. A row that cannot be read is a gap of that row alone."""
    delay = await _wait(reader)
    answer = await reader.read(REPORT)
    if answer.gap is not None and delay is not None:
        return Fact(gap=delay)
    return answer.map(_parse, REPORT)


async def _wait(reader: RegionReader) -> Gap | None:
    """Ask until the report is complete. The report of the last four hours may be readable even where none may be asked for."""
    for pause in (*PAUSES, None):
        state = (await reader.read(_GENERATE)).map(_state, _GENERATE)
        if state.gap is not None:
            return state.gap
        if state.known() == "COMPLETE":
            return None
        if pause is not None:
            await asyncio.sleep(pause)
    return Gap(_GENERATE, "NotReady", f"no report after {sum(PAUSES):.0f} seconds", reader.region)


def _state(response: JsonObject) -> str:
    return str(response["State"])


def _parse(response: JsonObject) -> CredentialReport:
    content, as_of = response["Content"], response["GeneratedTime"]
    text = content.decode() if isinstance(content, bytes) else str(content)
    rows: dict[str, Fact[Credentials]] = {}
    root: Fact[Credentials] = Fact(gap=malformed(REPORT, "the report has no row for root"))
    for row in csv.DictReader(io.StringIO(text), restval=""):
        parsed = Fact(row).map(lambda one: _credentials(one, as_of), REPORT)
        if row["user"] == _ROOT:
            root = parsed
        else:
            rows[row["arn"]] = parsed
    return CredentialReport(rows, root)


def _credentials(row: Mapping[str, str], as_of: datetime) -> Credentials:
    password = row["password_enabled"].lower()
    return Credentials(
        as_of=as_of,
        password_enabled=None if password == "not_supported" else _SWITCHES[password],  # noqa: S105 - a word of the report
        password_last_used=_moment(row["password_last_used"]),
        password_last_changed=_moment(row["password_last_changed"]),
        mfa_active=_SWITCHES[row["mfa_active"].lower()],
        access_keys=tuple(_key(row, place) for place in ("access_key_1", "access_key_2")),
    )


def _key(row: Mapping[str, str], place: str) -> AccessKey:
    service = row[f"{place}_last_used_service"]
    return AccessKey(
        active=_SWITCHES[row[f"{place}_active"].lower()],
        last_rotated=_moment(row[f"{place}_last_rotated"]),
        last_used=_moment(row[f"{place}_last_used_date"]),
        last_used_service=service if service not in _NO_VALUE else None,
    )


_NO_VALUE: Final = frozenset({"", "N/A", "no_information", "not_supported"})


def _moment(text: str) -> datetime | None:
    return None if text in _NO_VALUE else datetime.fromisoformat(text)
