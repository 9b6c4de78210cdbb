"""Turns point-in-time recovery on, or makes its window long enough.

## What it does
`UpdateContinuousBackups`, always with the period spelled out: DynamoDB takes 35 days where it is left out, whatever was set before. A
period that is set and long enough is kept; otherwise it becomes 35 days, or `thresholds.recovery_window_days` where the window that
recovery already keeps is only too short.

## Safety
Reads, writes and capacity are untouched, and nothing is denied to anybody. It adds a charge per GB and month.

## Undo
With loss: recovery is turned off again, or its window is as short as before. The history gathered since then is gone at once.
"""

from collections.abc import Iterator

from dynasec.check import Context
from dynasec.drafting.prices import RECOVERY, of_copy
from dynasec.drafting.tables import same_table
from dynasec.model.fact import Fact
from dynasec.model.table import ContinuousBackups, Table
from dynasec.remediation import Call, Draft, Identity, Json, Remediation, Risk, State, UndoClass

remediation = Remediation(
    subject=Table,
    title="Turn point-in-time recovery on, with a window that is long enough",
    controls=("point-in-time-recovery", "recovery-window"),
    risk=Risk.ADDITIVE,
    undo=UndoClass.WITH_LOSS,
    reads=("dynamodb:DescribeTable",),
)

_LONGEST = 35
_SPECIFICATION = "PointInTimeRecoverySpecification"
_DESCRIPTION = "ContinuousBackupsDescription.PointInTimeRecoveryDescription"


@remediation.each
def plan(table: Table, context: Context) -> Iterator[Draft]:
    """Draft the one call."""
    now = table.continuous_backups.known()
    wanted = context.settings.thresholds.recovery_window_days
    days = wanted if now.enabled else max(now.window_days or _LONGEST, wanted)
    then = ContinuousBackups(enabled=True, window_days=days)
    back = _switch(table, now)
    yield Draft(
        resource=table.arn,
        region=table.region,
        summary=f"keep {days} days of point-in-time recovery of {table.name}",
        before=_specification(now),
        after=_specification(then),
        expect=(same_table(table), _state(table, now)),
        calls=(_switch(table, then).model_copy(update={"undo": (back,)}),),
        verify=(_state(table, then),),
        replaces=((table.continuous_backups, Fact(then)),),
        loses="the history that is gathered from now on"
        if not now.enabled
        else f"the history older than {now.window_days} days",
        cost=None if now.enabled else of_copy(table, RECOVERY),  # the price does not depend on the window
    )


def _switch(table: Table, to: ContinuousBackups) -> Call:
    return Call(
        operation="dynamodb:UpdateContinuousBackups",
        params={"TableName": table.name, _SPECIFICATION: _specification(to)},
        identity=Identity.SET_STATE,
        done=_state(table, to),
    )


def _specification(backups: ContinuousBackups) -> Json:
    if not backups.enabled:
        return {"PointInTimeRecoveryEnabled": False}
    return {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": backups.window_days}


def _state(table: Table, backups: ContinuousBackups) -> State:
    facts: dict[str, object] = {f"{_DESCRIPTION}.PointInTimeRecoveryStatus": "DISABLED"}
    if backups.enabled:
        facts = {
            f"{_DESCRIPTION}.PointInTimeRecoveryStatus": "ENABLED",
            f"{_DESCRIPTION}.RecoveryPeriodInDays": backups.window_days,
        }
    return State(
        operation="dynamodb:DescribeContinuousBackups", params={"TableName": table.name}, facts=facts
    )
