"""Web ACLs and what they stand before as resources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from dynasec.change import Json
from dynasec.remedy.export.form import Document, Form


def _association(params: Json) -> Form | None:
    acl, door = params["WebACLArn"], params["ResourceArn"]
    return Form(
        "AWS::WAFv2::WebACLAssociation",
        "aws_wafv2_web_acl_association",
        door,
        {"ResourceArn": door, "WebACLArn": acl},
        {"resource_arn": door, "web_acl_arn": acl},
    )


def _web_acl(params: Json) -> Form | None:
    """Return a web ACL's rules. Terraform takes them in the API's own spelling, as `rule_json`."""
    rules: list[Any] = params.get("Rules") or []
    if not rules:
        return None
    return Form(
        "AWS::WAFv2::WebACL",
        "aws_wafv2_web_acl",
        params["Id"],
        {"Rules": rules},
        {"rule_json": Document(rules)},
        exists=True,
    )


FORMS: Final[Mapping[str, Callable[[Json], Form | None]]] = {
    "wafv2:AssociateWebACL": _association,
    "wafv2:UpdateWebACL": _web_acl,
}
