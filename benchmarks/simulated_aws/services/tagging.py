"""Resource Groups Tagging API: the tables' tags in bulk, never-tagged tables left out."""

from collections.abc import Mapping
from typing import Any

from simulated_aws.paging import page
from simulated_aws.services import tables
from simulated_aws.services.handler import Handler
from simulated_aws.size import Call, Size

_RESOURCES_A_PAGE = 100


def _get_resources(size: Size, call: Call) -> Mapping[str, Any]:
    wanted = call.texts("ResourceTypeFilters")
    applies = not wanted or {"dynamodb", "dynamodb:table"} & set(wanted)
    found = [
        {"ResourceARN": tables.arn(number), "Tags": tables.tags(number)}
        for number in tables.numbers(size, call)
        if applies and tables.tags(number)
    ]
    limit = min(call.number("ResourcesPerPage", _RESOURCES_A_PAGE), _RESOURCES_A_PAGE)
    resources, following = page(found, call.text("PaginationToken"), limit)
    return {"ResourceTagMappingList": resources, "PaginationToken": following}


HANDLERS: Mapping[str, Handler] = {"resourcegroupstaggingapi:GetResources": _get_resources}
