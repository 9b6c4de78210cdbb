"""Lines of CSV (RFC 4180). Cells that a spreadsheet would take for a formula are made text by an apostrophe.

https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from dynasec.printable import printable

_FORMULA: Final = ("=", "+", "-", "@")


def line(cells: Iterable[str]) -> str:
    """Return one line of CSV; what could steer a terminal is escaped, for people print such files."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([_plain(printable(str(cell))) for cell in cells])
    return text.getvalue()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" \xa0\u3000").startswith(_FORMULA) else cell
