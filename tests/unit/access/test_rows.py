"""Who can do what to one table: direct access, foreigners, keys, paths, and what could not be read."""

import pytest

from dynasec.access import Access, Standing
from dynasec.access.row import PrincipalType
from dynasec.iam.actions import Capability
from dynasec.model.companion import Companions, DaxCluster, DaxDescription, EventSourceMapping
from dynasec.model.fact import Fact, Gap, Listing
from dynasec.model.identity import Identity
from dynasec.model.key import Grant, Key, KeyMetadata
from dynasec.model.network import Endpoint
from dynasec.model.organization import Level, Organization, OrganizationDescription, OrganizationPolicy
from dynasec.model.region import Region
from dynasec.model.table import ResourcePolicy, Sse, TableBackup
from tests.support.accounts import (
    ACCOUNT,
    NOW,
    REGION,
    denied,
    denied_listing,
    description,
    region,
    snapshot,
    table,
)
from tests.support.identity import allow, deny, document, group, identity, managed, role, user

ORDERS = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
STREAM = f"{ORDERS}/stream/2026-01-01T00:00:00.000"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
PARTNER = "999988887777"
NO_ORGANIZATION = Organization(
    description=Fact(None), levels=Listing(), policies=Listing(), accounts=Listing()
)


def service(name):
    return document({"Effect": "Allow", "Principal": {"Service": name}, "Action": "sts:AssumeRole"})


def trusting(*arns, **more):
    return document({"Effect": "Allow", "Principal": {"AWS": list(arns)}, "Action": "sts:AssumeRole", **more})


LAMBDA = service("lambda.amazonaws.com")


def arn(kind, name):
    return f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"


def policy(*statements):
    return ResourcePolicy(text=document(*statements))


def granting(principal, *actions, **more):
    return policy(
        {"Effect": "Allow", "Principal": principal, "Action": list(actions), "Resource": ORDERS, **more}
    )


def access_to(
    *people,
    companions=None,
    endpoint=None,
    backups=(),
    depth=2,
    keys=(),
    organization=NO_ORGANIZATION,
    **facts,
):
    members = facts.pop("members", {})
    facts = {"policy": None, "stream_policy": None, "description": description(**members), **facts}
    where = {} if companions is None else {"companions": companions}
    one = table(**facts)
    found = identity(*people) if not (people and isinstance(people[0], Identity)) else people[0]
    account = snapshot(
        region(one, table_backups=Listing(backups), **where),
        identity=found,
        keys=keys,
        organization=organization,
    )
    return Access(account, endpoint=endpoint, depth=depth), one


def rows_of(name, *people, **facts):
    access, one = access_to(*people, **facts)
    return [row for row in access.rows(one) if row.principal.endswith(name)]


def only(rows, capability, decision=None):
    found = [row for row in rows if row.capability is capability and decision in {None, row.decision}]
    assert len(found) == 1, found
    return found[0]


def short(row):
    return {action.partition(":")[2] for action in row.actions}


def test_a_role_that_names_table_and_actions():
    rows = rows_of("app", role(trust=LAMBDA, inline={"items": [allow("dynamodb:GetItem", resource=ORDERS)]}))
    read = only(rows, Capability.READ)
    assert (read.decision, read.actions, read.resources) == (
        Standing.ALLOWED,
        ("dynamodb:GetItem",),
        ("table",),
    )
    assert read.grant.via == ("identity",)
    assert "inline policy items" in read.grant.because[0]
    assert only(rows, Capability.WRITE).decision is Standing.DENIED


def test_a_policy_of_a_group_counts_for_its_members():
    rows = rows_of(
        "ann", group("team", inline={"g": [allow("dynamodb:Scan")]}), user("ann", groups=("team",))
    )
    assert "of group team" in only(rows, Capability.READ).grant.because[0]


def test_a_boundary_that_does_not_allow_denies():
    bound = managed("limit", [allow("s3:*")])
    rows = rows_of("app", bound, role(trust=LAMBDA, inline={"p": [allow("dynamodb:*")]}, boundary=bound.arn))
    assert only(rows, Capability.READ).decision is Standing.DENIED
    assert only(rows, Capability.READ).grant.via == ("boundary",)


