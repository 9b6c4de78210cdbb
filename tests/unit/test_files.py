import os
import stat
import tempfile
from pathlib import Path

import pytest

from dynasec.errors import DynasecError
from dynasec.files import refuse_unwritable, write_private


def test_a_file_is_readable_by_its_owner_only(tmp_path):
    path = tmp_path / "report.json"
    write_private(path, [b"secret"])
    assert path.read_bytes() == b"secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_open_file_becomes_private_when_replaced(tmp_path):
    path = tmp_path / "report.json"
    path.write_bytes(b"old")
    path.chmod(0o666)
    write_private(path, [b"new"])
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("failing", ["fsync", "replace"])
@pytest.mark.parametrize("problem", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_write_that_breaks_off_leaves_the_old_file_and_nothing_else(
    tmp_path, monkeypatch, failing, problem
):
    path = tmp_path / "report.json"
    path.write_bytes(b"old")

    def fail(*_):
        raise problem

    monkeypatch.setattr(*{"fsync": (os, "fsync"), "replace": (Path, "replace")}[failing], fail)
    with pytest.raises((DynasecError, KeyboardInterrupt)):
        write_private(path, [b"new"])
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_told_in_one_line(tmp_path, monkeypatch):
    def fail(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(DynasecError, match=r"^cannot write .*report\.json: No space left on device$"):
        write_private(tmp_path / "report.json", [b"new"])


def test_a_folder_that_takes_no_files_is_told(tmp_path, monkeypatch):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    with pytest.raises(DynasecError, match=r"report\.json: Permission denied$"):
        write_private(tmp_path / "report.json", [b"new"])


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(DynasecError, match="there is no folder"):
        write_private(tmp_path / "absent" / "report.json", [b""])


def test_a_folder_in_the_place_of_the_file_is_kept(tmp_path):
    (tmp_path / "report.json").mkdir()
    with pytest.raises(DynasecError, match="it is not a file"):
        write_private(tmp_path / "report.json", [b""])
    assert (tmp_path / "report.json").is_dir()


def test_a_device_is_never_replaced(tmp_path):
    os.mkfifo(tmp_path / "report.json")
    with pytest.raises(DynasecError, match="it is not a file"):
        write_private(tmp_path / "report.json", [b""])
    assert (tmp_path / "report.json").is_fifo()


def test_a_name_that_is_too_long_is_told(tmp_path):
    with pytest.raises(DynasecError, match="File name too long"):
        refuse_unwritable(tmp_path / ("x" * 300))


def test_a_file_that_is_there_or_not_may_be_written(tmp_path):
    refuse_unwritable(tmp_path / "report.json")
    (tmp_path / "report.json").touch()
    refuse_unwritable(tmp_path / "report.json")
