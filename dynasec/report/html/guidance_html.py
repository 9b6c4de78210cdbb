"""The guidance of a control as HTML. Its Markdown may be a stranger's: no raw HTML, no links, no pictures come out of it."""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup

from dynasec.printable import printable


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).disable(
        ["image", "link", "autolink", "html_inline", "html_block", "reference"]
    )


def html(text: str) -> Markup:
    """Return Markdown as HTML of paragraphs, lists, headings, code and emphasis; all else stays the text it is."""
    shown = "\n".join(printable(line) for line in text.splitlines())
    return Markup(_markdown().render(shown))  # noqa: S704 - the renderer escapes all text