def test_an_explicit_deny_names_its_statement():
    rows = rows_of(
        "app", role(trust=LAMBDA, inline={"p": [allow("dynamodb:*"), deny("dynamodb:*Item", Sid="No")]})
    )
    write = [row for row in rows if row.capability is Capability.WRITE]
    assert {"PutItem", "DeleteItem"}.isdisjoint(*map(short, write))


def test_indexes_alone():
    index = [allow("dynamodb:Query", resource=f"{ORDERS}/index/by-mail")]
    members = {"global_secondary_indexes": ({"IndexName": "by-mail"}, {"IndexName": "by-date"})}
    rows = rows_of("app", role(trust=LAMBDA, inline={"p": index}), members=members)
    assert only(rows, Capability.READ).resources == ("index/by-mail",)


def test_stream_rights_need_the_stream():
    people = role(trust=LAMBDA, inline={"p": [allow("dynamodb:GetRecords", resource=f"{ORDERS}/stream/*")]})
    with_stream = rows_of("app", people, members={"latest_stream_arn": STREAM})
    assert only(with_stream, Capability.STREAM).resources == ("stream",)
    assert not [row for row in rows_of("app", people) if row.capability is Capability.STREAM]


def test_leading_keys_without_null_do_not_hold_for_scans():
    only_own = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "${aws:username}"}}
    rows = rows_of(
        "ann", user("ann", inline={"p": [allow("dynamodb:Scan", "dynamodb:GetItem", Condition=only_own)]})
    )
    assert short(only(rows, Capability.READ, Standing.ALLOWED)) == {"Scan"}
    conditional = only(rows, Capability.READ, Standing.CONDITIONAL)
    assert short(conditional) == {"GetItem"}
    assert "partition key" in conditional.grant.conditions[0]


def test_a_foreign_account_can_if_it_allows_it():
    rows = rows_of(
        f"{PARTNER}:root", policy=granting({"AWS": f"arn:aws:iam::{PARTNER}:root"}, "dynamodb:GetItem")
    )
    read = only(rows, Capability.READ)
    assert read.external
    assert (read.principal_type, read.decision) == (PrincipalType.ACCOUNT, Standing.CONDITIONAL)
    assert read.grant.conditions == (f"if account {PARTNER} allows it",)
    assert read.grant.via == ("both",)


def test_anyone_with_a_condition_on_the_account_is_that_account():
    meant = {"StringEquals": {"aws:PrincipalAccount": PARTNER}}
    facts = {"policy": granting("*", "dynamodb:GetItem", Condition=meant)}
    assert only(rows_of(f"{PARTNER}:root", **facts), Capability.READ).decision is Standing.CONDITIONAL
    access, one = access_to(**facts)
    anyone = [row for row in access.rows(one) if row.principal == "*"]
    assert {row.decision for row in anyone} == {Standing.DENIED}


def test_a_foreign_role_by_its_arn():
    foreign = f"arn:aws:iam::{PARTNER}:role/feed"
    rows = rows_of("role/feed", policy=granting({"AWS": foreign}, "dynamodb:Query"))
    assert only(rows, Capability.READ).decision is Standing.CONDITIONAL


def test_a_service_named_by_the_table():
    rows = rows_of(
        "redshift.amazonaws.com", policy=granting({"Service": "redshift.amazonaws.com"}, "dynamodb:Scan")
    )
    read = only(rows, Capability.READ)
    assert (read.decision, read.principal_type) == (Standing.ALLOWED, PrincipalType.SERVICE)


def test_root_may_everything_but_what_the_table_denies():
    rows = rows_of(ROOT, policy=policy({**deny("dynamodb:*", resource=ORDERS), "Principal": "*"}))
    assert {row.decision for row in rows if "table" in row.resources} == set()


def test_a_role_that_names_itself_in_no_identity_policy_but_the_tables():
    rows = rows_of(
        "role/app", role(trust=LAMBDA), policy=granting({"AWS": arn("role", "app")}, "dynamodb:GetItem")
    )
    assert only(rows, Capability.READ).grant.via == ("resource",)


def test_one_session_named_by_the_table():
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/job"
    rows = rows_of("app/job", role(trust=LAMBDA), policy=granting({"AWS": session}, "dynamodb:GetItem"))
    assert only(rows, Capability.READ).principal_type is PrincipalType.SESSION


