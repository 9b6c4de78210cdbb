"""Builds CloudTrail's side of a snapshot by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dynasec.model.fact import Fact, Listing
from dynasec.model.trail import (
    EventDataStore,
    EventDataStoreDescription,
    EventSelectors,
    Trail,
    TrailDescription,
    Trails,
    TrailStatus,
)
from tests.support.accounts import ACCOUNT, REGION, denied_listing

Selector = dict[str, Any]


def basic(*tables: str, of: str = "All", management: bool = True, excluded: Sequence[str] = ()) -> Selector:
    """A basic selector; `tables` are values of data resources."""
    return {
        "ReadWriteType": of,
        "IncludeManagementEvents": management,
        "DataResources": [{"Type": "AWS::DynamoDB::Table", "Values": list(tables)}] if tables else [],
        "ExcludeManagementEventSources": list(excluded),
    }


def data(**fields: Sequence[str]) -> Selector:
    """An advanced selector of table events; `fields` by Equals, `resources_arn` for resources.ARN."""
    asked = {"eventCategory": ["Data"], "resources.type": ["AWS::DynamoDB::Table"]}
    asked |= {{"resources_arn": "resources.ARN"}.get(name, name): list(of) for name, of in fields.items()}
    return {"FieldSelectors": [{"Field": name, "Equals": values} for name, values in asked.items()]}


def management(**fields: Sequence[str]) -> Selector:
    """An advanced selector of management events."""
    asked = {"eventCategory": ["Management"], **fields}
    return {"FieldSelectors": [{"Field": name, "Equals": list(values)} for name, values in asked.items()]}


def trail(
    name: str = "org",
    *selectors: Selector,
    advanced: Sequence[Selector] = (),
    home: str = REGION,
    multi_region: bool = True,
    account: str = ACCOUNT,
    **facts: Any,
) -> Trail:
    """A trail that is logging; `status`, `selected` (facts) and members of its description in snake case may be given."""
    arn = f"arn:aws:cloudtrail:{home}:{account}:trail/{name}"
    status = facts.pop("status", TrailStatus(is_logging=True))
    selected = facts.pop("selected", EventSelectors(basic=selectors, advanced=tuple(advanced)))
    description: dict[str, Any] = {
        "name": name,
        "trail_arn": arn,
        "home_region": home,
        "is_multi_region_trail": multi_region,
        "is_organization_trail": account != ACCOUNT,
        "s3_bucket_name": "logs",
        "has_custom_event_selectors": True,
        **facts,
    }
    return Trail(
        arn=arn,
        region=home,
        account=account,
        description=TrailDescription(**description),
        status=status if isinstance(status, Fact) else Fact(status),
        selectors=selected if isinstance(selected, Fact) else Fact(selected),
    )


def store(name: str = "lake", *selectors: Selector, home: str = REGION, **members: Any) -> EventDataStore:
    """An enabled event data store of all Regions; `description` may be a Fact, members of it in snake case."""
    arn = f"arn:aws:cloudtrail:{home}:{ACCOUNT}:eventdatastore/{name}"
    description = members.pop("description", None) or Fact(
        EventDataStoreDescription(
            **{
                "event_data_store_arn": arn,
                "name": name,
                "status": "ENABLED",
                "advanced_event_selectors": selectors,
                "multi_region_enabled": True,
                "organization_enabled": False,
                **members,
            }
        )
    )
    return EventDataStore(arn=arn, region=home, name=name, description=description)


def trails(
    *found: Trail | EventDataStore,
    regions: Sequence[str] = (REGION,),
    trails_denied_in: Sequence[str] = (),
    stores_denied_in: Sequence[str] = (),
) -> Trails:
    """Everything found in these Regions; in some, listing may be denied."""
    own = tuple(one for one in found if isinstance(one, Trail))
    stores = [one for one in found if isinstance(one, EventDataStore)]
    return Trails(
        trails=own,
        visible={
            region: denied_listing("cloudtrail:DescribeTrails")
            if region in trails_denied_in
            else Listing(
                tuple(one.arn for one in own if one.description.is_multi_region_trail or one.region == region)
            )
            for region in regions
        },
        stores={
            region: denied_listing("cloudtrail:ListEventDataStores")
            if region in stores_denied_in
            else Listing(tuple(one for one in stores if one.region == region))
            for region in regions
        },
    )
