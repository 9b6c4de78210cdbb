"""Numbers agree with their nouns."""

import pytest

from dynasec.semantics.wording import counted


@pytest.mark.parametrize(("number", "words"), [(0, "0 tables"), (1, "1 table"), (1200, "1,200 tables")])
def test_numbers_agree_with_their_nouns(number, words):
    assert counted(number, "table") == words