@pytest.mark.parametrize(
    "facts",
    [
        {"policy": denied("dynamodb:GetResourcePolicy")},
        {"policy": ResourcePolicy(text="{")},
    ],
)
def test_an_unreadable_table_policy_makes_the_answers_unknown(facts):
    rows = rows_of("app", role(trust=LAMBDA, inline={"p": [allow("dynamodb:GetItem")]}), **facts)
    read = [row for row in rows if row.capability is Capability.READ]
    assert {row.decision for row in read} == {Standing.UNKNOWN}
    assert all("could not be read" in row.grant.conditions[0] for row in read)


def test_an_unreadable_identity_policy_makes_that_principal_unknown():
    access, one = access_to(
        role(trust=LAMBDA, inline={"p": denied("iam:GetAccountAuthorizationDetails")}),
        role("b", trust=LAMBDA),
    )
    by_name = {row.principal: row.decision for row in access.rows(one) if row.capability is Capability.READ}
    assert by_name[arn("role", "app")] is Standing.UNKNOWN
    assert by_name[arn("role", "b")] is Standing.DENIED
    assert access.answer(one).incomplete


def test_unlisted_principals_are_a_caveat():
    unlisted = identity(gaps={"roles": Gap("iam:GetAccountAuthorizationDetails", "AccessDenied")})
    access, _ = access_to(unlisted)
    assert "others may have access" in access.caveats[0]


def key(*statements, grants=(), **more):
    return Key(
        arn=KEY,
        region=REGION,
        references=(KEY,),
        aliases=Fact(()),
        metadata=Fact(KeyMetadata(arn=KEY, key_manager="CUSTOMER", key_state="Enabled")),
        **{"policies": Fact({"default": document(*statements)}), "grants": Listing(grants), **more},
    )


ENCRYPTED = {"members": {"sse": Sse(status="ENABLED", sse_type="KMS", kms_master_key_arn=KEY)}}
DELEGATING = {**allow("kms:*"), "Principal": {"AWS": ROOT}}


def reads_encrypted(*actions, keys):
    return rows_of(
        "app", role(trust=LAMBDA, inline={"p": [allow("dynamodb:GetItem", *actions)]}), keys=keys, **ENCRYPTED
    )


def test_a_key_that_leaves_it_to_iam_needs_iam():
    assert only(reads_encrypted(keys=(key(DELEGATING),)), Capability.READ).decision is Standing.DENIED
    allowed = only(reads_encrypted("kms:Decrypt", keys=(key(DELEGATING),)), Capability.READ)
    assert (allowed.decision, allowed.grant.via) == (Standing.ALLOWED, ("identity", "kms"))


def test_a_grant_of_the_key_suffices():
    grant = Grant(grant_id="g", grantee_principal=arn("role", "app"), operations=("Decrypt",))
    assert (
        only(reads_encrypted(keys=(key(DELEGATING, grants=(grant,)),)), Capability.READ).decision
        is Standing.ALLOWED
    )


@pytest.mark.parametrize("keys", [(), (key(DELEGATING, policies=denied("kms:GetKeyPolicy")),)])
def test_an_unreadable_key_makes_reading_unknown(keys):
    assert only(reads_encrypted("kms:Decrypt", keys=keys), Capability.READ).decision is Standing.UNKNOWN


def test_who_may_write_the_key_policy_may_read():
    rows = reads_encrypted("kms:PutKeyPolicy", keys=(key(DELEGATING),))
    assert only(rows, Capability.READ).grant.via == ("kms:PutKeyPolicy on the table's key", "identity")


ADMIN = role("admin", trust=trusting(ROOT), inline={"all": [allow("dynamodb:*")]})


def test_a_role_that_may_be_assumed():
    rows = rows_of(
        "user/ann", ADMIN, user("ann", inline={"p": [allow("sts:AssumeRole", resource=ADMIN.arn)]})
    )
    assert only(rows, Capability.READ).grant.via == ("sts:AssumeRole role/admin", "identity")


