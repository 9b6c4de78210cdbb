import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynasec.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("orders", "orders"),
        ("tägliche Umsätze ✓ 注文", "tägliche Umsätze ✓ 注文"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("one\ntwo\r\tthree", r"one\ntwo\r\tthree"),
        ("\x9b31m\x07\x7f", r"\x9b31m\x07\x7f"),
        ("a\u202eb\u2066c\u200f", r"a\u202eb\u2066c\u200f"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("line\u2028paragraph\u2029", r"line\u2028paragraph\u2029"),
        ("half \ud800 pair", r"half \ud800 pair"),
        ("private \ue000", r"private \ue000"),
        ("tag \U000e0041", r"tag \U000e0041"),
        ("[bold]x[/bold] **y**", "[bold]x[/bold] **y**"),
    ],
)
def test_what_would_steer_a_terminal_is_shown(text, shown):
    assert printable(text) == shown


@given(st.text(st.characters()))
def test_nothing_unprintable_is_left(text):
    shown = printable(text)
    # spaces other than the common one are no danger, but not "printable" to Python
    assert all(character.isprintable() or character.isspace() for character in shown)
    assert not set(shown) & set("\x1b\x9b\n\r\t\x0b\x0c\x85\u2028\u2029")
    shown.encode()


@given(st.text(st.characters()))
def test_it_is_enough_to_do_it_once(text):
    assert printable(printable(text)) == printable(text)
