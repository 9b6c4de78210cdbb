"""The matrix says of every pair what asking about the pair alone says."""

import itertools
import random

import pytest

from dynasec.access import Access, Standing
from dynasec.iam.actions import Capability
from dynasec.model.fact import Fact, Listing
from dynasec.model.key import Grant, Key, KeyMetadata
from dynasec.model.organization import Level, Organization, OrganizationDescription, OrganizationPolicy
from dynasec.model.table import ResourcePolicy, Sse
from tests.support.accounts import ACCOUNT, REGION, description, region, snapshot, table
from tests.support.identity import allow, deny, document, group, identity, managed, role, user

ROOT = f"arn:aws:iam::{ACCOUNT}:root"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
NAMES = ("orders", "orders-archive", "carts", "red-notes", "blue-notes", "user-ann")


def arn(name: str) -> str:
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"


def own_policy(random_: random.Random, name: str) -> Fact[ResourcePolicy | None]:
    here = arn(name)
    role_a = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/a"}
    session = {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/b/job"}
    statement = random_.choice(
        [
            None,
            None,
            {"Effect": "Allow", "Principal": role_a, "Action": "dynamodb:GetItem", "Resource": here},
            {"Effect": "Deny", "Principal": "*", "Action": "dynamodb:Scan", "Resource": here},
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "dynamodb:*",
                "Resource": here,
                "Condition": {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/a*"}},
            },
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::999988887777:root"},
                "Action": "dynamodb:Query",
                "Resource": [here, f"{here}/index/*"],
            },
            {"Effect": "Allow", "Principal": session, "Action": "dynamodb:PutItem", "Resource": here},
            {"Effect": "Deny", "NotPrincipal": role_a, "Action": "dynamodb:Query", "Resource": here},
        ]
    )
    return Fact(None if statement is None else ResourcePolicy(text=document(statement)))


def statements(random_: random.Random) -> list[dict[str, object]]:
    resources = [
        "*",
        arn("orders"),
        arn("orders*"),
        arn("*-notes"),
        arn("orders/index/*"),
        arn("*/stream/*"),
        arn("${aws:username}*"),
        arn("user-${aws:username}"),
        arn("${aws:PrincipalTag/team}-notes"),
        arn("orders/backup/01*"),
        "arn:aws:dynamodb:eu-west-1:*:table/*",
    ]
    conditions = [
        {},
        {},
        {},
        {"Condition": {"StringEquals": {"aws:ResourceTag/team": "red"}}},
        {"Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}},
        {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "red"}}},
        {"Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}},
    ]
    actions = [
        "dynamodb:*",
        "dynamodb:GetItem",
        "dynamodb:*Item",
        "dynamodb:Query",
        "dynamodb:GetRecords",
        "kms:*",
    ]
    return [
        random_.choice([allow, allow, deny])(
            random_.choice(actions), resource=random_.choice(resources), **random_.choice(conditions)
        )
        for _ in range(random_.randint(1, 3))
    ]


def organization(random_: random.Random) -> Organization:
    if random_.random() < 0.5:
        return Organization(description=Fact(None), levels=Listing(), policies=Listing(), accounts=Listing())
    policy = OrganizationPolicy(
        id="p-1",
        arn="arn:aws:organizations::111122223333:policy/p-1",
        name="guard",
        kind="SERVICE_CONTROL_POLICY",
        aws_managed=False,
        text=Fact(
            document(allow("*"), deny("dynamodb:Scan", resource=random_.choice([arn("orders*"), "*"])))
        ),
    )
    level = Level(
        id=ACCOUNT,
        kind="ACCOUNT",
        policies={"SERVICE_CONTROL_POLICY": Listing(("p-1",)), "RESOURCE_CONTROL_POLICY": Listing()},
    )
    what = OrganizationDescription(
        id="o-1",
        arn="arn:aws:organizations::1:organization/o-1",
        master_account_id="111122223333",
        feature_set="ALL",
    )
    return Organization(
        description=Fact(what), levels=Listing((level,)), policies=Listing((policy,)), accounts=Listing()
    )


