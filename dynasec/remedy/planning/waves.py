"""Waves: one change of a remediation first, then a tenth, then the rest; a change never runs before what it depends on."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

LAST = 3


def waves(changes: Sequence[tuple[str, str, tuple[str, ...]]]) -> Mapping[str, int]:
    """Return the wave (1 to 3) of each change, given as key, remediation and the keys it depends on."""
    of_remediation: dict[str, list[str]] = defaultdict(list)
    for key, remediation, _ in changes:
        of_remediation[remediation].append(key)
    found = {key: wave for keys in of_remediation.values() for key, wave in _shares(keys)}
    for _ in changes:  # a chain of n changes is settled after n rounds
        late = {
            one: found[key] for key, _, needed in changes for one in needed if found.get(one, 0) > found[key]
        }
        if not late:
            break
        found |= late
    return found


def _shares(keys: Sequence[str]) -> Iterator[tuple[str, int]]:
    tenth = 1 + math.ceil((len(keys) - 1) / 10)
    for place, key in enumerate(keys):
        yield key, 1 if place == 0 else 2 if place < tenth else LAST
