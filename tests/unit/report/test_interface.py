from pathlib import Path

import pytest

from dynasec.errors import UsageError
from dynasec.report.interface import FORMATS, by_name, by_suffix
from tests.support.findings import finding, report


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
def test_every_format_renders_text_that_ends_in_a_line_break(one):
    assert one.render(report(finding())).endswith("\n")
    assert by_name(one.name) is one
    assert by_suffix(Path(f"out/report{one.suffix}")) is one


def test_names_and_suffixes_are_unique():
    assert len({one.name for one in FORMATS}) == len({one.suffix for one in FORMATS}) == len(FORMATS)


@pytest.mark.parametrize("name", ["report", "report.jsn", "report.json.gz", "json"])
def test_a_suffix_that_asks_for_nothing_is_refused(name):
    with pytest.raises(UsageError) as caught:
        by_suffix(Path(name))
    assert str(caught.value).startswith(f"no report format for {name!r}; end the file's name in one of ")
    assert caught.value.exit_code == 2
