"""The least-privilege policy that some controls need: exactly what they declare to read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from dynasec.collect.operations import iam_actions
from dynasec.registry import Control

_TO_LIST_REGIONS: Final = "ec2:DescribeRegions"


def reads_of(controls: Iterable[Control], *, deep: bool = False, items: bool = False) -> frozenset[str]:
    """Return every operation that an audit of these controls makes, identity aside: with `--deep` and `--sample-items` or without."""
    return frozenset[str]().union(
        *(
            one.check.usual_reads.union(
                one.check.deep_reads if deep else (), one.check.item_reads if items else ()
            )
            for one in controls
        )
    )


def policy(
    controls: Iterable[Control],
    *,
    more: frozenset[str] = frozenset(),
    all_regions: bool = False,
    deep: bool = False,
    items: bool = False,
) -> dict[str, Any]:
    """Return an identity policy document for the controls and `more` operations.

    `sts:GetCallerIdentity` is in none: AWS needs no permission for it.
    """
    regions = {_TO_LIST_REGIONS} if all_regions else frozenset[str]()
    operations = reads_of(controls, deep=deep, items=items) | more | regions
    actions = sorted({action for operation in operations for action in iam_actions(operation)})
    return {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "DynasecAudit", "Effect": "Allow", "Action": actions, "Resource": "*"}],
    }
