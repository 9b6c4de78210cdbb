"""A plan as the document that it is, indented."""

from __future__ import annotations

import json
from collections.abc import Iterator

from dynasec.remedy.plan import Plan


def pieces(plan: Plan) -> Iterator[str]:
    """Yield the document, pure ASCII; put back on one line it is the plan file to the byte."""
    yield json.dumps(plan.model_dump(mode="json", by_alias=True), indent=2, sort_keys=True) + "\n"
