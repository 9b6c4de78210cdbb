"""Logs on stderr: text for people, JSON lines for machines."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from dynasec.printable import printable


class _JsonLines(logging.Formatter):
    run = ""

    def format(self, record: logging.LogRecord) -> str:
        """Return one record as one line of JSON."""
        return json.dumps(
            {
                "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
                "level": record.levelname.lower(),
                "logger": record.name,
                "message": record.getMessage(),
                **({"run": self.run} if self.run else {}),
            }
        )


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return one record as one line; what AWS said in it cannot steer the terminal."""
        return printable(f"dynasec: {record.getMessage()}")


def configure(*, verbose: bool, quiet: bool, as_json: bool) -> None:
    """Send the program's own log to stderr: warnings, with `verbose` everything, with `quiet` errors only.

    Machines are told what happens, too, unless `quiet`.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines() if as_json else _Text())
    logger = logging.getLogger("dynasec")
    logger.handlers = [handler]
    logger.propagate = False
    logger.setLevel(_level(verbose=verbose, quiet=quiet, as_json=as_json))


def reset() -> None:
    """Undo `configure`: no handler, no level, no stream that may be closed by the next run in this process."""
    logger = logging.getLogger("dynasec")
    logger.handlers = []
    logger.propagate = True
    logger.setLevel(logging.NOTSET)


def name_run(run: str) -> None:
    """Put the id of a run into every line of JSON from now on."""
    for formatter in _json_lines():
        formatter.run = run


def complained(message: str) -> bool:
    """Log why the program ends, where logs are JSON; return whether they are."""
    if not _json_lines():
        return False
    logging.getLogger("dynasec").error("%s", message)
    return True


def _json_lines() -> list[_JsonLines]:
    formatters = [handler.formatter for handler in logging.getLogger("dynasec").handlers]
    return [one for one in formatters if isinstance(one, _JsonLines)]


def _level(*, verbose: bool, quiet: bool, as_json: bool) -> int:
    if verbose:
        return logging.DEBUG
    if quiet:
        return logging.ERROR
    return logging.INFO if as_json else logging.WARNING
