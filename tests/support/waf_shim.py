"""Web ACLs as AWS documents them, where moto differs.

- `UpdateWebACL` replaces all that can be changed: what is left out is gone (API_UpdateWebACL). moto keeps it, and rules too where the new
  list is empty.
- A resource has one web ACL at most (web-acl-associating-aws-resource), AppSync's APIs tell theirs (API_GraphqlApi), and
  `ListResourcesForWebACL`, which moto lacks, lists by one kind of resource, load balancers where none is given
  (API_ListResourcesForWebACL).
- `ListTagsForResource` of Cognito, which moto lacks, tells a user pool's tags (API_ListTagsForResource).
- A web ACL tells the capacity units that it uses (API_WebACL); those of AWS's groups are in aws-managed-rule-groups-list. moto says 3.
"""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from moto.appsync.responses import AppSyncResponse
from moto.cognitoidp.responses import CognitoIdpResponse
from moto.core.responses import ActionResult
from moto.wafv2.exceptions import WAFNonexistentItemException
from moto.wafv2.models import FakeWebACL, WAFV2Backend, wafv2_backends
from moto.wafv2.responses import WAFV2Response

from dynasec.drafting.managed_rules import UNITS

_SERVICES: Final = {
    "APPLICATION_LOAD_BALANCER": "elasticloadbalancing",
    "API_GATEWAY": "apigateway",
    "APPSYNC": "appsync",
    "COGNITO_USER_POOL": "cognito-idp",
}


def install(patch: pytest.MonkeyPatch) -> None:
    """Patch moto in this process until `patch` is undone."""
    _replace_wholly(patch)
    _associate_with_one(patch)
    _tell_apis(patch)
    _tell_capacity(patch)


def _replace_wholly(patch: pytest.MonkeyPatch) -> None:
    plain = FakeWebACL.update

    def update(self: FakeWebACL, *given: Any) -> None:
        plain(self, *given)
        names = ("rules", "description", "custom_response_bodies", "captcha_config")
        values = dict(zip(names, (given[1], given[2], given[4], given[5]), strict=True))
        values |= dict(
            zip(("challenge_config", "token_domains", "association_config"), given[6:], strict=True)
        )
        empty: dict[str, Any] = {"rules": [], "description": ""}
        for name, value in values.items():
            setattr(self, name, value or empty.get(name))

    patch.setattr(FakeWebACL, "update", update)


def _associate_with_one(patch: pytest.MonkeyPatch) -> None:
    plain = WAFV2Backend.associate_web_acl

    def associate(self: WAFV2Backend, web_acl_arn: str, resource_arn: str) -> None:
        if web_acl_arn not in self.wacls:
            raise WAFNonexistentItemException
        self.disassociate_web_acl(resource_arn)
        plain(self, web_acl_arn, resource_arn)

    def listed(handler: WAFV2Response) -> Any:
        body = json.loads(handler.body)
        acl = handler.wafv2_backend.wacls.get(body["WebACLArn"])
        if acl is None:
            raise WAFNonexistentItemException
        service = _SERVICES[body.get("ResourceType", "APPLICATION_LOAD_BALANCER")]
        arns = [arn for arn in acl.associated_resources if arn.split(":")[2] == service]
        return 200, {}, json.dumps({"ResourceArns": arns})

    patch.setattr(WAFV2Backend, "associate_web_acl", associate)
    patch.setattr(WAFV2Response, "list_resources_for_web_acl", listed, raising=False)


def _tell_apis(patch: pytest.MonkeyPatch) -> None:
    plain = AppSyncResponse.list_graphql_apis

    def listed(handler: AppSyncResponse) -> ActionResult:
        answer = plain(handler)
        acls = wafv2_backends[handler.current_account][handler.region]
        for api in answer.result["graphqlApis"]:
            acl = acls.get_web_acl_for_resource(api["arn"])
            if acl is not None:
                api["wafWebAclArn"] = acl.arn
        return answer

    def tags(handler: CognitoIdpResponse) -> ActionResult:
        pool = handler.backend.describe_user_pool(handler.parameters["ResourceArn"].rpartition("/")[2])
        return ActionResult({"Tags": pool.extended_config.get("UserPoolTags", {})})

    patch.setattr(AppSyncResponse, "list_graphql_apis", listed)
    patch.setattr(CognitoIdpResponse, "list_tags_for_resource", tags, raising=False)


def _tell_capacity(patch: pytest.MonkeyPatch) -> None:
    plain = FakeWebACL.to_dict

    def told(self: FakeWebACL) -> dict[str, Any]:
        document = plain(self)
        return {**document, "Capacity": sum(_units(rule) for rule in document["Rules"])}

    patch.setattr(FakeWebACL, "to_dict", told)


def _units(rule: dict[str, Any]) -> int:
    group = rule["Statement"].get("ManagedRuleGroupStatement", {})
    return UNITS.get(group.get("Name", ""), 1)