def test_a_role_is_not_assumed_without_both_sides():
    assert {row.decision for row in rows_of("user/ann", ADMIN, user("ann"))} == {Standing.DENIED}
    closed = role("admin", trust=LAMBDA, inline={"all": [allow("dynamodb:*")]})
    assert {
        row.decision for row in rows_of("user/ann", closed, user("ann", inline={"p": [allow("sts:*")]}))
    } == {Standing.DENIED}


def test_a_trust_policy_that_names_a_user_suffices():
    rows = rows_of(
        "user/ann",
        role("admin", trust=trusting(arn("user", "ann")), inline={"a": [allow("dynamodb:*")]}),
        user("ann"),
    )
    assert only(rows, Capability.READ).decision is Standing.ALLOWED


def test_chains_end_at_the_depth():
    people = (
        ADMIN,
        role(
            "middle",
            trust=trusting(arn("user", "ann")),
            inline={"p": [allow("sts:AssumeRole", resource=ADMIN.arn)]},
        ),
        user("ann"),
    )
    assert only(rows_of("user/ann", *people), Capability.READ).grant.via == (
        "sts:AssumeRole role/middle",
        "sts:AssumeRole role/admin",
        "identity",
    )
    assert {row.decision for row in rows_of("user/ann", *people, depth=1)} == {Standing.DENIED}


def test_an_external_id_is_a_condition_of_the_path():
    trust = trusting(f"arn:aws:iam::{PARTNER}:root", Condition={"StringEquals": {"sts:ExternalId": "x1"}})
    rows = rows_of(f"{PARTNER}:root", role("vendor", trust=trust, inline={"p": [allow("dynamodb:Query")]}))
    read = only(rows, Capability.READ)
    assert (read.decision, read.external) == (Standing.CONDITIONAL, True)
    assert any("x1" in words for words in read.grant.conditions)


def test_a_web_identity_provider_that_a_role_trusts():
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/ci.example.com"
    trust = document(
        {
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {"ci.example.com:sub": "main"}},
        }
    )
    rows = rows_of("ci.example.com", role("deploy", trust=trust, inline={"p": [allow("dynamodb:Query")]}))
    read = only(rows, Capability.READ)
    assert (read.principal_type, read.decision) == (PrincipalType.FEDERATED, Standing.CONDITIONAL)


def test_a_role_that_may_be_passed_to_a_function():
    app = role(trust=LAMBDA, inline={"p": [allow("dynamodb:GetItem")]})
    passing = allow("iam:PassRole", "lambda:CreateFunction")
    assert only(
        rows_of("user/ann", app, user("ann", inline={"p": [passing]})), Capability.READ
    ).grant.via == (
        "iam:PassRole role/app with lambda:CreateFunction",
        "identity",
    )
    other_service = allow(
        "iam:PassRole",
        "lambda:CreateFunction",
        Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
    )
    assert {row.decision for row in rows_of("user/ann", app, user("ann", inline={"p": [other_service]}))} == {
        Standing.DENIED
    }
    nothing_to_start = allow("iam:PassRole")
    assert {
        row.decision for row in rows_of("user/ann", app, user("ann", inline={"p": [nothing_to_start]}))
    } == {Standing.DENIED}


@pytest.mark.parametrize(
    ("action", "resource", "words"),
    [
        ("iam:PutUserPolicy", arn("user", "ann"), "iam:PutUserPolicy on user/ann"),
        ("iam:AttachUserPolicy", arn("user", "ann"), "iam:AttachUserPolicy on user/ann"),
        ("iam:PutGroupPolicy", arn("group", "team"), "iam:PutGroupPolicy on group/team"),
        ("iam:CreatePolicyVersion", arn("policy", "own"), "iam:CreatePolicyVersion on policy/own"),
        ("iam:UpdateAssumeRolePolicy", arn("role", "admin"), "iam:UpdateAssumeRolePolicy on role/admin"),
        ("iam:CreateAccessKey", arn("user", "boss"), "iam:CreateAccessKey on user/boss"),
        ("dynamodb:PutResourcePolicy", ORDERS, "dynamodb:PutResourcePolicy on orders"),
    ],
)
def test_self_grants(action, resource, words):
    people = (
        role("admin", trust=LAMBDA, inline={"all": [allow("dynamodb:*")]}),
        user("boss", inline={"all": [allow("dynamodb:*")]}),
        managed("own", [allow(action, resource=resource)]),
        group("team"),
        user("ann", groups=("team",), attached=(arn("policy", "own"),)),
    )
    assert only(rows_of("user/ann", *people), Capability.READ).grant.via[0] == words


