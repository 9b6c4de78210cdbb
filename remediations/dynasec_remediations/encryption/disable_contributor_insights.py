"""Turns Contributor Insights off where it publishes the keys of a sensitive table.

## What it does
`UpdateContributorInsights` with DISABLE, for the table and for each index whose most used keys are shown. Where only throttled keys are
shown, it stays on.

## Safety
Reads and writes are untouched. Dashboards and alarms that show the keys used most lose their data.

## Undo
Exact: it is turned on again, in the mode that it had. What was not recorded in between stays unrecorded.
"""

from collections.abc import Iterator

from dynasec.check import Context
from dynasec.drafting.tables import same_table
from dynasec.model.fact import Fact
from dynasec.model.table import ContributorInsights, Table
from dynasec.remediation import Call, Draft, Identity, Json, Remediation, Risk, State, UndoClass

remediation = Remediation(
    subject=Table,
    title="Turn off Contributor Insights that shows keys",
    controls=("insights-leak-no-keys",),
    risk=Risk.ADDITIVE,
    undo=UndoClass.EXACT,
    reads=("dynamodb:DescribeTable",),
)

_SHOWS_KEYS = "ACCESSED_AND_THROTTLED_KEYS"
_ON, _OFF = ("ENABLED", "ENABLING"), ("DISABLED", "DISABLING")


@remediation.each
def plan(table: Table, _: Context) -> Iterator[Draft]:
    """Draft one call for the table and for each index that shows its keys."""
    insights = table.contributor_insights.known()
    shown = [one for one in insights if _shows_keys(one)]
    places = {one.index_name or table.name: one for one in shown}
    off = tuple(
        one.model_copy(update={"contributor_insights_status": "DISABLED"}) if one in shown else one
        for one in insights
    )
    yield Draft(
        resource=table.arn,
        region=table.region,
        summary=f"turn Contributor Insights of {', '.join(places)} off",
        before={name: one.contributor_insights_mode for name, one in places.items()},
        after=dict.fromkeys(places),
        expect=(same_table(table), *(_state(table, one, _ON) for one in shown)),
        calls=tuple(_switch_off(table, one) for one in shown),
        verify=tuple(_is_now(table, one, "DISABLED") for one in shown),
        timeout_s=600,
        replaces=((table.contributor_insights, Fact(off)),),
    )


def _shows_keys(one: ContributorInsights) -> bool:
    return one.contributor_insights_status in _ON and one.contributor_insights_mode == _SHOWS_KEYS


def _switch_off(table: Table, one: ContributorInsights) -> Call:
    mode = {"ContributorInsightsMode": one.contributor_insights_mode}
    back = _call(table, one, {"ContributorInsightsAction": "ENABLE", **mode}, _ON, "ENABLED")
    off = _call(table, one, {"ContributorInsightsAction": "DISABLE"}, _OFF, "DISABLED")
    return off.model_copy(update={"undo": (back,)})


def _call(table: Table, one: ContributorInsights, action: Json, done: tuple[str, ...], settled: str) -> Call:
    return Call(
        operation="dynamodb:UpdateContributorInsights",
        params={**_place(table, one), **action},
        identity=Identity.SET_STATE,
        done=_state(table, one, done),
        settled=_is_now(table, one, settled),
        settle_s=600,
    )


def _place(table: Table, one: ContributorInsights) -> Json:
    index = {} if one.index_name is None else {"IndexName": one.index_name}
    return {"TableName": table.name, **index}


def _state(table: Table, one: ContributorInsights, statuses: tuple[str, ...]) -> State:
    names = ",".join(f"'{status}'" for status in statuses)
    return State(
        operation="dynamodb:DescribeContributorInsights",
        params=_place(table, one),
        facts={f"contains([{names}], ContributorInsightsStatus)": True},
    )


def _is_now(table: Table, one: ContributorInsights, status: str) -> State:
    return State(
        operation="dynamodb:DescribeContributorInsights",
        params=_place(table, one),
        facts={"ContributorInsightsStatus": status},
    )
