"""Reads the account that the options point to."""

from __future__ import annotations

from collections.abc import Sequence

from dynasec.cli.options import Common
from dynasec.cli.progress import shown
from dynasec.collect.caller import Scope, resolve
from dynasec.collect.clients import Clients, open_session
from dynasec.collect.collector import Request, collect
from dynasec.collect.item_samples import Sampling
from dynasec.model.snapshot import Snapshot
from dynasec.permissions import reads_of
from dynasec.registry import Control


def read(common: Common, request: Request) -> Snapshot:
    """Collect what is requested.

    Raises:
        CredentialsError: AWS cannot be asked.
        UsageError: a Region does not exist.

    """
    clients = clients_of(common)
    return collect_with(clients, common.region, request, common)


def clients_of(common: Common) -> Clients:
    """Return clients for the account that the options point to.

    Raises:
        CredentialsError: the profile does not exist, or cannot be used.

    """
    session = open_session(common.profile, role_arn=common.role_arn, external_id=common.external_id)
    return Clients(session, common.endpoint_url)


def request_of(
    controls: Sequence[Control],
    more: frozenset[str] = frozenset(),
    *,
    deep: bool = False,
    sampling: Sampling | None = None,
) -> Request:
    """Return what the controls read, under `--deep` or without it, items where they are to be sampled, and `more` operations."""
    return Request(
        reads_of(controls, deep=deep, items=sampling is not None) | more,
        replicas=any(control.check.across_replicas for control in controls),
        sampling=sampling,
    )


def collect_with(clients: Clients, regions: tuple[str, ...], request: Request, common: Common) -> Snapshot:
    """Collect with given clients.

    Raises:
        CredentialsError: AWS cannot be asked.
        UsageError: a Region does not exist.

    """
    scope = resolve(clients, regions, all_regions=common.all_regions)
    return collect_in(clients, scope, request, common)


def collect_in(clients: Clients, scope: Scope, request: Request, common: Common) -> Snapshot:
    """Collect in a scope that is known.

    Raises:
        CredentialsError: the credentials stopped working on the way.

    """
    with shown(quiet=common.quiet) as progress:
        return collect(clients, scope, request, progress)
