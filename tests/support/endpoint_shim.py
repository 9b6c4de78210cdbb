"""Makes moto's VPC endpoints behave as AWS documents where they do not.

- A gateway endpoint puts a route to the service's prefix list into each of its route tables, also into those that it joins later, and
  takes it out of those that it leaves; a route table has one such route for a service at most
  (https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html, sections on routing and on associating route tables).
- Deleting a gateway endpoint deletes its routes, and the endpoint is shown no more
  (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpoints.html).
- `CreateVpcEndpoint` makes one endpoint for a client token, and Gateway is the default type
  (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.vpcs import VPCEndPoint


class RouteAlreadyExistsError(EC2ClientError):
    """A second route to one prefix list."""

    def __init__(self, table: str, prefix_list: str) -> None:
        super().__init__("RouteAlreadyExists", f"route table {table} already has a route to {prefix_list}")


def install(patch: pytest.MonkeyPatch) -> None:
    """Patch moto until `patch` is undone."""
    patch.setattr(EC2Backend, "create_vpc_endpoint", _creating(EC2Backend.create_vpc_endpoint))
    patch.setattr(EC2Backend, "delete_vpc_endpoints", _delete)
    patch.setattr(VPCEndPoint, "modify", _modifying(VPCEndPoint.modify))


def _creating(plain: Callable[..., VPCEndPoint]) -> Callable[..., VPCEndPoint]:
    def create(self: EC2Backend, **given: Any) -> VPCEndPoint:
        token = given.get("client_token")
        same = [one for one in self.vpc_end_points.values() if token and one.client_token == token]
        if same:
            return same[0]
        given["endpoint_type"] = given.get("endpoint_type") or "Gateway"
        if given["endpoint_type"] == "Gateway":
            _refuse_second(self, _prefix_list(self, given["service_name"]), given["route_table_ids"])
        return plain(self, **given)

    return create


def _modifying(plain: Callable[..., None]) -> Callable[..., None]:
    def modify(self: VPCEndPoint, *given: Any) -> None:
        backend, prefix_list = self.ec2_backend, self.destination_prefix_list_id
        before = list(self.route_table_ids)
        _, _, _, adding, *_ = given
        added = [name for name in adding or () if name not in before]
        if prefix_list:
            _refuse_second(backend, prefix_list, added)
        plain(self, *given)
        for name in added if prefix_list else ():
            backend.create_route(name, None, gateway_id=self.id, destination_prefix_list_id=prefix_list)
        for name in set(before) - set(self.route_table_ids) if prefix_list else ():
            backend.delete_route(name, "", destination_prefix_list_id=prefix_list)

    return modify


def _delete(self: EC2Backend, vpce_ids: list[str] | None = None) -> None:
    for name in vpce_ids or ():
        endpoint = self.vpc_end_points.pop(name, None)
        if endpoint is not None and endpoint.destination_prefix_list_id:
            for table in endpoint.route_table_ids:
                self.delete_route(table, "", destination_prefix_list_id=endpoint.destination_prefix_list_id)


def _prefix_list(backend: EC2Backend, service: str) -> str:
    found = [one.id for one in backend.managed_prefix_lists.values() if one.prefix_list_name == service]
    return found[0] if found else ""


def _refuse_second(backend: EC2Backend, prefix_list: str, tables: list[str]) -> None:
    for name in tables:
        routes = backend.get_route_table(name).routes
        if any(
            one.destination_prefix_list and one.destination_prefix_list.id == prefix_list for one in routes
        ):
            raise RouteAlreadyExistsError(name, prefix_list)
