"""The least-privilege policy that some controls need: exactly what they declare to read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from dynasec.collect.operations import iam_actions
from dynasec.registry import Control

_TO_LIST_REGIONS: Final = "ec2:DescribeRegions"


def reads_of(controls: Iterable[Control], *, deep: bool = False) -> frozenset[str]:
    """Return every operation that an audit of these controls makes, identity aside, under `--deep` or without it."""
    return frozenset(
        operation
        for control in controls
        for operation in (control.check.all_reads if deep else control.check.usual_reads)
    )


def policy(
    controls: Iterable[Control],
    *,
    more: frozenset[str] = frozenset(),
    all_regions: bool = False,
    deep: bool = False,
) -> dict[str, Any]:
    """Return an identity policy document for the controls and `more` operations.

    `sts:GetCallerIdentity` is in none: AWS needs no permission for it.
    """
    operations = (
        reads_of(controls, deep=deep) | more | ({_TO_LIST_REGIONS} if all_regions else frozenset[str]())
    )
    actions = sorted({action for operation in operations for action in iam_actions(operation)})
    return {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "DynasecAudit", "Effect": "Allow", "Action": actions, "Resource": "*"}],
    }
