"""What an audit says of one subject under one control."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dynasec.check import Severity, Status
from dynasec.model.fact import Gap


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Who accepted a finding, why, and until when (ISO date)."""

    reason: str
    owner: str
    expires: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One verdict with all that a report needs. `label` is the resource's short name; `region` is "global" for what has none."""

    fingerprint: str
    control: str
    status: Status
    severity: Severity
    account: str
    region: str
    resource: str
    resource_type: str
    label: str
    data_class: str | None
    reason: str
    evidence: Mapping[str, Any]
    gaps: tuple[Gap, ...] = ()
    suppressed: Suppressed | None = None


def fingerprint(control: str, account: str, region: str, resource: str) -> str:
    """Return what a finding is recognised by in the next run: not severity, title or wording."""
    identity = f"{control}\0{account}\0{region}\0{resource}"
    return hashlib.sha256(identity.encode(errors="surrogatepass")).hexdigest()[:32]
