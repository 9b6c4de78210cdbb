"""One table and the IAM around it, all of it read, for controls on effective access."""

from __future__ import annotations

from typing import Any

from dynasec.model.fact import Fact, Gap, Listing
from dynasec.model.organization import Level, Organization, OrganizationDescription, OrganizationPolicy
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import ResourcePolicy, Table
from tests.support.accounts import ACCOUNT, REGION, description, region, snapshot, table
from tests.support.identity import allow, document, identity

ORDERS = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
STREAM = f"{ORDERS}/stream/2026-01-01T00:00:00.000"
REFUSED = Gap("organizations:ListPoliciesForTarget", "AccessDeniedException", "not authorized")
ALONE = Organization(description=Fact(None), levels=Listing(), policies=Listing(), accounts=Listing())
EVERYTHING = [allow("*")]


def trusting(principal: Any) -> str:
    """A trust policy."""
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


PEOPLE = trusting({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
LAMBDA = trusting({"Service": "lambda.amazonaws.com"})


def orders(**facts: Any) -> Table:
    """The table `orders` with a stream, an index and no policies, unless given otherwise. A list of statements is a policy of them."""
    wrapped = {
        key: ResourcePolicy(text=document(*value)) if isinstance(value, list) else value
        for key, value in facts.items()
    }
    whole = description(latest_stream_arn=STREAM, global_secondary_indexes=({"IndexName": "by-mail"},))
    return table(**{"policy": None, "stream_policy": None, "description": whole, **wrapped})


def account(*people: Any, of: Table | None = None, gaps: Any = None, **families: Any) -> Snapshot:
    """An account with the table `of`, these principals and policies, and no organisation."""
    inner = {key: families.pop(key) for key in ("table_backups",) if key in families}
    place = region(of or orders(), **{"table_backups": Listing(), **inner})
    return snapshot(place, **{"identity": identity(*people, gaps=gaps), "organization": ALONE, **families})


def organization(*statements: Any, gap: Gap | None = None) -> Organization:
    """An organisation whose one service control policy, at the account, says this; with a gap it could not be listed."""
    kinds = {
        "SERVICE_CONTROL_POLICY": Listing(() if gap else ("p-1",), gap),
        "RESOURCE_CONTROL_POLICY": Listing(),
    }
    policy = OrganizationPolicy(
        id="p-1",
        arn="arn:aws:organizations::111122223333:policy/p-1",
        name="guard",
        kind="SERVICE_CONTROL_POLICY",
        aws_managed=False,
        text=Fact(document(*statements)),
    )
    what = OrganizationDescription(
        id="o-own1234567",
        arn="arn:aws:organizations::111122223333:organization/o-own1234567",
        master_account_id="111122223333",
        feature_set="ALL",
    )
    return Organization(
        description=Fact(what),
        levels=Listing((Level(id=ACCOUNT, kind="ACCOUNT", policies=kinds),)),
        policies=Listing(() if gap else (policy,)),
        accounts=Listing(),
    )
