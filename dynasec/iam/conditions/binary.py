"""The Binary operator: both sides are base64 and compared byte by byte."""

import base64
import binascii
import operator

from dynasec.iam.conditions.operator import Operator, read_both


def _read(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


OPERATORS = (Operator("BinaryEquals", read_both(_read, operator.eq)),)