def some_account(seed: int):
    random_ = random.Random(seed)  # noqa: S311 - made-up accounts, no secrets
    tables = [
        table(
            name,
            tags={"team": random_.choice(["red", "blue"])},
            policy=own_policy(random_, name),
            stream_policy=None,
            description=description(
                name,
                latest_stream_arn=f"{arn(name)}/stream/1" if random_.random() < 0.5 else None,
                sse=Sse(status="ENABLED", sse_type="KMS", kms_master_key_arn=KEY)
                if random_.random() < 0.3
                else None,
                global_secondary_indexes=({"IndexName": "by-mail"},) if random_.random() < 0.3 else (),
            ),
        )
        for name in NAMES
    ]
    trust = document({"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole"})
    key = Key(
        arn=KEY,
        region=REGION,
        references=(KEY,),
        aliases=Fact(()),
        metadata=Fact(KeyMetadata(arn=KEY, key_manager="CUSTOMER", key_state="Enabled")),
        policies=Fact({"default": document({**allow("kms:*"), "Principal": {"AWS": ROOT}})}),
        grants=Listing(),
    )
    people = identity(
        managed("shared", statements(random_)),
        group("team", inline={"g": statements(random_)}),
        role("a", trust=trust, inline={"own": statements(random_)}, tags={"team": "red"}),
        role("b", trust=trust, attached=(f"arn:aws:iam::{ACCOUNT}:policy/shared",)),
        role("c", trust=trust, attached=(f"arn:aws:iam::{ACCOUNT}:policy/shared",), tags={"team": "blue"}),
        role(
            "d",
            trust=trust,
            inline={"x": statements(random_)},
            boundary=f"arn:aws:iam::{ACCOUNT}:policy/shared",
        ),
        user("ann", groups=("team",), inline={"own": statements(random_)}),
        user("bob", groups=("team",), tags={"team": "red"}),
        user("cat", groups=("team",), inline={"broken": "{"}),
    )
    return snapshot(region(*tables), identity=people, keys=(key,), organization=organization(random_))


KEYS = tuple(f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{number}" for number in range(1, 5))
FOR_ORDERS = {"Condition": {"StringEquals": {"kms:EncryptionContext:aws:dynamodb:tableName": "orders"}}}


def some_key(random_: random.Random, key: str) -> Key:
    role_a = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/a"}
    to_account = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*"}
    policy = random_.choice(
        [
            [{**to_account, "Resource": "*"}],
            [{**to_account, "Resource": "*"}],
            [{**to_account, "Resource": key}],
            [{**to_account, "Resource": KEYS[0]}],
            [{**to_account, "Resource": "*", **FOR_ORDERS}],
            [
                {**to_account, "Resource": "*"},
                {"Effect": "Deny", "Principal": role_a, "Action": "kms:Decrypt", "Resource": "*"},
            ],
            [{"Effect": "Allow", "Principal": role_a, "Action": "kms:Decrypt", "Resource": "*"}],
        ]
    )
    grant = Grant(
        grant_id="g-1",
        grantee_principal=f"arn:aws:iam::{ACCOUNT}:role/d",
        operations=("Decrypt",),
        constraints=random_.choice(
            [None, {"EncryptionContextSubset": {"aws:dynamodb:tableName": random_.choice(NAMES)}}]
        ),
    )
    return Key(
        arn=key,
        region=REGION,
        references=(key,),
        aliases=Fact(()),
        metadata=Fact(KeyMetadata(arn=key, key_manager="CUSTOMER", key_state="Enabled")),
        policies=Fact({"default": document(*policy)}),
        grants=Listing((grant,) if random_.random() < 0.3 else ()),
    )


def account_with_keys(seed: int):
    """Tables that only their keys tell apart, and policies that speak of keys by ARN, by table, and not at all."""
    random_ = random.Random(seed)  # noqa: S311 - made-up accounts, no secrets
    tables = [
        table(
            name,
            policy=None,
            stream_policy=None,
            description=description(
                name,
                sse=Sse(status="ENABLED", sse_type="KMS", kms_master_key_arn=random_.choice(KEYS))
                if random_.random() < 0.8
                else None,
            ),
        )
        for name in NAMES
    ]

    def of_keys() -> list[dict[str, object]]:
        resources = [
            "*",
            "*",
            KEYS[0],
            [KEYS[0], KEYS[1]],
            f"arn:aws:kms:{REGION}:*:key/*",
            "arn:aws:kms:*:*:key/2",
        ]
        conditions = [
            {},
            {},
            FOR_ORDERS,
            {"Condition": {"StringEquals": {"kms:ViaService": f"dynamodb.{REGION}.amazonaws.com"}}},
            {"Condition": {"StringEquals": {"aws:ResourceTag/team": "red"}}},
            {
                "Condition": {
                    "ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": "aws:dynamodb:tableName"}
                }
            },
        ]
        spoken = random_.choice([allow, allow, deny])(
            random_.choice(["kms:Decrypt", "kms:*", "*"]),
            resource=random_.choice(resources),
            **random_.choice(conditions),
        )
        return [allow("dynamodb:*", resource=random_.choice(["*", arn("orders*")])), spoken]

    trust = document({"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole"})
    people = identity(
        managed("shared", of_keys()),
        role("a", trust=trust, inline={"own": of_keys()}),
        role("b", trust=trust, attached=(f"arn:aws:iam::{ACCOUNT}:policy/shared",)),
        role("d", trust=trust, inline={"x": of_keys()}, boundary=f"arn:aws:iam::{ACCOUNT}:policy/shared"),
        user("ann", inline={"own": of_keys()}),
    )
    return snapshot(
        region(*tables),
        identity=people,
        keys=tuple(some_key(random_, key) for key in KEYS),
        organization=organization(random_),
    )


