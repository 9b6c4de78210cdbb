"""Which statements of a policy reach items of more than the tables they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from dynasec.iam.actions import DATA_READ, DATA_WRITE, is_known, reaches
from dynasec.iam.document import Document
from dynasec.semantics.reached_resources import about_dynamodb

_ITEMS: Final = DATA_READ | DATA_WRITE
_NAMED: Final = re.compile(r"arn:[^:*?$]+:dynamodb:[^:?$]*:[^:?$]*:table/[^/*?$:]+(/(index|stream)/.+)?")
"""A table's own ARN, or what is below it. Region and account may be open: a role acts on tables of its own account."""


def beyond_named_tables(document: Document, partition: str) -> Iterator[tuple[str, str]]:
    """Yield the label of each Allow of item actions, and the resource in it, that names no single table. Conditions do not count."""
    for statement in about_dynamodb(document, partition).statements:
        if not statement.allows or not any(
            action in _ITEMS or not is_known(action) for action in reaches(statement, "dynamodb")
        ):
            continue
        for resource in statement.resources or ():
            if not resource.startswith(f"arn:{partition}:dax:") and not _NAMED.fullmatch(resource):
                yield statement.label, resource
