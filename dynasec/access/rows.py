"""From answers, action by action, to lines: actions of a capability with the same answer stand together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from dynasec.access.evaluation import Answers
from dynasec.access.principals import Who
from dynasec.access.questions import Part
from dynasec.access.row import Grant, Row, Standing
from dynasec.access.tables import Piece
from dynasec.iam.actions import Capability


def rows_of(who: Who, answers: Answers) -> Iterator[Row]:
    """Yield a principal's lines about one table, capability by capability; one line where all of a capability is denied."""
    for capability in Capability:
        lines: defaultdict[Grant, tuple[dict[str, None], dict[str, None]]] = defaultdict(lambda: ({}, {}))
        denied: Grant | None = None
        for question, given in answers.items():
            if capability not in question.capabilities:
                continue
            for grant, resources in best(given):
                if grant.standing is Standing.DENIED:
                    denied = denied if denied is not None and denied.via else grant
                    continue
                actions, places = lines[grant]
                actions[question.action] = None
                places.update(dict.fromkeys(resources))
        found = sorted(lines.items(), key=lambda item: item[0].preference)
        for grant, (actions, places) in found:
            yield Row(
                who.name, who.kind, capability, tuple(sorted(actions)), tuple(places), grant, who.external
            )
        if not found and denied is not None:
            every = (question.action for question in answers if capability in question.capabilities)
            yield Row(who.name, who.kind, capability, tuple(sorted(every)), (), denied, who.external)


def best(given: Iterable[tuple[Piece, Grant]]) -> Iterator[tuple[Grant, list[str]]]:
    """Yield the answers that count for an action: where it is allowed for certain on some part, the rest says nothing more."""
    places: defaultdict[Grant, list[str]] = defaultdict(list)
    for piece, grant in given:
        places[grant].append(resource_name(piece))
    if not places:
        return
    for standings in ({Standing.ALLOWED}, {Standing.CONDITIONAL, Standing.UNKNOWN}, {Standing.DENIED}):
        found = [(grant, names) for grant, names in places.items() if grant.standing in standings]
        if found:
            yield from found
            return


def resource_name(piece: Piece) -> str:
    """Return what a part is called within its table: `table`, `index/by-email`, `stream`, `backup`."""
    if piece.part is not Part.INDEX:
        return piece.part
    return (
        piece.resource.partition("/")[2].partition("/")[2] if isinstance(piece.resource, str) else "index/*"
    )