def test_self_grants_end_at_the_boundary():
    bound = managed("limit", [allow("iam:*")])
    people = (bound, user("ann", inline={"p": [allow("iam:PutUserPolicy")]}, boundary=bound.arn))
    assert only(rows_of("user/ann", *people), Capability.READ).decision is Standing.DENIED


def test_a_rewritten_table_policy_opens_no_key():
    rows = reads_encrypted("dynamodb:PutResourcePolicy", keys=(key(DELEGATING),))
    assert only(rows, Capability.READ).decision is Standing.DENIED


def test_whoever_may_use_a_dax_cluster_has_its_roles_rights():
    cache = role(
        "cache",
        trust=service("dax.amazonaws.com"),
        inline={"p": [allow("dynamodb:GetItem", "dynamodb:PutItem")]},
    )
    cluster_arn = f"arn:aws:dax:{REGION}:{ACCOUNT}:cache/fast"
    cluster = DaxCluster(
        arn=cluster_arn,
        region=REGION,
        name="fast",
        description=DaxDescription(cluster_name="fast", cluster_arn=cluster_arn, iam_role_arn=cache.arn),
    )
    companions = Companions(dax_clusters=Listing((cluster,)), event_source_mappings=Listing())
    rows = rows_of(
        "user/ann",
        cache,
        user("ann", inline={"p": [allow("dax:GetItem", resource=cluster_arn)]}),
        companions=companions,
    )
    read = only(rows, Capability.READ)
    assert read.grant.via == ("dax:GetItem on fast as role/cache", "identity")
    assert read.actions == ("dynamodb:GetItem",)
    assert only(rows, Capability.WRITE).decision is Standing.DENIED


@pytest.mark.parametrize(
    ("state", "standing"), [("Enabled", Standing.ALLOWED), ("Disabled", Standing.CONDITIONAL)]
)
def test_functions_that_are_fed_with_the_stream(state, standing):
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:index"
    mapping = EventSourceMapping(UUID="u-1", event_source_arn=STREAM, function_arn=function, state=state)
    companions = Companions(dax_clusters=Listing(), event_source_mappings=Listing((mapping,)))
    rows = rows_of("function:index", companions=companions, members={"latest_stream_arn": STREAM})
    row = only(rows, Capability.STREAM)
    assert (row.decision, row.principal_type, row.external) == (standing, PrincipalType.FUNCTION, False)


def test_what_lives_beside_the_table_and_was_not_read_is_a_caveat():
    companions = Companions(
        dax_clusters=denied_listing("dax:DescribeClusters"),
        event_source_mappings=denied_listing("lambda:ListEventSourceMappings"),
    )
    access, one = access_to(companions=companions)
    assert len(access.answer(one).caveats) == 2


def test_an_endpoint_is_a_further_layer():
    endpoint = Endpoint(
        arn="arn:aws:ec2:us-east-1:1:vpc-endpoint/vpce-1",
        vpc_endpoint_id="vpce-1",
        vpc_id="vpc-1",
        service_name="com.amazonaws.us-east-1.dynamodb",
        state="available",
        policy_document=document({**allow("dynamodb:GetItem", resource=ORDERS), "Principal": "*"}),
        tags={},
    )
    inside = allow(
        "dynamodb:GetItem", "dynamodb:Scan", Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    )
    rows = rows_of("app", role(trust=LAMBDA, inline={"p": [inside]}), endpoint=endpoint)
    assert short(only(rows, Capability.READ)) == {"GetItem"}
    assert only(rows, Capability.READ).decision is Standing.ALLOWED
    hidden = endpoint.model_copy(update={"policy_document": None})
    rows = rows_of("app", role(trust=LAMBDA, inline={"p": [inside]}), endpoint=hidden)
    assert only(rows, Capability.READ).decision is Standing.UNKNOWN


