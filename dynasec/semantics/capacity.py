"""What of a table has capacity of its own: reads and writes of the table and of each global secondary index.

Names are those of Application Auto Scaling,
https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dynasec.model.companion import Companions, ScalableTarget
from dynasec.model.table import TableDescription, Throughput


@dataclass(frozen=True, slots=True)
class Dimension:
    """One capacity. `units` is what is provisioned, None where it was not told; `words` name it."""

    words: str
    resource_id: str
    name: str
    units: int | None

    @property
    def key(self) -> tuple[str, str]:
        """What Application Auto Scaling knows it by."""
        return self.resource_id, self.name

    def target(self, companions: Companions) -> ScalableTarget | None:
        """Return its scalable target, of those that were read."""
        found = companions.scalable_targets.items
        return next((one for one in found if (one.resource_id, one.scalable_dimension) == self.key), None)

    def has_policy(self, companions: Companions) -> bool:
        """Whether some policy that was read scales it."""
        found = companions.scaling_policies.items
        return any((one.resource_id, one.scalable_dimension) == self.key for one in found)


def dimensions(description: TableDescription) -> Iterator[Dimension]:
    """Yield the capacities of a table that is not on demand; those of the table first."""
    name = description.table_name
    yield from _both("table", "the table", f"table/{name}", description.provisioned_throughput)
    for index in description.global_secondary_indexes:
        resource = f"table/{name}/index/{index.index_name}"
        yield from _both("index", f"index {index.index_name}", resource, index.provisioned_throughput)


def _both(kind: str, words: str, resource: str, throughput: Throughput | None) -> Iterator[Dimension]:
    reads = None if throughput is None else throughput.read_capacity_units
    writes = None if throughput is None else throughput.write_capacity_units
    for way, units in (("Read", reads), ("Write", writes)):
        yield Dimension(
            f"{way.lower()} capacity of {words}", resource, f"dynamodb:{kind}:{way}CapacityUnits", units
        )
