import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from dynasec.printable import printable
from dynasec.report.columns import cut, pad, width, wrap

HOSTILE = st.text(st.characters() | st.sampled_from("注文データ \u0301\u202e\x1b️👩‍👩"), max_size=400)


def test_no_character_is_wider_than_we_count():
    """Against another table of widths; only what `printable` lets through matters."""
    wider = [
        hex(code)
        for code in range(0x20, sys.maxunicode)
        if printable(chr(code)) == chr(code) and cell_len(chr(code)) > width(chr(code))
    ]
    assert wider == []


@pytest.mark.parametrize(
    ("text", "columns"), [("", 0), ("orders", 6), ("注文", 4), ("\uff21\uff22", 4), ("é", 1)]
)
def test_width(text, columns):
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("orders", 6, "orders"),
        ("orders", 5, "orde…"),
        ("注文データ", 10, "注文データ"),
        ("注文データ", 9, "注文デー…"),
        ("注文データ", 8, "注文デ…"),
    ],
)
def test_cut(text, columns, shown):
    assert cut(text, columns) == shown


def test_pad():
    assert pad("注文", 6) == "注文  "
    assert pad("orders", 3) == "orders"


def test_wrap_keeps_words_and_indents():
    lines = list(wrap("one two three", 10, first="- ", rest="  "))
    assert lines == ["- one two", "  three"]


def test_wrap_breaks_what_does_not_fit():
    assert list(wrap("a" * 7, 3)) == ["aaa", "aaa", "a"]
    assert list(wrap("注文データ", 5)) == ["注文", "デー", "タ"]


def test_wrap_of_nothing_is_the_indent():
    assert list(wrap("  ", 10, first="  x  ")) == ["  x"]


@given(HOSTILE, st.integers(12, 100), st.integers(0, 8))
def test_no_line_is_too_wide_and_no_word_is_lost(text, columns, indent):
    shown = printable(text)
    lines = list(wrap(shown, columns, first="x" * indent, rest=" " * indent))
    assert all(width(line) <= columns for line in lines)
    assert "".join("".join(lines)[indent:].split()) == "".join(shown.split())


@given(HOSTILE, st.integers(3, 40))
def test_what_is_cut_fits(text, columns):
    assert width(cut(printable(text), columns)) <= columns
