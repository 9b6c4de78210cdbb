"""Posting to a webhook: what is tried again, what is refused, and that its URL is in nothing that anybody reads."""

import logging
import traceback

import pytest

from dynasec.notify import webhook as module
from dynasec.notify.message import UndeliveredError
from dynasec.notify.webhook import Webhooks
from tests.support.notices import waiting, webhook
from tests.support.webhooks import hook

TARGET = webhook()
ITEM = ({"text": "something is new"},)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def server():
    with hook() as here:
        yield here


class Sender:
    """Delivers, and keeps for how long it waited."""

    def __init__(self, url):
        self.waited = []
        self._hooks = Webhooks({"CHAT_URL": url}, self.waited.append)

    def send(self):
        self._hooks.deliver(TARGET, waiting(TARGET), ITEM)

    def refused(self, url, caplog):
        with caplog.at_level(logging.DEBUG), pytest.raises(UndeliveredError) as caught:
            self.send()
        told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text
        for part in ("SECRET", url, url.rpartition("/")[2]):
            assert not part or part not in told
        return caught.value


def test_it_is_posted_once_and_named_by_its_key(server):
    sender = Sender(server.url)
    sender.send()
    assert (server.taken, server.keys, sender.waited) == ([ITEM[0]], ["key-1"], [])


@pytest.mark.parametrize("statuses", [[500, 200], [429, 503, 502, 200]])
def test_what_may_pass_is_tried_again(server, statuses):
    server.answers = list(statuses)
    sender = Sender(server.url)
    sender.send()
    assert len(server.taken) == 1
    assert sender.waited == [1.0, 2.0, 4.0][: len(statuses) - 1]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_few_times_only(server, status, caplog):
    server.answers = [status]
    sender = Sender(server.url)
    problem = sender.refused(server.url, caplog)
    assert (problem.reason, problem.lasting, len(server.asked)) == (f"it answers {status}", True, 4)


def test_it_waits_as_long_as_the_server_says(server):
    server.answers, server.headers = [429, 200], {"Retry-After": "7"}
    sender = Sender(server.url)
    sender.send()
    assert sender.waited == [7.0]


@pytest.mark.parametrize(
    ("said", "waited"), [("3600", []), ("Wed, 21 Oct 2026 07:28:00 GMT", [1.0, 2.0, 4.0])]
)
def test_but_not_for_long(server, said, waited, caplog):
    server.answers, server.headers = [429], {"Retry-After": said}
    sender = Sender(server.url)
    assert sender.refused(server.url, caplog).lasting
    assert sender.waited == waited


@pytest.mark.parametrize(
    ("status", "lasting"), [(400, False), (413, False), (403, True), (404, True), (410, True)]
)
def test_what_will_not_pass_is_not_tried_again(server, status, lasting, caplog):
    server.answers = [status]
    problem = Sender(server.url).refused(server.url, caplog)
    assert (problem.reason, problem.lasting) == (f"it answers {status}", lasting)
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304])
def test_redirects_are_not_followed(server, status, caplog):
    with hook() as other:
        server.answers, server.headers = [status], {"Location": other.url}
        problem = Sender(server.url).refused(server.url, caplog)
        assert problem.reason == f"it redirects ({status}), which is not followed"
        assert (len(server.asked), other.asked) == (1, [])


def test_a_server_that_never_comes_to_an_end_is_left(server, monkeypatch, caplog):
    monkeypatch.setattr(module, "TIMEOUT_S", 0.3)
    server.drip = True
    problem = Sender(server.url).refused(server.url, caplog)
    assert (problem.reason, problem.lasting) == ("it cannot be reached: TimeoutError", True)


def test_a_server_that_is_away(caplog):
    url = "http://127.0.0.1:1/services/T0SECRET"
    problem = Sender(url).refused(url, caplog)
    assert problem.reason == "it cannot be reached: ConnectionRefusedError"


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/SECRET",
        "http://127.0.0.1.example.com/SECRET",
        "http://localhost@example.com/SECRET",
        "https://me:SECRET@hooks.example.com/x",
        "ftp://127.0.0.1/SECRET",
        "file:///etc/SECRET",
        "https://hooks.example.com/SECRET\r\nHost: evil",
        "https://hooks.example.com:port/SECRET",
        "https://[SECRET",
        "https:///SECRET",
        "SECRET",
    ],
)
def test_what_is_no_https_url_is_not_asked(url, caplog):
    problem = Sender(url).refused(url, caplog)
    assert (problem.reason, problem.lasting) == ("CHAT_URL holds no https URL", True)


@pytest.mark.parametrize("environment", [{}, {"CHAT_URL": ""}])
def test_an_environment_without_it(environment):
    with pytest.raises(UndeliveredError, match="the environment has no CHAT_URL"):
        Webhooks(environment).deliver(TARGET, waiting(TARGET), ITEM)


def test_nothing_of_it_is_in_a_representation():
    assert "SECRET" not in repr(Webhooks({"CHAT_URL": "https://hooks.example.com/SECRET"}))
