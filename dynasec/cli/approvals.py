"""Files by which a second person approves of a plan. They are not signed: whoever can write the file can forge it."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from dynasec.errors import DynasecError
from dynasec.files import write_private
from dynasec.remedy.applying.gates import Approval
from dynasec.remedy.plan import canonical


def beside(plan: Path) -> Path:
    """Return where the approval of a plan file is looked for."""
    return plan.with_name(f"{plan.name}.approval.json")


def save(approval: Approval, path: Path) -> None:
    """Write an approval, atomically, mode 0600.

    Raises:
        DynasecError: the file cannot be written.

    """
    write_private(path, [canonical(approval.model_dump(mode="json")) + b"\n"])


def load(given: Path | None, plan: Path | None) -> tuple[Approval, ...]:
    """Return the approval of a given file, else that beside the plan; none where there is none.

    Raises:
        DynasecError: the file is no approval, or the given one cannot be read.

    """
    path = (
        given if given is not None else beside(plan) if plan is not None and beside(plan).exists() else None
    )
    if path is None:
        return ()
    try:
        return (Approval.model_validate(json.loads(path.read_bytes())),)
    except OSError as problem:
        msg = f"cannot read {path}: {problem.strerror or problem}"
        raise DynasecError(msg) from problem
    except (ValueError, RecursionError, ValidationError) as problem:
        msg = f"{path} is not an approval"
        raise DynasecError(msg, hint="make one with `dynasec approve`") from problem
