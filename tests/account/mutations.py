"""Everything that can go wrong, one mutation per control."""

from __future__ import annotations

from tests.account import break_access, break_network, break_tables, break_watch

MUTATIONS = (
    *break_network.MUTATIONS,
    *break_access.MUTATIONS,
    *break_tables.MUTATIONS,
    *break_watch.MUTATIONS,
)
