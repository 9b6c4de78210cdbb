"""Keeps the clients by which tests seed an emulated account: to make one takes longer than most of what it is asked."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
import pytest


def install(patch: pytest.MonkeyPatch) -> None:
    """Let `boto3.client` give the same client again until `patch` is undone. The endpoint must not change meanwhile."""
    plain = boto3.client

    @cache
    def client(service: str, region_name: str | None = None) -> Any:
        return plain(service, region_name=region_name)  # type: ignore[call-overload] # any service

    patch.setattr(boto3, "client", client)
