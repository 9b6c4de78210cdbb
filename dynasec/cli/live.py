"""Reads the account that the options point to."""

from __future__ import annotations

from collections.abc import Sequence

from dynasec.cli.options import Common
from dynasec.cli.progress import shown
from dynasec.collect.caller import resolve
from dynasec.collect.clients import Clients, open_session
from dynasec.collect.collector import Request, collect
from dynasec.model.snapshot import Snapshot
from dynasec.permissions import reads_of
from dynasec.registry import Control


def read_account(common: Common, controls: Sequence[Control]) -> Snapshot:
    """Collect what the controls read, and nothing else.

    Raises:
        CredentialsError: AWS cannot be asked.
        UsageError: a Region does not exist.

    """
    return read(common, request_of(controls))


def read(common: Common, request: Request) -> Snapshot:
    """Collect what is requested.

    Raises:
        CredentialsError: AWS cannot be asked.
        UsageError: a Region does not exist.

    """
    session = open_session(common.profile, role_arn=common.role_arn, external_id=common.external_id)
    return collect_with(Clients(session, common.endpoint_url), common.region, request, common)


def request_of(controls: Sequence[Control]) -> Request:
    """Return what the controls read."""
    return Request(reads_of(controls), replicas=any(control.check.across_replicas for control in controls))


def collect_with(clients: Clients, regions: tuple[str, ...], request: Request, common: Common) -> Snapshot:
    """Collect with given clients.

    Raises:
        CredentialsError: AWS cannot be asked.
        UsageError: a Region does not exist.

    """
    scope = resolve(clients, regions, all_regions=common.all_regions)
    with shown(quiet=common.quiet) as progress:
        return collect(clients, scope, request, progress)
