"""A policy for an application: items of named tables, and reading about them; nothing that a given policy does not allow. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from dynasec.drafting.explicit_actions import safe, spelled_out
from dynasec.drafting.policies import canonical
from dynasec.iam.actions import DATA_READ, DATA_WRITE, STREAM, catalogue, surely_reaches
from dynasec.iam.document import WITH_VARIABLES, Document

_ITEMS: Final = (DATA_READ | DATA_WRITE) - STREAM
_BY_STREAM: Final = STREAM - {"dynamodb:ListStreams"}


def data_plane(document: Document, tables: Sequence[str], clusters: Sequence[str]) -> str | None:
    """Return the text that allows on these tables and clusters (ARNs) what is safe of a document's unconditional Allows on everything.

    None where nothing is left.
    """
    allowed = _allowed(document)
    clustered = [one for one in allowed if one.startswith("dax:") and one in _ITEMS]
    of_streams = allowed & _BY_STREAM
    about = {one for one in allowed if one.startswith("dynamodb:")} - _ITEMS - of_streams
    below = [arn for table in tables for arn in (table, f"{table}/index/*")]
    statements = [
        _allow("Items", [one for one in allowed & _ITEMS if one.startswith("dynamodb:")], below),
        _allow("Streams", of_streams, [f"{table}/stream/*" for table in tables]),
        _allow("Clusters", clustered, clusters),
        _allow("Reading", spelled_out("dynamodb:*", about), ["*"]),
    ]
    kept = [one for one in statements if one["Action"] and one["Resource"]]
    return canonical({"Version": WITH_VARIABLES, "Statement": kept}) if kept else None


def _allowed(document: Document) -> frozenset[str]:
    open_ = [
        one
        for one in document.statements
        if one.allows and not one.conditions and one.resources is not None and "*" in one.resources
    ]
    denied = [one for one in document.statements if not one.allows]
    everything = safe(catalogue("dynamodb") | catalogue("dax"))
    return frozenset(
        action
        for action in everything
        if any(surely_reaches(one, action) for one in open_)
        and not any(surely_reaches(one, action) for one in denied)
    )


def _allow(sid: str, actions: Any, resources: Sequence[str]) -> dict[str, Any]:  # noqa: ANN401 - any iterable of texts
    return {"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": list(resources)}
