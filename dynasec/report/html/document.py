"""The page itself: templates, the one script and the one style sheet, and the policy that lets these two and nothing else run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dynasec.printable import printable

_SCRIPTS: Final = ("data.js", "query.js", "details.js", "table.js", "page.js")
"""In the order in which they build on each other; together they are one script."""


def page(view: Mapping[str, Any]) -> Iterator[str]:
    """Yield the page, piece by piece."""
    script, style = script_text(), style_text()
    context = {
        **view,
        "policy": policy(script, style),
        "script": Markup(script),  # noqa: S704 - ours
        "style": Markup(style),  # noqa: S704 - ours
    }
    yield from _environment().get_template("page.html.j2").generate(context)
    yield "\n"


def policy(script: str, style: str) -> str:
    """Return the Content-Security-Policy (https://www.w3.org/TR/CSP3/): nothing is loaded, only this script and style are in force."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hash(script)}",
            f"style-src {_hash(style)}",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


@cache
def script_text() -> str:
    """Return the script."""
    return "".join(('"use strict";\n(() => {\n', *(_asset(name) for name in _SCRIPTS), "})();\n"))


@cache
def style_text() -> str:
    """Return the style sheet."""
    return _asset("style.css")


def _asset(name: str) -> str:
    return files("dynasec.report.html").joinpath("assets", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("dynasec.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters["number"] = lambda number: f"{number:,}"
    return environment


def _shown(value: object) -> object:
    """Make every text printable that a template shows, unless it is markup already."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
