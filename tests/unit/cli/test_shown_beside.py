"""What formats show beside the findings is read too."""

from pathlib import Path

from dynasec.access import READS
from dynasec.cli.audit import shown_beside
from dynasec.cli.live import request_of
from dynasec.report.html import zone_map
from dynasec.semantics.route_target import PathKind
from tests.support.findings import control


def test_html_asks_for_the_map_and_the_matrix():
    assert shown_beside("json", (Path("report.html"),)) == READS | zone_map.READS
    assert shown_beside("html", ()) == READS | zone_map.READS


def test_other_formats_ask_for_nothing_more():
    assert shown_beside("json", (Path("report.csv"), Path("report.md"))) == frozenset()


def test_it_is_added_to_what_the_controls_read():
    one = control(reads=("dynamodb:DescribeTable",))
    assert request_of((one,), frozenset({"iam:ListUsers"})).reads == request_of((one,)).reads | {
        "iam:ListUsers"
    }


def test_the_map_has_words_for_every_way():
    assert set(zone_map._WAYS) == set(PathKind)
