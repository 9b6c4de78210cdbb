"""Where a resource belongs: its lane, zone and tier, and what is declared of a table. By a configured rule, else by a tag."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import TypeVar

from dynasec.model.identity import Role, User
from dynasec.model.network import Endpoint, Subnet, Vpc
from dynasec.model.table import Table
from dynasec.settings import Rule, Settings

T = TypeVar("T")
Placed = Table | Vpc | Subnet | Endpoint | User | Role


class Placement:
    """Answers for one configuration. All methods raise `Unknown` where no rule answers and a table's tags could not be read."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def lane(self, resource: Placed) -> str | None:
        """Return the business domain a resource belongs to; None when nobody gave it one."""
        return self._place(resource, lambda rule: rule.lane, self._settings.tags.lane)

    def zone(self, resource: Placed) -> str | None:
        """Return the security zone; None when nobody gave it one."""
        return self._place(resource, lambda rule: rule.zone, self._settings.tags.zone)

    def tier(self, resource: Placed) -> str | None:
        """Return "app" or "control"; None when nobody said which plane the resource serves, or said something else."""
        told = self._place(resource, lambda rule: rule.tier, self._settings.tags.tier)
        if told is None:
            return None
        tags = self._settings.tags
        known = {"app": tags.app_tiers, "control": tags.control_tiers}
        return next((tier for tier, names in known.items() if told.casefold() in _folded(names)), None)

    def is_token_vault(self, table: Table) -> bool:
        """Whether the table is declared to hold what tokens stand for."""
        return self._declared(table, lambda rule: rule.token_vault, self._settings.tags.token_vault)

    def is_per_user(self, table: Table) -> bool:
        """Whether each item of the table is declared to belong to one caller."""
        return self._declared(table, lambda rule: rule.per_user, self._settings.tags.per_user)

    @property
    def knows_lanes(self) -> bool:
        """Whether the configuration gives anything a lane; tags may all the same."""
        return any(rule.lane for rule in self._settings.rules)

    def _declared(self, table: Table, pick: Callable[[Rule], bool | None], keys: tuple[str, ...]) -> bool:
        by_rule = self._by_rule(table, pick)
        if by_rule is not None:
            return by_rule
        value = _tagged(table.tags.known(), keys)
        return value is not None and value.casefold() in _folded(self._settings.tags.yes)

    def _place(
        self, resource: Placed, pick: Callable[[Rule], str | None], keys: tuple[str, ...]
    ) -> str | None:
        by_rule = self._by_rule(resource, pick)
        if by_rule is not None:
            return by_rule
        tags = resource.tags.known() if isinstance(resource, Table) else resource.tags
        return _tagged(tags, keys)

    def _by_rule(self, resource: Placed, pick: Callable[[Rule], T | None]) -> T | None:
        names = _names(resource)
        return next(
            (
                given
                for rule in self._settings.rules
                if (given := pick(rule)) is not None and any(fnmatchcase(name, rule.match) for name in names)
            ),
            None,
        )


def _names(resource: Placed) -> tuple[str, ...]:
    """Return what a rule's pattern may match: ids, names and the ARN. A subnet or endpoint is also matched by its VPC's id."""
    match resource:
        case Table() | User() | Role():
            return (resource.name, resource.arn)
        case Vpc():
            return (resource.vpc_id, resource.arn)
        case Subnet():
            return (resource.subnet_id, resource.arn, resource.vpc_id)
        case Endpoint():
            return (resource.vpc_endpoint_id, resource.arn, resource.vpc_id)


def _tagged(tags: Mapping[str, str], keys: tuple[str, ...]) -> str | None:
    """Return the value of the first of these keys that is there, without surrounding blanks; None for an empty one."""
    folded = {key.casefold(): value for key, value in tags.items()}
    found = next((folded[key.casefold()] for key in keys if key.casefold() in folded), "")
    return found.strip() or None


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)
