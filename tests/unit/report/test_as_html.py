"""The page as a parser of HTML sees it; what it does in a browser is tested there."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

import pytest

from dynasec.access import READS as ACCESS_READS
from dynasec.audit.changes import Absent, Point, Seen, Since, State
from dynasec.audit.finding import Suppressed
from dynasec.audit.report import Report
from dynasec.check import Severity, Status
from dynasec.model.fact import Gap
from dynasec.plugins import BrokenPlugin
from dynasec.report.html.findings_data import STATUSES, unpack
from dynasec.report.html.guidance_html import html
from dynasec.report.interface import by_name
from tests.support.accounts import NOW
from tests.support.findings import control, finding, report

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)> \u2028 \u202e {{ 7*7 }} & \" ' ü"
SHOWN = HOSTILE.replace("\u2028", "\\u2028").replace("\u202e", "\\u202e")
GAP = Gap("dynamodb:DescribeTable", "AccessDenied", HOSTILE, "us-east-1")
VOID = {"meta", "br", "img", "input", "link"}


@dataclass
class Page(HTMLParser):
    """Tags with their attributes, and the text of each tag."""

    source: str
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.source)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def text(self, tag: str) -> str:
        return "".join(data for name, data in self.texts if name == tag)

    def pack(self, name: str):
        found = re.search(
            rf'<script type="application/octet-stream" id="{name}">([^<]*)</script>', self.source
        )
        assert found is not None
        return unpack(found[1])


def rich(text: str = HOSTILE) -> Report:
    return report(
        finding(Status.PASS, label=text, reason=text, data_class="confidential", evidence={text: [text, 7]}),
        finding(
            Status.FAIL, label="b", reason=text, severity=Severity.CRITICAL, resource=f"arn:aws:x:::{text}"
        ),
        finding(Status.UNKNOWN, label="c", gaps=(GAP,)),
        finding(Status.NOT_APPLICABLE, label="d"),
        finding(Status.FAIL, label="e", suppressed=Suppressed(text, "who", "2026-03-01")),
        controls=(control(severity=Severity.HIGH, frameworks=("aws-fsbp:DynamoDB.2",), title=text),),
        broken=(BrokenPlugin("pack", "module", text),),
        problems=(text,),
    )


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(by_name("html").render(rich()))


def policy(page: Page) -> dict[str, str]:
    (content,) = [
        one["content"] for one in page.named("meta") if one.get("http-equiv") == "Content-Security-Policy"
    ]
    assert content is not None
    return {name: rest for name, _, rest in (part.strip().partition(" ") for part in content.split(";"))}


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_only_our_script_and_our_style_may_run(page: Page) -> None:
    rules = policy(page)
    scripts = re.findall(r"<script>(.*?)</script>", page.source, re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", page.source, re.DOTALL)
    assert rules["default-src"] == "'none'"
    assert [rules["script-src"]] == [digest(one) for one in scripts]
    assert [rules["style-src"]] == [digest(one) for one in styles]
    assert rules["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in " ".join(rules.values())


def test_the_policy_stands_before_all_that_it_governs(page: Page) -> None:
    names = [name for name, _ in page.tags]
    assert page.source.index("Content-Security-Policy") < min(
        page.source.index("<style"), page.source.index("<script")
    )
    assert not {"link", "img", "iframe", "object", "embed", "base", "form action"} & set(names)


def test_nothing_is_loaded_and_nothing_is_inline(page: Page) -> None:
    for name, attributes in page.tags:
        for attribute, value in attributes.items():
            assert attribute not in {"src", "srcset", "style", "xlink:href", "action", "data"}, name
            assert not attribute.startswith("on"), name
            if attribute == "href":
                assert value is not None
                assert value.startswith("#")
    assert not re.search(r"https?:|@import|url\(", page.text("style"))
    assert not re.search(
        r"innerHTML|insertAdjacentHTML|document\.write|eval\(|fetch\(|XMLHttp", page.text("script")
    )


def test_hostile_text_is_text(page: Page) -> None:
    assert "alert(1)</script>" not in page.source
    assert "<img" not in page.source
    assert SHOWN in page.text("li")
    assert "\u202e" not in page.source
    assert "49" not in page.text("li")
    assert page.open == []


def test_the_core_pack_lists_the_findings(page: Page) -> None:
    core = page.pack("core")
    columns = core["findings"]
    assert [core["statuses"][place] for place in columns["status"]] == [
        "PASS", "FAIL", "UNKNOWN", "NOT_APPLICABLE", "ACCEPTED",
    ]  # fmt: skip
    assert [core["severities"][place] for place in columns["severity"]][:2] == ["MEDIUM", "CRITICAL"]
    assert core["reasons"][columns["reason"][0]] == SHOWN
    assert columns["reason"][0] == columns["reason"][1]
    first = {
        name: one["texts"][one["places"][columns["resource"][0]]] for name, one in core["resources"].items()
    }
    assert first["label"] == SHOWN
    assert (first["region"], first["class"], first["type"]) == (
        "us-east-1", "confidential", "AWS::DynamoDB::Table",
    )  # fmt: skip
    (only,) = core["controls"]
    assert only["id"] == "some-control"
    assert only["frameworks"] == ["aws-fsbp:DynamoDB.2"]
    assert core["statuses"] == list(STATUSES)


def test_the_details_pack_holds_evidence_gaps_and_who_accepted(page: Page) -> None:
    details = page.pack("details")
    columns = details["findings"]
    evidence = [details["evidence"][place] for place in columns["evidence"]]
    assert json.loads(evidence[0]) == {HOSTILE: [HOSTILE, 7]}
    assert "\u202e" not in evidence[0]
    assert evidence[1:] == [""] * 4
    gaps = [details["gaps"][place] for place in columns["gaps"]]
    assert gaps[2].startswith("dynamodb:DescribeTable: AccessDenied (")
    assert details["accepted"] == {"4": {"reason": SHOWN, "owner": "who", "expires": "2026-03-01"}}


def test_every_finding_is_there_whatever_their_number() -> None:
    many = [finding(Status.PASS, label=f"t{number}", reason=f"keeps {number} days") for number in range(500)]
    core = Page(by_name("html").render(report(*many))).pack("core")
    labels = core["resources"]["label"]
    shown = [labels["texts"][labels["places"][place]] for place in core["findings"]["resource"]]
    assert shown == [one.label for one in many]
    assert [core["reasons"][place] for place in core["findings"]["reason"]] == [one.reason for one in many]


def test_one_report_gives_one_text() -> None:
    assert by_name("html").render(rich()) == by_name("html").render(rich())


def test_without_the_reads_the_matrix_says_which_are_missing(page: Page) -> None:
    assert all(operation in page.source for operation in ACCESS_READS)
    assert by_name("html").reads >= ACCESS_READS
    assert by_name("json").reads == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "<b>raw</b>",
        "[l](javascript:alert(1))",
        "![p](x.png)",
        "<javascript:alert(1)>",
        "[l]\n\n[l]: https://example.com",
        "`<script>`",
        "<div>\nblock\n</div>",
    ],
)
def test_guidance_makes_neither_links_nor_pictures_nor_raw_html(text: str) -> None:
    found = Page(str(html(text)))
    assert {name for name, _ in found.tags} <= {"p", "code"}


def test_guidance_shows_lists_and_code() -> None:
    assert html("- CLI: `aws <x>`\n- \u202e") == (
        "<ul>\n<li>CLI: <code>aws &lt;x&gt;</code></li>\n<li>\\u202e</li>\n</ul>\n"
    )


def test_without_history_nothing_is_said_of_changes(page: Page) -> None:
    assert "changes" not in {tag.get("id") for tag in page.named("section")}


def test_what_changed_and_the_course_of_the_score() -> None:
    bad, mended, old = (
        finding(label="new one"),
        finding(Status.PASS, label="mended"),
        finding(label="old one"),
    )
    gone = Absent("f", "some-control", "us-east-1", "arn", HOSTILE, "HIGH", State.GONE, NOW)
    since = Since(
        run="r1",
        time=NOW,
        score=50.0,
        seen={
            bad.fingerprint: Seen(State.NEW, NOW),
            mended.fingerprint: Seen(State.FIXED, NOW),
            old.fingerprint: Seen(State.PERSISTING, NOW),
        },
        absent=(gone, replace(gone, fingerprint="g", label="out of sight", state=State.UNKNOWN)),
        trend=(Point("r0", NOW, 40.0), Point("r1", NOW, 50.0), Point("r2", NOW, 75.5)),
    )
    found = Page(by_name("html").render(report(bad, mended, old, since=since)))
    told = "".join(text for _, text in found.texts)
    assert "1 new, 1 persisting, 1 fixed, 1 gone, 1 unknown" in told
    assert SHOWN in told
    assert [tag["points"] for tag in found.named("polyline")] == ["0.0,54.0 300.0,45.0 600.0,22.0"]
    rows = [
        text
        for tag, text in found.texts
        if tag == "span" and text in {"NEW", "FIXED", "GONE", "PERSISTING", "UNKNOWN"}
    ]
    assert rows == ["UNKNOWN", "NEW", "FIXED", "GONE"]
    assert "it may still be there" in told


def test_the_first_run_has_nothing_to_compare_with() -> None:
    found = Page(by_name("html").render(report(finding(), since=Since())))
    assert "first run" in "".join(text for _, text in found.texts)
