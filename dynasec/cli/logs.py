"""Logs on stderr: text for people, JSON lines for machines."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from dynasec.printable import printable


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return one record as one line of JSON."""
        return json.dumps(
            {
                "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
                "level": record.levelname.lower(),
                "logger": record.name,
                "message": record.getMessage(),
            }
        )


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return one record as one line; what AWS said in it cannot steer the terminal."""
        return printable(f"dynasec: {record.getMessage()}")


def configure(*, verbose: bool, quiet: bool, as_json: bool) -> None:
    """Send the program's own log to stderr: warnings, with `verbose` everything, with `quiet` errors only."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines() if as_json else _Text())
    logger = logging.getLogger("dynasec")
    logger.handlers = [handler]
    logger.propagate = False
    logger.setLevel(logging.DEBUG if verbose else logging.ERROR if quiet else logging.WARNING)
