"""What is known about the context of a request."""

import enum
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from dynasec.iam.conditions.operator import Value
from dynasec.iam.matching import Variable


class Gap(enum.Enum):
    """Why a condition key has no values here."""

    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Knowledge:
    """The context keys of a request (lower case): those present, those surely absent, and what the rest is.

    A present key holds its values, or patterns for values of which only the shape is known. No values at all
    is the same as absent, as it is for AWS. `absent_families` are prefixes such as `aws:principaltag/` of which all
    keys that are not present are absent.
    """

    present: Mapping[str, tuple[Value, ...]] = field(default_factory=dict[str, tuple[Value, ...]])
    absent: AbstractSet[str] = frozenset()
    otherwise: Gap = Gap.UNKNOWN
    absent_families: tuple[str, ...] = ()

    def find(self, key: str) -> tuple[Value, ...] | Gap:
        """Look a key up, in whatever case it is written."""
        return self.look_up(key.lower())

    def look_up(self, key: str) -> tuple[Value, ...] | Gap:
        """Look a key up that is written in lower case."""
        values = self.present.get(key)
        if values is not None:
            return values or Gap.ABSENT
        if key in self.absent or key.startswith(self.absent_families):
            return Gap.ABSENT
        return self.otherwise

    def states(self, key: str) -> bool:
        """Whether the key (lower case) is told to be present or absent, rather than left to `otherwise`."""
        return key in self.present or key in self.absent or key.startswith(self.absent_families)

    def variable(self, name: str) -> str | Variable | None:
        """Answer what a policy variable stands for (see `matching.Lookup`): only one plain value is certain."""
        found = self.find(name)
        if found is Gap.ABSENT:
            return None
        if not isinstance(found, Gap) and len(found) == 1 and isinstance(found[0], str):
            return found[0]
        return Variable(name)

    def completed(self, more: "Knowledge") -> "Knowledge":
        """Add what else has become known; exact values known already stay, shapes give way, gaps are as `more` says."""
        exact = {
            key: values
            for key, values in self.present.items()
            if all(isinstance(value, str) for value in values)
        }
        present = {**self.present, **more.present, **exact}
        absent = (self.absent | more.absent) - frozenset(present)
        return Knowledge(present, absent, more.otherwise, (*self.absent_families, *more.absent_families))

    def without(self, keys: AbstractSet[str], families: tuple[str, ...]) -> "Knowledge":
        """Return a copy that says nothing of some keys and families (lower case) of keys."""
        return Knowledge(
            {
                key: values
                for key, values in self.present.items()
                if not (key in keys or key.startswith(families))
            },
            frozenset(key for key in self.absent if not (key in keys or key.startswith(families))),
            self.otherwise,
            tuple(family for family in self.absent_families if not family.startswith(families)),
        )

    def updated(self, **changes: tuple[Value, ...] | Gap) -> "Knowledge":
        """Return a copy in which the given keys (lower case) are as told."""
        present, absent = dict(self.present), set(self.absent)
        for key, value in changes.items():
            present.pop(key, None)
            absent.discard(key)
            if value is Gap.ABSENT:
                absent.add(key)
            elif not isinstance(value, Gap):
                present[key] = value
            elif self.otherwise is Gap.ABSENT:
                message = "a key cannot be made unknown where all others are absent"
                raise ValueError(message)
        return Knowledge(present, frozenset(absent), self.otherwise, self.absent_families)
