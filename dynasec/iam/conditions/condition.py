"""One entry of a Condition element."""

from dataclasses import dataclass

from dynasec.iam.conditions.registry import Test


@dataclass(frozen=True, slots=True)
class Condition:
    """`{operator: {key: values}}`, the key as written; `variables`: the document's Version knows policy variables."""

    test: Test
    key: str
    values: tuple[str, ...]
    variables: bool = True
