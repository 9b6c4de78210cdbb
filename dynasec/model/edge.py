"""Front doors and what shields them: WAFv2, load balancers, APIs in one Region; CloudFront and Shield for the account."""

from __future__ import annotations

from dynasec.model.shape import Shape


class Edge(Shape):
    """Front doors and what shields them: WAFv2, load balancers, APIs in one Region; CloudFront and Shield for the account."""


class GlobalEdge(Shape):
    """Front doors and shields that belong to no Region."""
