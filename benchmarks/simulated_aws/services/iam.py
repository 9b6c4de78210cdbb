"""IAM: authorization details in bulk, the credential report, account aliases.

Each user, group, role and policy is encoded once, so that a page costs next to nothing whatever its size.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from botocore.model import Shape, StructureShape

from simulated_aws import encoding_xml, models
from simulated_aws.encoding_xml import Fragment
from simulated_aws.errors import ServiceError
from simulated_aws.paging import page
from simulated_aws.services import principals
from simulated_aws.services.handler import Handler, fixed
from simulated_aws.size import ACCOUNT_ID, CREATED, Call, Size

_DEFAULT_ITEMS, _MOST_ITEMS = 100, 1000
_LISTS: Mapping[str, str] = {
    "User": "UserDetailList",
    "Group": "GroupDetailList",
    "Role": "RoleDetailList",
    "LocalManagedPolicy": "Policies",
    "AWSManagedPolicy": "Policies",
}
_ENTITIES: Mapping[str, Callable[[Size], Iterable[principals.Item]]] = {
    "User": principals.users,
    "Group": principals.groups,
    "Role": principals.roles,
    "LocalManagedPolicy": principals.local_policies,
    "AWSManagedPolicy": principals.aws_policies,
}
_REPORT_COLUMNS = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,"
    "password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,"
    "access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,"
    "access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,"
    "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,"
    "cert_2_active,cert_2_last_rotated"
)


@cache
def _item_shape(list_name: str) -> Shape:
    shape = models.service_model("iam").operation_model("GetAccountAuthorizationDetails").output_shape
    if not isinstance(shape, StructureShape):
        raise TypeError(shape)
    items: Any = shape.members[list_name]
    found: Shape = items.member
    return found


@cache
def _fragments(size: Size, kind: str) -> tuple[tuple[str, Fragment], ...]:
    """Return all entities of a kind, each with the name of the list it belongs in."""
    name = _LISTS[kind]
    return tuple(
        (name, Fragment(encoding_xml.inner(_item_shape(name), item))) for item in _ENTITIES[kind](size)
    )


def _get_account_authorization_details(size: Size, call: Call) -> Mapping[str, Any]:
    kinds = call.texts("Filter") or list(_LISTS)
    unknown = set(kinds) - set(_LISTS)
    if unknown:
        code = "ValidationError"
        raise ServiceError(code, f"Filter has unknown entity types: {sorted(unknown)}")
    everything = [pair for kind in _LISTS if kind in kinds for pair in _fragments(size, kind)]
    limit = min(call.number("MaxItems", _DEFAULT_ITEMS), _MOST_ITEMS)
    items, following = page(everything, call.text("Marker"), limit)
    answer: dict[str, Any] = {name: [] for name in _LISTS.values()}
    for name, fragment in items:
        answer[name].append(fragment)
    return answer | {"IsTruncated": bool(following)} | ({"Marker": following} if following else {})


def _get_credential_report(size: Size, _: Call) -> Mapping[str, Any]:
    made = CREATED.isoformat()
    root = f"<root_account>,arn:aws:iam::{ACCOUNT_ID}:root,{made},not_supported,no_information"
    rows = [_REPORT_COLUMNS, f"{root},not_supported,not_supported,true,{_no_keys()}"]
    for number, user in enumerate(principals.users(size)):
        password = f"true,{made},{made},N/A" if number % 2 else "false,N/A,N/A,N/A"
        mfa = "true" if number % 4 == 1 else "false"
        keys = f"true,{made},{made},us-east-1,dynamodb,{_no_keys(1)}" if number % 3 == 0 else _no_keys()
        rows.append(f"{user['UserName']},{user['Arn']},{made},{password},{mfa},{keys}")
    return {"Content": "\n".join(rows).encode(), "ReportFormat": "text/csv", "GeneratedTime": CREATED}


def _no_keys(slots: int = 2) -> str:
    return ",".join(["false,N/A,N/A,N/A,N/A"] * slots + ["false,N/A,false,N/A"])


def _no_such_entity(_: Size, call: Call) -> Mapping[str, Any]:
    code = "NoSuchEntity"
    raise ServiceError(code, f"{call.operation}: there is none", 404)


HANDLERS: Mapping[str, Handler] = {
    "iam:GetAccountAuthorizationDetails": _get_account_authorization_details,
    "iam:GenerateCredentialReport": fixed({"State": "COMPLETE"}),
    "iam:GetCredentialReport": _get_credential_report,
    "iam:ListAccountAliases": fixed({"AccountAliases": ["simulated"], "IsTruncated": False}),
    "iam:GetAccountSummary": fixed({"SummaryMap": {"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0}}),
    "iam:GetAccountPasswordPolicy": _no_such_entity,
    "iam:GetLoginProfile": _no_such_entity,
}
