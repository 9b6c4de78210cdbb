"""A document with its statements' resources reduced to those that can be DynamoDB's or DAX's, NotResource turned around."""

from __future__ import annotations

from dataclasses import replace

from dynasec.iam.document import Document, Statement
from dynasec.iam.matching import Pattern, covers, overlaps
from dynasec.iam.wildcards import SERVICES


def about_dynamodb(document: Document, partition: str) -> Document:
    """Return the document with `Resource` elements only, which name nothing outside DynamoDB and DAX of a partition, or nothing at all."""
    return replace(document, statements=tuple(_reduced(one, partition) for one in document.statements))


def _reduced(statement: Statement, partition: str) -> Statement:
    services = {
        text: Pattern.of(text) for text in (f"arn:{partition}:{service}:*:*:*" for service in SERVICES)
    }
    if statement.not_resources is not None:
        spared = [Pattern.of(text, variables=statement.variables) for text in statement.not_resources]
        left = tuple(
            text for text, whole in services.items() if not any(covers(pattern, whole) for pattern in spared)
        )
        return replace(statement, resources=left, not_resources=None)
    if statement.resources is None:
        return statement
    named = tuple(
        text
        for text in statement.resources
        if any(
            overlaps(Pattern.of(text, variables=statement.variables), whole) for whole in services.values()
        )
    )
    return replace(statement, resources=named)
