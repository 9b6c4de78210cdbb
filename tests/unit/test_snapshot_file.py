import gzip
import json
import stat

import pytest

from dynasec import snapshot_file
from dynasec.cli import run
from dynasec.errors import DynasecError, SnapshotError
from tests.support.accounts import region, snapshot, table

SCHEMA = "dynasec.snapshot/v1"


def _account():
    return snapshot(region(table(continuous_backups=None), table("ünïcode")))


@pytest.mark.parametrize("name", ["account.json", "account.json.gz", "account"])
def test_a_file_gives_back_what_was_written(tmp_path, name):
    path = tmp_path / name
    snapshot_file.save(_account(), path)
    assert snapshot_file.load(path) == _account()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().startswith(b"\x1f\x8b") is name.endswith(".gz")


def test_what_is_gzipped_shows_in_the_content_not_the_name(tmp_path):
    path = tmp_path / "account.json"
    path.write_bytes(gzip.compress(_account().model_dump_json().encode()))
    assert snapshot_file.load(path) == _account()


@pytest.mark.parametrize("suffix", [".json", ".gz"])
def test_the_same_account_gives_the_same_bytes(tmp_path, suffix):
    one, two = tmp_path / f"one{suffix}", tmp_path / f"two{suffix}"
    snapshot_file.save(_account(), one)
    snapshot_file.save(_account(), two)
    assert one.read_bytes() == two.read_bytes()


def test_a_snapshot_that_cannot_be_written_leaves_nothing(tmp_path):
    with pytest.raises(DynasecError, match="there is no folder"):
        snapshot_file.save(_account(), tmp_path / "absent" / "account.json")
    assert not list(tmp_path.iterdir())


def _bytes():
    return _account().model_dump_json().encode()


def _with(**members):
    return json.dumps({**json.loads(_bytes()), **members}).encode()


def _flipped():
    content = bytearray(gzip.compress(_bytes()))
    content[len(content) // 2] ^= 0xFF
    return bytes(content)


DAMAGED = {
    "truncated gzip": (gzip.compress(_bytes())[:-20], "is truncated or damaged"),
    "flipped bit": (_flipped(), "is truncated or damaged"),
    "gzip header only": (b"\x1f\x8b", "is truncated or damaged"),
    "rubbish after gzip": (gzip.compress(_bytes()) + b"rubbish", "is truncated or damaged"),
    "truncated JSON": (_bytes()[:-20], "not JSON, or cut short"),
    "empty": (b"", "not JSON, or cut short"),
    "not UTF-8": (b'{"schema_id": "\xff"}', "not JSON, or cut short"),
    "nesting bomb": (b"[" * 100_000, "not JSON, or cut short"),
    "nesting bomb of objects": (b'{"a":' * 100_000, "not JSON, or cut short"),
    "number bomb": (b"9" * 100_000, "not JSON, or cut short"),
    "other JSON": (b'{"Resources": {}}', "is not a snapshot of dynasec"),
    "a list": (b"[]", "is not a snapshot of dynasec"),
    "null": (b"null", "is not a snapshot of dynasec"),
    "foreign schema": (_with(schema_id="other.snapshot/v1"), "is not a snapshot of dynasec"),
    "schema of another kind": (_with(schema_id="dynasec.report/v1"), "is not a snapshot of dynasec"),
    "odd version": (_with(schema_id="dynasec.snapshot/vnext"), "is not a snapshot of dynasec"),
    "older schema": (_with(schema_id="dynasec.snapshot/v0"), "is not a snapshot of dynasec"),
    "schema no text": (_with(schema_id={"a": 1}), "is not a snapshot of dynasec"),
    "newer schema": (
        _with(schema_id="dynasec.snapshot/v2"),
        r"was written by a newer dynasec \(snapshot v2;",
    ),
    "half": (
        json.dumps({"schema_id": SCHEMA}).encode(),
        "is not a whole snapshot: tool_version: Field required",
    ),
    "regions no list": (_with(regions=3), "is not a whole snapshot: regions"),
    "a region without name": (
        _with(regions=[{}]),
        r"is not a whole snapshot: regions\.0\.arn: Field required",
    ),
    "a bomb inside": (
        _bytes().replace(b'"calls":{}', b'"calls":' + b"[" * 100_000 + b"]" * 100_000),
        "not JSON, or cut short",
    ),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_is_one_line_and_exit_1(tmp_path, capsys, damage):
    content, says = DAMAGED[damage]
    path = tmp_path / "account.json"
    path.write_bytes(content)
    with pytest.raises(SnapshotError, match=says):
        snapshot_file.load(path)
    _one_line(capsys, path)


def test_a_missing_file_is_one_line_and_exit_1(tmp_path, capsys):
    with pytest.raises(SnapshotError, match="No such file or directory"):
        snapshot_file.load(tmp_path / "absent.json")
    _one_line(capsys, tmp_path / "absent.json")


def test_a_folder_is_one_line_and_exit_1(tmp_path, capsys):
    with pytest.raises(SnapshotError, match="Is a directory"):
        snapshot_file.load(tmp_path)
    _one_line(capsys, tmp_path)


def _one_line(capsys, path):
    assert run(["audit", "--snapshot", str(path)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("dynasec: ")
    assert len(printed.err.splitlines()) == 1
