"""Makes text from AWS safe to print: what would steer a terminal or turn the reading direction is shown, not obeyed."""

from __future__ import annotations

import unicodedata

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
r"""Control, format (bidirectional overrides among them), surrogate, private, unassigned, line and paragraph separators."""


def printable(text: str) -> str:
    r"""Return the text with every unsafe character as an escape: ESC becomes `\x1b`, a line break `\n`."""
    if text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape", "surrogatepass").decode("ascii")
        if unicodedata.category(character) in _UNSAFE
        else character
        for character in text
    )
