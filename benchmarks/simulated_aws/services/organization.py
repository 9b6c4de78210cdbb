"""STS and Organizations: who calls, in an account that belongs to no organization."""

from collections.abc import Mapping
from typing import Any

from simulated_aws.errors import ServiceError
from simulated_aws.services.handler import Handler, fixed
from simulated_aws.size import ACCOUNT_ID, Call, Size


def _not_in_use(_: Size, __: Call) -> Mapping[str, Any]:
    code = "AWSOrganizationsNotInUseException"
    raise ServiceError(code, "Your account is not a member of an organization.")


HANDLERS: Mapping[str, Handler] = {
    "sts:GetCallerIdentity": fixed(
        {
            "UserId": "AROA00000000000000001:audit",
            "Account": ACCOUNT_ID,
            "Arn": f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/role-00001/audit",
        }
    ),
    "organizations:DescribeOrganization": _not_in_use,
    "organizations:ListPolicies": _not_in_use,
    "organizations:ListPoliciesForTarget": _not_in_use,
    "organizations:ListParents": _not_in_use,
    "organizations:ListRoots": _not_in_use,
    "organizations:ListAccounts": _not_in_use,
}