@pytest.mark.parametrize("seed", range(120))
def test_every_pair_has_the_answer_that_it_has_alone_whatever_the_keys(seed):
    assert_each_is_as_alone(Access(account_with_keys(seed)))


@pytest.mark.parametrize("seed", range(60))
def test_every_pair_has_the_answer_that_it_has_alone(seed):
    assert_each_is_as_alone(Access(some_account(seed)))


def assert_each_is_as_alone(access):
    by_matrix = {}
    for part in access.matrix().groups:
        for principal, one in itertools.product(part.principals, part.tables):
            assert (principal, one.arn) not in by_matrix
            by_matrix[principal, one.arn] = dict(part.standings)
    for one in access.snapshot.tables():
        alone = {}
        for row in access.direct(one):
            if row.decision is not Standing.DENIED:
                found = alone.setdefault(row.principal, {})
                if row.capability not in found or row.decision.rank < found[row.capability].rank:
                    found[row.capability] = row.decision
        for principal in access.everybody:
            assert by_matrix.get((principal, one.arn), {}) == alone.get(principal, {}), (principal, one.arn)


@pytest.mark.parametrize("seed", range(20))
def test_every_pair_has_the_terms_that_it_has_alone(seed):
    access = Access(some_account(seed))
    found = {}
    for part in access.terms(lambda one: one.name != "orders"):
        for principal, one in itertools.product(part.principals, part.tables):
            assert one.name != "orders"
            assert (principal, one.arn) not in found
            found[principal, one.arn] = {
                capability: (terms.standing, set(terms.alternatives))
                for capability, terms in part.terms.items()
            }
    for one in access.snapshot.tables():
        alone = {}
        for row in access.direct(one) if one.name != "orders" else ():
            if row.decision is not Standing.DENIED:
                alone.setdefault((row.principal, row.capability), []).append(row.grant)
        expected = {}
        for (principal, capability), grants in alone.items():
            surest = min((grant.standing for grant in grants), key=lambda standing: standing.rank)
            conditions = {grant.conditions for grant in grants if grant.standing is surest}
            terms = surest, set() if surest is Standing.ALLOWED else conditions
            expected.setdefault(principal, {})[capability] = terms
        for principal in access.everybody:
            assert found.get((principal, one.arn), {}) == expected.get(principal, {}), (principal, one.arn)


def test_principals_with_the_same_policies_stand_together():
    trust = document(
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    )
    people = identity(
        managed("readers", [allow("dynamodb:GetItem", resource=arn("orders"))]),
        *(role(name, trust=trust, attached=(f"arn:aws:iam::{ACCOUNT}:policy/readers",)) for name in "abc"),
    )
    one = table(policy=None, stream_policy=None, description=description())
    answer = Access(snapshot(region(one), identity=people)).matrix()
    assert answer.principals == 4
    root, readers = answer.groups
    assert root.principals == (ROOT,)
    assert [name.rpartition("/")[2] for name in readers.principals] == ["a", "b", "c"]
    assert readers.standings == {Capability.READ: Standing.ALLOWED}
