"""The map of a Region as a drawing: zones on the left, the ways out in the middle, DynamoDB on the right. Only places and texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dynasec.printable import printable
from dynasec.report.columns import cut
from dynasec.report.html.zone_map import RegionMap, SubnetGroup, TableGroup, VpcMap, Way

WIDTH: Final = 1300
MOST: Final = 40
"""Groups of subnets drawn; the table beside the drawing has all."""
_FRAME: Final = 420
_BOX: Final = 46
_GAP: Final = 10
_HEAD: Final = 52
_WAY_X: Final = 540
_WAY_WIDTH: Final = 270
_BASE_X: Final = 920
_BASE_WIDTH: Final = 380
_TEXT: Final = 46
_GROUP: Final = 48
_LEAST_GROUPS: Final = 5
"""Groups of tables for which there is always room."""
_NAMES: Final = 4


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with two lines of text; `kind` names its look."""

    x: int
    y: int
    width: int
    height: int
    kind: str
    title: str
    subtitle: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A connection; `kind` is the way's manner."""

    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes and lines of one Region. `tables` stand within DynamoDB's box; `left_out` groups of subnets are not drawn."""

    width: int
    height: int
    frames: tuple[Box, ...]
    boxes: tuple[Box, ...]
    ways: tuple[Box, ...]
    lines: tuple[Line, ...]
    base: Box
    tables: tuple[Box, ...]
    left_out: int


def drawing(region: RegionMap) -> Drawing | None:
    """Return the drawing; None where there is no subnet to draw."""
    canvas = _Canvas()
    drawn = 0
    for vpc in region.vpcs:
        groups = vpc.groups[: max(MOST - drawn, 0)]
        if groups:
            canvas.add(vpc, groups)
            drawn += len(groups)
    if not drawn:
        return None
    none = "" if region.tables else "no tables" if region.listed else "its tables are not known"
    return canvas.finished(region.tables, sum(len(vpc.groups) for vpc in region.vpcs) - drawn, none)


class _Canvas:
    def __init__(self) -> None:
        self._frames: list[Box] = []
        self._boxes: list[Box] = []
        self._ways: list[Box] = []
        self._lines: list[Line] = []
        self._y = 0

    def add(self, vpc: VpcMap, groups: Sequence[SubnetGroup]) -> None:
        """Draw one VPC under those before it."""
        top = self._y + _HEAD
        ways: dict[Way, list[int]] = {}
        for number, group in enumerate(groups):
            y = top + number * (_BOX + _GAP)
            self._boxes.append(
                Box(14, y, _FRAME - 28, _BOX, group.way.manner, _title(group), _subtitle(group))
            )
            ways.setdefault(Way(group.way.manner, group.way.words, group.way.target), []).append(
                y + _BOX // 2
            )
        bottom = self._place_ways(ways, top)
        bottom = max(bottom, top + len(groups) * (_BOX + _GAP) - _GAP)
        place = " · ".join(
            (*map(str, vpc.vpc.cidrs[:2]), f"lane {vpc.lane}" if vpc.lane else "no lane declared")
        )
        height = bottom - self._y + 14
        self._frames.append(
            Box(0, self._y, _FRAME, height, "vpc", _fit(vpc.vpc.label, _TEXT), _fit(place, _TEXT))
        )
        self._y = bottom + 14 + 16

    def _place_ways(self, ways: dict[Way, list[int]], top: int) -> int:
        """Put each way beside the middle of what takes it, one under the other; return where the last ends."""
        free = top
        for way, ends in sorted(ways.items(), key=lambda item: sum(item[1]) / len(item[1])):
            y = max(free, sum(ends) // len(ends) - _BOX // 2)
            self._ways.append(Box(_WAY_X, y, _WAY_WIDTH, _BOX, way.manner, way.words, _fit(way.target, 32)))
            middle = y + _BOX // 2
            for end in ends:
                bend = (_FRAME - 14 + _WAY_X) // 2
                path = f"M{_FRAME - 14} {end}C{bend} {end} {bend} {middle} {_WAY_X} {middle}"
                self._lines.append(Line(path, way.manner))
            if way.manner != "none":
                self._lines.append(Line(f"M{_WAY_X + _WAY_WIDTH} {middle}H{_BASE_X}", way.manner))
            free = y + _BOX + _GAP
        return free - _GAP

    def finished(self, groups: Sequence[TableGroup], left_out: int, none: str) -> Drawing:
        """Draw DynamoDB beside all VPCs, with as many groups of tables as there is room for; `none` is what it says without any."""
        room = max(self._y - 16, _HEAD + min(len(groups), _LEAST_GROUPS) * _GROUP)
        fitting = (room - _HEAD) // _GROUP
        shown = groups if len(groups) <= fitting else groups[: fitting - 1]
        lines = [(_names(group), f"{group.data_class} · {group.key}") for group in shown]
        if len(shown) < len(groups):
            rest = sum(len(group.names) for group in groups[len(shown) :])
            lines.append((f"{rest:,} more", "see the table below"))
        tables = tuple(
            Box(
                _BASE_X + 14,
                _HEAD + place * _GROUP - 8,
                _BASE_WIDTH - 28,
                _GROUP - 8,
                "table",
                _fit(title, _TEXT),
                _fit(line, _TEXT + 8),
            )
            for place, (title, line) in enumerate(lines)
        )
        base = Box(_BASE_X, 0, _BASE_WIDTH, room, "base", "DynamoDB", none)
        return Drawing(
            WIDTH,
            room + 2,
            tuple(self._frames),
            tuple(self._boxes),
            tuple(self._ways),
            tuple(self._lines),
            base,
            tables,
            left_out,
        )


def _names(group: TableGroup) -> str:
    count = len(group.names)
    names = ", ".join(group.names[:_NAMES])
    return names if count <= _NAMES else f"{count:,}: {names}"


def _title(group: SubnetGroup) -> str:
    zone = group.zone or "no zone declared"
    return _fit(f"{zone} · {group.lane}" if group.lane else zone, _TEXT)


def _subtitle(group: SubnetGroup) -> str:
    count = len(group.subnets)
    subnets = "1 subnet" if count == 1 else f"{count} subnets"
    return _fit(f"{subnets} · {group.route_table or 'route table not known'}", _TEXT)


def _fit(text: str, columns: int) -> str:
    return cut(printable(text), columns)
