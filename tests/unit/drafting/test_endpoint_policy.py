"""A bounded endpoint policy allows what the old one did within its bounds, and nothing else: proven with the policy engine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from dynasec.drafting.endpoint_policy import FULL_ACCESS, Bounds, Owners, bounded
from dynasec.drafting.policies import Kind, too_long
from dynasec.iam.actions import DATA_READ, DATA_WRITE, STREAM, capabilities, catalogue, resource_types
from dynasec.iam.decision import Outcome
from dynasec.iam.document import parse
from dynasec.iam.full_access import broad_statements
from dynasec.iam.request import Caller
from dynasec.model.fact import Unknown
from dynasec.semantics.endpoint_faults import faults
from dynasec.semantics.endpoint_request import Gate, Side
from tests.support.network import endpoint, interface_endpoint

OWN, TRUSTED, FOREIGN, MEMBER = "123456789012", "222222222222", "999999999999", "333333333333"
ORG = "o-trusted1234"
ORGANIZATIONS = {MEMBER: ORG}
LANE = (f"arn:aws:dynamodb:us-east-1:{OWN}:table/orders",)
ADMIN, APP = f"arn:aws:iam::{OWN}:role/admin", f"arn:aws:iam::{OWN}:role/app"
CALLERS = (
    ADMIN,
    APP,
    f"arn:aws:iam::{OWN}:root",
    *(f"arn:aws:iam::{one}:role/app" for one in (TRUSTED, FOREIGN, MEMBER)),
)
REPLICATION = {"dynamodb:ReadDataForReplication", "dynamodb:WriteDataForReplication"}
ITEMS = {one for one in DATA_READ | DATA_WRITE if one.startswith("dynamodb:")} - REPLICATION - STREAM
TOLD = {one for one in catalogue("dynamodb") if not capabilities(one)}
DISCOVERY = "dynamodb:DescribeEndpoints"
BOTH = Bounds(
    "aws", "us-east-1", principals=Owners((OWN, TRUSTED), (ORG,)), tables=Owners((OWN, TRUSTED), (ORG,))
)
KINDS = {
    "table": "table/{}",
    "index": "table/{}/index/by-date",
    "backup": "table/{}/backup/one",
    "export": "table/{}/export/one",
    "import": "table/{}/import/one",
    "stream": "table/{}/stream/2026-01-01T00:00:00.000",
}
BOUNDS = {
    "own": replace(BOTH, principals=Owners((OWN,)), tables=Owners((OWN,))),
    "trusted": BOTH,
    "app": replace(BOTH, tier="app"),
    "control": replace(BOTH, tier="control"),
    "administrators": replace(BOTH, administrators=(f"arn:aws:iam::{OWN}:role/admin*",)),
    "lane": replace(BOTH, lane=LANE),
    "lane-app": replace(BOTH, lane=LANE, tier="app"),
    "principals": replace(BOTH, tables=None),
    "tables": replace(BOTH, principals=None),
    "plane": replace(BOTH, principals=None, tables=None, tier="app"),
    "lane-control-only": replace(BOTH, principals=None, tables=None, lane=LANE, tier="control"),
}
each_bounds = pytest.mark.parametrize("bounds", BOUNDS.values(), ids=BOUNDS)


def account_of(arn: str) -> str:
    return arn.split(":")[4]


def gate(text: str, **members: Any) -> Gate:
    return Gate.of(endpoint(PolicyDocument=text, **members))


TELLING = (
    "GetItem",
    "Query",
    "BatchWriteItem",
    "PartiQLInsert",
    "GetRecords",
    "ReadDataForReplication",
    "DescribeTable",
    "DescribeBackup",
    "DeleteTable",
    "PutResourcePolicy",
    "ExportTableToPointInTime",
    "DeleteBackup",
    "ListTables",
    "UpdateAbacStatus",
)


def requests(actions: Iterable[str]) -> Iterator[tuple[str, str, str, str]]:
    """The actions by every caller on everything they work on: caller, action, resource and whose that is."""
    for action in actions:
        kinds = resource_types(action) or frozenset()
        if not kinds:
            yield from ((caller, action, "*", account_of(caller)) for caller in CALLERS)
        for account, name in (
            (OWN, "orders"),
            (OWN, "carts"),
            (TRUSTED, "orders"),
            (FOREIGN, "orders"),
            (MEMBER, "orders"),
        ):
            for kind in kinds & KINDS.keys():
                arn = f"arn:aws:dynamodb:us-east-1:{account}:{KINDS[kind].format(name)}"
                yield from ((caller, action, arn, account) for caller in CALLERS)


ALL = list(requests(f"dynamodb:{name}" for name in TELLING))


def allows(of: Gate, caller: str, action: str, arn: str, account: str) -> bool:
    whose, where = account_of(caller), account
    decision = of.decide(
        Caller.of(caller),
        action,
        arn,
        of=Side(whose, ORGANIZATIONS.get(whose)),
        to=Side(where, ORGANIZATIONS.get(where)),
    )
    assert decision.outcome in {Outcome.ALLOWED, *(one for one in Outcome if one.denied)}, decision
    return decision.outcome is Outcome.ALLOWED


def within(bounds: Bounds, caller: str, action: str, arn: str, account: str) -> bool:
    """What bounds mean, said once more and otherwise."""
    if bounds.principals is not None and account_of(caller) not in own_by(bounds.principals):
        return False
    anywhere = arn == "*" and (bounds.lane is None or action in TOLD)
    return in_plane(bounds, caller, action) and (anywhere or (arn != "*" and in_place(bounds, arn, account)))


def own_by(owners: Owners) -> set[str]:
    return {OWN, MEMBER, TRUSTED} if owners.organizations else {OWN}


def in_place(bounds: Bounds, arn: str, account: str) -> bool:
    if bounds.lane is not None:
        return f"{arn}/".startswith(f"{LANE[0]}/")
    return bounds.tables is None or account in own_by(bounds.tables)


def in_plane(bounds: Bounds, caller: str, action: str) -> bool:
    if bounds.tier == "app":
        return action in ITEMS | TOLD
    if bounds.tier == "control":
        return action not in ITEMS | REPLICATION | STREAM
    if bounds.administrators and action not in TOLD:
        return action not in REPLICATION | STREAM and (action in ITEMS) is (caller != ADMIN)
    return True


@each_bounds
def test_full_access_becomes_the_bounds(bounds: Bounds) -> None:
    made = gate(bounded(FULL_ACCESS, bounds))
    wrong = [
        request
        for request in ALL
        if request[1] != DISCOVERY and allows(made, *request) is not within(bounds, *request)
    ]
    assert wrong == []


@each_bounds
def test_each_action_is_in_its_plane(bounds: Bounds) -> None:
    made = gate(bounded(FULL_ACCESS, bounds))
    wrong = [
        request
        for request in requests(sorted(catalogue("dynamodb") - {DISCOVERY}))
        if request[0] in {ADMIN, APP} and (request[2] == "*" or f":{OWN}:table/orders" in request[2])
        if allows(made, *request) is not within(bounds, *request)
    ]
    assert wrong == []


@each_bounds
def test_the_result_works_fits_and_is_final(bounds: Bounds) -> None:
    text = bounded(FULL_ACCESS, bounds)
    assert list(faults(gate(text), OWN)) == []
    assert too_long(Kind.ENDPOINT, text) is None
    sids = [one["Sid"] for one in json.loads(text)["Statement"]]
    assert len(set(sids)) == len(sids)
    assert all(sid.isalnum() for sid in sids)
    assert all(one["Principal"] == "*" for one in json.loads(text)["Statement"])
    assert bounded(text, bounds) == text
    if bounds.principals and bounds.tables:
        assert broad_statements(parse(text)) == ()


@each_bounds
@pytest.mark.parametrize("caller", [one for one in CALLERS if account_of(one) == OWN])
def test_discovery_is_allowed_to_every_principal_of_the_account(bounds: Bounds, caller: str) -> None:
    assert allows(gate(bounded(FULL_ACCESS, bounds)), caller, DISCOVERY, "*", account_of(caller))


@pytest.mark.parametrize("action", sorted(ITEMS))
@pytest.mark.parametrize("caller", [APP, ADMIN])
def test_each_item_action_works_on_tables_and_indexes_of_the_lane(action: str, caller: str) -> None:
    made = gate(bounded(FULL_ACCESS, BOUNDS["lane-app"]))
    for kind in (resource_types(action) or frozenset()) & {"table", "index"}:
        assert allows(
            made, caller, action, f"arn:aws:dynamodb:us-east-1:{OWN}:{KINDS[kind].format('orders')}", OWN
        )


ACTIONS = [
    "*",
    "dynamodb:*",
    "dynamodb:*Item",
    "dynamodb:GetItem",
    "DYNAMODB:delete*",
    "dynamodb:ListTables",
    DISCOVERY,
    "s3:*",
]
RESOURCES = [
    "*",
    "arn:aws:dynamodb:*:*:table/orders*",
    "arn:*:dynamodb:us-east-?:*:*",
    f"arn:aws:dynamodb:us-east-1:{OWN}:table/*",
    f"arn:aws:dynamodb:us-east-1:{OWN}:table/orders",
    f"arn:aws:dynamodb:us-east-1:{FOREIGN}:table/*",
    f"arn:aws:dynamodb:eu-west-1:{OWN}:table/*",
    "arn:aws:dynamodb:*:*:table/*/index/*",
    "arn:aws:s3:::bucket/*",
]
CONDITIONS: list[dict[str, Any]] = [
    {},
    {"StringEquals": {"aws:PrincipalAccount": OWN}},
    {"StringEquals": {"aws:principalaccount": [OWN, FOREIGN]}},
    {"StringEquals": {"aws:PrincipalAccount": FOREIGN}},
    {"StringLike": {"aws:PrincipalArn": "*admin"}},
    {
        "StringNotEquals": {"aws:PrincipalAccount": TRUSTED},
        "StringNotLike": {"aws:PrincipalArn": "*:role/app"},
    },
    {"StringEquals": {"aws:ResourceAccount": [OWN, FOREIGN]}},
    {"StringEquals": {"aws:PrincipalOrgID": ORG}},
    {"stringequals": {"aws:PrincipalOrgID": ["o-another1234", ORG]}},
]
some = st.lists
PRINCIPALS = ["*", {"AWS": "*"}, {"AWS": ["*"]}]
statements = st.builds(
    lambda effect, principal, element, actions, resources, condition: {
        "Effect": effect,
        "Principal": principal,
        element: actions,
        "Resource": resources,
        **({"Condition": condition} if condition else {}),
    },
    st.sampled_from(["Allow", "Allow", "Allow", "Deny"]),
    st.sampled_from(PRINCIPALS),
    st.sampled_from(["Action", "Action", "Action", "NotAction"]),
    some(st.sampled_from(ACTIONS), min_size=1, max_size=3, unique=True),
    some(st.sampled_from(RESOURCES), min_size=1, max_size=3, unique=True),
    st.sampled_from(CONDITIONS),
)
documents = st.builds(
    lambda version, each: json.dumps({"Version": version, "Statement": each}),
    st.sampled_from(["2012-10-17", "2008-10-17"]),
    some(statements, min_size=1, max_size=3),
)


@settings(max_examples=40)
@given(text=documents, bounds=st.sampled_from(list(BOUNDS.values())), seed=st.randoms(use_true_random=False))
def test_whatever_was_there_only_loses_what_exceeds_the_bounds(text: str, bounds: Bounds, seed: Any) -> None:
    try:
        made = gate(bounded(text, bounds))
    except Unknown:
        reject()
    old = gate(text)
    for request in seed.sample(ALL, 40):
        if request[1] == DISCOVERY:
            continue
        wanted = allows(old, *request) and within(bounds, *request)
        assert allows(made, *request) is wanted, request


def only(text: str) -> dict[str, Any]:
    first: dict[str, Any] = json.loads(text)["Statement"][0]
    return first


def policy(*statements: dict[str, Any], **members: Any) -> str:
    return json.dumps({"Version": "2012-10-17", **members, "Statement": list(statements)})


GET: dict[str, Any] = {
    "Sid": "Get",
    "Effect": "Allow",
    "Principal": "*",
    "Action": "dynamodb:GetItem",
    "Resource": LANE[0],
    "Condition": {"StringEquals": {"aws:PrincipalAccount": OWN}},
}
TLS: dict[str, Any] = {
    "Sid": "Tls",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


@each_bounds
def test_a_deny_and_what_is_within_the_bounds_stay_letter_by_letter(bounds: Bounds) -> None:
    got = json.loads(bounded(policy(TLS, GET, Id="ours"), replace(bounds, tier=None, administrators=())))
    assert got["Id"] == "ours"
    assert got["Statement"][:2] == [TLS, GET]


def test_an_operator_in_other_letters_is_not_written_twice() -> None:
    old = {**GET, "Condition": {"stringequals": {"aws:PrincipalOrgID": "o-another1234"}}}
    got = only(bounded(policy(old), BOUNDS["own"]))["Condition"]
    assert got == {"stringequals": {"aws:PrincipalOrgID": "o-another1234", "aws:PrincipalAccount": [OWN]}}


def test_strangers_list_no_tables() -> None:
    listing = {"Effect": "Allow", "Principal": "*", "Action": "dynamodb:ListTables", "Resource": "*"}
    made = gate(bounded(policy(listing), BOUNDS["own"]))
    assert allows(made, APP, "dynamodb:ListTables", "*", OWN)
    assert not allows(made, f"arn:aws:iam::{FOREIGN}:role/app", "dynamodb:ListTables", "*", FOREIGN)


def test_a_statement_for_strangers_alone_is_dropped() -> None:
    strangers = {**GET, "Condition": {"StringEquals": {"aws:PrincipalAccount": FOREIGN}}}
    got = json.loads(bounded(policy(strangers, GET), BOUNDS["own"]))["Statement"]
    assert [one["Sid"] for one in got] == ["Get", "EndpointDiscovery"]


def test_discovery_that_is_allowed_is_not_allowed_twice() -> None:
    old = policy(
        GET, {"Effect": "Allow", "Principal": "*", "Action": ["dynamodb:describeendpoints"], "Resource": "*"}
    )
    assert len(json.loads(bounded(old, BOTH))["Statement"]) == 2


def test_an_endpoint_for_streams_has_no_discovery_and_keeps_reading() -> None:
    service = "com.amazonaws.us-east-1.dynamodb-streams"
    text = bounded(FULL_ACCESS, replace(BOTH, streams=True, gateway=False))
    made = Gate.of(interface_endpoint(PolicyDocument=text, ServiceName=service))
    stream = f"arn:aws:dynamodb:us-east-1:{OWN}:{KINDS['stream'].format('orders')}"
    assert allows(made, APP, "dynamodb:GetRecords", stream, OWN)
    assert not allows(made, APP, "dynamodb:GetRecords", stream.replace(OWN, FOREIGN), FOREIGN)
    assert "EndpointDiscovery" not in text


REPAIR = replace(BOTH, principals=None, tables=None, repair=True)


@pytest.mark.parametrize(
    ("broken", "request_"),
    [
        ({"Resource": "arn:aws:dynamodb:us-east-1:*:table/*/index/*"}, (APP, "dynamodb:GetItem")),
        ({"Resource": f"arn:aws:dynamodb:us-east-1: {OWN}:table/orders"}, (APP, "dynamodb:GetItem")),
        ({"Principal": {"AWS": OWN}}, (APP, "dynamodb:GetItem")),
        ({"Principal": {"AWS": [f"arn:aws:iam::{FOREIGN}:root", APP]}}, (APP, "dynamodb:GetItem")),
        ({"Action": ["dynamodb:GetItem", "dynamodb:TransactGetItems"]}, (APP, "dynamodb:GetItem")),
    ],
)
def test_mistakes_are_mended(broken: dict[str, Any], request_: tuple[str, str]) -> None:
    plain = {name: value for name, value in GET.items() if name != "Condition"}
    old = policy({**plain, **broken})
    made = gate(bounded(old, REPAIR))
    assert list(faults(gate(old), OWN))
    assert list(faults(made, OWN)) == []
    assert allows(made, *request_, LANE[0], OWN)
    assert not allows(made, APP, "dynamodb:PutItem", LANE[0], OWN)


def test_whom_a_gateway_names_becomes_a_condition_and_nobody_else_comes_in() -> None:
    plain = {name: value for name, value in GET.items() if name != "Condition"}
    made = gate(bounded(policy({**plain, "Principal": {"AWS": APP}}), REPAIR))
    assert allows(made, APP, "dynamodb:GetItem", LANE[0], OWN)
    assert not allows(made, ADMIN, "dynamodb:GetItem", LANE[0], OWN)


@pytest.mark.parametrize(
    "name", [f"arn:aws:sts::{OWN}:assumed-role/app/session", "AROAEXAMPLEEXAMPLE123"], ids=["session", "gone"]
)
def test_whom_no_condition_stands_for_is_not_guessed(name: str) -> None:
    with pytest.raises(Unknown) as missing:
        bounded(policy({**GET, "Principal": {"AWS": name}}), REPAIR)
    assert "no condition of a gateway endpoint" in missing.value.gaps[0].message


def test_principals_of_an_interface_endpoint_stay() -> None:
    old = policy({**GET, "Principal": {"AWS": APP}})
    assert only(bounded(old, replace(REPAIR, gateway=False)))["Principal"] == {"AWS": APP}


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ({**GET, "Resource": f"arn:aws:dynamodb:us-east-1:{OWN}:*orders"}, "no single pattern"),
        ({**{k: v for k, v in GET.items() if k != "Resource"}, "NotResource": LANE[0]}, "no Resource"),
    ],
)
def test_what_cannot_be_written_is_not_guessed(statement: dict[str, Any], told: str) -> None:
    with pytest.raises(Unknown) as missing:
        bounded(policy(statement), BOTH)
    assert told in missing.value.gaps[0].message


def test_variables_keep_their_meaning_or_none() -> None:
    named = {**GET, "Resource": f"arn:aws:dynamodb:us-east-1:{OWN}:table/${{aws:username}}"}
    assert json.loads(bounded(policy(named), BOTH))["Version"] == "2012-10-17"
    old = json.dumps({"Statement": [named]})
    assert "Version" not in json.loads(bounded(old, BOTH))


def test_broken_json() -> None:
    with pytest.raises(Unknown):
        bounded("{", BOTH)
