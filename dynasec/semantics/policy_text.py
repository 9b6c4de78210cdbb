"""From the text of a policy, as it was collected, to its document; what cannot be parsed is unknown, never empty."""

from __future__ import annotations

from functools import lru_cache

from dynasec.iam.document import Document, MalformedPolicy, parse
from dynasec.model.fact import Unknown, malformed

_parsed = lru_cache(maxsize=1024)(parse)
"""Many controls read the same policies, one control after the other."""


def document_of(text: str, operation: str, region: str = "") -> Document:
    """Parse a policy that `operation` returned.

    Raises:
        Unknown: the text is no policy.

    """
    try:
        return _parsed(text)
    except MalformedPolicy as problem:
        raise Unknown(malformed(operation, problem, region)) from problem
