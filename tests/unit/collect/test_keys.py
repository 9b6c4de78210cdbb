import asyncio
import json

import boto3
import pytest

from dynasec.collect.keys import KeyRing
from dynasec.collect.reader import Reader, RegionReader
from tests.support.accounts import ACCOUNT
from tests.support.emulated import collect_emulated
from tests.support.keys import key_arn
from tests.support.scripted import AwsError, clients

TABLES = ("dynamodb:ListTables", "dynamodb:DescribeTable")
ALL = (
    *TABLES,
    "kms:DescribeKey",
    "kms:GetKeyRotationStatus",
    "kms:ListKeyPolicies",
    "kms:GetKeyPolicy",
    "kms:ListGrants",
    "kms:ListAliases",
)
REFUSED = AwsError("AccessDeniedException")


def _create(name, key=None, region="us-east-1"):
    sse = {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}} if key else {}
    boto3.client("dynamodb", region_name=region).create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        **sse,
    )


def _key(region="us-east-1", alias=None):
    kms = boto3.client("kms", region_name=region)
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    if alias:
        kms.create_alias(AliasName=alias, TargetKeyId=arn)
    return arn


def read(reads=ALL, script=None, **options):
    return collect_emulated(reads, script=script, **options)


@pytest.mark.usefixtures("aws")
def test_one_key_of_two_tables_is_read_once():
    arn = _key(alias="alias/tables")
    _create("orders", arn)
    _create("carts", arn)
    boto3.client("kms").enable_key_rotation(KeyId=arn)
    found, made = read()
    (key,) = found.keys
    assert key.arn == arn
    assert [one.rpartition("/")[2] for one in key.tables] == ["carts", "orders"]
    assert key.metadata.known().key_manager == "CUSTOMER"
    assert key.rotation.known().key_rotation_enabled
    assert key.aliases.known() == ("alias/tables",)
    assert list(key.policies.known()) == ["default"]
    assert key.aws_managed.known() is False
    assert made["kms:DescribeKey"] == made["kms:ListGrants"] == made["kms:ListAliases"] == 1


@pytest.mark.usefixtures("aws")
def test_aliases_are_asked_for_once_in_each_region():
    for region in ("us-east-1", "eu-west-1"):
        for name in ("orders", "carts"):
            _create(name, _key(region), region)
    found, made = read(regions=("us-east-1", "eu-west-1"))
    assert len(found.keys) == 4
    assert made["kms:ListAliases"] == 2
    assert all(key.aliases.known() == () for key in found.keys)


@pytest.mark.usefixtures("aws")
def test_dynamodbs_own_key_is_known_by_its_alias():
    """Wrong answer 1: the emulator calls it a customer's."""
    own = _key()
    _create("orders", own)
    aliases = {"Aliases": [{"AliasName": "alias/aws/dynamodb", "TargetKeyId": own.rpartition("/")[2]}]}
    found, _ = read(script={"kms:ListAliases": aliases})
    (key,) = found.keys
    assert key.metadata.known().key_manager == "CUSTOMER"
    assert key.aws_managed.known() is True


@pytest.mark.usefixtures("aws")
def test_a_table_under_the_key_that_aws_owns_wants_no_key():
    _create("orders")
    found, made = read()
    assert found.keys == ()
    assert not any(operation.startswith("kms:") for operation in made)


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("operation", "fact"),
    [
        ("kms:DescribeKey", "metadata"),
        ("kms:GetKeyRotationStatus", "rotation"),
        ("kms:ListKeyPolicies", "policies"),
        ("kms:GetKeyPolicy", "policies"),
        ("kms:ListGrants", "grants"),
        ("kms:ListAliases", "aliases"),
    ],
)
def test_each_refusal_is_a_gap_of_its_own_fact(operation, fact):
    _create("orders", _key())
    found, _ = read(script={operation: REFUSED})
    (key,) = found.keys
    facts = ("metadata", "rotation", "policies", "grants", "aliases")
    assert {name for name in facts if getattr(key, name).gap is not None} == {fact}
    assert getattr(key, fact).gap.code == "AccessDeniedException"
    assert not key.gone


@pytest.mark.usefixtures("aws")
def test_the_policy_of_a_shared_key_is_read_too():
    _create("orders", _key())
    script = {
        "kms:ListKeyPolicies": {"PolicyNames": ["default", "AWS_RAM"], "Truncated": False},
        "kms:GetKeyPolicy": lambda sent: {"Policy": json.dumps({"Id": sent["PolicyName"]})},
    }
    found, _ = read(script=script)
    assert found.keys[0].policies.known() == {"default": '{"Id": "default"}', "AWS_RAM": '{"Id": "AWS_RAM"}'}