def test_single_backups_that_a_policy_names():
    backup = f"{ORDERS}/backup/01700000000000-aaaaaaaa"
    found = TableBackup(
        table_arn=ORDERS,
        backup_arn=backup,
        backup_name="b",
        backup_status="AVAILABLE",
        backup_type="USER",
        backup_creation_date_time=NOW,
    )
    people = role(trust=LAMBDA, inline={"p": [allow("dynamodb:DeleteBackup", resource=backup)]})
    assert only(rows_of("app", people, backups=(found,)), Capability.DELETE).resources == ("backup",)
    assert only(rows_of("app", people), Capability.DELETE).decision is Standing.DENIED


def organization(scp, *, rcp=None, management="111122223333", features="ALL", levels_gap=None):
    texts = {"p-scp": ("SERVICE_CONTROL_POLICY", scp), "p-rcp": ("RESOURCE_CONTROL_POLICY", rcp)}
    policies = tuple(
        OrganizationPolicy(
            id=name,
            arn=f"arn:aws:organizations::1:policy/{name}",
            name=name,
            kind=kind,
            aws_managed=False,
            text=text,
        )
        for name, (kind, text) in texts.items()
        if text is not None
    )
    attached = {kind: Listing((name,) if text is not None else ()) for name, (kind, text) in texts.items()}
    what = OrganizationDescription(
        id="o-1", arn="arn:aws:o", master_account_id=management, feature_set=features
    )
    return Organization(
        description=Fact(what),
        levels=Listing((Level(id=ACCOUNT, kind="ACCOUNT", policies=attached),), levels_gap),
        policies=Listing(policies),
        accounts=Listing(),
    )


APP = role(trust=LAMBDA, inline={"p": [allow("dynamodb:GetItem")]})
NO_READ = Fact(document(allow("*"), deny("dynamodb:GetItem")))


def test_service_control_policies_forbid():
    rows = rows_of("app", APP, organization=organization(NO_READ))
    assert only(rows, Capability.READ).decision is Standing.DENIED
    for free in (
        organization(NO_READ, management=ACCOUNT),
        organization(NO_READ, features="CONSOLIDATED_BILLING"),
    ):
        assert only(rows_of("app", APP, organization=free), Capability.READ).decision is Standing.ALLOWED


def test_resource_control_policies_bind_foreigners_too():
    everything = Fact(document(allow("*")))
    only_org = {
        **deny("dynamodb:*"),
        "Principal": "*",
        "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}},
    }
    rcp = Fact(document({**allow("*"), "Principal": "*"}, only_org))
    facts = {"policy": granting({"AWS": f"arn:aws:iam::{PARTNER}:root"}, "dynamodb:GetItem")}
    foreign = only(
        rows_of(f"{PARTNER}:root", organization=organization(everything, rcp=rcp), **facts), Capability.READ
    )
    assert any("o-1" in words for words in foreign.grant.conditions)
    own = rows_of("app", APP, organization=organization(everything, rcp=rcp), **facts)
    assert only(own, Capability.READ).decision is Standing.ALLOWED


@pytest.mark.parametrize("text", [denied("organizations:DescribePolicy"), Fact("{")])
def test_an_unreadable_control_policy_is_left_out_with_a_caveat(text):
    access, one = access_to(APP, organization=organization(text))
    assert "left out" in access.caveats[0]
    row = next(
        row for row in access.rows(one) if row.principal == APP.arn and row.capability is Capability.READ
    )
    assert row.decision is Standing.ALLOWED


@pytest.mark.parametrize(
    ("above", "words"),
    [
        (Organization(), "was not asked for"),
        (Organization(description=denied("organizations:DescribeOrganization")), "AccessDenied"),
        (
            organization(
                Fact(document(allow("*"))), levels_gap=Gap("organizations:ListParents", "AccessDenied")
            ),
            "AccessDenied",
        ),
    ],
)
def test_what_stands_above_and_was_not_read_is_told(above, words):
    access, _ = access_to(APP, organization=above)
    assert words in access.caveats[0]


def test_tables_of_other_regions_have_their_own_companions():
    one = table(policy=None, stream_policy=None, description=description())
    account = snapshot(
        region(one), region(name="eu-west-1"), identity=identity(), organization=NO_ORGANIZATION
    )
    assert isinstance(account.regions[1], Region)
    assert Access(account).answer(one).rows
