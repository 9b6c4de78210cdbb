"""Pages of a listing: by botocore's paginator, or by hand where botocore has none for an operation that pages nevertheless.

Without that, only the first page of `dynamodb:ListExports`, `dynamodb:ListContributorInsights` or `wafv2:ListWebACLs` would be read, and
the rest taken for absent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore import xform_name

from dynasec.model.shape import JsonObject

_TOKENS: Final = ("NextToken", "NextMarker", "nextToken", "Marker")
"""Members that lead to the next page where they are in an answer and are named alike in the request."""


def pages_of(client: Any, operation: str, params: Mapping[str, object]) -> Iterator[JsonObject]:  # noqa: ANN401 - botocore makes its clients' classes at run time
    """Yield the pages of an operation, given in AWS's spelling.

    Raises:
        ValueError: the service answers with the same token again and again.

    """
    name = xform_name(operation)
    if client.can_paginate(name):
        yield from client.get_paginator(name).paginate(**params)
        return
    asked = client.meta.service_model.operation_model(operation).input_shape
    tokens = [token for token in _TOKENS if asked is not None and token in asked.members]
    sent = dict(params)
    while True:
        page: JsonObject = getattr(client, name)(**sent)
        yield page
        token = next((token for token in tokens if page.get(token)), None)
        if token is None:
            return
        if page[token] == sent.get(token):
            msg = f"{operation} repeats its {token}"
            raise ValueError(msg)
        sent[token] = page[token]
