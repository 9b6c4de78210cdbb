"""A plan as JSON Patches (RFC 6902): what each change does to its resource, for tools that compare."""

from __future__ import annotations

import json
from collections.abc import Iterator

from dynasec.remedy.plan import Plan


def pieces(plan: Plan) -> Iterator[str]:
    """Yield a document, pure ASCII, so that nothing in it can speak to a terminal."""
    changes = [
        {
            "id": change.id,
            "resource": change.resource,
            "region": change.region,
            "summary": change.summary,
            "blocked": [blocked.reason for blocked in change.blocked],
            "diff": [dict(step) for step in change.diff],
        }
        for change in plan.changes
    ]
    yield json.dumps({"plan": plan.plan_id, "changes": changes}, indent=2) + "\n"
