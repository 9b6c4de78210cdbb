"""An account in which every control passes, and the configuration with which it does."""

from __future__ import annotations

from datetime import date
from ipaddress import IPv4Network

from dynasec.model.fact import Fact, Listing
from dynasec.model.organization import Organization
from dynasec.model.snapshot import Snapshot
from dynasec.settings import Attestation, Network, Settings, Thresholds, Trust, Zones
from tests.account import network, people, tables, watch
from tests.support.accounts import region, snapshot

SETTINGS = Settings(
    trust=Trust(administrators=(people.ADMINISTRATOR,)),
    zones=Zones(neighbours={"app": ("vault",), "vault": ("app",)}),
    thresholds=Thresholds(sensitive_readers=2),
    network=Network(on_premises=(IPv4Network("172.16.0.0/12"),)),
    attest=(
        Attestation(
            tables="orders",
            claim="tokenization",
            by="data protection",
            on=date(2026, 1, 1),
            expires=date(2026, 6, 30),
        ),
    ),
)


def account() -> Snapshot:
    """Build it anew."""
    here = region(
        *tables.tables(),
        table_backups=tables.on_demand_backups(),
        table_exports=tables.exports(),
        legacy_global_tables=Listing(),
        companions=tables.companions(),
        network=network.compliant(),
        detection=watch.alerts(),
        recording=watch.config(),
        backup=tables.backups(),
        edge=watch.doors(),
    )
    return snapshot(
        here,
        replicas=(tables.replica(),),
        keys=tables.keys(),
        identity=people.compliant(),
        organization=Organization(description=Fact(None)),
        trails=watch.logs(),
        edge=watch.shields(),
    )