@pytest.mark.usefixtures("aws")
def test_one_unread_policy_hides_all_of_them():
    _create("orders", _key())
    script = {
        "kms:ListKeyPolicies": {"PolicyNames": ["default", "AWS_RAM"], "Truncated": False},
        "kms:GetKeyPolicy": lambda sent: REFUSED if sent["PolicyName"] == "AWS_RAM" else None,
    }
    found, _ = read(script=script)
    assert found.keys[0].policies.gap.code == "AccessDeniedException"


@pytest.mark.usefixtures("aws")
def test_a_deleted_key_is_gone():
    _create("orders", _key())
    found, _ = read(script={"kms:DescribeKey": AwsError("NotFoundException")})
    (key,) = found.keys
    assert key.gone
    assert key.metadata.gap.code == "NotFoundException"


@pytest.mark.usefixtures("aws")
def test_a_foreign_key_that_may_not_be_described_is_a_gap():
    foreign = key_arn(region="us-east-1", account="999999999999")
    _create("orders", foreign)
    described = {
        "TableName": "orders",
        "TableArn": "arn:aws:dynamodb:us-east-1:123456789012:table/orders",
        "TableStatus": "ACTIVE",
        "SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": foreign},
    }
    script = {"dynamodb:DescribeTable": {"Table": described}, "kms:DescribeKey": REFUSED}
    found, _ = read(script=script)
    (key,) = found.keys
    assert (key.arn, key.region) == (foreign, "us-east-1")
    assert key.metadata.gap.code == "AccessDeniedException"
    assert key.aliases.known() == ()


@pytest.mark.usefixtures("aws")
def test_keys_are_not_asked_for_when_no_control_reads_them():
    _create("orders", _key())
    found, made = read(TABLES)
    assert found.keys == ()
    assert set(made) == {*TABLES, "sts:GetCallerIdentity"}


def _ring(wants, reads=ALL, script=None):
    """Ask a key ring of us-east-1 for references, as collectors do."""

    async def ask():
        reader = Reader(clients(script)[0], frozenset(reads))
        try:
            at = RegionReader(reader, partition="aws", account=ACCOUNT, region="us-east-1")
            ring = KeyRing(at)
            for reference, region in wants:
                ring.want(reference, region)
            return await ring.all()
        finally:
            reader.close()

    return asyncio.run(ask())


@pytest.mark.usefixtures("aws")
def test_all_spellings_of_a_key_are_one_key():
    arn = _key(alias="alias/tables")
    spellings = {arn, arn.rpartition("/")[2], "alias/tables", arn.replace(arn.split(":")[5], "alias/tables")}
    (key,) = _ring([(reference, "us-east-1") for reference in spellings])
    assert key.arn == arn
    assert set(key.references) == spellings


@pytest.mark.usefixtures("aws")
def test_an_alias_means_another_key_in_another_region():
    ours, theirs = _key(alias="alias/tables"), _key("eu-west-1", alias="alias/tables")
    found = _ring([("alias/tables", "us-east-1"), ("alias/tables", "eu-west-1")])
    assert [(key.arn, key.region) for key in found] == sorted([(ours, "us-east-1"), (theirs, "eu-west-1")])


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("reference", "arn"),
    [
        ("alias/lost", f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/lost"),
        ("0000", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/0000"),
        ("arn:nonsense", "arn:nonsense"),
    ],
)
def test_a_reference_that_leads_nowhere_is_a_key_with_gaps(reference, arn):
    (key,) = _ring([(reference, "us-east-1")])
    assert key.arn == arn
    assert key.metadata.gap is not None


@pytest.mark.usefixtures("aws")
def test_no_reference_is_no_key():
    assert _ring([(None, "us-east-1"), ("", "us-east-1")]) == ()


@pytest.mark.usefixtures("aws")
def test_one_spelling_that_could_not_be_read_does_not_hide_the_key():
    arn = _key(alias="alias/tables")
    script = {"kms:DescribeKey": lambda sent: REFUSED if sent["KeyId"] == arn else None}
    (key,) = _ring([(arn, "us-east-1"), ("alias/tables", "us-east-1")], script=script)
    assert key.metadata.known().arn == arn


@pytest.mark.usefixtures("aws")
def test_tags_of_keys_are_read_once_a_region():
    first, second = _key(), _key()
    _create("orders", first)
    _create("carts", second)
    boto3.client("kms").tag_resource(KeyId=first, Tags=[{"TagKey": "team", "TagValue": "shop"}])
    found, made = read((*ALL, "tag:GetResources"))
    tags = {key.arn: key.tags.known() for key in found.keys}
    assert tags == {first: {"team": "shop"}, second: {}}
    assert made["tag:GetResources"] == 2  # the tables', and the keys'


@pytest.mark.usefixtures("aws")
def test_tags_of_keys_that_may_not_be_read_are_a_gap_of_the_tags_alone():
    _create("orders", _key())
    found, _ = read((*ALL, "tag:GetResources"), {"tag:GetResources": REFUSED})
    (key,) = found.keys
    assert key.tags.gap is not None
    assert key.metadata.observed
