"""Who is meant to administer tables, and who to carry data out.

Declared are globs under `trust.administrators` and `trust.exporters`. While no administrator is declared, whoever may do everything
counts as one (`dynasec.rights.full_administrator`); administrators may export, since they may permit it to themselves.
"""

from __future__ import annotations

from dynasec.access.beyond import is_declared
from dynasec.access.principals import Who
from dynasec.rights.full_administrator import is_full_administrator
from dynasec.settings import Trust


class Duties:
    """Answers for one configuration and account, and remembers them."""

    def __init__(self, trust: Trust, account: str) -> None:
        self._trust = trust
        self._account = account
        self._known: dict[tuple[Who, bool], bool] = {}

    @property
    def declared(self) -> bool:
        """Whether the configuration says who the administrators are."""
        return bool(self._trust.administrators)

    def is_declared_administrator(self, who: Who) -> bool:
        """Whether a principal is declared under `trust.administrators`."""
        return is_declared(who, self._trust.administrators, self._account)

    def administers(self, who: Who) -> bool:
        """Whether a principal is meant to change tables and permissions.

        Raises:
            Unknown: nobody is declared, and who may assume this role, which may do everything, cannot be read.

        """
        return self._remembered(who, exporting=False)

    def exports(self, who: Who) -> bool:
        """Whether a principal is meant to carry data out; raises as `administers`."""
        return self._remembered(who, exporting=True)

    def _remembered(self, who: Who, *, exporting: bool) -> bool:
        key = who, exporting
        if key not in self._known:
            self._known[key] = self._is_meant(who, self._trust.exporters if exporting else ())
        return self._known[key]

    def _is_meant(self, who: Who, more: tuple[str, ...]) -> bool:
        if is_declared(who, (*self._trust.administrators, *more), self._account):
            return True
        return not self.declared and is_full_administrator(who)
