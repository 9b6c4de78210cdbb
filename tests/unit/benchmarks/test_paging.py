"""Long answers come in pages, continued as each service does it."""

import pytest
from simulated_aws.process import Simulated
from simulated_aws.services import tables

from .conftest import SIZE, Clients

TABLES = {"ServiceNamespace": "dynamodb"}


def test_tables_are_listed_a_hundred_at_a_time(simulated: Simulated, clients: Clients) -> None:
    pages = list(clients(simulated, "dynamodb").get_paginator("list_tables").paginate())
    assert [len(page["TableNames"]) for page in pages] == [100, 100, 50]
    assert [name for page in pages for name in page["TableNames"]] == [
        tables.name(number) for number in range(250)
    ]


def test_tags_come_in_bulk_without_the_never_tagged_tables(simulated: Simulated, clients: Clients) -> None:
    client = clients(simulated, "resourcegroupstaggingapi")
    paginator = client.get_paginator("get_resources")
    pages = list(paginator.paginate(ResourceTypeFilters=["dynamodb:table"]))
    found = [mapping for page in pages for mapping in page["ResourceTagMappingList"]]
    assert [len(page["ResourceTagMappingList"]) for page in pages] == [100, 100]
    assert {mapping["ResourceARN"] for mapping in found} == {
        tables.arn(number) for number in range(250) if number % 5 != 4
    }
    assert client.get_resources(ResourceTypeFilters=["ec2:instance"])["ResourceTagMappingList"] == []


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("Role", "RoleDetailList", SIZE.roles),
        ("LocalManagedPolicy", "Policies", SIZE.policies),
        ("AWSManagedPolicy", "Policies", 6),
        ("User", "UserDetailList", 20),
        ("Group", "GroupDetailList", 5),
    ],
)
def test_authorization_details_keep_to_filter_and_page_size(
    kind: str, name: str, expected: int, simulated: Simulated, clients: Clients
) -> None:
    paginator = clients(simulated, "iam").get_paginator("get_account_authorization_details")
    pages = list(paginator.paginate(Filter=[kind], PaginationConfig={"PageSize": 7}))
    lists = ("RoleDetailList", "UserDetailList", "GroupDetailList", "Policies")
    assert all(sum(len(page[each]) for each in lists) <= 7 for page in pages)
    assert len({item["Arn"] for page in pages for item in page[name]}) == expected
    assert sum(len(page[each]) for page in pages for each in lists) == expected


def test_authorization_details_without_filter_give_everything(simulated: Simulated, clients: Clients) -> None:
    page = clients(simulated, "iam").get_account_authorization_details(MaxItems=1000)
    counts = [len(page[name]) for name in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")]
    assert counts == [20, 5, SIZE.roles, SIZE.policies + 6]
    assert page["IsTruncated"] is False


@pytest.mark.parametrize(
    ("paginator", "params", "key", "expected"),
    [
        ("application-autoscaling:describe_scalable_targets", TABLES, "ScalableTargets", 168),
        ("application-autoscaling:describe_scaling_policies", TABLES, "ScalingPolicies", 168),
        ("lambda:list_event_source_mappings", {}, "EventSourceMappings", 25),
        ("kms:list_aliases", {}, "Aliases", 21),
        ("dynamodb:list_backups", {}, "BackupSummaries", 32),
        ("backup:list_protected_resources", {}, "Results", 200),
        ("config:select_resource_config", {"Expression": "… 'AWS::DynamoDB::Table'"}, "Results", 250),
        ("ec2:describe_subnets", {}, "Subnets", 30),
    ],
)
def test_pages_join_to_the_whole(
    paginator: str, params: dict[str, str], key: str, expected: int, simulated: Simulated, clients: Clients
) -> None:
    service, operation = paginator.split(":")
    paging = {"PageSize": 20}
    pages = list(
        clients(simulated, service).get_paginator(operation).paginate(**params, PaginationConfig=paging)
    )
    assert len(pages) > 1
    items = [str(item) for page in pages for item in page[key]]
    assert len(items) == len(set(items)) == expected
