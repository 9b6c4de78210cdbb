"""Nobody is locked out unseen: what a change takes away is listed by name, and what must not be taken blocks it."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dynasec.model.backup import BackupPlan, BackupSelection, BackupService, SelectionBody
from dynasec.model.companion import Companions, EventSourceMapping
from dynasec.model.fact import Fact, Listing
from dynasec.model.network import Endpoint
from dynasec.model.region import Region
from dynasec.model.shape import Shape
from dynasec.model.snapshot import Snapshot
from dynasec.model.table import ResourcePolicy, Table
from dynasec.remediation import Draft
from dynasec.remedy.impact.access_comparison import Comparison
from dynasec.remedy.impact.access_scope import scope_of
from dynasec.remedy.impact.access_state import AccountState, rights_through
from dynasec.remedy.impact.analysis import assessor
from dynasec.remedy.observed.log_files import local_files
from dynasec.remedy.observed.requests import Observed, observe
from dynasec.remedy.plan import Blocked, Impact
from dynasec.remedy.planning.projection import replaced
from tests.support.accounts import ACCOUNT, NOW, REGION, denied_listing, description, region, snapshot, table
from tests.support.identity import REFUSED, allow, deny, document, identity, managed, role, user
from tests.support.network import TO_ENDPOINT, TO_INTERNET, endpoint, network, routes
from tests.support.observed import ORDERS, event, session, write_log

DRAFT = Draft("arn", REGION, "a change", {}, {}, (), (), ())
INDEX = description(global_secondary_indexes=({"index_name": "by-email"},))
ITEMS = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query")
ALL_OF_ORDERS = [ORDERS, f"{ORDERS}/index/*"]
APP = role(inline={"use": [allow(*ITEMS, resource=ALL_OF_ORDERS)]})
AUDITOR = role("auditor", inline={"read": [allow("dynamodb:Describe*", "dynamodb:*ResourcePolicy")]})
SCALING_PATH = "/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/"
SCALING = role(
    "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable",
    path=SCALING_PATH,
    inline={"scale": [allow("dynamodb:DescribeTable", "dynamodb:UpdateTable")]},
)
PLAIN = {"Bool": {"aws:SecureTransport": "false"}}
NOT_HERE = {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}


def policy(*statements: dict[str, Any]) -> ResourcePolicy:
    return ResourcePolicy(
        text=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}), revision_id="1"
    )


def to_all(statement: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**statement, "Principal": "*", **more}


def account(*things: Any, of: Iterable[Table] = (), gaps: Any = None, **families: Any) -> Snapshot:
    tables = tuple(of) or (table(description=INDEX, policy=None, stream_policy=None),)
    return snapshot(
        region(*tables, **families), identity=identity(*(things or (APP, AUDITOR, SCALING)), gaps=gaps)
    )


def with_policy(before: Snapshot, *statements: dict[str, Any], name: str = "orders") -> Snapshot:
    found = next(one for one in before.tables() if one.name == name)
    return replaced(
        before, found, found.model_copy(update={"policy": Fact(policy(*statements) if statements else None)})
    )


def with_piece(before: Snapshot, old: Shape, **members: Any) -> Snapshot:
    return replaced(before, old, old.model_copy(update=members))


def evidence(folder: Path, *events: dict[str, Any], days: int = 20, until: datetime = NOW) -> Observed:
    """These requests, each made on the first and the last of some days."""
    times = (f"{until - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}", f"{until:%Y-%m-%dT%H:%M:%SZ}")
    made = [{**one, "eventTime": moment} for one in events or (event(),) for moment in times]
    write_log(folder / "log.json.gz", *made)
    return observe(local_files(folder))


def assess(
    before: Snapshot, after: Snapshot, observed: Observed | None = None, *, accept: bool = False
) -> tuple[Impact, tuple[Blocked, ...]]:
    return assessor(observed, accept_no_evidence=accept)(DRAFT, before, after)


def reasons(blocked: Iterable[Blocked], override: str = "") -> str:
    """The reasons of the blocks with this override, in one text."""
    return "\n".join(one.reason for one in blocked if one.override == override)


TLS_ONLY = to_all(deny("dynamodb:*"), Condition=PLAIN)


def test_denying_plain_http_narrows_and_denies_nobody(tmp_path: Path) -> None:
    before = account()
    impact, blocked = assess(before, with_policy(before, TLS_ONLY), evidence(tmp_path))
    assert not blocked
    assert not impact.denied
    assert (
        "role/app: dynamodb:GetItem, dynamodb:Query, dynamodb:PutItem on table orders (not over plain HTTP)"
        in impact.narrowed
    )
    assert (
        "role/app: dynamodb:Query on index by-email of table orders (not over plain HTTP)" in impact.narrowed
    )
    assert impact.evaluated > 100
    assert (impact.observed, impact.observed_denied) == (1, ())
    assert impact.evidence == "2 DynamoDB events in 1 files, 2025-12-26 to 2026-01-15"


def test_a_request_of_which_the_transport_is_not_told_is_not_taken_to_be_over_tls(tmp_path: Path) -> None:
    before = account()
    observed = evidence(tmp_path, event(tlsDetails=None))
    impact, blocked = assess(before, with_policy(before, TLS_ONLY), observed)
    assert "role/app: dynamodb:GetItem on table orders (not over plain HTTP)" in reasons(
        blocked, "accept-no-evidence"
    )
    assert any("not over plain HTTP" in line for line in impact.unknown)


def only_through(*exempt: dict[str, Any]) -> dict[str, Any]:
    condition: dict[str, Any] = dict(NOT_HERE)
    for one in exempt:
        condition.update(one)
    return to_all(deny(*ITEMS), Condition=condition)


def test_an_observed_request_from_elsewhere_blocks_the_way_through_one_endpoint(tmp_path: Path) -> None:
    before = account(network=network(endpoints=(endpoint(),)))
    observed = evidence(
        tmp_path, event(), event(vpcEndpointId="vpce-1", sourceIPAddress="10.0.0.1", eventName="PutItem")
    )
    impact, blocked = assess(before, with_policy(before, only_through()), observed)
    [line] = impact.observed_denied
    assert line == "role/app: dynamodb:GetItem on table orders, seen 2 times, last on 2026-01-15"
    assert line in reasons(blocked)


def test_requests_through_the_endpoint_stay_allowed(tmp_path: Path) -> None:
    before = account(network=network(endpoints=(endpoint(),)))
    observed = evidence(tmp_path, event(vpcEndpointId="vpce-1", sourceIPAddress="10.0.0.1"))
    impact, blocked = assess(before, with_policy(before, only_through()), observed)
    assert not blocked
    assert not impact.observed_denied
    assert any("vpce-1" in line and line.startswith("role/app") for line in impact.narrowed)


def test_the_service_linked_role_of_autoscaling_must_be_exempt(tmp_path: Path) -> None:
    before = account(network=network(endpoints=(endpoint(),)))
    everything = to_all(deny("dynamodb:UpdateTable"), Condition=NOT_HERE)
    observed = evidence(tmp_path)
    impact, blocked = assess(before, with_policy(before, everything), observed)
    assert "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable" in reasons(blocked)
    assert "would be denied: dynamodb:UpdateTable on table orders" in reasons(blocked)
    assert any(line.startswith("role/aws-service-role/") for line in impact.denied)
    exempt = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/aws-service-role/*"}}
    safe = to_all(deny("dynamodb:UpdateTable"), Condition={**NOT_HERE, **exempt})
    assert not assess(before, with_policy(before, safe), observed)[1]


def test_the_caller_itself_must_not_be_locked_out(tmp_path: Path) -> None:
    before = account()
    after = with_policy(before, to_all(deny("dynamodb:PutResourcePolicy")))
    blocked = assess(before, after, evidence(tmp_path))[1]
    assert "the caller itself would be denied: role/auditor: dynamodb:PutResourcePolicy" in reasons(blocked)
    after = with_policy(before, to_all(deny("dynamodb:PutResourcePolicy"), Condition=NOT_HERE))
    blocked = assess(before, after, evidence(tmp_path))[1]
    assert "may not be able to undo it: role/auditor: dynamodb:PutResourcePolicy" in reasons(blocked)


@pytest.mark.parametrize("arn", ["assumed-role/auditor/session", "assumed-role/nobody/session"])
def test_the_caller_is_found_by_its_session(tmp_path: Path, arn: str) -> None:
    before = account().model_copy(update={"caller_arn": f"arn:aws:sts::{ACCOUNT}:{arn}"})
    after = with_policy(before, to_all(deny("dynamodb:PutResourcePolicy")))
    blocked = assess(before, after, evidence(tmp_path))[1]
    if "auditor" in arn:
        assert "the caller itself would be denied" in reasons(blocked)
    else:
        assert "is not among the principals" in reasons(blocked, "accept-no-evidence")


FOREIGN = "999999999999"


def foreign(*actions: str) -> dict[str, Any]:
    return {**allow(*actions), "Principal": {"AWS": f"arn:aws:iam::{FOREIGN}:root"}}


def test_removing_a_foreigner_lists_it_and_blocks_where_it_was_observed(tmp_path: Path) -> None:
    before = with_policy(account(), foreign("dynamodb:GetItem"))
    after = with_policy(before)
    impact, blocked = assess(before, after, evidence(tmp_path / "own"))
    assert impact.denied == (f"root of account {FOREIGN}: dynamodb:GetItem on table orders",)
    assert not blocked
    theirs = event(userIdentity={"type": "AWSAccount", "accountId": FOREIGN, "principalId": "AROA:x"})
    impact, blocked = assess(before, after, evidence(tmp_path / "theirs", theirs))
    assert FOREIGN in reasons(blocked)
    assert len(impact.observed_denied) == 1


def endpoint_policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def through_the_endpoint(before: Snapshot, *statements: dict[str, Any]) -> Snapshot:
    found: Endpoint = before.regions[0].network.endpoints.items[0]
    return with_piece(before, found, policy_document=endpoint_policy(*statements))


def test_an_endpoint_policy_that_forgets_the_app_role_is_blocked_with_its_name(tmp_path: Path) -> None:
    other = role("batch", inline={"use": [allow(*ITEMS, resource=ALL_OF_ORDERS)]})
    before = account(APP, AUDITOR, other, network=network(endpoints=(endpoint(),)))
    only_batch = to_all(allow("dynamodb:*"), Condition={"ArnEquals": {"aws:PrincipalArn": other.arn}})
    after = through_the_endpoint(before, only_batch)
    observed = evidence(tmp_path, event(vpcEndpointId="vpce-1", sourceIPAddress="10.0.0.1"))
    impact, blocked = assess(before, after, observed)
    assert "role/app: dynamodb:GetItem on table orders, through vpce-1, seen 2 times" in reasons(blocked)
    assert (
        "role/app: dynamodb:GetItem, dynamodb:Query, dynamodb:PutItem on table orders, through vpce-1"
        in impact.denied
    )
    assert not any(line.startswith("role/batch") for line in impact.denied)


def test_an_endpoint_policy_that_forgets_the_index_denies_the_query(tmp_path: Path) -> None:
    before = account(network=network(endpoints=(endpoint(),)))
    after = through_the_endpoint(before, to_all(allow("dynamodb:*", resource=ORDERS)))
    query = event(
        eventName="Query",
        vpcEndpointId="vpce-1",
        requestParameters={"tableName": "orders", "indexName": "by-email"},
    )
    impact, blocked = assess(before, after, evidence(tmp_path, query))
    assert "dynamodb:Query on index by-email of table orders, through vpce-1" in reasons(blocked)
    of_app = [line for line in impact.denied if line.startswith("role/app")]
    assert of_app == ["role/app: dynamodb:Query on index by-email of table orders, through vpce-1"]


def test_a_transaction_needs_its_condition_check(tmp_path: Path) -> None:
    writer = role(inline={"use": [allow("dynamodb:PutItem", "dynamodb:ConditionCheckItem", resource=ORDERS)]})
    before = account(writer, AUDITOR, network=network(endpoints=(endpoint(),)))
    after = through_the_endpoint(before, to_all(allow("dynamodb:PutItem")))
    items = [{"operation": one, "tableName": "orders"} for one in ("Put", "ConditionCheck")]
    made = event(
        eventName="TransactWriteItems", vpcEndpointId="vpce-1", requestParameters={"requestItems": items}
    )
    impact, blocked = assess(before, after, evidence(tmp_path, made))
    assert "dynamodb:ConditionCheckItem on table orders" in reasons(blocked)
    assert [line for line in impact.observed_denied if "PutItem" in line] == []


def test_describe_endpoints_must_stay_allowed_for_those_who_use_tables(tmp_path: Path) -> None:
    reader = role(inline={"use": [allow("dynamodb:GetItem", "dynamodb:DescribeEndpoints")]})
    lost = role("lost", inline={"use": [allow("dynamodb:Scan", "dynamodb:DescribeEndpoints")]})
    before = account(reader, lost, AUDITOR, network=network(endpoints=(endpoint(),)))
    after = through_the_endpoint(before, to_all(allow("dynamodb:GetItem")))
    impact, blocked = assess(before, after, evidence(tmp_path))
    [reason] = [one.reason for one in blocked if "DescribeEndpoints" in one.reason]
    assert "role/app" in reason
    assert "role/lost" not in reason
    assert "root" not in reason
    assert "role/app: dynamodb:DescribeEndpoints on the account, through vpce-1" in impact.denied


def test_a_request_through_the_endpoint_to_a_foreign_table_is_asked_too(tmp_path: Path) -> None:
    caller = role(inline={"use": [allow(*ITEMS)]})
    before = account(caller, AUDITOR, network=network(endpoints=(endpoint(),)))
    own = {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}
    after = through_the_endpoint(before, to_all(allow("dynamodb:*"), Condition=own))
    arn = ORDERS.replace(ACCOUNT, FOREIGN)
    theirs = event(vpcEndpointId="vpce-1", resources=[{"ARN": arn}], requestParameters={"tableName": arn})
    impact, _ = assess(before, after, evidence(tmp_path, event(vpcEndpointId="vpce-1"), theirs))
    assert [line for line in impact.observed_denied if arn in line]
    assert not [line for line in impact.observed_denied if "table orders" in line]


def test_a_new_endpoint_blocks_where_policies_ask_for_the_source_address(tmp_path: Path) -> None:
    inside = {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}
    office = role("office", inline={"use": [allow("dynamodb:GetItem", Condition=inside)]})
    before = account(APP, AUDITOR, office, network=network(endpoints=()))
    new = endpoint()
    after = replaced(before, before.regions[0].network.endpoints, Listing((new,)))
    impact, blocked = assess(before, after, evidence(tmp_path))
    assert impact.denied == ("role/office: dynamodb:GetItem on table orders, through vpce-1",)
    assert "aws:SourceIp" in reasons(blocked, "accept-no-evidence")
    assert "role/office" in reasons(blocked, "accept-no-evidence")
    unasked = account(APP, AUDITOR, network=network(endpoints=()))
    after = replaced(unasked, unasked.regions[0].network.endpoints, Listing((new,)))
    assert assess(unasked, after, evidence(tmp_path))[1] == ()


def test_a_route_to_an_endpoint_counts_as_a_new_way(tmp_path: Path) -> None:
    denied_elsewhere = to_all(deny("dynamodb:PutItem"), Condition={"StringLike": {"aws:SourceVpce": "*"}})
    before = with_policy(
        account(network=network(endpoints=(endpoint(),), route_tables=(routes(name="rtb-2"),))),
        denied_elsewhere,
    )
    found: Endpoint = before.regions[0].network.endpoints.items[0]
    after = with_piece(before, found, route_table_ids=("rtb-1", "rtb-2"))
    observed = evidence(tmp_path, event(eventName="PutItem"), event())
    impact, blocked = assess(before, after, observed)
    assert "role/app: dynamodb:PutItem on table orders, through vpce-1" in impact.denied
    assert "if it comes through vpce-1 then" in reasons(blocked, "accept-no-evidence")


def test_a_changed_route_table_counts_as_a_new_way_too(tmp_path: Path) -> None:
    conditional = to_all(deny("dynamodb:PutItem"), Condition={"StringLike": {"aws:SourceVpce": "*"}})
    alone = network(endpoints=(endpoint(),), route_tables=(routes(name="rtb-2"),))
    before = with_policy(account(network=alone), conditional)
    old = before.regions[0].network.route_tables.items[0]
    impact, _ = assess(before, replaced(before, old, routes(TO_ENDPOINT, name="rtb-2")), evidence(tmp_path))
    assert "role/app: dynamodb:PutItem on table orders, through vpce-1" in impact.denied
    elsewhere = routes(TO_INTERNET, name="rtb-2")
    impact, blocked = assess(before, replaced(before, old, elsewhere), evidence(tmp_path))
    assert "routes of rtb-2 change otherwise" in reasons(blocked, "accept-no-evidence")


def test_a_change_that_concerns_no_table_that_was_read_is_not_passed(tmp_path: Path) -> None:
    first = account()
    empty = region(name="eu-west-1", network=network(endpoints=(endpoint(where="eu-west-1"),)))
    before = first.model_copy(update={"regions": (*first.regions, empty)})
    found = empty.network.endpoints.items[0]
    after = with_piece(before, found, policy_document=endpoint_policy(to_all(allow("dynamodb:GetItem"))))
    impact, blocked = assess(before, after, evidence(tmp_path))
    assert impact.evaluated == 0
    assert "it concerns no table that was read" in reasons(blocked, "accept-no-evidence")


def test_narrowing_a_policy_lists_who_has_it_and_nobody_else(tmp_path: Path) -> None:
    wide = managed("wide", [allow("dynamodb:*")])
    first = role("first", attached=(wide.arn,))
    second = user("second", attached=(wide.arn,))
    before = account(wide, first, second, APP, AUDITOR)
    after = with_piece(
        before,
        wide,
        text=Fact(json.dumps({"Version": "2012-10-17", "Statement": [allow("dynamodb:GetItem")]})),
    )
    did = event(userIdentity=session("first"), eventName="PutItem")
    impact, blocked = assess(before, after, evidence(tmp_path, did, event()))
    assert {line.partition(":")[0] for line in impact.denied} == {"role/first", "user/second"}
    assert "role/first: dynamodb:PutItem on table orders" in reasons(blocked)
    assert not [line for line in impact.observed_denied if "role/app" in line]


def test_what_was_allowed_and_cannot_be_told_afterwards_blocks(tmp_path: Path) -> None:
    before = account()
    gone = before.regions[0].tables.items[0].model_copy(update={"policy": denied_listing_fact()})
    after = replaced(before, before.regions[0].tables.items[0], gone)
    impact, blocked = assess(before, after, evidence(tmp_path))
    assert "whether these rights remain cannot be told: role/app" in reasons(blocked)
    assert impact.unknown


def denied_listing_fact() -> Fact[Any]:
    return Fact(gap=REFUSED)


def test_principals_that_were_not_listed_block(tmp_path: Path) -> None:
    before = account(APP, AUDITOR, gaps={"users": REFUSED})
    blocked = assess(before, with_policy(before, TLS_ONLY), evidence(tmp_path))[1]
    assert "could not all be listed" in reasons(blocked, "accept-no-evidence")


def test_a_principal_whose_policies_are_not_known_is_told(tmp_path: Path) -> None:
    hidden = role("hidden", attached=denied_listing("iam:GetAccountAuthorizationDetails"))
    before = account(hidden, APP, AUDITOR)
    impact, blocked = assess(
        before, with_policy(before, to_all(deny("dynamodb:GetItem"))), evidence(tmp_path)
    )
    assert any(line.startswith("role/hidden: dynamodb:GetItem") for line in impact.unknown)
    assert "role/hidden" in reasons(blocked, "accept-no-evidence")


def test_rights_that_were_not_known_before_are_not_taken_for_kept(tmp_path: Path) -> None:
    hidden = role("hidden", attached=denied_listing("iam:GetAccountAuthorizationDetails"))
    before = account(hidden, APP, AUDITOR)
    blocked = assess(before, with_policy(before, TLS_ONLY), evidence(tmp_path))[1]
    assert "whether these rights exist, and are lost, cannot be told: role/hidden" in reasons(
        blocked, "accept-no-evidence"
    )


def test_a_table_of_which_nothing_is_left_is_listed(tmp_path: Path) -> None:
    wide = managed("wide", [allow("dynamodb:GetItem")])
    names = ("orders", "users")
    both = [table(name, description=description(name), policy=None, stream_policy=None) for name in names]
    before = account(wide, role("first", attached=(wide.arn,)), AUDITOR, of=both)
    after = with_piece(before, wide, text=Fact(document(allow("dynamodb:GetItem", resource=ORDERS))))
    impact, _ = assess(before, after, evidence(tmp_path))
    assert "role/first: dynamodb:GetItem on table users" in impact.denied
    assert not [line for line in impact.denied if "orders" in line]


def test_an_observed_request_through_an_endpoint_carries_no_source_address(tmp_path: Path) -> None:
    before = account(network=network(endpoints=(endpoint(),)))
    outside = {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    after = with_policy(before, to_all(deny("dynamodb:GetItem"), Condition=outside))
    inside = event(vpcEndpointId="vpce-1", sourceIPAddress="10.0.0.1")
    impact, blocked = assess(before, after, evidence(tmp_path, inside))
    assert len(impact.observed_denied) == 1
    assert "role/app" in reasons(blocked)


STREAM = f"{ORDERS}/stream/2026-01-01T00:00:00.000"


def test_the_policy_of_a_stream_counts(tmp_path: Path) -> None:
    reader = role("reader", inline={"read": [allow("dynamodb:GetRecords")]})
    streamed = table(description=description(latest_stream_arn=STREAM), policy=None, stream_policy=None)
    before = account(reader, AUDITOR, of=[streamed])
    closed = Fact(policy(to_all(deny("dynamodb:GetRecords"))))
    after = replaced(before, streamed, streamed.model_copy(update={"stream_policy": closed}))
    impact, _ = assess(before, after, evidence(tmp_path))
    assert "role/reader: dynamodb:GetRecords on the stream of table orders" in impact.denied


def test_streams_are_another_api_than_tables_and_do_not_come_through_their_endpoint(tmp_path: Path) -> None:
    reader = role("reader", inline={"read": [allow("dynamodb:GetRecords", "dynamodb:Scan")]})
    streamed = table(description=description(latest_stream_arn=STREAM), policy=None, stream_policy=None)
    before = account(reader, AUDITOR, of=[streamed], network=network(endpoints=(endpoint(),)))
    after = through_the_endpoint(before, to_all(allow("dynamodb:GetItem")))
    lost = [line for line in assess(before, after, evidence(tmp_path))[0].denied if "reader" in line]
    assert lost == ["role/reader: dynamodb:Scan on table orders, through vpce-1"]


def test_functions_that_read_the_stream_and_backups_are_services(tmp_path: Path) -> None:
    trust = json.dumps(
        {
            "Statement": {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        }
    )
    reader = role("reader", trust=trust, inline={"read": [allow("dynamodb:GetRecords")]})
    keeper = role("keeper", inline={"read": [allow("dynamodb:StartAwsBackupJob")]})
    mapping = EventSourceMapping.model_validate(
        {"UUID": "1", "EventSourceArn": STREAM, "FunctionArn": "arn:aws:lambda:x", "State": "Enabled"}
    )
    body = SelectionBody(selection_name="all", iam_role_arn=keeper.arn)
    plan = BackupPlan(
        id="1",
        arn="arn",
        name="daily",
        selections=Listing((BackupSelection(id="1", name="all", body=Fact(body)),)),
    )
    before = account(
        reader,
        keeper,
        AUDITOR,
        of=[table(description=description(latest_stream_arn=STREAM), policy=None, stream_policy=None)],
        companions=Companions(event_source_mappings=Listing((mapping,))),
        backup=BackupService(plans=Listing((plan,))),
    )
    found = before.regions[0].tables.items[0]
    closed = policy(to_all(deny("dynamodb:*"), Condition=NOT_HERE))
    after = replaced(
        before, found, found.model_copy(update={"policy": Fact(closed), "stream_policy": Fact(closed)})
    )
    blocked = assess(before, after, evidence(tmp_path))[1]
    assert (
        "if role/reader is theirs would be denied: dynamodb:GetRecords on the stream of table orders"
        in reasons(blocked)
    )
    assert (
        "AWS Backup, as role/keeper would be denied: dynamodb:StartAwsBackupJob on table orders"
        in reasons(blocked)
    )


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"days": 13}, "covers 13 days"),
        ({"until": NOW - timedelta(days=30)}, "ends 30 days before"),
        (
            {"events": (event(requestParameters={"tableName": "users"}, resources=[]),)},
            "no event of table orders",
        ),
        ({"events": (event(), event(eventName="Teleport"))}, "the operation Teleport is not known"),
        ({"events": (event(eventSource="s3.amazonaws.com"),)}, "holds no DynamoDB event"),
    ],
    ids=["short", "stale", "silent", "malformed", "empty"],
)
def test_evidence_that_does_not_suffice_blocks_unless_accepted(tmp_path: Path, made: Any, words: str) -> None:
    before = account()
    after = with_policy(before, TLS_ONLY)
    observed = evidence(tmp_path, *made.pop("events", ()), **made)
    blocked = assess(before, after, observed)[1]
    assert words in reasons(blocked, "accept-no-evidence")
    assert not reasons(blocked)
    impact, blocked = assess(before, after, observed, accept=True)
    assert not blocked
    assert any(words in line for line in impact.unknown)


def test_no_evidence_at_all_says_what_to_do_first() -> None:
    before = account()
    after = with_policy(before, TLS_ONLY)
    blocked = assess(before, after)[1]
    assert "first log data events (control table-data-events)" in reasons(blocked, "accept-no-evidence")
    assert assess(before, after, accept=True)[1] == ()


def test_accepting_no_evidence_never_accepts_a_denial(tmp_path: Path) -> None:
    before = account()
    after = with_policy(before, to_all(deny("dynamodb:*")))
    blocked = assess(before, after, evidence(tmp_path), accept=True)[1]
    assert "the caller itself would be denied" in reasons(blocked)
    assert "observed requests would be denied: role/app" in reasons(blocked)
    assert "AutoScaling" in reasons(blocked)


def test_what_the_policy_engine_cannot_judge_is_not_passed() -> None:
    before = account()
    after = with_piece(before, before.trails)
    impact, blocked = assess(before, after)
    assert impact.evaluated == 0
    assert reasons(blocked, "accept-no-evidence")


def test_a_request_that_the_policies_as_read_did_not_allow_is_told(tmp_path: Path) -> None:
    before = account()
    odd = event(eventName="DeleteItem")
    gone = event(userIdentity=session("gone"))
    impact, blocked = assess(before, with_policy(before, TLS_ONLY), evidence(tmp_path, event(), odd, gone))
    assert not blocked
    assert any("dynamodb:DeleteItem on table orders was made, but" in line for line in impact.unknown)
    assert any("role/gone" in line and "not there any more" in line for line in impact.unknown)
    blocked = assess(
        before, with_policy(before, to_all(deny("dynamodb:DeleteItem"))), evidence(tmp_path, event(), odd)
    )[1]
    assert "dynamodb:DeleteItem on table orders (which the policies as read do not allow" in reasons(blocked)


def test_fifty_tables_and_three_hundred_roles_in_seconds(tmp_path: Path) -> None:
    tables = [
        table(f"t{number}", description=description(f"t{number}"), policy=None, stream_policy=None)
        for number in range(50)
    ]
    roles = [
        role(
            f"r{number}",
            inline={
                "use": [
                    allow(
                        "dynamodb:GetItem", "dynamodb:Query", resource=f"{ORDERS[:-6]}t{(number + step) % 50}"
                    )
                    for step in range(3)
                ]
            },
        )
        for number in range(300)
    ]
    before = account(AUDITOR, *roles, of=tables, network=network(endpoints=(endpoint(),)))
    after = through_the_endpoint(before, to_all(allow("dynamodb:GetItem")))
    observed = evidence(tmp_path)
    one = assessor(observed, accept_no_evidence=False)
    one(DRAFT, before, with_policy(before, TLS_ONLY, name="t1"))
    started = time.process_time()
    impact, _ = one(DRAFT, before, after)
    assert time.process_time() - started < 8
    assert len(impact.denied) >= 300
    started = time.process_time()
    one(DRAFT, before, with_policy(before, TLS_ONLY, name="t1"))
    assert time.process_time() - started < 2


def test_a_region_that_was_not_read_is_judged_by_what_was_observed_there(tmp_path: Path) -> None:
    wide = managed("wide", [allow("dynamodb:*")])
    before = account(wide, role("first", attached=(wide.arn,)), AUDITOR)
    only_here = allow("dynamodb:*", Condition={"StringEquals": {"aws:RequestedRegion": REGION}})
    after = with_piece(before, wide, text=Fact(document(only_here)))
    far = ORDERS.replace(REGION, "eu-west-1")
    did = event(
        userIdentity=session("first"),
        awsRegion="eu-west-1",
        resources=[{"ARN": far}],
        requestParameters={"tableName": far},
    )
    impact, blocked = assess(before, after, evidence(tmp_path, event(), did))
    assert f"role/first: dynamodb:GetItem on {far}" in reasons(blocked)
    assert any("Regions other than us-east-1" in line for line in impact.unknown)


@pytest.mark.parametrize(
    "who",
    [
        {"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i-1"},
        {
            "type": "FederatedUser",
            "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/x",
            "sessionContext": {"sessionIssuer": {"arn": f"arn:aws:iam::{ACCOUNT}:user/broker"}},
        },
        {"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root"},
    ],
    ids=["session-without-issuer", "federated-user", "root"],
)
def test_whoever_was_observed_is_judged(tmp_path: Path, who: Any) -> None:
    broker = user("broker", inline={"use": [allow(*ITEMS)]})
    before = account(APP, AUDITOR, broker)
    after = with_policy(before, to_all(deny("dynamodb:GetItem")))
    impact, blocked = assess(before, after, evidence(tmp_path, event(userIdentity=who)))
    assert len(impact.observed_denied) == 1
    assert "observed requests would be denied" in reasons(blocked)


def test_policies_that_tell_sessions_apart_judge_the_very_session(tmp_path: Path) -> None:
    before = account()
    one = {"StringLike": {"aws:userid": "*:i-1"}}
    after = with_policy(before, to_all(deny("dynamodb:GetItem"), Condition=one))
    impact, blocked = assess(before, after, evidence(tmp_path, event(userIdentity=session(name="i-1"))))
    assert blocked
    named = {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/i-1"}
    after = with_policy(before, {**deny("dynamodb:GetItem"), "Principal": named})
    made = [event(userIdentity=session(name=name)) for name in ("i-1", "i-2")]
    impact, blocked = assess(before, after, evidence(tmp_path, *made))
    assert impact.observed_denied == (
        "role/app: dynamodb:GetItem on table orders, seen 2 times, last on 2026-01-15",
    )


def test_dax_whose_way_is_not_known_blocks_until_accepted(tmp_path: Path) -> None:
    trust = document(allow("sts:AssumeRole", Principal={"Service": "dax.amazonaws.com"}))
    cache = role("cache", trust=trust, inline={"use": [allow("dynamodb:GetItem")]})
    before = account(cache, AUDITOR, network=network(endpoints=(endpoint(),)))
    after = with_policy(before, to_all(deny("dynamodb:GetItem"), Condition=NOT_HERE))
    throughout = evidence(tmp_path, event(vpcEndpointId="vpce-1"))
    blocked = assess(before, after, throughout)[1]
    assert "DAX, as role/cache may be denied: dynamodb:GetItem on table orders" in reasons(
        blocked, "accept-no-evidence"
    )
    assert not reasons(blocked)


def test_what_many_share_is_asked_once_and_answered_alike() -> None:
    """Grouping of principals and tables changes no answer: each pair asked by itself says the same."""
    chooser = random.Random(5)  # noqa: S311 - a seed, not a secret
    conditions: list[dict[str, Any]] = [
        {},
        PLAIN,
        NOT_HERE,
        {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}},
        {"StringEquals": {"aws:PrincipalTag/lane": "a"}},
        {"ArnLike": {"aws:PrincipalArn": "*role/r1*"}},
        {"StringEquals": {"aws:ResourceTag/lane": "${aws:PrincipalTag/lane}"}},
    ]
    resources = ["*", f"{ORDERS[:-6]}t1", f"{ORDERS[:-6]}t*"]

    def statement() -> dict[str, Any]:
        actions = chooser.sample(
            ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:*", "dynamodb:Describe*"], 2
        )
        made = chooser.choice([allow, allow, deny])(*actions, resource=chooser.choice(resources))
        condition = chooser.choice(conditions)
        return {**made, "Condition": condition} if condition else made

    for kind in range(9):
        tables = [
            table(
                f"t{one}",
                tags={"lane": chooser.choice("ab")},
                description=description(f"t{one}"),
                policy=None,
                stream_policy=None,
            )
            for one in range(3)
        ]
        roles = [
            role(f"r{one}", tags={"lane": chooser.choice("ab")}, inline={"p": [statement()]})
            for one in range(5)
        ]
        before = account(AUDITOR, *roles, of=tables, network=network(endpoints=(endpoint(),)))
        if kind % 2:
            after = with_policy(before, to_all(statement()), name="t1")
        else:
            after = through_the_endpoint(before, to_all(statement()), to_all(statement()))
        old = AccountState.of(before)
        new = old.then(after)
        scope = scope_of(old, new)
        passage = next(iter(scope.passages), None)
        tables_asked, names = list(old.sides), list(old.people)
        whole = Comparison(old, new, names, tables_asked, rights_through(streams=False), passage)
        single = [replace(whole, names=[name], tables=[arn]) for name in names for arn in tables_asked]
        assert _told([whole]) == _told(single)


def _told(comparisons: Iterable[Comparison]) -> set[tuple[object, ...]]:
    return {
        (name, where, lost.place, action, lost.loss, lost.words)
        for comparison in comparisons
        for lost in comparison.run()[1]
        for name in lost.names
        for where in lost.tables
        for action in lost.actions
    }


def test_regions_stay_apart(tmp_path: Path) -> None:
    """An endpoint of one Region leads to that Region's tables alone."""
    first = account(network=network(endpoints=(endpoint(),)))
    far = [table(name, region="eu-west-1", policy=None, stream_policy=None) for name in ("far", "orders")]
    elsewhere: Region = region(*far, name="eu-west-1")
    before = first.model_copy(update={"regions": (*first.regions, elsewhere)})
    after = through_the_endpoint(before, to_all(deny("dynamodb:*")))
    impact, _ = assess(before, after, evidence(tmp_path))
    assert impact.denied
    assert not [line for line in impact.denied if "far" in line or "eu-west-1" in line]
    assert [line for line in impact.denied if "table orders in us-east-1" in line]
