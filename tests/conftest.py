"""No test may reach an account or the user's files: credentials are dummies, and folders of the user's are temporary ones."""

from __future__ import annotations

import gc
import itertools
from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from moto import mock_aws

from tests.support import sparing

# How long a machine takes over making examples, or how many it has to throw away as too large, says nothing about the program.
settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("patient")


@pytest.fixture(autouse=True, scope="session")
def _no_real_account():
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_SESSION_TOKEN"):
            patch.delenv(name, raising=False)
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_CONFIG_FILE", "/dev/null")
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


@pytest.fixture(autouse=True, scope="session")
def _sparing():
    with pytest.MonkeyPatch.context() as patch:
        sparing.install(patch)
        yield


_NUMBERS = itertools.count()


def _move_in(home, patch):
    for kind in ("DATA", "STATE", "CACHE", "CONFIG"):
        patch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))


@pytest.fixture(autouse=True, scope="session")
def _homes(tmp_path_factory):
    """Where the folders of tests are; fixtures that outlive a test have one of their own."""
    homes = tmp_path_factory.mktemp("homes")
    with pytest.MonkeyPatch.context() as patch:
        _move_in(homes / "shared", patch)
        yield homes


@pytest.fixture(autouse=True)
def _no_real_home(_homes, monkeypatch):
    """Each test has its own data, state, cache and configuration folder; none of them is there before it is needed."""
    _move_in(_homes / str(next(_NUMBERS)), monkeypatch)


@pytest.fixture
def aws():
    """An empty emulated account."""
    with mock_aws():
        yield


@pytest.fixture(autouse=True, scope="module")
def _nothing_old_is_searched_for_garbage():
    """What earlier modules left (imports, models, kept clients) stays: to look through it at each collection takes a tenth of a run."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter):
    """Count the kills of tests/crash, which a worker of xdist tells with its reports."""
    told = Counter()
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        if report.when == "call":
            for name, value in report.user_properties:
                told[name] += value if name in {"boundaries", "kills"} else 0
    if told["boundaries"]:
        terminalreporter.write_line(
            f"crash matrix: killed at {told['kills']} of {told['boundaries']} boundaries of the protocol"
        )
