"""What stands above the account: service and resource control policies, as far as they could be read.

Control policies only take away. One that could not be read is left out, and a caveat says so: that can make an answer too generous,
never too narrow.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dynasec.access.policies import Shelf, all_allowed
from dynasec.iam.layers import Layer, Policy, Unread
from dynasec.model.fact import NOT_COLLECTED, Gap
from dynasec.model.organization import RESOURCE_CONTROL, SERVICE_CONTROL, Level
from dynasec.model.snapshot import Snapshot

_KINDS: Final = (
    (SERVICE_CONTROL, "service control policies"),
    (RESOURCE_CONTROL, "resource control policies"),
)
_ALL_FEATURES: Final = "ALL"


@dataclass(frozen=True, slots=True)
class Above:
    """The organisation as the engine wants it.

    `organization`: its id, empty where the account belongs to none, None where that is not known. `management`: the account is the
    organisation's management account, which no control policy binds. `gaps`: what was not read and may forbid more.
    """

    scps: tuple[Layer, ...] | None = None
    rcps: tuple[Layer, ...] | None = None
    organization: str | None = None
    management: bool = False
    caveats: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()


def above(snapshot: Snapshot, shelf: Shelf) -> Above:
    """Read the organisation of a snapshot."""
    found = snapshot.organization
    if found.description.gap is not None:
        hidden = found.description.gap
        return Above(caveats=(_nothing_read(hidden),), gaps=(hidden,))
    description = found.description.known()
    if description is None:
        return Above(organization="")
    management = description.master_account_id == snapshot.account.id
    if description.feature_set != _ALL_FEATURES or management:
        return Above(organization=description.id, management=management)
    caveats = [] if found.levels.gap is None else [_nothing_read(found.levels.gap)]
    missing = [] if found.levels.gap is None else [found.levels.gap]
    layers: dict[str, tuple[Layer, ...]] = {}
    for kind, name in _KINDS:
        gaps: list[Gap] = []
        layers[kind] = tuple(_levels(snapshot, shelf, kind, gaps))
        missing += gaps
        caveats += [f"Some {name} could not be read ({gap}) and are left out." for gap in gaps[:1]]
    return Above(
        scps=layers[SERVICE_CONTROL] or None,
        rcps=layers[RESOURCE_CONTROL] or None,
        organization=description.id,
        caveats=tuple(caveats),
        gaps=tuple(dict.fromkeys(missing)),
    )


def _nothing_read(gap: Gap) -> str:
    why = "was not asked for" if gap.code == NOT_COLLECTED else f"could not be read: {gap}"
    return f"Control policies of the organisation may forbid more: what stands above the account {why}."


def _levels(snapshot: Snapshot, shelf: Shelf, kind: str, gaps: list[Gap]) -> Iterator[Layer]:
    """Yield the levels from the root down; what is missing of a level allows, and denies nothing."""
    for level in reversed(snapshot.organization.levels.items):
        policies = list(_attached(snapshot, shelf, level, kind, gaps))
        readable = [policy for policy in policies if isinstance(policy, Policy)]
        if len(readable) < len(policies) or level.attached(kind).gap is not None:
            missing = all_allowed(f"(what is attached to {level.id}, not readable)")
            readable += [policy for policy in missing.policies if isinstance(policy, Policy)]
        if readable:
            yield shelf.layer(readable)


def _attached(
    snapshot: Snapshot, shelf: Shelf, level: Level, kind: str, gaps: list[Gap]
) -> Iterator[Policy | Unread]:
    listing = level.attached(kind)
    if listing.gap is not None:
        gaps.append(listing.gap)
    for identifier in listing.items:
        found = snapshot.organization.policy(identifier)
        text = None if found.value is None else found.value.text
        gap = found.gap if text is None else text.gap
        if text is None or gap is not None:
            gaps.append(gap or Gap("organizations:DescribePolicy", "Missing"))
            yield Unread(identifier, kind, str(gap))
        else:
            parsed = shelf.parsed(identifier, kind, text.known())
            if isinstance(parsed, Unread):
                gaps.append(Gap("organizations:DescribePolicy", "Malformed", parsed.reason))
            yield parsed
