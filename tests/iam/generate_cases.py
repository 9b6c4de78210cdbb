"""Writes the systematic families of the corpus: `python -m tests.iam.generate_cases`. A test holds the files to this.

Expectations are computed from AWS's documented tables as they are written down here, never by asking the engine.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from tests.iam import accounts_family, operators_family

CASES = Path(__file__).parent / "cases"


def files() -> Iterator[tuple[Path, str]]:
    """Yield every generated file and what it holds."""
    for family in (operators_family, accounts_family):
        for name, cases in family.files():
            lines = ",\n".join(json.dumps(case) for case in cases)
            yield CASES / name, f"[\n{lines}\n]\n"


if __name__ == "__main__":
    for path, text in files():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
