"""Examples of the DynamoDB resources that a policy tells apart in one account: an answer for each of them is an answer for all.

A wildcard is given a made-up piece of a name. Patterns cannot stand in for examples: in a policy `*` matches colons too, while no name of a
table holds one.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from dynasec.iam.document import Document

_FIELDS: Final = 6
_ACCOUNT: Final = 4
_FILL: Final = "zq0"
_KINDS: Final = ("index", "stream", "backup", "export", "import")
_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")


def examples(document: Document, partition: str, region: str, account: str) -> tuple[tuple[str, str], ...]:
    """Return kinds (`table`, `index`, `stream`, `backup`, `export`, `import`, `global-table`) and ARNs of examples."""
    names = dict.fromkeys((*_nameless(), *_named(document, account)))
    found = ((_kind(name), f"arn:{partition}:dynamodb:{region}:{account}:{name}") for name in names)
    return tuple((kind, arn) for kind, arn in found if kind)


def _nameless() -> Iterator[str]:
    yield f"table/{_FILL}"
    yield from (f"table/{_FILL}/{kind}/{_FILL}" for kind in _KINDS)
    yield f"global-table/{_FILL}"


def _named(document: Document, account: str) -> Iterator[str]:
    for statement in document.statements:
        for text in (*(statement.resources or ()), *(statement.not_resources or ())):
            parts = text.split(":", _FIELDS - 1)
            if len(parts) == _FIELDS and parts[_ACCOUNT].isdigit() and parts[_ACCOUNT] != account:
                continue
            for rest in {parts[-1], text.rpartition(":")[2]}:
                yield _example(rest)


def _example(rest: str) -> str:
    """Put something in the place of wildcards and variables; whatever a leading wildcard hides is a table."""
    plain = _VARIABLE.sub(lambda found: found[1] if found[1] in {"*", "?", "$"} else _FILL, rest)
    if plain.startswith("*"):
        plain = f"table/{plain.lstrip('*/') or '*'}"
    return plain.replace("*", _FILL).replace("?", _FILL[0])


def _kind(name: str) -> str:
    parts = name.split("/")
    if not all(parts) or any(character.isspace() for character in name):
        return ""
    match parts:
        case ["table", _]:
            return "table"
        case ["global-table", _]:
            return "global-table"
        case ["table", _, kind, _] if kind in _KINDS:
            return kind
        case _:
            return ""
