"""Identifiers in text: card numbers, account numbers, national ids and secrets, by their shape and by their check digits.

The check digits are those of python-stdnum. A number that is made up at random passes Luhn's check one time in ten, so that a single hit
proves nothing: `certain_from` says how many do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from stdnum import iban, luhn
from stdnum.br import cpf
from stdnum.cn import ric
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.in_ import aadhaar
from stdnum.it import codicefiscale
from stdnum.us import ssn


@dataclass(frozen=True, slots=True)
class Identifier:
    """A kind of identifier. `pattern` finds what has its shape, `is_valid` checks the rest, `certain_from` hits are no chance."""

    kind: str
    pattern: re.Pattern[str]
    is_valid: Callable[[str], bool]
    certain_from: int


def _shape(pattern: str) -> re.Pattern[str]:
    """Return a pattern for text that neither begins nor ends within a longer word or number."""
    return re.compile(rf"(?<![\w.+-])(?:{pattern})(?![\w-]|\.\d)", re.ASCII)


def _any(text: str) -> bool:
    return bool(text)


_SPLIT: Final = "[ -]?"
_CARD: Final = "|".join(
    (
        rf"4\d{{3}}(?:{_SPLIT}\d{{4}}){{3}}",  # Visa
        rf"(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)(?:{_SPLIT}\d{{4}}){{3}}",  # Mastercard
        rf"3[47]\d\d{_SPLIT}\d{{6}}{_SPLIT}\d{{5}}",  # American Express
        rf"(?:6011|64[4-9]\d|65\d\d|62\d\d|35[2-8]\d)(?:{_SPLIT}\d{{4}}){{3}}",  # Discover, UnionPay, JCB
        rf"3(?:0[0-5]|[689]\d)\d{_SPLIT}\d{{6}}{_SPLIT}\d{{4}}",  # Diners Club
    )
)

IDENTIFIERS: Final = (
    Identifier(
        "payment card number",
        _shape(_CARD),
        lambda text: luhn.is_valid(text.replace(" ", "").replace("-", "")),
        3,
    ),
    Identifier("IBAN", _shape(r"[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?"), iban.is_valid, 1),
    Identifier(
        "private key",
        re.compile(r"-----BEGIN (?:(?:RSA|EC|DSA|OPENSSH) )?PRIVATE KEY-----"),
        _any,
        1,
    ),
    Identifier("AWS access key id", _shape(r"(?:AKIA|ASIA)[A-Z2-7]{16}"), _any, 1),
    Identifier("US social security number", _shape(r"\d{3}-\d\d-\d{4}"), ssn.is_valid, 3),
    Identifier(
        "Italian codice fiscale", _shape(r"[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]"), codicefiscale.is_valid, 1
    ),
    Identifier(
        "French NIR",
        _shape(r"[12] ?\d\d ?(?:0[1-9]|1[0-2]) ?\d[0-9AB] ?\d{3} ?\d{3} ?\d\d"),
        nir.is_valid,
        3,
    ),
    Identifier(
        "Spanish DNI or NIE",
        _shape(r"(?:\d{8}|[XYZ]\d{7})-?[A-Z]"),
        lambda text: dni.is_valid(text) or nie.is_valid(text),
        3,
    ),
    Identifier("Brazilian CPF", _shape(r"\d{3}\.\d{3}\.\d{3}-\d\d"), cpf.is_valid, 1),
    Identifier("Aadhaar number", _shape(r"[2-9]\d{3} \d{4} \d{4}"), aadhaar.is_valid, 3),
    Identifier("Chinese resident identity number", _shape(r"[1-9]\d{16}[\dX]"), ric.is_valid, 2),
)
"""What is looked for. Kinds whose shape is that of any number (a Dutch BSN, a bare US SSN) are left out: every id would be one."""


def identifiers_in(text: str) -> Iterator[tuple[Identifier, bool]]:
    """Yield each place in a text that has the shape of an identifier, and whether it is valid."""
    for one in IDENTIFIERS:
        for found in one.pattern.finditer(text):
            yield one, one.is_valid(found.group())
