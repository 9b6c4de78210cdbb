import stat

import pytest

from dynasec.errors import DynasecError, Exit
from dynasec.history.lock import AuditLockedError, locked


def test_one_audit_per_account_and_store(tmp_path):
    store = tmp_path / "history.db"
    with locked(store, "aws", "123456789012"):
        with (
            pytest.raises(AuditLockedError, match="another run is auditing account 123456789012") as refusal,
            locked(store, "aws", "123456789012"),
        ):
            pass
        assert refusal.value.exit_code == Exit.LOCKED
        with locked(store, "aws", "210987654321"), locked(tmp_path / "other.db", "aws", "123456789012"):
            pass
        (one,) = tmp_path.glob("history.db.aws-123456789012.lock")
        assert stat.S_IMODE(one.stat().st_mode) == 0o600
    with locked(store, "aws", "123456789012"):
        pass


def test_a_lock_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(DynasecError, match=r"cannot lock .*; name another history with --store, or none"),
        locked(tmp_path / "file" / "history.db", "aws", "123456789012"),
    ):
        pass
