import logging
from urllib.parse import urlsplit

import pytest

from dynasec.cli import heartbeat, run
from dynasec.cli.heartbeat import beating, redacted
from dynasec.errors import DynasecError, Exit, UsageError
from tests.support.monitors import monitor

SECRET = "/ping/s3cret"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch, caplog):
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(logging.getLogger("dynasec"), "propagate", True)
    caplog.set_level(logging.INFO, "dynasec")


@pytest.fixture
def watching():
    with monitor() as server:
        yield server


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        (Exit.OK, SECRET),
        (Exit.FINDINGS, SECRET),
        (Exit.INCOMPLETE, SECRET),
        (Exit.LOCKED, f"{SECRET}/fail"),
        (Exit.DEADLINE, f"{SECRET}/fail"),
        (Exit.CANNOT_RUN, f"{SECRET}/fail"),
    ],
)
def test_the_monitor_is_told_whether_the_audit_ran(watching, code, asked, caplog):
    assert beating(watching.url + SECRET, lambda: code) == code
    assert watching.asked == [asked]
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize("problem", [DynasecError("no"), KeyboardInterrupt(), SystemExit(1)])
def test_what_ends_it_early_is_a_failure(watching, problem):
    def work():
        raise problem

    with pytest.raises(type(problem)):
        beating(f"{watching.url}{SECRET}/?a=b", work)
    assert watching.asked == [f"{SECRET}/fail?a=b"]


def test_without_a_url_nobody_is_told():
    assert beating(None, lambda: 3) == 3
    assert beating("", lambda: 3) == 3


@pytest.mark.parametrize("status", [404, 500])
def test_a_monitor_that_refuses_changes_nothing(watching, status, caplog):
    watching.status = status
    assert beating(watching.url + SECRET, lambda: 3) == 3
    assert f"could not tell {watching.url}/…: it answers {status}" in caplog.text
    assert "s3cret" not in caplog.text


def test_redirects_within_the_host_are_followed_once_around(watching, caplog):
    watching.status, watching.location = 302, f"{watching.url}/elsewhere"
    assert beating(watching.url + SECRET, lambda: 0) == 0
    assert watching.asked[:2] == [SECRET, "/elsewhere"]
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize(
    "location", ["http://127.0.0.2:1{}", "https://127.0.0.1{}", "file:///etc/passwd", "{other}{}"]
)
def test_redirects_elsewhere_are_not_followed(watching, location, caplog):
    with monitor() as other:
        watching.status = 302
        watching.location = location.replace("{other}", other.url).replace("{}", SECRET)
        assert beating(watching.url + SECRET, lambda: 0) == 0
        assert watching.asked == [SECRET]
        assert other.asked == []
    assert "it answers 302" in caplog.text
    assert "s3cret" not in caplog.text


def test_a_slow_monitor_is_not_waited_for(watching, monkeypatch, caplog):
    monkeypatch.setattr(heartbeat, "TIMEOUT_S", 0.2)
    watching.slow = True
    assert beating(watching.url + SECRET, lambda: 0) == 0
    assert "could not tell" in caplog.text


def test_a_monitor_that_is_away(caplog):
    assert beating(f"http://127.0.0.1:1{SECRET}", lambda: 0) == 0
    assert "could not tell http://127.0.0.1:1/…: ConnectionRefusedError" in caplog.text


@pytest.mark.parametrize(
    "url", ["ftp://host/x", "file:///etc/passwd", "nonsense", "http://", "http://host:port/", "http://h/a b"]
)
def test_what_is_no_url_is_refused_before_anything_is_done(url):
    with pytest.raises(UsageError, match="the heartbeat is no URL of http or https") as refusal:
        beating(url, lambda: pytest.fail("it was done"))
    assert url not in str(refusal.value)


def test_of_a_url_the_host_may_be_told():
    assert (
        redacted(urlsplit("https://me:pass@hc.example.com:8443/s3cret?token=x"))
        == "https://hc.example.com:8443/…"
    )


def test_the_url_can_be_in_the_environment(watching, monkeypatch):
    monkeypatch.setenv("DYNASEC_HEARTBEAT_URL", watching.url + SECRET)
    assert run(["audit", "--snapshot", "absent.json"]) == 1
    assert watching.asked == [f"{SECRET}/fail"]
