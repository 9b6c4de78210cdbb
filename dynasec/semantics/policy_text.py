"""From the text of a policy, as it was collected, to its document; what cannot be parsed is unknown, never empty."""

from __future__ import annotations

from dynasec.iam.document import Document, MalformedPolicy, parse
from dynasec.model.fact import Unknown, malformed


def document_of(text: str, operation: str, region: str = "") -> Document:
    """Parse a policy that `operation` returned.

    Raises:
        Unknown: the text is no policy.

    """
    try:
        return parse(text)
    except MalformedPolicy as problem:
        raise Unknown(malformed(operation, problem, region)) from problem
